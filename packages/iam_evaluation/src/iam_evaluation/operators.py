"""The condition operators, each as a test of one request value against one policy value.

Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator as comparison
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from iam_evaluation.model import PolicyError
from iam_evaluation.patterns import (
    Piece,
    arn_condition_pattern,
    compile_any,
    text_of,
    wildcard_pattern,
)

Test = Callable[[str], bool]
Pieces = tuple[Piece, ...]
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?)?)?"
)
_EPOCH = re.compile(r"-?\d{5,}(\.\d+)?")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: `build` makes a test out of several policy values, any of which may match."""

    name: str
    build: Callable[[Sequence[Pieces]], Test]
    negated: bool = False
    takes_variables: bool = False


def _string_equals(values: Sequence[Pieces]) -> Test:
    return frozenset(text_of(value) for value in values).__contains__


def _string_equals_ignoring_case(values: Sequence[Pieces]) -> Test:
    wanted = frozenset(text_of(value).lower() for value in values)
    return lambda value: value.lower() in wanted


def _string_like(values: Sequence[Pieces]) -> Test:
    return _full_match([wildcard_pattern(value) for value in values])


def _arn_like(values: Sequence[Pieces]) -> Test:
    for value in values:
        text = text_of(value)
        if not text.startswith("arn:") or text.count(":") < 5:
            raise PolicyError(
                f'"{text}" is not an ARN of six parts (arn:partition:service:region:account:resource), '
                "which the Arn operators compare one by one; * stands for any part"
            )
    return _full_match([arn_condition_pattern(value) for value in values])


def _full_match(patterns: Sequence[str]) -> Test:
    pattern = compile_any(patterns)
    if pattern is None:  # "" alone joins to nothing
        return lambda value: not value
    match = pattern.fullmatch
    return lambda value: match(value) is not None


def parse_number(text: str) -> Decimal:
    """An integer or decimal number."""
    try:
        if _NUMBER.fullmatch(text):
            return Decimal(text)
    except InvalidOperation:
        pass
    raise PolicyError(f'"{text}" is not a number, as the Numeric operators need')


def parse_date(text: str) -> Decimal:
    """Seconds since 1970 of an ISO 8601 date as the W3C profile writes it, or of epoch seconds."""
    if _EPOCH.fullmatch(text):
        return Decimal(text)
    match = _DATE.fullmatch(text)
    if match is not None:
        year, month, day, hour, minute, second, fraction, zone = match.groups()
        try:
            moment = datetime(
                int(year),
                int(month or 1),
                int(day or 1),
                int(hour or 0),
                int(minute or 0),
                int(second or 0),
                tzinfo=UTC,
            )
            offset = datetime.strptime(zone or "Z", "%z").utcoffset()
        except ValueError:
            pass
        else:
            whole = int(moment.timestamp()) - int(offset.total_seconds() if offset else 0)
            return whole + Decimal(fraction or 0)
    raise PolicyError(
        f'"{text}" is not a date, as the Date operators need; '
        "write 2026-01-31, 2026-01-31T23:59:59Z or seconds since 1970"
    )


def parse_boolean(text: str) -> bool:
    """True or false, in any case."""
    lowered = text.lower()
    if lowered in {"true", "false"}:
        return lowered == "true"
    raise PolicyError(f'"{text}" is not "true" or "false", as the Bool and Null operators need')


def parse_binary(text: str) -> bytes:
    """The bytes that base64 stands for."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise PolicyError(f'"{text}" is not base64, as the BinaryEquals operator needs') from None


def _ordered(
    parse: Callable[[str], Decimal], compare: Callable[[Any, Any], bool]
) -> Callable[[Sequence[Pieces]], Test]:
    def build(values: Sequence[Pieces]) -> Test:
        wanted = [parse(text_of(value)) for value in values]

        def test(value: str) -> bool:
            given = parse(value)
            return any(compare(given, one) for one in wanted)

        return test

    return build


def _equal(parse: Callable[[str], Any]) -> Callable[[Sequence[Pieces]], Test]:
    def build(values: Sequence[Pieces]) -> Test:
        wanted = {parse(text_of(value)) for value in values}
        return lambda value: parse(value) in wanted

    return build


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        if ":" in text and "/" not in text:
            raise PolicyError(
                f'"{text}" is an IPv6 address without a prefix length; add /128 for just this one'
            )
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        if isinstance(error, PolicyError):
            raise
        raise PolicyError(f'"{text}" is not an IP address or a range such as 203.0.113.0/24') from None


def parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An IPv4 or IPv6 address."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise PolicyError(f'"{text}" in the request is not an IP address') from None


def _in_network(values: Sequence[Pieces]) -> Test:
    networks = [_network(text_of(value)) for value in values]

    def test(value: str) -> bool:
        address = parse_address(value)
        return any(address in network for network in networks)

    return test


def _comparisons(family: str, parse: Callable[[str], Decimal]) -> list[Operator]:
    return [
        Operator(f"{family}Equals", _ordered(parse, comparison.eq)),
        Operator(f"{family}NotEquals", _ordered(parse, comparison.eq), negated=True),
        Operator(f"{family}LessThan", _ordered(parse, comparison.lt)),
        Operator(f"{family}LessThanEquals", _ordered(parse, comparison.le)),
        Operator(f"{family}GreaterThan", _ordered(parse, comparison.gt)),
        Operator(f"{family}GreaterThanEquals", _ordered(parse, comparison.ge)),
    ]


OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("StringEquals", _string_equals, takes_variables=True),
        Operator("StringNotEquals", _string_equals, negated=True, takes_variables=True),
        Operator("StringEqualsIgnoreCase", _string_equals_ignoring_case, takes_variables=True),
        Operator(
            "StringNotEqualsIgnoreCase", _string_equals_ignoring_case, negated=True, takes_variables=True
        ),
        Operator("StringLike", _string_like, takes_variables=True),
        Operator("StringNotLike", _string_like, negated=True, takes_variables=True),
        *_comparisons("Numeric", parse_number),
        *_comparisons("Date", parse_date),
        Operator("Bool", _equal(parse_boolean)),
        Operator("BinaryEquals", _equal(parse_binary)),
        Operator("IpAddress", _in_network),
        Operator("NotIpAddress", _in_network, negated=True),
        Operator("ArnEquals", _arn_like, takes_variables=True),
        Operator("ArnNotEquals", _arn_like, negated=True, takes_variables=True),
        Operator("ArnLike", _arn_like, takes_variables=True),
        Operator("ArnNotLike", _arn_like, negated=True, takes_variables=True),
    )
}
