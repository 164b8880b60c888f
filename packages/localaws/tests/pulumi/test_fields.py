"""What counts as a difference, and what as a mistake, in a resource's properties."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localaws.pulumi.fields import (
    Field,
    block,
    blocks,
    canonical,
    differences,
    document,
    flag,
    problems,
    text,
    text_map,
    texts,
    whole,
    with_defaults,
)
from localaws.pulumi.wire import UNKNOWN

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"]}]}
RULES = blocks({"id": text(required=True), "days": whole(minimum=1)})


def found(field: Field, old: Any, new: Any) -> list[tuple[Any, ...]]:
    """All differences between two values of a property called `p`."""
    return list(differences(field, old, new, ("p",)))


@pytest.mark.parametrize(
    "reworded",
    [
        {"Statement": POLICY["Statement"], "Version": "2012-10-17"},
        {**POLICY, "Statement": POLICY["Statement"][0]},
        {**POLICY, "Statement": [{"Action": ["s3:List*", "s3:Get*"], "Effect": "Allow"}]},
    ],
)
def test_policies_in_other_words_are_the_same(reworded: dict[str, Any]) -> None:
    """The order of keys and actions, and a list of one, make no difference to a policy."""
    assert found(document(), json.dumps(POLICY), json.dumps(reworded)) == []


def test_policies_that_say_other_things_differ() -> None:
    """One action less is a difference."""
    fewer = {**POLICY, "Statement": [{"Effect": "Allow", "Action": "s3:Get*"}]}
    assert found(document(), json.dumps(POLICY), json.dumps(fewer)) == [(("p",), "update", False)]


@pytest.mark.parametrize(
    ("field", "empty"), [(text(), ""), (texts(), []), (text_map(), {}), (flag(), False), (RULES, [])]
)
def test_absent_and_empty_are_the_same(field: Field, empty: Any) -> None:
    """What is not there and what is empty make no difference, in either direction."""
    assert found(field, None, empty) == []
    assert found(field, empty, None) == []


def test_a_difference_is_told_where_it_is() -> None:
    """A difference deep inside a list of objects is told by its path, not as a new list."""
    old = [{"id": "a", "days": 1}, {"id": "b", "days": 2}]
    new = [{"id": "a", "days": 1}, {"id": "b", "days": 3}]
    assert found(RULES, old, new) == [(("p", 1, "days"), "update", False)]


def test_one_tag_more_and_one_less() -> None:
    """Tags differ one by one."""
    assert found(text_map(), {"a": "1", "b": "2"}, {"b": "2", "c": "3"}) == [
        (("p", "a"), "delete", False),
        (("p", "c"), "add", False),
    ]


def test_a_set_has_no_order() -> None:
    """The order of a set makes no difference; that of a list does."""
    assert found(texts(), ["a", "b"], ["b", "a"]) == []
    assert found(Field("list", item=text()), ["a", "b"], ["b", "a"]) != []


def test_what_aws_fills_in_is_no_difference() -> None:
    """A computed property that the program does not give stays as AWS has it; one that it gives counts."""
    assert found(text(computed=True), "from AWS", None) == []
    assert found(text(computed=True), "from AWS", "other") == [(("p",), "update", False)]
    assert found(text(), "from AWS", None) == [(("p",), "delete", False)]


def test_what_is_not_known_yet_may_differ() -> None:
    """A value that only the update will know counts as a change, or a replacement where changes replace."""
    assert found(text(), "old", UNKNOWN) == [(("p",), "update", False)]
    assert found(text(replaces=True), "old", UNKNOWN) == [(("p",), "update", True)]


def test_replacement_reaches_inner_properties() -> None:
    """Inside a property whose change replaces, every change does."""
    field = block({"mode": text()}, replaces=True)
    assert found(field, {"mode": "a"}, {"mode": "b"}) == [(("p", "mode"), "update", True)]


@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner, max_size=3)))
def test_a_value_never_differs_from_itself(value: Any) -> None:
    """Whatever a list holds, it is the same as itself."""
    assert found(Field("list", item=text()), [value], [value]) == []


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        (text("A", "B"), "C", "expected one of A, B, got 'C'"),
        (text(), 3, "expected a string, got 3"),
        (flag(), "true", "expected true or false, got 'true'"),
        (whole(), True, "expected a whole number, got True"),
        (whole(minimum=7), 3, "expected at least 7, got 3"),
        (whole(maximum=30), 31, "expected at most 30, got 31"),
        (document(), "{", "not valid JSON"),
        (text_map(), {"a": 1}, "expected a string, got 1"),
        (RULES, [{}], "missing, and required"),
        (blocks({"id": text()}, most=1), [{}, {}], "expected at most 1 element(s), got 2"),
    ],
)
def test_wrong_values_are_told(field: Field, value: Any, complaint: str) -> None:
    """Each kind of mistake is one message that says what was expected and what was given."""
    [(path, reason)] = problems({"p": field}, {"p": value})
    assert path.startswith("p")
    assert complaint in reason


def test_an_unknown_property_is_told_with_the_nearest_one() -> None:
    """A misspelt property is refused, with the one that was probably meant."""
    assert list(problems({"tags": text_map()}, {"tgas": {}})) == [
        ("tgas", "not a property that the local provider knows; did you mean 'tags'?")
    ]


def test_unknown_values_are_no_mistake() -> None:
    """A value that only the update will know passes every check."""
    assert list(problems({"p": whole(minimum=7)}, {"p": UNKNOWN})) == []


def test_defaults_are_filled_in_everywhere() -> None:
    """Defaults are filled in on the top and inside lists of objects, and never over what is given."""
    fields = {"a": text(default="x"), "list": blocks({"b": text(default="y")})}
    assert with_defaults(fields, {"list": [{}, {"b": "z"}]}) == {"a": "x", "list": [{"b": "y"}, {"b": "z"}]}


def test_canonical_forms_keep_what_is_not_known() -> None:
    """What is not known yet is not taken for absent."""
    assert canonical(text(), UNKNOWN) is UNKNOWN
