"""Actions, resources, variables, and what a decision tells."""

from __future__ import annotations

from typing import Any

import pytest

from iam_evaluation import PolicyError, Principal, StatementReference, Verdict
from packages.iam_evaluation.tests.building import (
    ALLOWED,
    BUCKET,
    CLOUDTRAIL,
    DENIED,
    EVERYTHING,
    NOT_ALLOWED,
    OBJECT,
    OWN,
    SESSION,
    USER,
    USER_ARN,
    allow,
    decide,
    deny,
    policy,
    verdict,
)

LOG_STREAM = "arn:aws:logs:us-east-1:111122223333:log-group:name:log-stream:stream"


@pytest.mark.parametrize(
    ("pattern", "action", "matches"),
    [
        ("*", "s3:GetObject", True),
        ("s3:*", "s3:GetObject", True),
        ("s3:*", "s3express:CreateSession", False),
        ("S3:getobject", "s3:GetObject", True),
        ("s3:Get*", "s3:GetObjectAcl", True),
        ("s3:Get*", "s3:PutObject", False),
        ("s3:?etObject", "s3:GetObject", True),
        ("s3:GetObject", "s3:GetObjectAcl", False),
        ("s3:*Object*", "s3:ReplicateObject", True),
        ("iam:*AccessKey*", "iam:CreateAccessKey", True),
        ("ec2:Describe*", "elasticloadbalancing:DescribeTags", False),
    ],
)
def test_action_matches_without_regard_to_case(pattern: str, action: str, *, matches: bool) -> None:
    """Actions take wildcards and ignore case; NotAction matches all others."""
    assert (verdict(action=action, identity=[policy(allow(pattern))]) is ALLOWED) is matches
    others = policy(allow(None, NotAction=pattern))
    assert (verdict(action=action, identity=[others]) is ALLOWED) is not matches


@pytest.mark.parametrize(
    ("pattern", "resource", "matches"),
    [
        ("*", "*", True),
        ("arn:aws:s3:::*", "*", False),
        (OBJECT, OBJECT, True),
        (OBJECT, f"{OBJECT}s", False),
        (OBJECT.upper().replace("ARN", "arn", 1), OBJECT, False),
        (f"{BUCKET}/*", BUCKET, False),
        (f"{BUCKET}*", "arn:aws:s3:::bucket-of-another/key", True),
        (f"{BUCKET}/*/test/*", f"{BUCKET}/1///test///object.jpg", True),
        (f"{BUCKET}/*/test/*", f"{BUCKET}/1-test/object.jpg", False),
        (f"{BUCKET}/k?y", OBJECT, True),
        (f"{BUCKET}/*.gz", f"{BUCKET}/a:b.gz", True),
        ("arn:aws:s3:::bucket/a.c", f"{BUCKET}/abc", False),
        ("arn:aws:logs:*:*:log-group:name:log-stream:*", LOG_STREAM, True),
        ("arn:aws:logs:*", LOG_STREAM, True),
        ("arn:aws:logs:us*1:111122223333:log-group:*", LOG_STREAM, True),
        ("arn:aws:l*1:111122223333:log-group:*", LOG_STREAM, False),
        ("arn:aws:logs:us-east-?:*:log-group:name:*", LOG_STREAM, True),
        ("arn:aws:logs:us-east-1?111122223333:log-group:name:*", LOG_STREAM, False),
        ("arn:aws-cn:s3:::bucket/key", OBJECT, False),
    ],
)
def test_resource_matches_segment_by_segment(pattern: str, resource: str, *, matches: bool) -> None:
    """Wildcards stay within an ARN's segment unless they end it; NotResource matches all others."""
    assert (verdict(target=resource, identity=[policy(allow(resource=pattern))]) is ALLOWED) is matches
    others = policy(allow(resource=None, NotResource=pattern))
    assert (verdict(target=resource, identity=[others]) is ALLOWED) is not matches


HOME = f"{BUCKET}/users/${{aws:username}}/*"


def test_variable_in_a_resource_is_the_callers_value() -> None:
    """${aws:username} stands for the calling user's name, without its path."""
    home = [policy(allow(resource=HOME))]
    assert verdict(target=f"{BUCKET}/users/alice/x", identity=home) is ALLOWED
    assert verdict(target=f"{BUCKET}/users/bob/x", identity=home) is NOT_ALLOWED


def test_variable_without_a_value_matches_nothing() -> None:
    """A role session has no user name, so the statement's resource is not met."""
    resource = f"{BUCKET}/users/${{aws:username}}/*"
    assert verdict(SESSION, target=resource, identity=[policy(allow(resource=HOME))]) is NOT_ALLOWED


