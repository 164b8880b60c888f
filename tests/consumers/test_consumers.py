"""AuditTrail in Python, YAML, TypeScript and Go programs, by the steps of docs/use-from-your-program.md."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localaws.testing import LocalAws
from tests.consumers.consumer import EXAMPLES, LANGUAGES, PAGE, Consumer, steps
from tests.journeys.inventory import inventory

pytestmark = pytest.mark.engine


@pytest.fixture
def consumer(request: pytest.FixtureRequest, local_aws: LocalAws, tmp_path: Path) -> Consumer:
    """A clean program in the language that the test asks for."""
    if reason := LANGUAGES[request.param].missing():
        pytest.skip(reason)
    return Consumer.copied(request.param, tmp_path, local_aws)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("consumer", LANGUAGES, indirect=True)
def test_the_steps_of_the_page_deploy_change_nothing_and_destroy(consumer: Consumer) -> None:
    """A program of this language gets its trail with every setting, keeps it, and leaves nothing behind."""
    add, make_stack, configure, up, again, destroy = steps()
    consumer.run(add)
    if consumer.language.runtime == "python":
        consumer.install_requirements()
    for step in (make_stack, configure, up):
        consumer.run(step)
    assert_deployed(consumer)
    assert "unchanged" in consumer.run(again)
    consumer.run(destroy)
    assert not inventory(consumer.aws)


@pytest.mark.parametrize("consumer", ["yaml"], indirect=True)
def test_a_refused_setting_is_told_by_its_name_in_the_program(consumer: Consumer) -> None:
    """The property is named as the program spells it, without a traceback, and nothing is made."""
    consumer.rewrite("expirationDays: 400", "transitionStorageClass: GLACIER_IR\n      expirationDays: 2")
    for step in steps()[:3]:
        consumer.run(step)
    told = consumer.run("pulumi up", expect=1)
    assert "property expirationDays with value '{2}' has a problem: 2 with transitionDays 90" in told
    assert "Traceback" not in told
    assert 'File "' not in told
    assert not inventory(consumer.aws)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_the_example_that_is_run(language: str) -> None:
    """Each program of the page is the example, to the letter."""
    program = (EXAMPLES / language / LANGUAGES[language].program).read_text("utf-8")
    assert f"```{language}\n{program}```" in PAGE.read_text("utf-8")


def assert_deployed(consumer: Consumer) -> None:
    """Settings of each form (number, switch, list, map) have reached AWS, and outputs have come back."""
    outputs = json.loads(consumer.run("pulumi stack output --json"))
    trail = consumer.aws.client("cloudtrail", region=outputs["trailArn"].split(":")[3])
    assert trail.get_trail_status(Name=outputs["trailArn"])["IsLogging"]
    s3, iam = consumer.aws.client("s3"), consumer.aws.client("iam")
    lifecycle = s3.get_bucket_lifecycle_configuration(Bucket=outputs["bucketName"])
    assert 400 in {rule.get("Expiration", {}).get("Days") for rule in lifecycle["Rules"]}
    auditor = iam.get_role(RoleName=outputs["auditorRoleArn"].rsplit("/", 1)[-1])["Role"]
    assert "arn:aws:iam::123456789012:root" in json.dumps(auditor["AssumeRolePolicyDocument"])
    assert {"Key": "Team", "Value": "security"} in auditor["Tags"]
