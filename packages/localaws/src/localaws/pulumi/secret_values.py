"""Which values of a request are secret, so that every answer that tells them, or of them, is secret too.

The engine hands secrets over wrapped, and keeps what comes back wrapped out of states and screens. A secret
shows up again where it was given, in what is derived from it (`tagsAll`), and inside other texts (the ARN of
a secret name). Resource ids cannot be secret in Pulumi, here as with the real provider.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from google.protobuf import struct_pb2  # type: ignore[import-untyped]

from localaws.pulumi.wire import SIGNATURE, Properties, from_struct, from_value, to_value

_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of a secret, not one
_DERIVED: Final = {"tags": "tagsAll"}
_SHOWN: Final = "[secret]"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The properties that are secret as a whole, and the texts that are wherever they stand."""

    names: frozenset[str] = field(default_factory=frozenset)
    texts: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: Secrets) -> Secrets:
        return Secrets(self.names | other.names, self.texts | other.texts)

    def in_texts_only(self) -> Secrets:
        """These without the properties: for answers whose properties are others."""
        return Secrets(texts=self.texts)

    def wrapped(self, properties: Mapping[str, Any]) -> struct_pb2.Struct:
        """Write properties, wrapping what is secret."""
        whole = self.names | {_DERIVED[name] for name in self.names & _DERIVED.keys()}
        fields = {
            name: _wrap(to_value(value)) if name in whole else self._value(value)
            for name, value in properties.items()
            if value is not None
        }
        return struct_pb2.Struct(fields=fields)

    def hidden(self, message: str) -> str:
        """A message without the secret texts in it."""
        for text in sorted(self.texts, key=len, reverse=True):
            message = message.replace(text, _SHOWN)
        return message

    def _value(self, value: Any) -> struct_pb2.Value:
        if isinstance(value, Mapping):
            if any(self._tells(name) for name in value):
                return _wrap(to_value(value))
            fields = {name: self._value(item) for name, item in value.items() if item is not None}
            return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))
        if isinstance(value, list | tuple):
            values = [self._value(item) for item in value]
            return struct_pb2.Value(list_value=struct_pb2.ListValue(values=values))
        plain = to_value(value)
        return _wrap(plain) if self._tells(value) else plain

    def _tells(self, value: Any) -> bool:
        return isinstance(value, str) and any(text in value for text in self.texts)


def secrets_in(*structs: struct_pb2.Struct) -> Secrets:
    """The secrets among properties as they travel."""
    found = Secrets()
    for struct in structs:
        for name, value in struct.fields.items():
            contents = list(_secret_contents(value))
            whole = _is_secret(value) or any(
                not isinstance(text, str) for one in contents for text in _leaves(one)
            )
            texts = (text for one in contents for text in _leaves(one) if isinstance(text, str) and text)
            found |= Secrets(frozenset({name} if contents and whole else ()), frozenset(texts))
    return found


def secrets_of_provider(struct: struct_pb2.Struct, decode: Any) -> Secrets:
    """The secrets of a provider's configuration; nested values are JSON texts there, which `decode` reads."""
    names = {name for name, value in struct.fields.items() if list(_secret_contents(value))}
    values: Properties = decode(from_struct(struct))
    leaves = (leaf for name in names for leaf in _leaves(values.get(name)))
    return Secrets(texts=frozenset(leaf for leaf in leaves if isinstance(leaf, str) and leaf))


def _secret_contents(value: struct_pb2.Value) -> Iterator[Any]:
    """What each secret in a value wraps."""
    match value.WhichOneof("kind"):
        case "struct_value" if _is_secret(value):
            yield from_value(value)
        case "struct_value":
            for item in value.struct_value.fields.values():
                yield from _secret_contents(item)
        case "list_value":
            for item in value.list_value.values:
                yield from _secret_contents(item)


def _is_secret(value: struct_pb2.Value) -> bool:
    if value.WhichOneof("kind") != "struct_value":
        return False
    fields = value.struct_value.fields
    return SIGNATURE in fields and fields[SIGNATURE].string_value == _SECRET


def _leaves(value: Any) -> Iterator[Any]:
    """The values inside a value, and the names of mappings, which may tell as much."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield name
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield value


def _wrap(value: struct_pb2.Value) -> struct_pb2.Value:
    fields = {SIGNATURE: struct_pb2.Value(string_value=_SECRET), "value": value}
    return struct_pb2.Value(struct_value=struct_pb2.Struct(fields=fields))
