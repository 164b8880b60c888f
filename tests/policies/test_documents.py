"""The documents themselves: their form, their size, their words in every partition."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from config.stack import Stack
from policies.documents import all_cards, documents
from policies.documents.statement import Document, Statement
from policies.form import Fault, faults, unknown_words
from tests.policies.stacks import (
    CHINA,
    EVERY,
    FULL,
    FULL_OPEN,
    GOVERNMENT,
    LOCKED,
    OPEN,
    OUTSIDE,
    PLAIN,
    changed,
    stack_name,
)


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
    assert set(re.findall(r"arn:([a-z-]+):", text)) == {stack.place.partition}


def test_an_arn_of_another_partition_is_found() -> None:
    """The documents of one partition are of bad form in another."""
    found = list(unknown_words(CHINA, {"key": documents(PLAIN)["key"]}))
    assert found
    assert all(fault.document == "key" for fault in found)


def test_a_document_beyond_awss_quota_is_found() -> None:
    """AWS counts a policy's characters without white space, and each card knows how many it takes."""
    trust = documents(FULL)["auditor-trust"]
    many = tuple(f"arn:aws:iam::111122223333:role/reader-{number}" for number in range(60))
    long = replace(trust, statements=(replace(trust.statements[0], principal={"AWS": many}),))
    (fault,) = faults(FULL, {"auditor-trust": long})
    assert "AWS takes 2048 at most" in fault.message


def test_every_document_is_a_card_with_a_name_of_its_own() -> None:
    """The registry finds one card a file, and no name twice."""
    names = [card.name for card in all_cards()]
    assert len(set(names)) == len(names)
    assert set(documents(FULL)) == set(names)


def test_what_protects_logs_does_not_depend_on_the_prefix() -> None:
    """A change of key_prefix leaves no log outside the policies: only where CloudTrail may write differs."""
    other = changed(LOCKED, key_prefix="another")
    for name, document in documents(LOCKED).items():
        differing = [
            one.sid
            for one, same in zip(document.statements, documents(other)[name].statements, strict=True)
            if one.body() != same.body()
        ]
        assert differing == (["CloudTrailWritesLogs"] if name == "bucket" else []), name


def test_logs_are_protected_by_default_and_only_by_choice_not() -> None:
    """Deletion is denied unless protect_logs is off."""
    assert "KeepLogs" in {statement.sid for _, statement in every_statement(PLAIN)}
    assert not {"KeepLogs", "KeepKey"} & {statement.sid for _, statement in every_statement(OPEN)}


def test_nobody_is_locked_out_for_good() -> None:
    """Settings and key policy are locked only where a role that may change them is named."""
    assert not {"KeepBucketSettings", "KeepKeyPolicy", "KeepKeyAlias"} & {
        one.sid for _, one in every_statement(PLAIN)
    }
    for name, sid in (("bucket", "KeepBucketSettings"), ("key", "KeepKeyPolicy"), ("key", "KeepKeyAlias")):
        (lock,) = (one for one in documents(FULL)[name].statements if one.sid == sid)
        assert FULL.break_glass_role_arn in lock.conditions["ArnNotLike"]["aws:PrincipalArn"]
    assert "KeepKeyPolicy" not in {one.sid for _, one in every_statement(LOCKED)}


def actions_of(stack: Stack, name: str) -> set[str]:
    """Every action that a document names."""
    return {action for one in documents(stack)[name].statements for action in one.actions}


def test_the_deployer_may_destroy_only_what_is_not_protected() -> None:
    """Without protection the deployer may empty and delete; with it the policy has no word of that."""
    destroying = {
        "s3:BypassGovernanceRetention",
        "s3:DeleteBucket",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
    }
    assert destroying <= actions_of(FULL_OPEN, "deployer")
    assert not destroying & actions_of(FULL, "deployer")
    key = {stack.name: deployers_of_key(stack) for stack in (FULL, FULL_OPEN)}
    assert key["full-open"] - key["full"] == {"kms:ScheduleKeyDeletion"}
    assert "kms:Decrypt" not in key["full-open"]


def deployers_of_key(stack: Stack) -> set[str]:
    """What the key's own policy lets the deployer do."""
    (statement,) = (one for one in documents(stack)["key"].statements if one.sid == "DeployerLooksAfterKey")
    assert statement.principal == {"AWS": stack.deployer_role_arn}
    return set(statement.actions)


def test_no_policy_trusts_the_tags_of_a_key() -> None:
    """Whoever may make tagged keys may tag any key of the account, so that a tag gives nothing."""
    for stack in EVERY:
        text = json.dumps({name: document.document() for name, document in documents(stack).items()})
        assert "aws:ResourceTag" not in text, stack.name


def test_the_deployer_has_a_policy_where_it_is_named() -> None:
    """Where it is not, an administrator deploys, and the key's policy names nobody."""
    assert "deployer" not in documents(PLAIN)
    assert "DeployerLooksAfterKey" not in {one.sid for one in documents(PLAIN)["key"].statements}


def test_a_deployer_without_roles_to_make_has_no_iam_permission() -> None:
    """The deployer gets at IAM only for the roles that the stack makes."""
    alone = documents(changed(PLAIN, deployer_role_name="deployer"))
    assert "iam:" not in json.dumps(alone["deployer"].document())
    assert "role-boundary" not in alone
    roles_ = [one for one in documents(FULL)["deployer"].statements if one.sid == "DeployRoles"]
    assert len(FULL.role_names) > 2
    assert roles_[0].resources == tuple(f"arn:aws:iam::111122223333:role/{name}" for name in FULL.role_names)


def test_an_external_id_is_asked_of_other_accounts_only() -> None:
    """An auditor from outside is trusted by account and id; one of this account by a second factor."""
    own = "arn:aws:iam::111122223333:user/auditor"
    both = changed(OUTSIDE, auditor_trusted_arns=(*OUTSIDE.settings.access.auditor_trusted_arns, own))
    inside, outside = documents(both)["auditor-trust"].document()["Statement"]
    assert (inside["Principal"], outside["Principal"]) == (
        {"AWS": own},
        {"AWS": "arn:aws:iam::777788889999:role/Auditors"},
    )
    assert inside["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    (statement,) = documents(OUTSIDE)["auditor-trust"].document()["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::777788889999:role/Auditors"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "agreed-with-the-auditors"}}


def test_the_deployer_cannot_change_its_own_policy() -> None:
    """What the deployer may change in IAM is the stack's roles, never a managed policy."""
    allowed = (one for one in documents(FULL)["deployer"].statements if one.effect == "Allow")
    in_iam = {action for one in allowed for action in one.actions if action.startswith("iam:")}
    assert {action for action in in_iam if "Role" not in action} == {"iam:GetPolicy", "iam:GetPolicyVersion"}


@pytest.mark.parametrize("stack", [one for one in EVERY if one.boundary_arn], ids=stack_name)
def test_the_boundary_lets_the_roles_do_what_they_are_given(stack: Stack) -> None:
    """Each action that a document of a role allows is in the boundary too."""
    bound = actions_of(stack, "role-boundary")
    for card in all_cards():
        if card.of_role and card.applies(stack):
            assert actions_of(stack, card.name) <= bound, card.name
