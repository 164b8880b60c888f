"""The life of a trail with the real Pulumi engine: preview, up, drift, change, destroy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from localaws.testing import LocalAws
from tests.journeys.inventory import inventory
from tests.journeys.pulumi_project import NO_ENGINE, STACK, Project, engine_at_hand
from tests.journeys.trail_program import EVERYTHING, PROGRAM

pytestmark = [pytest.mark.engine, pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE)]


@pytest.fixture(scope="module")
def deployed(local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """One deployment that the tests of this module change and put right in turn."""
    project = Project.written(tmp_path_factory.mktemp("deployed"), local_aws, PROGRAM)
    assert project.planned() == dict.fromkeys(EVERYTHING, "create")
    assert not inventory(local_aws), "a preview makes nothing"
    project.up()
    yield project
    project.pulumi("destroy", "--yes", "--skip-preview")
    assert not inventory(local_aws), "destroy leaves nothing behind"


@pytest.fixture
def project(deployed: Project) -> Iterator[Project]:
    """The deployment as the program wants it, before and after."""
    yield deployed
    deployed.configure()
    deployed.up()


def test_second_up_changes_nothing(project: Project) -> None:
    """An `up` of an unchanged program finds every resource the same."""
    answer = project.up("--expect-no-changes")
    assert "unchanged" in answer.stdout
    assert "created" not in answer.stdout
    assert "updated" not in answer.stdout


def test_a_refresh_finds_no_drift_in_what_up_made(project: Project) -> None:
    """What the provider writes into the state is what it reads back from AWS."""
    project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")


def test_everything_is_as_the_program_says(project: Project) -> None:
    """AWS holds one of each resource, and the trail records."""
    assert {kind for kind, _name in inventory(project.aws)} == {
        "alias",
        "bucket",
        "key",
        "policy",
        "role",
        "trail",
    }
    status = project.aws.client("cloudtrail").get_trail_status(Name="journey")
    assert status["IsLogging"]


def test_stopped_logging_is_drift(project: Project) -> None:
    """After StopLogging by hand, a refresh sees it and the next `up` starts logging again, and only that."""
    cloudtrail = project.aws.client("cloudtrail")
    cloudtrail.stop_logging(Name="journey")
    project.pulumi("refresh", "--yes", "--skip-preview")
    assert project.state()["trail"]["outputs"]["enableLogging"] is False
    assert project.planned() == {"trail": "update"}
    project.up()
    assert cloudtrail.get_trail_status(Name="journey")["IsLogging"]


def test_a_policy_edited_by_hand_is_drift(project: Project) -> None:
    """A bucket policy edited by hand is put back by the next `up` after a refresh."""
    s3 = project.aws.client("s3")
    before = json.loads(s3.get_bucket_policy(Bucket="journey-logs")["Policy"])
    edited = {**before, "Statement": before["Statement"][:1]}
    s3.put_bucket_policy(Bucket="journey-logs", Policy=json.dumps(edited))
    project.pulumi("refresh", "--yes", "--skip-preview")
    assert project.planned() == {"policy": "update"}
    project.up()
    assert json.loads(s3.get_bucket_policy(Bucket="journey-logs")["Policy"]) == before


def test_keys_of_callers_that_are_unblocked_by_hand_are_drift_where_the_program_blocks_them(
    project: Project,
) -> None:
    """A new bucket blocks SSE-C, so that saying so changes nothing; unblocking it by hand is undone."""
    project.configure(block_sse_c="true")
    project.up("--expect-no-changes")
    s3 = project.aws.client("s3")
    before = s3.get_bucket_encryption(Bucket="journey-logs")["ServerSideEncryptionConfiguration"]
    (rule,) = before["Rules"]
    unblocked = {"Rules": [{**rule, "BlockedEncryptionTypes": {"EncryptionType": ["NONE"]}}]}
    s3.put_bucket_encryption(Bucket="journey-logs", ServerSideEncryptionConfiguration=unblocked)
    project.pulumi("refresh", "--yes", "--skip-preview")
    assert project.planned() == {"encryption": "update"}
    project.up()
    assert s3.get_bucket_encryption(Bucket="journey-logs")["ServerSideEncryptionConfiguration"] == before


def test_a_policy_in_other_words_is_no_drift(project: Project) -> None:
    """A policy that says the same with its keys and lists in another order is left alone."""
    s3 = project.aws.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket="journey-logs")["Policy"])
    for statement in policy["Statement"]:
        statement["Action"] = [statement["Action"]]
    reworded = {key: policy[key] for key in reversed(policy)}
    s3.put_bucket_policy(Bucket="journey-logs", Policy=json.dumps(reworded))
    project.pulumi("refresh", "--yes", "--skip-preview")
    assert project.planned() == {}


def test_a_resource_deleted_by_hand_is_made_again(project: Project) -> None:
    """A resource that is gone leaves the state on refresh, and the next `up` makes just that one."""
    project.aws.client("kms").delete_alias(AliasName="alias/journey")
    project.pulumi("refresh", "--yes", "--skip-preview")
    assert "alias" not in project.state()
    assert project.planned() == {"alias": "create"}


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("key_description", "Encrypts all logs", {"key": "update"}),
        ("expiration_days", "400", {"lifecycle": "update"}),
        (
            "trail_name",
            "journey-two",
            {
                "key": "update",
                "policy": "update",
                "trail": "replace",
            },
        ),
    ],
)
def test_a_change_previews_as_what_aws_needs(
    project: Project, key: str, value: str, expected: dict[str, str]
) -> None:
    """A changed setting previews as just the updates and replacements that AWS needs, and `up` does them."""
    project.configure(**{key: value})
    planned = project.planned()
    assert {name: operation.rsplit("-", 1)[-1] for name, operation in planned.items()} == expected
    project.up()
    assert project.planned() == {}


def test_protected_resources_are_not_destroyed(project: Project) -> None:
    """`destroy` fails where a resource is protected, says which, and leaves it with all that it holds."""
    project.configure(protect="true")
    project.up()
    project.aws.client("s3").put_object(Bucket="journey-logs", Key="evidence", Body=b"x")
    refused = project.pulumi("destroy", "--yes", "--skip-preview", expect=None)
    assert refused.returncode != 0
    assert "bucket" in refused.stdout + refused.stderr
    assert "protected" in refused.stdout + refused.stderr
    assert ("bucket", "journey-logs") in inventory(project.aws)
    assert project.aws.client("s3").get_object(Bucket="journey-logs", Key="evidence")["Body"].read() == b"x"


def test_a_bucket_with_logs_is_not_destroyed_by_accident(project: Project) -> None:
    """Without `forceDestroy`, a bucket that holds anything survives `destroy`."""
    s3 = project.aws.client("s3")
    project.configure(force_destroy="false")
    project.up()
    s3.put_object(Bucket="journey-logs", Key="evidence", Body=b"x")
    refused = project.pulumi("destroy", "--yes", "--skip-preview", expect=None)
    assert refused.returncode != 0
    assert "BucketNotEmpty" in refused.stdout + refused.stderr
    assert ("bucket", "journey-logs") in inventory(project.aws)


def test_an_existing_resource_is_not_adopted(local_aws: LocalAws, tmp_path: Path) -> None:
    """`up` fails, as it does on AWS, where a name is taken by what it did not make."""
    iam = local_aws.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam.create_role(RoleName="taken", AssumeRolePolicyDocument=trust)
    program = f"import pulumi_aws as aws\naws.iam.Role('role', name='taken', assume_role_policy={trust!r})\n"
    project = Project.written(tmp_path / "taking", local_aws, program)
    answer = project.up(expect=None)
    assert answer.returncode != 0
    assert "EntityAlreadyExists" in answer.stdout
    assert "role" not in project.state()
    iam.delete_role(RoleName="taken")


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_an_existing_bucket_is_not_adopted(local_aws: LocalAws, tmp_path: Path, region: str) -> None:
    """Nor is a bucket of one's own, in us-east-1 too, where S3 itself would let it be made twice."""
    s3 = local_aws.client("s3", region=region)
    name = f"taken-in-{region}"
    elsewhere = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **elsewhere)
    program = f"import pulumi_aws as aws\naws.s3.Bucket('bucket', bucket='{name}', region='{region}')\n"
    project = Project.written(tmp_path / "taking", local_aws, program)
    answer = project.up(expect=None)
    assert answer.returncode != 0
    assert "BucketAlreadyOwnedByYou" in answer.stdout
    assert "bucket" not in project.state()
    s3.delete_bucket(Bucket=name)


