"""Corrections set what was evidently meant, or leave a placeholder: never the opposite, never a default."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

import json
from typing import Any

import pytest

from config.regions import problem
from tests.config.refusal import ROLES, corrected, refused

MEANT: list[tuple[str, Any, Any]] = [
    *(("roles", text, "true") for text in ("yes", "on", "1", "True", "TRUE", "ture", " true")),
    *(("access_logs", text, "false") for text in ("no", "off", "0", "False", "flase")),
    ("object_lock_mode", "governance", "GOVERNANCE"),
    ("object_lock_mode", "COMPLAINCE", "COMPLIANCE"),
    ("transition_storage_class", "standard-ia", "STANDARD_IA"),
    ("auditor_requires", "source identity", "SOURCE_IDENTITY"),
    ("expiration_days", "1500d", "1500"),
    ("expiration_days", "1500 days", "1500"),
    ("expiration_days", "2w", "14"),
    ("key_prefix", "/image//logs/", "image/logs"),
    ("bucket_name", "My_Logs", "my-logs"),
    ("deployer_role_name", "a//b", "a/b"),
    ("auditor_trusted_arns", "arn:aws:iam::111122223333:root", '["arn:aws:iam::111122223333:root"]'),
    ("auditor_trusted_arns", '["arn:aws:iam::111122223333:root "]', '["arn:aws:iam::111122223333:root"]'),
    ("expiry_days", "400d", "400"),
]
UNCLEAR = [
    ("protect_logs", "maybe"),
    ("object_lock_mode", "on"),
    ("object_lock_mode", "false"),
    ("transition_storage_class", "GLACIER"),
    ("expiration_days", "3y"),
    ("expiration_days", "18 months"),
    ("expiration_days", "-4"),
    ("expiration_days", "36501d"),
    ("key_prefix", "a b"),
    ("trail_name", "x"),
    ("tags", "x"),
    ("expiry_days", "long"),
]


@pytest.mark.parametrize(("key", "value", "right"), MEANT)
def test_a_correction_sets_the_value_that_was_evidently_meant(key: str, value: str, right: str) -> None:
    line = refused({key: value})[0]
    (found,) = corrected(line, {key: value}).values()
    assert json.loads(found) == json.loads(right) if right.startswith("[") else found == right


@pytest.mark.parametrize(("key", "value"), UNCLEAR)
def test_a_correction_never_guesses_and_never_falls_back_to_the_default(key: str, value: str) -> None:
    (line,) = refused({key: value})
    assert list(corrected(line, {key: value}).values()) == ["VALUE"]


@pytest.mark.parametrize("other", ["ten", "400"])
def test_a_misspelt_key_beside_the_right_one_does_not_set_it_again(other: str) -> None:
    lines = refused({"expiration_days": other, "expiration_dayz": "3", "expiration_dayss": "4"})
    assert not [line for line in lines if line.startswith("expiration_day") and "config set" in line][1:]
    assert not [line for line in lines if " 3 " in line or " 4 " in line]


def test_two_misspelt_keys_do_not_set_the_same_one_twice() -> None:
    lines = refused({"expiration_dayz": "3", "expiration_dayss": "4"})
    assert sum("config set" in line for line in lines) == 1


def test_one_wrong_item_keeps_the_others_and_their_order() -> None:
    arns = [f"arn:aws:iam::111122223333:role/{name}" for name in "ab"]
    given = {**ROLES, "auditor_trusted_arns": json.dumps([arns[0], "arn:aws:iam::1:role/x", arns[1]])}
    (line,) = refused(given)
    assert json.loads(corrected(line, given)["auditor_trusted_arns"]) == [arns[0], "VALUE", arns[1]]


def test_a_whole_number_is_shown_without_a_fraction() -> None:
    (line,) = refused({"expiration_days": -4.0})
    assert line.startswith("expiration_days: -4 is not allowed")


def test_a_log_group_keeps_events_no_shorter_than_asked() -> None:
    (line,) = refused({"log_group_retention_days": "100"})
    assert corrected(line, {})["log_group_retention_days"] == "120"


@pytest.mark.parametrize(
    ("region", "right"),
    [
        ("EU-WEST-1", "eu-west-1"),
        ("us_east_1", "us-east-1"),
        ("us-east-11", "us-east-1"),
        ("eu-west", "REGION"),
    ],
)
def test_a_region_is_corrected_to_the_one_meant_if_that_is_plain(region: str, right: str) -> None:
    assert f"pulumi config set aws:region {right} --stack test" in str(problem(region, "test"))
