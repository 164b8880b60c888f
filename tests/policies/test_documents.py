"""The documents themselves: their form, their size, their words in every partition."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from policies.documents import access_log_bucket, bucket, key, roles
from policies.documents.statement import Document, Statement, via_service
from policies.form import Fault, faults, unknown_words
from policies.stack import Stack, documents
from tests.policies.stacks import CHINA, EVERY, FULL, GOVERNMENT, LOCKED, OPEN, PLAIN, stack_name

LONGEST = {"bucket": 20480, "access-log-bucket": 20480, "key": 32768, "auditor-trust": 2048}
LONGEST |= {"break-glass-trust": 2048, "auditor": 10240, "break-glass": 10240, "deployer": 6144}


def every_statement(stack: Stack) -> list[tuple[str, Statement]]:
    """Every statement of a stack with its document's name."""
    return [(name, one) for name, document in documents(stack).items() for one in document.statements]


@pytest.mark.parametrize("stack", EVERY, ids=stack_name)
def test_every_statement_explains_itself(stack: Stack) -> None:
    """Each has a Sid of its own that IAM takes, one line of purpose and a page of AWS's documentation."""
    for name, document in documents(stack).items():
        sids = [statement.sid for statement in document.statements]
        assert len(set(sids)) == len(sids), name
    for name, statement in every_statement(stack):
        assert re.fullmatch(r"[A-Za-z0-9]{3,64}", statement.sid), name
        assert re.fullmatch(r"[A-Z][^\n]{20,120}\.", statement.purpose), statement.sid
        assert statement.reference.startswith("https://docs.aws.amazon.com/"), statement.sid


@pytest.mark.parametrize("stack", EVERY, ids=stack_name)
def test_every_document_fits_into_awss_quota(stack: Stack) -> None:
    """AWS counts a policy's characters without white space."""
    for name, document in documents(stack).items():
        assert len(json.dumps(document.document(), separators=(",", ":"))) <= LONGEST[name], name


@pytest.mark.parametrize("stack", EVERY, ids=stack_name)
def test_every_document_is_of_good_form(stack: Stack) -> None:
    """No Allow to everybody, no foreign resource, no action, condition key or ARN that AWS does not know."""
    found = documents(stack)
    assert [*faults(stack, found), *unknown_words(stack, found)] == []


def test_faults_of_form_are_found() -> None:
    """An Allow to everybody, a resource of another bucket, a misspelt condition key: each is told."""
    statement = documents(PLAIN)["bucket"].statements[0]
    everybody = replace(statement, principal={"AWS": "*"})
    foreign = replace(statement, resources=("arn:aws:s3:::audit-logs-2",))
    misspelt = replace(statement, conditions={"StringEquals": {"aws:SourceArm": "x"}})
    found: list[Fault] = []
    for one in (everybody, foreign, misspelt):
        document = {"bucket": Document("Policy", (one,))}
        found.extend([*faults(PLAIN, document), *unknown_words(PLAIN, document)])
    assert [(fault.document, fault.sid) for fault in found[:2]] == [("bucket", statement.sid)] * 2
    assert "allows everybody in" in found[0].message
    assert "S3 refuses that" in found[1].message
    assert "aws:SourceArm" in found[2].message


@pytest.mark.parametrize("stack", [CHINA, GOVERNMENT], ids=stack_name)
def test_every_arn_is_of_the_stacks_partition(stack: Stack) -> None:
    """In aws-cn and aws-us-gov no ARN begins with arn:aws:."""
    text = json.dumps({name: document.document() for name, document in documents(stack).items()})
    assert set(re.findall(r"arn:([a-z-]+):", text)) == {stack.partition}


def test_an_arn_of_another_partition_is_found() -> None:
    """The documents of one partition are of bad form in another."""
    found = list(unknown_words(CHINA, {"key": documents(PLAIN)["key"]}))
    assert found
    assert all(fault.document == "key" for fault in found)


