"""Wildcards and policy variables.

Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html and, for ARNs,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from iam_evaluation.model import PolicyError

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_INSIDE = re.compile(r"\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?")
_SPECIAL = {"*", "?", "$"}
_ARN_SEPARATORS = 5


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a policy value. `literal` text is compared as it stands, other text may hold `*` and `?`."""

    text: str
    literal: bool


@dataclass(frozen=True, slots=True)
class Variable:
    """A `${key}` or `${key, 'default'}`; `key` in lower case."""

    key: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Template:
    """A policy value: text and the variables in it."""

    parts: tuple[Piece | Variable, ...]

    @property
    def has_variables(self) -> bool:
        """Whether the value depends on the request."""
        return any(isinstance(part, Variable) for part in self.parts)

    def resolve(self, context: Mapping[str, str | Sequence[str]]) -> tuple[Piece, ...] | None:
        """Fill the variables in; None where a key is absent and has no default.

        Raises:
            PolicyError: the variable's key has several values in this request.

        """
        pieces = []
        for part in self.parts:
            if isinstance(part, Piece):
                pieces.append(part)
                continue
            value = single_value(context, part)
            if value is None:
                return None
            pieces.append(Piece(value, literal=True))
        return tuple(pieces)


def single_value(context: Mapping[str, str | Sequence[str]], variable: Variable) -> str | None:
    """The variable's value in this request, else its default, else None."""
    value = context.get(variable.key)
    if value is None or isinstance(value, str):
        return variable.default if value is None else value
    if len(value) > 1:
        raise PolicyError(
            f"the policy variable ${{{variable.key}}} has {len(value)} values in this request; "
            "only a condition key with one value can be a variable"
        )
    return value[0] if value else variable.default


def parse_template(text: str, *, variables: bool) -> Template:
    """Read a policy value; without `variables` (Version 2008-10-17) `${…}` is text like any other.

    Raises:
        PolicyError: a variable is not closed, is empty, or its default is not in single quotes.

    """
    if not variables or "${" not in text:
        return Template((Piece(text, literal=False),))
    parts: list[Piece | Variable] = []
    position = 0
    for match in _VARIABLE.finditer(text):
        _add_text(parts, text[position : match.start()], text)
        parts.append(_variable(match.group(1), text))
        position = match.end()
    _add_text(parts, text[position:], text)
    return Template(tuple(parts))


def _add_text(parts: list[Piece | Variable], between: str, whole: str) -> None:
    if "${" in between:
        raise PolicyError(f'"{whole}" opens a policy variable with "${{" and does not close it with "}}"')
    if between:
        parts.append(Piece(between, literal=False))


def _variable(inside: str, whole: str) -> Piece | Variable:
    if inside in _SPECIAL:
        return Piece(inside, literal=True)
    match = _INSIDE.fullmatch(inside)
    if match is None or ":" not in match.group(1):
        form = "write ${prefix:key} or ${prefix:key, 'default'}"
        raise PolicyError(f'"{whole}" has the policy variable "${{{inside}}}"; {form}')
    return Variable(match.group(1).lower(), match.group(2))


def any_template_matches(
    templates: Iterable[Template],
    context: Mapping[str, str | Sequence[str]],
    matches: Callable[[tuple[Piece, ...]], bool],
    *,
    negated: str | None,
) -> bool:
    """Whether a policy value with variables matches; one whose variable's key is absent matches nothing.

    `negated` names the element or operator that would turn "matches nothing" into a match: of that case AWS
    says only that it may make the statement invalid.

    Raises:
        PolicyError: no other value matches, and one with a variable is in doubt.

    """
    doubt: PolicyError | None = None
    for template in templates:
        try:
            pieces = template.resolve(context)
            if pieces is not None and matches(pieces):
                return True
        except PolicyError as error:
            doubt = error
            continue
        if pieces is None and negated is not None:
            doubt = PolicyError(
                f"{negated} has a policy variable whose key is absent from this request; "
                "give the variable a default: ${prefix:key, 'default'}"
            )
    if doubt is not None:
        raise doubt
    return False


