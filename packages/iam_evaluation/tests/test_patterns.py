"""Wildcards match what they always did, in a time that no policy can draw out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam_evaluation import Policies, Principal, Request, evaluate
from iam_evaluation.patterns import (
    Piece,
    arn_condition_pattern,
    arn_resource_pattern,
    matches_wildcards,
    wildcard_pattern,
)

ALPHABET = "ab:*?"
PATTERNS = st.lists(st.builds(Piece, st.text(ALPHABET, max_size=14), st.booleans()), max_size=3)
TEXTS = st.text("ab:*", max_size=14)
MANY_STARS = "a" + "*a" * 10 + "*b"
MANY_IN_ARN = f"arn:{MANY_STARS}:::::"
LONG = "a" * 400


def crosses(characters: list[tuple[str, bool]], index: int, *, arn: bool, last_crosses: bool) -> bool:
    """Whether the wildcard at an index stands for colons too."""
    if not arn or sum(character == ":" for character, _ in characters[:index]) >= 5:
        return True
    if characters[index][0] == "?":
        return False
    ends = index + 1 == len(characters) or characters[index + 1][0] == ":"
    return last_crosses and ends


def oracle(pieces: list[Piece], text: str, *, arn: bool, last_crosses: bool = False) -> bool:
    """What is reached in the text, one character of the pattern after the other."""
    characters = [(character, piece.literal) for piece in pieces for character in piece.text]
    reached = {0}
    for index, (character, literal) in enumerate(characters):
        if literal or character not in "*?":
            reached = {at + 1 for at in reached if text[at : at + 1] == character}
            continue
        free = crosses(characters, index, arn=arn, last_crosses=last_crosses)
        longest = 1 if character == "?" else len(text)
        shortest = 1 if character == "?" else 0
        reached = {
            at + length
            for at in reached
            for length in range(shortest, longest + 1)
            if at + length <= len(text) and (free or ":" not in text[at : at + length])
        }
    return len(text) in reached


@pytest.mark.parametrize(
    ("written", "arn", "last_crosses"),
    [
        (wildcard_pattern, False, False),
        (arn_condition_pattern, True, False),
        (arn_resource_pattern, True, True),
    ],
)
@given(pieces=PATTERNS, text=TEXTS)
def test_wildcards_match_what_they_stand_for(
    written: Callable[[list[Piece]], str], arn: bool, last_crosses: bool, pieces: list[Piece], text: str
) -> None:
    """A pattern matches exactly what can be reached by trying every length of every wildcard."""
    found = re.fullmatch(written(pieces), text, re.DOTALL) is not None
    assert found is oracle(pieces, text, arn=arn, last_crosses=last_crosses)


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{MANY_STARS}"},
        {"Action": f"s3:{MANY_STARS}", "Resource": "*"},
        {"NotAction": f"s3:{MANY_STARS}", "NotResource": f"arn:aws:s3:::{MANY_STARS}"},
        {"Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:UserAgent": MANY_STARS}}},
        {
            "Action": "*",
            "Resource": "*",
            "Condition": {"ArnLike": {"aws:SourceArn": f"arn:{MANY_STARS}:::::"}},
        },
        {"Action": "*", "Resource": "arn:aws:s3:::${aws:username, 'a'}" + MANY_STARS},
    ],
)
def test_no_policy_takes_for_ever(statement: dict[str, object]) -> None:
    """Many stars against a long text that nearly matches end in an answer."""
    asked = Request(
        Principal.user("arn:aws:iam::123456789012:user/alice"),
        f"s3:{LONG}" if "s3:a" in str(statement.get("Action", "")) else "s3:GetObject",
        f"arn:aws:s3:::{LONG}",
        "123456789012",
        {"aws:UserAgent": LONG, "aws:SourceArn": f"arn:{LONG}:::::"},
    )
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}}
    assert evaluate(asked, Policies(identity=[document])).allowed is ("NotAction" in statement)


def test_a_wildcard_is_any_text() -> None:
    """`*` is any text, also none, and `?` one character."""
    assert matches_wildcards("a*b?", "a-b-bc")
    assert not matches_wildcards("a*b?", "ab")