@pytest.mark.parametrize(
    ("partition", "region", "name"),
    [
        ("aws", "us-east-1", "s3.us-east-1.amazonaws.com"),
        ("aws-us-gov", "us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"),
        ("aws-cn", "cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_kms_knows_s3_by_its_regions_domain(partition: str, region: str, name: str) -> None:
    """The service on whose behalf KMS is asked ends in .cn in China only."""
    assert via_service(partition, region, "s3") == name


def test_the_functions_for_deployment_give_the_same_json() -> None:
    """What is deployed is what is explained: each plain function returns its document's JSON."""
    account, trail = PLAIN.account_id, PLAIN.trail_arn
    assert (
        key.log_key_policy(partition="aws", region="us-east-1", account_id=account, trail_arn=trail)
        == documents(PLAIN)["key"].document()
    )
    assert (
        bucket.log_bucket_policy(
            partition="aws",
            bucket_name="audit-logs",
            account_id=account,
            trail_arn=trail,
            key_arn=PLAIN.key_arn,
        )
        == documents(PLAIN)["bucket"].document()
    )
    assert roles.break_glass_trust_policy(partition="aws", account_id=account) == (
        documents(FULL)["break-glass-trust"].document()
    )
    assert roles.auditor_trust_policy(partition="aws", account_id=account) == (
        documents(FULL)["auditor-trust"].document()
    )


def test_only_what_is_configured_is_written() -> None:
    """No key, no prefix, no roles: no word of them."""
    policy = bucket.log_bucket_policy(
        partition="aws",
        bucket_name="audit-logs",
        account_id="111122223333",
        trail_arn=PLAIN.trail_arn,
        protect_logs=False,
    )
    text = json.dumps(policy)
    assert "kms" not in text
    assert "PrincipalArn" not in text
    assert "audit-logs/AWSLogs/111122223333/*" in text


def test_access_logs_may_lie_anywhere_in_their_bucket() -> None:
    """Without a prefix S3 may write access logs under any key of the bucket."""
    policy = access_log_bucket.access_log_bucket_policy(
        partition="aws",
        bucket_name="audit-logs-access",
        account_id="111122223333",
        source_bucket_name="audit-logs",
    )
    assert policy["Statement"][0]["Resource"] == "arn:aws:s3:::audit-logs-access/*"


def test_a_prefix_stands_before_awslogs() -> None:
    """The prefix is in the resource of every statement about log files, and in what the auditor may read."""
    for name in ("bucket", "auditor"):
        text = json.dumps(documents(LOCKED)[name].document())
        assert "/AWSLogs" in text
        assert text.count("/AWSLogs") == text.count("audit-logs/team/one/AWSLogs")


def test_logs_are_protected_by_default_and_only_by_choice_not() -> None:
    """Deletion is denied unless protect_logs is off."""
    assert "KeepLogs" in {statement.sid for _, statement in every_statement(PLAIN)}
    assert not {"KeepLogs", "KeepKey"} & {statement.sid for _, statement in every_statement(OPEN)}


def test_nobody_is_locked_out_for_good() -> None:
    """Settings and key policy are locked only where a role that may change them is named."""
    assert not {"KeepBucketSettings", "KeepKeyPolicy"} & {one.sid for _, one in every_statement(PLAIN)}
    for name, sid in (("bucket", "KeepBucketSettings"), ("key", "KeepKeyPolicy")):
        (lock,) = (one for one in documents(FULL)[name].statements if one.sid == sid)
        assert FULL.role_arn("break-glass") in lock.conditions["ArnNotLike"]["aws:PrincipalArn"]
    assert "KeepKeyPolicy" not in {one.sid for _, one in every_statement(LOCKED)}


def actions_of(stack: Stack, name: str) -> set[str]:
    """Every action that a document names."""
    return {action for one in documents(stack)[name].statements for action in one.actions}


def test_the_deployer_may_destroy_only_what_is_not_protected() -> None:
    """Without protection the deployer may empty and delete; with it the policy has no word of that."""
    destroying = {"s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteBucket", "kms:ScheduleKeyDeletion"}
    assert destroying <= actions_of(OPEN, "deployer")
    assert not destroying & actions_of(PLAIN, "deployer")
    assert "kms:Decrypt" not in actions_of(OPEN, "deployer")


def test_a_deployer_without_roles_to_make_has_no_iam_permission() -> None:
    """The deployer gets at IAM only for the roles that the stack makes."""
    assert "iam:" not in json.dumps(documents(PLAIN)["deployer"].document())
    roles_ = [one for one in documents(FULL)["deployer"].statements if one.sid == "DeployRoles"]
    assert roles_[0].resources == (
        "arn:aws:iam::111122223333:role/auditor",
        "arn:aws:iam::111122223333:role/break-glass",
    )


def test_an_external_id_replaces_the_second_factor() -> None:
    """An auditor from outside is trusted by account and external id."""
    outside = "arn:aws:iam::444455556666:root"
    trust = roles.auditor_trust_policy(
        partition="aws", account_id="111122223333", trusted_arns=(outside,), external_id="secret"
    )
    assert trust["Statement"][0]["Principal"] == {"AWS": outside}
    assert trust["Statement"][0]["Condition"] == {"StringEquals": {"sts:ExternalId": "secret"}}


def test_the_deployer_cannot_change_its_own_policy() -> None:
    """What the deployer may do in IAM is to roles alone, never to managed policies."""
    in_iam = {action for action in actions_of(FULL, "deployer") if action.startswith("iam:")}
    assert in_iam
    assert all("Role" in action for action in in_iam)
