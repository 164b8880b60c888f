"""A stack's file is read without Pulumi, and refused in the words of the program."""

from __future__ import annotations

import json
from pathlib import Path

import pulumi
import pytest
import yaml
from pulumi.runtime import config as stack_config
from pulumi.runtime import mocks

from config.pulumi_config import load_settings
from config.regions import partition_of
from config.settings import ConfigurationError
from config.stack_file import read_stack, stack_names
from tests import ROOT
from tests.config.test_settings import NoResources


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("eu-central-2", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
    ],
)
def test_a_region_tells_its_partition(region: str, partition: str) -> None:
    """The start of a Region's name says which partition it is in."""
    assert partition_of(region) == partition


def test_every_stack_has_a_file() -> None:
    """The stacks are those of the configuration folder."""
    assert {"dev", "local"} <= set(stack_names())


def _project(folder: Path, stack: str) -> Path:
    (folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    (folder / "config").mkdir()
    (folder / "config/Pulumi.other.yaml").write_text(stack)
    return folder


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("config: {}", "no Region; run: pulumi config set aws:region REGION --stack other"),
        (
            "config: {aws:region: moon-1}",
            '"moon-1" has not the form of a Region of AWS; run: pulumi config set aws:region REGION',
        ),
        (
            "config: {aws:region: us-east-11}",
            "if AWS has opened it since: pulumi config set aws:skipRegionValidation true --stack other",
        ),
        ("config: {aws:region: eusc-de-east-1}", "lies in the partition aws-eusc"),
        ("config: {aws:region: moon-1, aws:skipRegionValidation: true}", "has not the form of a Region"),
        ("- a list", "is not a map of settings"),
        ("config: [", "cannot be read"),
    ],
)
def test_a_faulty_configuration_is_one_clear_line(tmp_path: Path, content: str, message: str) -> None:
    """What is wrong with a stack's file is said in one line with the correction."""
    with pytest.raises(ConfigurationError, match=r"Pulumi\.other\.yaml") as raised:
        read_stack("other", root=_project(tmp_path, content))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_region_newer_than_the_list_is_taken_when_told_so(tmp_path: Path) -> None:
    """The switch by which Pulumi's provider takes a Region unseen counts here too."""
    text = "config: {aws:region: eu-north-9, aws:skipRegionValidation: true}"
    assert read_stack("other", root=_project(tmp_path, text)).place.region == "eu-north-9"


def test_an_unknown_stack_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    """A stack without a file is refused by name."""
    with pytest.raises(ConfigurationError, match=r'no stack "nowhere" in .*: there are other'):
        read_stack("nowhere", root=_project(tmp_path, "config: {}"))


def test_words_that_some_readers_of_yaml_take_for_others_are_what_pulumi_takes_them_for(
    tmp_path: Path,
) -> None:
    """`pulumi config set object_lock_mode OFF` writes OFF without quotation marks, and reads a text."""
    lines = ["object_lock_mode: OFF", "protect_logs: true", "tags: {Team: on, Since: 2026-01-01, Room: 0365}"]
    content = "".join(f"  image-builder-trail:{line}\n" for line in lines)
    stack = read_stack("other", root=_project(tmp_path, f"config:\n  aws:region: us-east-1\n{content}"))
    assert stack.settings.log_bucket.object_lock_mode == "OFF"
    assert stack.settings.tags.tags == {"Team": "on", "Since": "2026-01-01", "Room": "0365"}


def test_values_written_as_text_are_read_as_what_they_mean(tmp_path: Path) -> None:
    """`pulumi config set` writes everything as text; numbers, booleans and maps are read all the same."""
    text = (
        "config: {aws:region: cn-north-1, image-builder-trail:protect_logs: 'false',"
        " image-builder-trail:expiration_days: '300', image-builder-trail:tags: '{\"Stack\": \"mine\"}'}"
    )
    stack = read_stack("other", "444455556666", _project(tmp_path, text))
    settings = stack.settings.log_bucket
    assert (settings.protect_logs, settings.expiration_days, stack.place.partition) == (False, 300, "aws-cn")
    assert stack.key_tags == {"Project": "image-builder-trail", "Stack": "mine"}
    assert stack.bucket.endswith("-444455556666-cn-north-1")


@pytest.mark.parametrize(
    "given",
    [
        "object_lock_mode: BANANA",
        "protect_logs: maybe",
        "expiration_days: '1.5'",
        "expiration_days: 1.5",
        "expiry: 1",
        "tags: [a]",
        "roles: true",
    ],
)
def test_a_value_is_refused_in_the_words_of_the_program(tmp_path: Path, given: str) -> None:
    """What `pulumi up` says of a stack file is what every reader of the file says."""
    key, value = next(iter(yaml.safe_load(given).items()))
    settings = f"config: {{aws:region: us-east-1, image-builder-trail:{given}}}"
    with pytest.raises(ConfigurationError) as raised:
        read_stack("other", root=_project(tmp_path, settings))
    mocks.set_mocks(NoResources(), project="image-builder-trail", stack="other")
    text = value if isinstance(value, str) else json.dumps(value)
    stack_config.set_all_config({f"image-builder-trail:{key}": text})
    with pytest.raises(pulumi.RunError) as told:
        load_settings()
    stack_config.set_all_config({})
    assert str(told.value) == str(raised.value)