def test_other_resources_still_match_beside_a_variable_without_a_value() -> None:
    """One resource that cannot be told leaves the other ones of its statement as they are."""
    identity = [policy(allow(resource=[HOME, f"{BUCKET}/public/*"]))]
    assert verdict(SESSION, target=f"{BUCKET}/public/x", identity=identity) is ALLOWED


def test_variable_with_a_default_takes_it_where_the_key_is_absent() -> None:
    """The default stands in for an absent key only."""
    identity = [policy(allow(resource=f"{BUCKET}/users/${{aws:username, 'guest'}}/*"))]
    assert verdict(SESSION, target=f"{BUCKET}/users/guest/x", identity=identity) is ALLOWED
    assert verdict(USER, target=f"{BUCKET}/users/guest/x", identity=identity) is NOT_ALLOWED
    assert verdict(USER, target=f"{BUCKET}/users/alice/x", identity=identity) is ALLOWED


def test_wildcards_in_a_variables_value_are_plain_text() -> None:
    """A tag value of * does not open every folder."""
    identity = [policy(allow(resource=f"{BUCKET}/${{aws:PrincipalTag/team}}/*"))]
    context = {"aws:PrincipalTag/team": "*"}
    assert verdict(target=f"{BUCKET}/red/x", identity=identity, context=context) is NOT_ALLOWED
    assert verdict(target=f"{BUCKET}/*/x", identity=identity, context=context) is ALLOWED


@pytest.mark.parametrize(("special", "means"), [("${*}", "*"), ("${?}", "?"), ("${$}", "$")])
def test_special_variables_are_the_character_itself(special: str, means: str) -> None:
    """${*}, ${?} and ${$} are not wildcards, in resources and in conditions."""
    identity = [policy(allow(resource=f"{BUCKET}/{special}a"))]
    assert verdict(target=f"{BUCKET}/{means}a", identity=identity) is ALLOWED
    assert verdict(target=f"{BUCKET}/xa", identity=identity) is NOT_ALLOWED
    like = [policy(allow(Condition={"StringLike": {"s3:prefix": f"{special}*"}}))]
    assert verdict(identity=like, context={"s3:prefix": f"{means}bc"}) is ALLOWED
    assert verdict(identity=like, context={"s3:prefix": "abc"}) is NOT_ALLOWED


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_old_versions_know_no_variables(version: str | None) -> None:
    """Before 2012-10-17, and without a Version, ${aws:username} is text."""
    identity = [policy(allow(resource=HOME), version=version)]
    assert verdict(target=f"{BUCKET}/users/alice/x", identity=identity) is NOT_ALLOWED
    assert verdict(target=f"{BUCKET}/users/${{aws:username}}/x", identity=identity) is ALLOWED


def test_variable_in_a_condition_compares_two_keys() -> None:
    """The tags of caller and resource must be the same."""
    same = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    identity = [policy(allow(Condition=same))]
    tags = {"aws:ResourceTag/team": "red", "aws:PrincipalTag/team": "red"}
    assert verdict(identity=identity, context=tags) is ALLOWED
    assert verdict(identity=identity, context={**tags, "aws:PrincipalTag/team": "blue"}) is NOT_ALLOWED
    assert verdict(identity=identity, context={"aws:ResourceTag/team": "red"}) is NOT_ALLOWED