@pytest.mark.parametrize(
    ("program", "complaint"),
    [
        (
            "aws.sns.Topic('topic')",
            "does not know the resource type aws:sns/topic:Topic",
        ),
        (
            "aws.s3.Bucket('bucket', request_payer='Requester')",
            "requestPayer value {Requester} has a problem: not a property that the local provider knows",
        ),
        (
            "aws.kms.Key('key', deletion_window_in_days=3)",
            "property deletionWindowInDays value {3} has a problem: expected at least 7, got 3",
        ),
        (
            "aws.s3.BucketPolicy('policy', bucket='b', policy='{')",
            "property policy value {{} has a problem: not valid JSON",
        ),
        ("aws.get_regions()", "has no such function"),
    ],
)
def test_what_the_provider_does_not_know_is_refused(
    local_aws: LocalAws, tmp_path: Path, program: str, complaint: str
) -> None:
    """An unknown type, property, value or function is one clear error in the preview, never ignored."""
    project = Project.written(tmp_path / "refused", local_aws, f"import pulumi_aws as aws\n{program}\n")
    answer = project.pulumi("preview", expect=None)
    assert answer.returncode != 0
    assert complaint in answer.stdout


def test_a_programs_output_and_failure_are_told(local_aws: LocalAws, tmp_path: Path) -> None:
    """What a program prints is shown, and where it fails, its own lines are, and nothing of the machinery."""
    program = "print('it speaks')\n\ndef fail():\n    raise KeyError('it fails')\n\nfail()\n"
    project = Project.written(tmp_path / "failing", local_aws, program)
    answer = project.pulumi("preview", expect=None)
    assert answer.returncode != 0
    assert "it speaks" in answer.stdout
    assert "KeyError: 'it fails'" in answer.stdout
    assert "runpy" not in answer.stdout


