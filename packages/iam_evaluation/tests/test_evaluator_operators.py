"""Every condition operator that AWS documents, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from iam_evaluation import PolicyError
from iam_evaluation.operators import OPERATORS
from packages.iam_evaluation.tests.building import ALLOWED, NOT_ALLOWED, allow, policy, verdict

TRAIL = "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"
# operator, policy values, request value, whether the condition holds
CASES: tuple[tuple[str, Any, str, bool], ...] = (
    ("StringEquals", "red", "red", True),
    ("StringEquals", "red", "Red", False),
    ("StringEquals", "r*", "red", False),
    ("StringEquals", ["blue", "red"], "red", True),
    ("StringNotEquals", "red", "red", False),
    ("StringNotEquals", "red", "blue", True),
    ("StringNotEquals", ["red", "blue"], "blue", False),
    ("StringNotEquals", ["red", "blue"], "green", True),
    ("StringEqualsIgnoreCase", "RED", "red", True),
    ("StringEqualsIgnoreCase", "RED", "reds", False),
    ("StringNotEqualsIgnoreCase", "RED", "red", False),
    ("StringNotEqualsIgnoreCase", "RED", "blue", True),
    ("StringLike", "home/*", "home/alice/x", True),
    ("StringLike", "home/?", "home/alice", False),
    ("StringLike", "HOME/*", "home/alice", False),
    ("StringLike", ["", "home/"], "", True),
    ("StringLike", "", "x", False),
    ("StringLike", "a.c", "abc", False),
    ("StringLike", "*", "two\nlines", True),
    ("StringNotLike", "home/*", "home/alice", False),
    ("StringNotLike", ["home/*", "tmp/*"], "var/x", True),
    ("NumericEquals", "10", "10.0", True),
    ("NumericEquals", 10, "10", True),
    ("NumericEquals", "10", "11", False),
    ("NumericNotEquals", "10", "10", False),
    ("NumericNotEquals", ["10", "11"], "12", True),
    ("NumericLessThan", "10", "9.99", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericLessThanEquals", "10", "10.01", False),
    ("NumericGreaterThan", "10", "100", True),
    ("NumericGreaterThan", "10", "10", False),
    ("NumericGreaterThanEquals", "10", "10", True),
    ("NumericGreaterThanEquals", "-1.5", "-2", False),
    ("NumericLessThan", ["1", "100"], "50", True),
    ("DateEquals", "2026-01-31T00:00:00Z", "2026-01-31", True),
    ("DateEquals", "1769817600", "2026-01-31", True),
    ("DateEquals", "2026-01-31T02:00:00+02:00", "2026-01-31T00:00Z", True),
    ("DateEquals", "2026-01-31T00:00:00.5Z", "2026-01-31", False),
    ("DateNotEquals", "2026-01-31", "2026-01-31", False),
    ("DateNotEquals", "2026-01-31", "2026-02-01", True),
    ("DateLessThan", "2026", "2025-12-31T23:59:59Z", True),
    ("DateLessThan", "2026-02", "2026-02-01", False),
    ("DateLessThanEquals", "2026-02", "2026-02-01", True),
    ("DateLessThanEquals", "2026-02", "2026-02-02", False),
    ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:02Z", True),
    ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", False),
    ("DateGreaterThanEquals", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", True),
    ("DateGreaterThanEquals", "2020-01-01T00:00:01Z", "2020-01-01", False),
    ("Bool", "true", "true", True),
    ("Bool", True, "True", True),
    ("Bool", "false", "true", False),
    ("Bool", ["true", "false"], "true", True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.255", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.0", False),
    ("IpAddress", "203.0.113.7/24", "203.0.113.1", True),
    ("IpAddress", "203.0.113.7", "203.0.113.7", True),
    ("IpAddress", "203.0.113.7", "203.0.113.8", False),
    ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", True),
    ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5679::1", False),
    ("IpAddress", ["203.0.113.0/24", "2001:db8::/32"], "2001:db8::9", True),
    ("IpAddress", "0.0.0.0/0", "2001:db8::9", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", False),
    ("NotIpAddress", ["203.0.113.0/24", "198.51.100.0/24"], "192.0.2.1", True),
    ("NotIpAddress", "0.0.0.0/0", "2001:db8::9", True),
    ("ArnEquals", TRAIL, TRAIL, True),
    ("ArnEquals", "arn:aws:cloudtrail:*:111122223333:trail/*", TRAIL, True),
    ("ArnEquals", "arn:aws:cloudtrail:*:444455556666:trail/*", TRAIL, False),
    ("ArnLike", "arn:aws:cloudtrail:us-east-?:*:*", TRAIL, True),
    ("ArnLike", TRAIL.upper().replace("ARN", "arn", 1), TRAIL, False),
    ("ArnLike", TRAIL, "no ARN", False),
    ("ArnNotEquals", TRAIL, TRAIL, False),
    ("ArnNotEquals", TRAIL, TRAIL + "2", True),
    ("ArnNotLike", "arn:aws:cloudtrail:*:*:trail/*", TRAIL, False),
    ("ArnNotLike", "arn:aws:cloudtrail:*:*:trail/?", "no ARN", True),
    # AWS's own example of where the ARN operators differ from the string operators
    (
        "ArnLike",
        "arn:aws:someservice:*:111122223333:finance/*",
        "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
        False,
    ),
    (
        "StringLike",
        "arn:aws:someservice:*:111122223333:finance/*",
        "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
        True,
    ),
)
NEGATED = [name for name, operator in OPERATORS.items() if operator.negated]
VALUES = {
    "String": "red",
    "Numeric": "10",
    "Date": "2026-01-31",
    "Bool": "true",
    "Binary": "AAEC",
    "IpAddress": "203.0.113.0/24",
    "NotIpAddress": "203.0.113.0/24",
    "Arn": TRAIL,
}


def _holds(operator: str, wanted: Any, given: str | list[str] | None) -> bool:
    context = {} if given is None else {"test:Key": given}
    answer = verdict(identity=[policy(allow(Condition={operator: {"test:Key": wanted}}))], context=context)
    assert answer in (ALLOWED, NOT_ALLOWED)
    return answer is ALLOWED


def _value(operator: str) -> str:
    return next(value for prefix, value in VALUES.items() if operator.startswith(prefix))


@pytest.mark.parametrize(("operator", "wanted", "given", "holds"), CASES)
def test_operator_compares_as_documented(operator: str, wanted: Any, given: str, *, holds: bool) -> None:
    """An operator holds for just the values that AWS's page on condition operators says."""
    assert _holds(operator, wanted, given) is holds


