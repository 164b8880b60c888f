"""What of an answer is secret."""

from __future__ import annotations

from typing import Any

import pytest

from localaws.pulumi.secret_values import Secrets, secrets_in, secrets_of_provider
from localaws.pulumi.wire import UNKNOWN, from_struct, to_struct


def secret(value: Any) -> dict[str, Any]:
    """A value as the engine hands secrets over."""
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": value}


def answer(given: dict[str, Any], told: dict[str, Any]) -> Any:
    """An answer as it travels, to a request with these properties."""
    wrapped = secrets_in(to_struct(given)).wrapped(told)
    assert from_struct(wrapped) == from_struct(to_struct(told)), "wrapping changes no value"
    return wrapped


@pytest.mark.parametrize(
    ("given", "told", "expected"),
    [
        ({"a": secret("x1")}, {"a": "x1", "b": "y"}, {"a": secret("x1"), "b": "y"}),
        ({"a": secret(5)}, {"a": 5, "b": 5}, {"a": secret(5), "b": 5}),
        ({"a": secret("x1")}, {"a": "other"}, {"a": secret("other")}),
        ({"a": secret("x1")}, {"arn": "arn:x1/z"}, {"arn": secret("arn:x1/z")}),
        (
            {"tags": {"A": secret("x1"), "B": "y"}},
            {"tagsAll": {"A": "x1", "B": "y", "C": "z"}},
            {"tagsAll": {"A": secret("x1"), "B": "y", "C": "z"}},
        ),
        ({"tags": secret({"A": "x1"})}, {"tagsAll": {"A": "x1"}}, {"tagsAll": secret({"A": "x1"})}),
        ({"a": [{"b": secret(True)}]}, {"a": [{"b": True}]}, {"a": secret([{"b": True}])}),
        ({"a": secret("x1")}, {"l": ["x1", "y"]}, {"l": [secret("x1"), "y"]}),
        ({"a": secret("x1")}, {"m": {"x1": "y"}}, {"m": secret({"x1": "y"})}),
        ({"a": secret("")}, {"a": "", "b": "z"}, {"a": secret(""), "b": "z"}),
        ({"a": secret(UNKNOWN)}, {"a": UNKNOWN}, {"a": secret(UNKNOWN)}),
        ({"a": "x1"}, {"a": "x1"}, {"a": "x1"}),
    ],
)
def test_what_tells_a_secret_is_secret(
    given: dict[str, Any], told: dict[str, Any], expected: dict[str, Any]
) -> None:
    """A secret property stays one, and a secret text makes secret whatever it stands in."""
    assert answer(given, told) == to_struct(expected)


def test_a_providers_secrets_are_found_in_its_json() -> None:
    """Default tags come as JSON, and their secrets count one by one."""
    arguments = to_struct({"region": "us-east-1", "defaultTags": secret('{"tags": {"A": "x1"}}')})
    secrets = secrets_of_provider(arguments, lambda values: {**values, "defaultTags": {"tags": {"A": "x1"}}})
    assert "x1" in secrets.texts
    assert "us-east-1" not in secrets.texts


def test_messages_are_told_without_secrets() -> None:
    """A message is shown with each secret replaced, the longest first."""
    secrets = Secrets(texts=frozenset({"abc", "abcdef"}))
    assert secrets.hidden("no abcdef, no abc") == "no [secret], no [secret]"
