"""Property values survive the way to the engine and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localaws.pulumi.wire import UNKNOWN, contains_unknown, from_struct, to_struct, with_whole_numbers

VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_values_come_back_as_they_went(properties: dict[str, Any]) -> None:
    """Whatever goes to the engine comes back the same: whole numbers, unknowns and nesting too."""
    assert from_struct(to_struct(properties)) == properties


def test_nothing_is_left_out() -> None:
    """Properties without a value are not sent at all."""
    assert from_struct(to_struct({"a": None, "b": 1})) == {"b": 1}


def test_a_secret_is_opened() -> None:
    """A provider that does not take secrets sees what is inside."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hidden"}
    assert from_struct(to_struct({"password": secret})) == {"password": "hidden"}


def test_other_values_are_refused() -> None:
    """A value that no property can hold is a mistake of the provider's, told by its type."""
    with pytest.raises(TypeError, match="cannot hold a bytes"):
        to_struct({"a": b"x"})


def test_unknowns_are_found_inside() -> None:
    """An unknown deep inside is found; a value without one is not mistaken for it."""
    assert contains_unknown({"a": [{"b": UNKNOWN}]})
    assert not contains_unknown({"a": [{"b": "04da6b54"}]})


def test_whole_numbers_are_whole() -> None:
    """Numbers that protobuf made floats are whole again; real fractions stay."""
    assert with_whole_numbers({"a": [7.0, 7.5, True]}) == {"a": [7, 7.5, True]}
    assert isinstance(with_whole_numbers(7.0), int)
