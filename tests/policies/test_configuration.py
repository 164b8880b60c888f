"""What the policies say of a stack is what the program deploys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config import naming
from policies.configuration import ROOT, ConfigurationError, partition_of, read_stack, stack_names
from policies.stack import Stack, documents
from tests.policies.deployed import registered
from tests.policies.stacks import CONFIGURED, stack_name

POLICIES = {
    "bucket": ("aws:s3/bucketPolicy:BucketPolicy audit-bucket-policy", "policy"),
    "access-log-bucket": ("aws:s3/bucketPolicy:BucketPolicy audit-access-logs-policy", "policy"),
    "key": ("aws:kms/key:Key audit-key", "policy"),
    "auditor-trust": ("aws:iam/role:Role audit-access-auditor", "assumeRolePolicy"),
    "auditor": ("aws:iam/rolePolicy:RolePolicy audit-access-auditor-permissions", "policy"),
    "break-glass-trust": ("aws:iam/role:Role audit-access-break-glass", "assumeRolePolicy"),
    "break-glass": ("aws:iam/rolePolicy:RolePolicy audit-access-break-glass-permissions", "policy"),
}


@pytest.mark.parametrize("stack", CONFIGURED, ids=stack_name)
def test_the_documents_are_those_that_the_program_registers(stack: Stack) -> None:
    """Every policy but the deployer's, which no stack holds, is word for word in the program's resources."""
    found = registered(stack)
    rendered = {name: document.document() for name, document in documents(stack).items()}
    assert rendered.pop("deployer")
    deployed = {
        name: json.loads(found[resource][path])
        for name, (resource, path) in POLICIES.items()
        if resource in found
    }
    assert deployed == rendered


@pytest.mark.parametrize("stack", CONFIGURED, ids=stack_name)
def test_the_names_are_those_of_the_program(stack: Stack) -> None:
    """Trail, buckets, alias and ARNs follow the rules of config/naming.py."""
    trail = naming.trail_name(stack.settings["trail_name"], "image-builder-trail", stack.name)
    bucket = naming.bucket_name(stack.settings["bucket_name"], trail, stack.account_id, stack.region)
    assert (stack.trail_name, stack.bucket_name, stack.key_alias) == (trail, bucket, naming.alias_name(trail))
    assert stack.access_log_bucket_name in (None, naming.access_log_bucket_name(bucket))
    assert stack.trail_arn == naming.trail_arn(stack.partition, stack.region, stack.account_id, trail)
    assert stack.role_arn("x") == naming.role_arn(stack.partition, stack.account_id, "x")


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
        ("config: {}", "no Region; `pulumi config set aws:region REGION --stack other`"),
        (
            "config: {aws:region: us-east-1, image-builder-trail:protect_logs: maybe}",
            "write a value like true",
        ),
        (
            "config: {aws:region: us-east-1, image-builder-trail:expiration_days: '1.5'}",
            "write a value like 365",
        ),
        (
            "config: {aws:region: us-east-1, image-builder-trail:expiry: 1}",
            "is no setting; there are trail_name",
        ),
        ("- a list", "is not a map of settings"),
        ("config: [", "cannot be read"),
    ],
)
def test_a_faulty_configuration_is_one_clear_line(tmp_path: Path, content: str, message: str) -> None:
    """What is wrong with a stack's file is said in one line with the mend."""
    with pytest.raises(ConfigurationError, match=r"Pulumi\.other\.yaml") as raised:
        read_stack("other", root=_project(tmp_path, content))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_unknown_stack_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    """A stack without a file is refused by name."""
    with pytest.raises(ConfigurationError, match=r'no stack "nowhere" in .*: there are other'):
        read_stack("nowhere", root=_project(tmp_path, "config: {}"))


def test_values_written_as_text_are_read_as_what_they_mean(tmp_path: Path) -> None:
    """`pulumi config set` writes everything as text; numbers, booleans and maps are read all the same."""
    text = (
        "config: {aws:region: cn-north-1, image-builder-trail:protect_logs: 'false',"
        " image-builder-trail:expiration_days: '30', image-builder-trail:tags: '{\"Stack\": \"mine\"}'}"
    )
    stack = read_stack("other", "444455556666", _project(tmp_path, text))
    assert (stack.protect_logs, stack.settings["expiration_days"], stack.partition) == (False, 30, "aws-cn")
    assert stack.key_tags == {"Project": "image-builder-trail", "Stack": "mine"}
    assert stack.bucket_name.endswith("-444455556666-cn-north-1")