def text_of(pieces: Iterable[Piece]) -> str:
    """The value for operators that know no wildcards."""
    return "".join(piece.text for piece in pieces)


def wildcard_pattern(pieces: Iterable[Piece]) -> str:
    """A regular expression in which `*` is any text and `?` any one character."""
    found: list[str] = []
    for piece in pieces:
        if piece.literal:
            found.append(re.escape(piece.text))
        else:
            found.extend(_WILDCARDS.get(character) or re.escape(character) for character in piece.text)
    return _joined(found)


_ANY = ".*"
_ANY_IN_SEGMENT = "[^:]*"
_WILDCARDS = {"*": _ANY, "?": "."}


def arn_condition_pattern(pieces: Sequence[Piece]) -> str:
    """As ArnLike compares: component by component, so no wildcard crosses one of the first five colons."""
    return _arn_pattern(pieces, last_star_crosses=False)


def arn_resource_pattern(pieces: Sequence[Piece]) -> str:
    """As the Resource element compares: a `*` that ends a segment may run on beyond its colon."""
    return _arn_pattern(pieces, last_star_crosses=True)


def _arn_pattern(pieces: Sequence[Piece], *, last_star_crosses: bool) -> str:
    characters = [(character, piece.literal) for piece in pieces for character in piece.text]
    colons = 0
    found: list[str] = []
    for index, (character, literal) in enumerate(characters):
        if character == ":":
            colons += 1
        if literal or character not in _WILDCARDS:
            found.append(re.escape(character))
        elif colons >= _ARN_SEPARATORS:
            found.append(_WILDCARDS[character])
        elif character == "?":
            found.append("[^:]")
        else:
            ends = index + 1 == len(characters) or characters[index + 1][0] == ":"
            found.append(_ANY if last_star_crosses and ends else _ANY_IN_SEGMENT)
    return _joined(found)


def _joined(parts: Sequence[str]) -> str:
    """One regular expression of its parts, which goes back on no `*` but the last.

    What stands between two `*` is best found as early as possible, so that each is settled once and for all:
    in an atomic group. The time is then bounded by a power of the text's length, however many `*` there are.
    """
    first, *others = _split(parts, _ANY)
    if not others:
        return _segment(first, ends=True)
    middle = "".join(f"(?>{_ANY}?{_segment(block, ends=False)})" for block in others[:-1])
    return f"{_segment(first, ends=False)}{middle}{_ANY}{_segment(others[-1], ends=True)}"


def _segment(parts: Sequence[str], *, ends: bool) -> str:
    """What holds no `*` that crosses colons. `ends`: nothing follows, so that the last `*` may be long."""
    first, *others = ("".join(block) for block in _split(parts, _ANY_IN_SEGMENT))
    settled = others[:-1] if ends else others
    last = f"{_ANY_IN_SEGMENT}{others[-1]}" if others and ends else ""
    return first + "".join(f"(?>{_ANY_IN_SEGMENT}?{block})" for block in settled) + last


def _split(parts: Sequence[str], at: str) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for part in parts:
        if part == at:
            blocks.append([])
        else:
            blocks[-1].append(part)
    return blocks


def matches_wildcards(pattern: str, text: str) -> bool:
    """Whether a text is of a pattern in which `*` is any text and `?` any one character."""
    return re.fullmatch(wildcard_pattern([Piece(pattern, literal=False)]), text, re.DOTALL) is not None


def compile_any(patterns: Iterable[str], flags: int = 0) -> re.Pattern[str] | None:
    """One regular expression for "any of these"; None for none at all."""
    joined = "|".join(dict.fromkeys(patterns))
    return re.compile(joined, re.DOTALL | flags) if joined else None
