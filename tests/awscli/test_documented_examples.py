"""The examples in the AWS CLI's own package run as they stand against the local AWS."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localaws.testing import LocalAws
from tests.awscli.client import VERSION, AwsCli
from tests.awscli.documented import Example, read_examples
from tests.awscli.prerequisites import CloudTrailResources, ImageBuilderResources

pytestmark = pytest.mark.awscli


def names_in(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


IMAGE_BUILDER = names_in("""
create-component create-distribution-configuration create-image create-image-pipeline create-image-recipe
create-infrastructure-configuration delete-component delete-image delete-image-pipeline delete-image-recipe
delete-infrastructure-configuration get-component get-component-policy get-distribution-configuration
get-image get-image-pipeline get-image-policy get-image-recipe-policy get-infrastructure-configuration
import-component list-component-build-versions list-components list-distribution-configurations
list-image-build-versions
list-image-pipeline-images list-image-recipes list-images list-infrastructure-configurations
list-tags-for-resource put-component-policy put-image-policy put-image-recipe-policy
start-image-pipeline-execution tag-resource untag-resource update-distribution-configuration
update-image-pipeline update-infrastructure-configuration
""")
CLOUD_TRAIL = names_in("""
add-tags create-subscription create-trail delete-trail describe-trails get-event-selectors get-trail-status
list-public-keys list-tags lookup-events put-event-selectors put-event-selectors-2 put-event-selectors-3
remove-tags start-logging stop-logging update-subscription update-trail validate-logs
""")

# Examples that no AWS could run as they stand: why, and what the CLI or the service then says.
FAULTY = {
    "create-distribution-configuration": ("writes file:/ for file://", "Invalid JSON"),
    "update-infrastructure-configuration": ("writes file:/ for file://", "Invalid JSON"),
    "tag-resource": ("lacks a quotation mark in its JSON", "Invalid JSON"),
    "untag-resource": ("reads another file than it shows", "No such file"),
    "get-image-recipe-policy": ("gives a recipe's ARN a build number", "must match pattern"),
}
# Outputs documented with other keys than the service's model has: documented key -> the model's.
RENAMED = {"Policy": "policy", "imagePipelineList": "imageSummaryList"}
# Keys that are shown for a trail that has delivered and notified before, as a new one has not.
ONLY_AFTER_DELIVERY = {
    "LatestCloudWatchLogsDeliveryTime",
    "LatestDeliveryTime",
    "LatestNotificationTime",
    "StartLoggingTime",
    "StopLoggingTime",
}


@dataclass(frozen=True)
class Session:
    """The AWS CLI, started once: each command costs no new process."""

    process: subprocess.Popen[str]
    examples: Path

    def run(self, arguments: list[str], folder: Path, region: str) -> Mapping[str, Any]:
        """Run one command; the answer has returncode, stdout and stderr."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        request = {"arguments": arguments, "folder": str(folder), "region": region}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def session(local_aws: LocalAws) -> Iterator[Session]:
    """A session of the CLI, in an environment of its own, that talks to the local AWS."""
    uvx = AwsCli._uvx()
    if uvx is None:
        pytest.skip("the AWS CLI needs uvx, which is not installed")
    script = str(Path(__file__).with_name("session.py"))
    command = [uvx, "--quiet", "--from", f"awscli=={VERSION}", "python", script]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, env=dict(local_aws.environment()), stdin=pipe, stdout=pipe, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        folder = process.stdout.readline().strip()
        if not folder:
            pytest.skip(f"awscli {VERSION} cannot be installed from PyPI here")
        yield Session(process, Path(folder))
        process.stdin.close()
        process.wait(timeout=30)


def prepare(example: Example, folder: Path) -> None:
    """Write the files that an example shows."""
    for name, text in example.files.items():
        (folder / name).write_text(text)


@pytest.mark.parametrize(("service", "names"), [("imagebuilder", IMAGE_BUILDER), ("cloudtrail", CLOUD_TRAIL)])
def test_every_documented_example_is_tried(session: Session, service: str, names: list[str]) -> None:
    """The names here are those in the package: none is left out, none made up."""
    assert sorted(read_examples(session.examples, service)) == sorted(names)


@pytest.mark.parametrize("name", [name for name in IMAGE_BUILDER if name not in FAULTY])
def test_an_image_builder_example_runs_as_documented(
    session: Session, local_aws: LocalAws, tmp_path: Path, name: str
) -> None:
    """Exit code 0, and output with the keys that are documented."""
    example = read_examples(session.examples, "imagebuilder")[name]
    region = example.region or "us-west-2"
    local_aws.control("reset", {})
    ImageBuilderResources(local_aws.client("imagebuilder", region=region)).provide(example)
    prepare(example, tmp_path)
    done = session.run(example.arguments, tmp_path, region)
    assert (done["returncode"], done["stderr"]) == (0, "")
    check_output(example, done["stdout"])


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_example_fails_for_the_reason_given(
    session: Session, local_aws: LocalAws, tmp_path: Path, name: str
) -> None:
    """It is faulty itself: with all that it names at hand, the CLI or the service's pattern refuses it."""
    example = read_examples(session.examples, "imagebuilder")[name]
    region = example.region or "us-west-2"
    local_aws.control("reset", {})
    ImageBuilderResources(local_aws.client("imagebuilder", region=region)).provide(example)
    prepare(example, tmp_path)
    done = session.run(example.arguments, tmp_path, region)
    assert done["returncode"] != 0
    assert FAULTY[name][1] in done["stderr"]


@pytest.mark.parametrize("name", CLOUD_TRAIL)
def test_a_cloudtrail_example_runs_as_documented(
    session: Session, local_aws: LocalAws, tmp_path: Path, name: str
) -> None:
    """Exit code 0, and output with the keys, or the first line, that are documented."""
    example = read_examples(session.examples, "cloudtrail")[name]
    local_aws.control("reset", {})
    CloudTrailResources(local_aws, "us-east-1").provide(example)
    done = session.run(example.arguments, tmp_path, "us-east-1")
    assert (done["returncode"], done["stderr"]) == (0, "")
    if example.output and not example.output.startswith("{"):
        assert done["stdout"].split()[:6] == example.output.split()[:6]
        return
    check_output(example, done["stdout"])


def check_output(example: Example, stdout: str) -> None:
    """The output has every key that is documented, but those that only time brings; else it is empty."""
    documented = {RENAMED.get(key, key) for key in example.output_keys} - ONLY_AFTER_DELIVERY
    shown = json.loads(stdout) if stdout.strip() else {}
    assert documented <= set(shown)
    assert example.output or shown == {}
