"""`policies drift`: what the live account says otherwise, by meaning; on the local AWS, without an engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.stack import Stack
from config.stack_file import LOCAL_ACCOUNT, read_stack
from console.output import Format
from iam_evaluation import DocumentKind
from localaws.testing import LocalAws
from policies.commands.drift import drift
from policies.documents import cards_of, documents
from policies.documents.card import ROLE_BOUNDARY
from policies.drift import differences
from policies.live import Account, LiveError, role_of

DOCUMENTS = [document.document() for document in documents(read_stack("prod")).values()]


def reworded(value: Any, draw: st.DrawFn) -> Any:
    """The same policy as IAM may give it back: other order, one value in a list, other case."""
    if isinstance(value, dict):
        names = draw(st.permutations(list(value)))
        return {name: _element(name, value[name], draw) for name in names}
    return value


def _element(name: str, value: Any, draw: st.DrawFn) -> Any:
    if name == "Statement":
        return [reworded(one, draw) for one in draw(st.permutations(value))]
    if name == "Action":
        actions = value if isinstance(value, list) else [value]
        return draw(st.permutations([one.upper() if draw(st.booleans()) else one for one in actions]))
    if isinstance(value, list):
        return draw(st.permutations(value))
    if isinstance(value, dict):
        return {key: _element("", inner, draw) for key, inner in value.items()}
    return [value] if name in {"", "Resource"} and draw(st.booleans()) else value


@given(st.data())
def test_the_same_in_other_words_is_no_difference(data: st.DataObject) -> None:
    """Order, case and lists of one mean nothing."""
    wanted = data.draw(st.sampled_from(DOCUMENTS))
    found = data.draw(st.composite(lambda draw: reworded(wanted, draw))())
    assert list(differences(wanted, found)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one["Statement"][0]["Sid"])
def test_each_element_that_differs_is_named(document: dict[str, Any]) -> None:
    """Whatever is taken from a statement is told by its Sid and element."""
    for number, statement in enumerate(document["Statement"]):
        for element in statement.keys() - {"Sid"}:
            left = {name: value for name, value in statement.items() if name != element}
            others = document["Statement"][:number] + document["Statement"][number + 1 :]
            (found,) = differences(document, {**document, "Statement": [left, *others]})
            assert (found.statement, found.what, found.found) == (statement["Sid"], element, "none")


def test_a_statement_more_or_less_is_told() -> None:
    """Also one without a Sid, and two of the same Sid."""
    wanted = {"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", "Action": "s3:*"}]}
    more = {"Effect": "Allow", "Action": "kms:*"}
    found = {"Version": "2008-10-17", "Statement": [more]}
    told = {(one.statement.partition(":")[0], one.found) for one in differences(wanted, found)}
    assert {("", "2008-10-17"), ("A", "missing")} < told
    assert {name for name, _ in told} == {"", "A", "without a Sid"}
    twice = {**wanted, "Statement": [wanted["Statement"][0], {**more, "Sid": "A"}]}
    assert len(list(differences(wanted, twice))) == 3


@pytest.fixture
def live(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """The stack prod whose policies an account holds, just as they are rendered."""
    for name, value in local_aws.environment().items():
        monkeypatch.setenv(name, value)
    stack = read_stack("prod", LOCAL_ACCOUNT)
    kms = local_aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=stack.alias, TargetKeyId=key)
    stack = stack.with_key(key)
    _hold(local_aws, stack)
    yield stack
    local_aws.control("reset", {})


def _hold(aws: LocalAws, stack: Stack) -> None:
    wanted = {name: json.dumps(document.document()) for name, document in documents(stack).items()}
    s3, iam = aws.client("s3"), aws.client("iam")
    for name in stack.buckets:
        s3.create_bucket(Bucket=name)
    iam.create_policy(
        PolicyName=str(stack.boundary_arn).rpartition("/")[2], PolicyDocument=wanted[ROLE_BOUNDARY]
    )
    nobody = json.dumps({"Version": "2012-10-17", "Statement": []})
    deployer = str(stack.deployer_role_arn).partition("role/")[2]
    iam.create_role(RoleName=deployer, AssumeRolePolicyDocument=nobody)
    for role in stack.role_names:
        iam.create_role(
            RoleName=role, AssumeRolePolicyDocument=nobody, PermissionsBoundary=str(stack.boundary_arn)
        )
    for card in cards_of(stack):
        if own := card.resource(stack):
            s3.put_bucket_policy(Bucket=own.rpartition(":")[2], Policy=wanted[card.name])
        elif card.kind is DocumentKind.RESOURCE:
            aws.client("kms").put_key_policy(
                KeyId=stack.key_arn, PolicyName="default", Policy=wanted[card.name]
            )
        elif card.kind is DocumentKind.TRUST:
            iam.update_assume_role_policy(RoleName=role_of(card, stack), PolicyDocument=wanted[card.name])
        elif card.name != ROLE_BOUNDARY:
            iam.put_role_policy(
                RoleName=role_of(card, stack), PolicyName="own", PolicyDocument=wanted[card.name]
            )


def told(folder: Path, expect: int) -> list[tuple[str, str, str]]:
    """What `policies drift` says of prod: document, statement and what."""
    file = folder / "drift.json"
    assert drift(["prod"], None, None, Format.JSON, file) == expect
    return [(row["document"], row["statement"], row["what"]) for row in rows(folder)]


def rows(folder: Path) -> list[dict[str, str]]:
    """The rows that were written last."""
    found: list[dict[str, str]] = json.loads((folder / "drift.json").read_text())
    return found


def test_what_is_changed_by_hand_is_told_and_nothing_else(
    local_aws: LocalAws, live: Stack, tmp_path: Path
) -> None:
    """Bucket, key, trust, permissions and boundary: each change by hand is one line, no change none."""
    assert told(tmp_path, 0) == []
    s3, kms, iam = local_aws.client("s3"), local_aws.client("kms"), local_aws.client("iam")
    policy = json.loads(s3.get_bucket_policy(Bucket=live.bucket)["Policy"])
    policy["Statement"] = [one for one in policy["Statement"] if one["Sid"] != "KeepLogs"]
    s3.put_bucket_policy(Bucket=live.bucket, Policy=json.dumps(policy))
    key = json.loads(kms.get_key_policy(KeyId=live.key_arn, PolicyName="default")["Policy"])
    changed = key["Statement"][0]
    changed["Principal"] = {"AWS": f"arn:aws:iam::{LOCAL_ACCOUNT}:user/eve"}
    kms.put_key_policy(KeyId=live.key_arn, PolicyName="default", Policy=json.dumps(key))
    iam.put_role_policy(
        RoleName=live.auditor_role,
        PolicyName="more",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"},
            }
        ),
    )
    iam.delete_role_permissions_boundary(RoleName=live.break_glass_role)
    iam.delete_role_policy(RoleName=live.log_delivery_role, PolicyName="own")
    s3.delete_bucket_policy(Bucket=live.access_log_bucket)
    assert sorted(told(tmp_path, 1)) == sorted(
        [
            ("bucket", "KeepLogs", "the statement"),
            ("key", changed["Sid"], "Principal"),
            ("auditor", "", "the policy"),
            (ROLE_BOUNDARY, "", "PermissionsBoundary"),
            ("log-delivery", "", "the policy"),
            ("access-log-bucket", "", "the policy"),
        ]
    )


def test_each_difference_comes_with_the_command_that_ends_it(
    local_aws: LocalAws, live: Stack, tmp_path: Path
) -> None:
    """Policies that Pulumi does not know of are removed, the boundary given anew, the rest left to Pulumi."""
    iam, role = local_aws.client("iam"), str(live.auditor_role)
    anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=json.dumps(anything))
    managed = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.attach_role_policy(RoleName=role, PolicyArn=managed)
    iam.create_policy_version(
        PolicyArn=str(live.boundary_arn), PolicyDocument=json.dumps(anything), SetAsDefault=True
    )
    local_aws.client("s3").delete_bucket_policy(Bucket=live.bucket)
    told(tmp_path, 1)
    fixes = {(row["where"], row["fix"]) for row in rows(tmp_path)}
    named = f"role {role}, policy "
    assert fixes >= {
        (f"{named}more", f"aws iam delete-role-policy --role-name {role} --policy-name more"),
        (
            f"{named}{managed}",
            f"aws iam detach-role-policy --role-name {role} --policy-arn {managed}",
        ),
        (f"bucket {live.bucket}", "pulumi up --refresh"),
    }
    (boundary,) = {row["fix"] for row in rows(tmp_path) if row["document"] == ROLE_BOUNDARY}
    assert f"create-policy-version --set-as-default --policy-arn {live.boundary_arn} " in boundary


def test_a_stack_that_is_not_deployed_is_told_so(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One line, whatever documents it would have."""
    for name, value in local_aws.environment().items():
        monkeypatch.setenv(name, value)
    assert told(tmp_path, 1) == [("", "", "the stack")]
    assert rows(tmp_path)[0]["found"] == "not deployed here"


def test_an_account_that_cannot_be_asked_is_one_line() -> None:
    """No such profile, no such endpoint: told with what to look at."""
    with pytest.raises(LiveError, match="--profile"):
        Account("us-east-1", "no-such-profile", None)
    with pytest.raises(LiveError, match="--endpoint-url"):
        Account("us-east-1", None, "nowhere").account_id()
