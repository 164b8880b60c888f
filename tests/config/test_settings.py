"""Settings: every key refused when wrong, all at once, each with the command that corrects it."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime import config as stack_config
from pulumi.runtime import mocks

from config.pulumi_config import load_settings, settings_of
from config.settings import GROUPS, KEYS, Settings, checked
from tests.config.refusal import ROLES, corrected, filled, refused
from tools.configuration_page import page

ROOT = Path(__file__).resolve().parents[2]

WRONG = {
    bool: ("maybe", "2", ""),
    int: ("ten", "1e3", "30.5"),
    str: ('{"a":"b"}', "[1]"),
    tuple: ("x",),
    dict: ("x",),
}
WRONG_TYPE = [(key, value) for key, field in KEYS.items() for value in WRONG[type(field.default)]]
OUT_OF_RANGE = {
    "trail_name": "a..b",
    "bucket_name": "No",
    "key_prefix": "/a/",
    "key_deletion_window_days": "6",
    "transition_storage_class": "DEEP_ARCHIVE",
    "transition_days": "-1",
    "expiration_days": "36501",
    "noncurrent_expiration_days": "0",
    "object_lock_mode": "LOCKED",
    "object_lock_days": "-1",
    "access_log_expiration_days": "0",
    "auditor_trusted_arns": '["*"]',
    "auditor_external_id": "x",
    "auditor_requires": "NOTHING",
    "break_glass_trusted_arns": '["arn:aws:s3:::bucket"]',
    "break_glass_requires": "mfa",
    "deployer_role_name": "/",
    "tags": '{"aws:x":"y"}',
}
PAIRS: dict[str, tuple[dict[str, Any], str]] = {
    "expiry before transition": (
        {"transition_storage_class": "GLACIER_IR", "expiration_days": "60"},
        "expiration_days",
    ),
    "infrequent access too early": (
        {"transition_storage_class": "STANDARD_IA", "transition_days": "29"},
        "transition_days",
    ),
    "lock without days": ({"object_lock_mode": "GOVERNANCE"}, "object_lock_days"),
    "days without lock": ({"object_lock_days": "5"}, "object_lock_mode"),
    "expiry before the lock ends": (
        {"object_lock_mode": "GOVERNANCE", "object_lock_days": "366"},
        "expiration_days",
    ),
    "unprotected and locked for all": (
        {"object_lock_mode": "COMPLIANCE", "object_lock_days": "5", "protect_logs": "false"},
        "protect_logs",
    ),
    "roles that lock out the deployer": ({"roles": "true"}, "deployer_role_name"),
    "trust without roles": ({"auditor_external_id": "xyz"}, "auditor_external_id"),
    **{
        f"reserved bucket {name}": ({"bucket_name": name}, "bucket_name")
        for name in (
            "xn--logs",
            "sthree-logs",
            "amzn-s3-demo-logs",
            "logs-s3alias",
            "logs--ol-s3",
            "logs--x-s3",
        )
    },
    "several reserved ends": ({"bucket_name": "a-an--table-s3"}, "bucket_name"),
    "reserved bucket by the trail's name": ({"trail_name": "Sthree-logs"}, "bucket_name"),
    "external id of nobody": ({**ROLES, "auditor_external_id": "xyz"}, "auditor_external_id"),
    "auditors without second factor, by nobody's name": (
        {**ROLES, "auditor_requires": "TRUSTED_ARN"},
        "auditor_requires",
    ),
    "glass breakers without second factor, of a whole account": (
        {
            **ROLES,
            "break_glass_requires": "SOURCE_IDENTITY",
            "break_glass_trusted_arns": '["arn:aws:iam::111122223333:root"]',
        },
        "break_glass_requires",
    ),
    **{
        f"prefix with CloudTrail's own {part}": ({"key_prefix": part}, "key_prefix")
        for part in ("org/CloudTrail", "CloudTrail-Digest/a", "AWSLogs")
    },
    "the deployer is the stack's own auditor": (
        {**ROLES, "deployer_role_name": "path/Image-builder-trail-test-auditor"},
        "deployer_role_name",
    ),
    "the deployer is the stack's own break-glass": (
        {**ROLES, "deployer_role_name": "image-builder-trail-test-break-glass"},
        "deployer_role_name",
    ),
    "the deployer delivers to the stack's own log group": (
        {"log_group": "true", "deployer_role_name": "image-builder-trail-test-log-delivery"},
        "deployer_role_name",
    ),
    "the auditor breaks the glass": (
        {
            **ROLES,
            "break_glass_trusted_arns": '["arn:aws:iam::111122223333:role/image-builder-trail-test-auditor",'
            '"arn:aws:iam::111122223333:role/Audit"]',
        },
        "break_glass_trusted_arns",
    ),
    "a session of the break-glass role audits": (
        {
            **ROLES,
            "auditor_trusted_arns": '["arn:aws:sts::111122223333:assumed-role/'
            'image-builder-trail-test-break-glass/x"]',
        },
        "auditor_trusted_arns",
    ),
    "trail too long for a bucket": ({"trail_name": "t" * 36}, "trail_name"),
    "bucket too long for its access logs": ({"bucket_name": "b" * 60, "access_logs": "true"}, "bucket_name"),
    "trail too long for a role": (
        {"trail_name": "t" * 53, "bucket_name": "b" * 9, "roles": "true", "deployer_role_name": "d"},
        "trail_name",
    ),
}


@pytest.mark.parametrize(("key", "value"), [*WRONG_TYPE, *OUT_OF_RANGE.items()], ids=lambda value: value[:30])
def test_a_wrong_value_is_told_in_one_line_that_names_and_corrects_it(key: str, value: str) -> None:
    (line,) = refused({key: value})
    assert line.startswith(f"{key}: ")
    assert "allowed: " in line
    assert value.replace('"', '\\"') in line or json.dumps(json.loads(value)) in line
    rest = ROLES if key.endswith("_arns") else {}
    assert checked(rest | filled(line, {key: value}), "image-builder-trail", "test")


@pytest.mark.parametrize("case", PAIRS)
def test_an_impossible_pair_is_told_in_one_line_and_its_correction_leads_to_fewer_errors(case: str) -> None:
    given, key = PAIRS[case]
    (line,) = refused(given)
    assert line.startswith(f"{key}: ")
    assert checked(filled(line, given), "image-builder-trail", "test")


def test_an_unknown_key_is_told_with_the_one_that_was_meant() -> None:
    (line,) = refused({"expiry_days": "400"})
    assert corrected(line, {"expiry_days": "400"}) == {"expiration_days": "400"}


def test_a_key_like_none_of_ours_is_to_be_removed() -> None:
    (line,) = refused({"zzz": "x"})
    assert corrected(line, {"zzz": "x"}) == {}


def test_all_errors_are_told_at_once() -> None:
    given = {**dict(WRONG_TYPE), "zzz": "1"}
    lines = refused(given)
    assert [line.partition(":")[0] for line in lines] == [*KEYS, "zzz"]


def test_wrong_values_do_not_hide_impossible_pairs_among_the_others() -> None:
    lines = refused({"protect_logs": "maybe", "object_lock_mode": "GOVERNANCE"})
    assert [line.partition(":")[0] for line in lines] == ["protect_logs", "object_lock_days"]


def test_a_pair_of_which_one_is_wrong_already_is_not_told_twice() -> None:
    assert len(refused({"expiration_days": "ten", "transition_days": "400"})) == 1


def test_an_endless_value_is_shown_short_and_on_one_line() -> None:
    (line,) = refused({"trail_name": "a\nb" * 1000})
    assert len(line) < 400


@pytest.mark.parametrize("value", ["true", True])
def test_values_may_be_given_as_pulumi_or_as_a_program_gives_them(value: object) -> None:
    days = {"expiration_days": "400", "transition_days": 100.0}
    settings = checked({"access_logs": value, **days}, "p", "s")
    logs = settings.log_bucket
    assert (settings.access_log_bucket.access_logs, logs.expiration_days, logs.transition_days) == (
        True,
        400,
        100,
    )


def test_numbers_in_tags_are_text() -> None:
    assert checked({"tags": '{"CostCenter": 42, "Live": true}'}, "p", "s").tags.tags == {
        "CostCenter": "42",
        "Live": "true",
    }


def test_settings_are_read_from_the_stack_and_only_the_projects_own() -> None:
    mocks.set_mocks(NoResources(), project="image-builder-trail", stack="test")
    stack_config.set_all_config(
        {"image-builder-trail:expiration_days": "500", "aws:region": "eu-west-1", "other:y": "z"}
    )
    assert load_settings().log_bucket.expiration_days == 500
    stack_config.set_all_config({"image-builder-trail:expiration_days": "x"})
    with pytest.raises(pulumi.RunError, match="expiration_days"):
        load_settings()
    stack_config.set_all_config({"aws:region": "moon-1"})
    with pytest.raises(pulumi.RunError, match="pulumi config set aws:region REGION --stack test"):
        load_settings()
    stack_config.set_all_config({})


def test_the_schema_in_pulumi_yaml_has_the_keys_meanings_and_defaults_of_the_settings() -> None:
    schema = yaml.safe_load((ROOT / "Pulumi.yaml").read_text("utf-8"))["config"]
    told = {key: (entry["description"], entry["default"]) for key, entry in schema.items()}
    settings = {
        key: (field.description, list(field.default) if field.default == () else field.default)
        for key, field in KEYS.items()
    }
    assert told == settings
    assert [type(default) for _, default in told.values()] == [
        type(default) for _, default in settings.values()
    ]


def test_the_schema_leaves_type_checks_to_us_since_pulumi_stops_at_the_first() -> None:
    schema = yaml.safe_load((ROOT / "Pulumi.yaml").read_text("utf-8"))["config"]
    assert not [key for key, entry in schema.items() if "type" in entry]


@pytest.mark.parametrize("stack", ["local", "dev", "prod"])
def test_every_stack_of_ours_is_right(stack: str) -> None:
    given = yaml.safe_load((ROOT / "config" / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    own = {key.partition(":")[2]: value for key, value in given.items() if not key.startswith("aws:")}
    assert checked(own, "image-builder-trail", stack)


def test_prod_is_the_strictest() -> None:
    given = yaml.safe_load((ROOT / "config" / "Pulumi.prod.yaml").read_text("utf-8"))["config"]
    settings = checked(
        {key.partition(":")[2]: value for key, value in given.items() if "trail:" in key}, "p", "prod"
    )
    assert settings.log_bucket.protect_logs
    assert settings.access.roles
    assert settings.access_log_bucket.access_logs
    assert settings.log_bucket.object_lock_mode == "GOVERNANCE"
    assert settings.log_bucket.expiration_days > Settings().log_bucket.expiration_days


def test_no_setting_stands_in_two_groups() -> None:
    assert len(KEYS) == sum(len(kind.model_fields) for kind in GROUPS.values())


def test_a_bad_item_of_a_list_or_map_is_named_and_only_it_is_changed() -> None:
    arn = "arn:aws:iam::111122223333:role/reader"
    given = {
        "roles": "true",
        "deployer_role_name": "d",
        "auditor_trusted_arns": f'["{arn}", "*"]',
        "tags": '{"aws:x": "y", "Team": "a"}',
    }
    trusted, tags = refused(given)
    assert "(item 2)" in trusted
    assert '(item "aws:x")' in tags
    found = corrected(tags, corrected(trusted, given))
    assert json.loads(found["auditor_trusted_arns"]) == [arn, "VALUE"]
    assert checked(filled(trusted, {**given, "tags": found["tags"]}), "p", "test").tags.tags == {"Team": "a"}


def test_a_check_that_looked_at_a_wrong_value_says_nothing() -> None:
    (line,) = refused({"roles": "true", "protect_logs": "maybe"})
    assert line.startswith("protect_logs: ")


def test_arguments_of_a_program_are_corrected_in_the_program() -> None:
    mocks.set_mocks(NoResources(), project="p", stack="s")
    with pytest.raises(pulumi.RunError) as error:
        settings_of({"expiration_days": "ten", "expiry_days": 4})
    text = str(error.value)
    assert "pulumi config" not in text
    assert text.endswith("expiry_days: no such setting (allowed: expiration_days); leave expiry_days out")


def test_the_error_shown_on_the_configuration_page_is_a_real_one() -> None:
    (shown,) = re.findall(r"^expiration_days: .*$", page(), re.MULTILINE)
    assert [line.replace("--stack test", "--stack dev") for line in refused({"expiration_days": "ten"})] == [
        shown
    ]


class NoResources(mocks.Mocks):
    """An engine for programs that register nothing."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Refuse every resource."""
        raise AssertionError(args.typ)

    def call(self, args: mocks.MockCallArgs) -> Any:
        """Refuse every call."""
        raise AssertionError(args.token)