IN_DOUBT: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    (deny(Condition={"StringNotEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}), {}),
    (deny(resource=None, NotResource=f"{BUCKET}/${{aws:PrincipalTag/team}}"), {}),
    (allow(resource=f"{BUCKET}/${{aws:TagKeys}}"), {"aws:TagKeys": ["a", "b"]}),
    (allow(Condition={"StringEquals": {"aws:TagKeys": "a"}}), {"aws:TagKeys": ["a", "b"]}),
)


@pytest.mark.parametrize(("statement", "context"), IN_DOUBT)
def test_what_aws_leaves_open_is_refused(statement: dict[str, Any], context: dict[str, Any]) -> None:
    """Where AWS does not say how it decides, neither does the evaluation."""
    with pytest.raises(PolicyError, match=r"^identity\[0\]: "):
        decide(identity=[policy(statement)], context={"aws:ResourceTag/team": "red", **context})


@pytest.mark.parametrize(("statement", "context"), IN_DOUBT)
def test_doubt_does_not_matter_where_the_statement_does_not_apply(
    statement: dict[str, Any], context: dict[str, Any]
) -> None:
    """Another element that is not met settles the question."""
    other_action = policy({**statement, "Action": "s3:PutObject"})
    given = {"aws:ResourceTag/team": "red", **context}
    assert verdict(identity=[EVERYTHING, other_action], context=given) is ALLOWED
    condition = {**statement.get("Condition", {}), "Bool": {"aws:SecureTransport": "false"}}
    other_condition = policy({**statement, "Condition": condition})
    given["aws:SecureTransport"] = "true"
    assert verdict(identity=[EVERYTHING, other_condition], context=given) is ALLOWED


def test_decision_names_the_statements_that_allow() -> None:
    """An allowed request names policy, Sid and index of each statement that let it through."""
    decision = decide(
        identity=[policy(allow("s3:Put*")), policy(deny("ec2:*"), allow("s3:Get*", Sid="Read"))]
    )
    assert decision.allowed
    assert decision.statements == (StatementReference("identity[1]", "Read", 1),)
    assert decision.reason == "allowed by an identity-based policy"


def test_decision_names_every_statement_that_denies() -> None:
    """A denied request names each denying statement of every policy, and one kind of policy as AWS does."""
    decision = decide(
        identity=[EVERYTHING, policy(deny("s3:Get*", Sid="NoReading"))],
        resource=policy(deny(Principal="*", Condition={"Null": {"aws:SourceVpce": "true"}})),
    )
    assert not decision.allowed
    assert decision.verdict is DENIED
    assert decision.statements == (
        StatementReference("resource", None, 0),
        StatementReference("identity[1]", "NoReading", 0),
    )
    assert decision.reason == "with an explicit deny in a resource-based policy"


@pytest.mark.parametrize(
    ("given", "noun"),
    [
        ({}, "identity-based policy"),
        ({"identity": [EVERYTHING], "boundary": policy(allow("ec2:*"))}, "permissions boundary"),
        ({"identity": [EVERYTHING], "service_control": [policy(allow("ec2:*"))]}, "service control policy"),
    ],
)
def test_implicit_deny_says_what_is_missing(given: dict[str, Any], noun: str) -> None:
    """A request that nothing allows names the first kind of policy that does not."""
    decision = decide(**given)
    assert decision.verdict is Verdict.IMPLICIT_DENY
    assert decision.statements == ()
    assert decision.reason == f"because no {noun} allows the s3:GetObject action"


def test_root_user_is_allowed_without_any_statement() -> None:
    """Where nothing limits the root user, no statement is named, and the reason says who it is."""
    decision = decide(Principal.root(OWN))
    assert decision.allowed
    assert decision.statements == ()
    assert decision.reason == "allowed to the root user, whom nothing denies it"


def test_no_service_control_policy_restricts_a_service_linked_role() -> None:
    """AWS spares roles under /aws-service-role/, and no others."""
    restricted = {"identity": [EVERYTHING], "service_control": [policy(deny("s3:*"))]}
    path = "aws-service-role/imagebuilder.amazonaws.com/AWSServiceRoleForImageBuilder"
    session = f"arn:aws:sts::{OWN}:assumed-role/AWSServiceRoleForImageBuilder/session"
    linked = Principal.role_session(session, f"arn:aws:iam::{OWN}:role/{path}")
    assert verdict(linked, **restricted) is ALLOWED
    own = Principal.role_session(session, f"arn:aws:iam::{OWN}:role/AWSServiceRoleForImageBuilder")
    assert verdict(own, **restricted) is DENIED


def test_principal_supplies_its_own_condition_keys() -> None:
    """Whatever the request's context says, the caller's own keys follow from who calls."""
    identity = [policy(allow(Condition={"ArnEquals": {"aws:PrincipalArn": USER_ARN}}))]
    assert verdict(identity=identity) is ALLOWED
    forged = {"aws:PrincipalArn": USER_ARN, "AWS:PrincipalServiceName": "x.amazonaws.com"}
    assert verdict(SESSION, identity=identity, context=forged) is NOT_ALLOWED
    bucket = policy(
        allow(Principal="*", Condition={"StringEquals": {"aws:PrincipalServiceName": CLOUDTRAIL.arn}}),
    )
    assert verdict(CLOUDTRAIL, resource=bucket, context=forged) is ALLOWED
    assert verdict(Principal.service("x.amazonaws.com"), resource=bucket) is NOT_ALLOWED


def test_a_document_changed_in_place_is_read_anew() -> None:
    """What is remembered of a document goes by its content, not by its identity."""
    document = policy(allow("s3:Get*"))
    assert verdict(identity=[document]) is ALLOWED
    document["Statement"][0]["Action"] = "s3:Put*"
    assert verdict(identity=[document]) is NOT_ALLOWED