def test_an_import_takes_a_resource_over(local_aws: LocalAws, tmp_path: Path) -> None:
    """A resource made by hand is taken over by `import_`, and then wants no change."""
    made = local_aws.client("kms").create_key(Description="made by hand")["KeyMetadata"]
    program = (
        "import pulumi, pulumi_aws as aws\n"
        "aws.kms.Key('key', description='made by hand', deletion_window_in_days=7,\n"
        f"            opts=pulumi.ResourceOptions(import_={made['KeyId']!r}))\n"
    )
    project = Project.written(tmp_path / "importing", local_aws, program)
    project.up()
    assert project.state()["key"]["id"] == made["KeyId"]
    assert project.planned() == {}
    project.pulumi("destroy", "--yes", "--skip-preview")


def test_two_provider_instances_are_kept_apart(local_aws: LocalAws, tmp_path: Path) -> None:
    """Resources of an explicit provider go to its Region, those of the default one to the stack's."""
    program = (
        "import pulumi, pulumi_aws as aws\n"
        "west = aws.Provider('west', region='us-west-2', default_tags={'tags': {'From': 'west'}})\n"
        "aws.kms.Key('here')\n"
        "aws.kms.Key('there', opts=pulumi.ResourceOptions(provider=west))\n"
        "aws.kms.Key('elsewhere', region='eu-west-1')\n"
    )
    project = Project.written(tmp_path / "two", local_aws, program)
    project.up()
    state = project.state()
    regions = {
        name: one["outputs"]["region"] for name, one in state.items() if one["type"] == "aws:kms/key:Key"
    }
    assert regions == {"here": "us-east-1", "there": "us-west-2", "elsewhere": "eu-west-1"}
    assert state["there"]["outputs"]["tagsAll"] == {"From": "west"}
    project.pulumi("destroy", "--yes", "--skip-preview")


def test_a_new_local_aws_begins_with_a_new_stack(local_aws: LocalAws, tmp_path: Path) -> None:
    """The state belongs to one local AWS: another one is not told of resources that it never had."""
    project = Project.written(
        tmp_path / "moving", local_aws, "import pulumi_aws as aws\naws.kms.Key('key')\n"
    )
    project.up()
    with LocalAws.started() as other:
        moved = Project(project.folder, other)
        answer = moved.up()
        assert f"made the stack {STACK}" in answer.stderr
        assert "1 created" in answer.stdout.replace("+ 2 created", "+ 1 created")
        assert moved.state()["key"]["id"] != project.state()["key"]["id"]
    project.pulumi("destroy", "--yes", "--skip-preview")