def test_every_operator_has_a_case_that_holds_and_one_that_does_not() -> None:
    """The table above leaves out no operator and no answer."""
    assert {(name, answer) for name in OPERATORS for answer in (True, False)} <= {
        (name, holds) for name, _, _, holds in CASES
    }


def test_documented_operators_are_all_there() -> None:
    """The operators are those of AWS's page, and the negated ones those that begin or go on with Not."""
    families = {
        "String": ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike"),
        "Numeric": ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
        "Date": ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"),
        "Arn": ("Equals", "NotEquals", "Like", "NotLike"),
    }
    names = {family + rest for family, several in families.items() for rest in several}
    assert set(OPERATORS) == names | {"Bool", "BinaryEquals", "IpAddress", "NotIpAddress"}
    assert set(NEGATED) == {name for name in OPERATORS if "Not" in name}


@pytest.mark.parametrize("operator", OPERATORS)
def test_absent_key_meets_only_negated_operators(operator: str) -> None:
    """A key that the request lacks is no match, and so meets an operator that asks for no match."""
    assert _holds(operator, _value(operator), None) is (operator in NEGATED)


@pytest.mark.parametrize("operator", OPERATORS)
def test_if_exists_is_met_by_an_absent_key(operator: str) -> None:
    """With IfExists an absent key meets the condition, whatever the operator."""
    assert _holds(f"{operator}IfExists", _value(operator), None)


@pytest.mark.parametrize(("operator", "wanted", "given", "holds"), CASES)
def test_if_exists_changes_nothing_for_a_key_that_is_there(
    operator: str, wanted: Any, given: str, *, holds: bool
) -> None:
    """With IfExists a key that the request has is compared as without."""
    assert _holds(f"{operator}IfExists", wanted, given) is holds


@pytest.mark.parametrize("operator", OPERATORS)
def test_set_operators_decide_absent_keys_by_themselves(operator: str) -> None:
    """ForAllValues is met by an absent key, ForAnyValue is not, be the operator negated or not."""
    assert _holds(f"ForAllValues:{operator}", _value(operator), None)
    assert not _holds(f"ForAnyValue:{operator}", _value(operator), None)


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "holds"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAllValues:StringEquals", ["a", "b"], [], True),
        ("ForAllValues:StringEquals", ["a", "b"], "", True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", ""], False),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], True),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "d"], False),
        ("ForAnyValue:StringEquals", ["a", "b"], [], False),
        ("ForAnyValue:StringNotEquals", ["a"], "", False),
        ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"], True),
        ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "a"], False),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "c"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], False),
        ("ForAllValues:StringLike", ["key1*"], ["key1:x", "key1"], True),
        ("ForAllValues:StringLike", ["key1*"], ["key1:x", "key2"], False),
        ("ForAnyValue:StringEqualsIfExists", ["a"], None, True),
        ("ForAnyValue:StringEqualsIfExists", ["a"], ["b"], False),
        ("ForAllValues:ArnLike", ["arn:aws:iam::*:role/*"], ["arn:aws:iam::1:role/a"], True),
        ("ForAnyValue:Bool", ["true"], ["false", "true"], True),
    ],
)
def test_set_operators_compare_each_value(
    operator: str, wanted: list[str], given: str | list[str] | None, *, holds: bool
) -> None:
    """ForAllValues wants every request value to match (or none, negated), ForAnyValue at least one."""
    assert _holds(operator, wanted, given) is holds


@pytest.mark.parametrize(
    ("wanted", "given", "holds"),
    [
        ("true", None, True),
        ("true", "x", False),
        ("false", "x", True),
        ("false", None, False),
        (True, None, True),
        (["true", "false"], "x", True),
        ("true", [], True),
        (["true", "false"], "", True),
    ],
)
def test_null_asks_whether_a_key_is_absent(
    wanted: Any, given: str | list[str] | None, *, holds: bool
) -> None:
    """Null "true" is met by an absent key, "false" by one that is there."""
    assert _holds("Null", wanted, given) is holds


def test_all_conditions_must_hold() -> None:
    """Several operators, and several keys under one, are all needed."""
    both = {"StringEquals": {"a:x": "1", "a:y": "2"}, "Bool": {"a:z": "true"}}
    context = {"a:x": "1", "a:y": "2", "a:z": "true"}
    identity = [policy(allow(Condition=both))]
    assert verdict(identity=identity, context=context) is ALLOWED
    for key in context:
        without = {name: value for name, value in context.items() if name != key}
        assert verdict(identity=identity, context=without) is NOT_ALLOWED


def test_condition_keys_ignore_case() -> None:
    """AWS:sourceip in a policy is aws:SourceIp of the request."""
    identity = [policy(allow(Condition={"IpAddress": {"AWS:sourceip": "203.0.113.0/24"}}))]
    assert verdict(identity=identity, context={"aws:SourceIp": "203.0.113.1"}) is ALLOWED


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "says"),
    [
        ("StringEquals", "a", ["a", "b"], "ForAllValues: or ForAnyValue:"),
        ("Null", "true", "", "whose value in this request is empty"),
        ("Null", "false", ["", ""], "whose value in this request is empty"),
        ("NumericEquals", "1", "many", '"many" is not a number'),
        ("NumericEquals", "1", "NaN", '"NaN" is not a number'),
        ("DateLessThan", "2026", "yesterday", '"yesterday" is not a date'),
        ("DateLessThan", "2026", "2026-02-30", '"2026-02-30" is not a date'),
        ("Bool", "true", "yes", '"yes" is not "true" or "false"'),
        ("BinaryEquals", "AAEC", "!", '"!" is not base64'),
        ("IpAddress", "203.0.113.0/24", "AWS Internal", '"AWS Internal" in the request is not an IP address'),
    ],
)
def test_request_values_that_an_operator_cannot_read_are_refused(
    operator: str, wanted: str, given: str | list[str], says: str
) -> None:
    """The evaluation refuses rather than guess what AWS makes of such a value."""
    with pytest.raises(PolicyError) as error:
        _holds(operator, wanted, given)
    assert says in str(error.value)
