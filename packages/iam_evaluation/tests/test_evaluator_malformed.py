"""Malformed policies are refused in one line that says what, where and how to correct it."""

from __future__ import annotations

from typing import Any

import pytest

from iam_evaluation import DocumentKind, Policies, PolicyError, Principal, check_document
from packages.iam_evaluation.tests.building import (
    CLOUDTRAIL,
    EVERYTHING,
    FEDERATED_ARN,
    OWN,
    ROOT_ARN,
    USER,
    USER_ARN,
    allow,
    decide,
    deny,
    policy,
)

FEDERATED_ROOT = Principal.federated_user(FEDERATED_ARN, ROOT_ARN)
IDENTITY, RESOURCE, TRUST = DocumentKind.IDENTITY, DocumentKind.RESOURCE, DocumentKind.TRUST


def when(operator: str, value: Any, key: str = "aws:SourceIp") -> dict[str, Any]:
    """A policy with one condition."""
    return policy(allow(Condition={operator: {key: value}}))


MALFORMED: tuple[tuple[DocumentKind, Any, str], ...] = (
    (IDENTITY, {}, '"Statement" must be a statement or a list of at least one'),
    (IDENTITY, {"Statement": []}, '"Statement" must be a statement or a list of at least one'),
    (IDENTITY, {"Statement": ["x"]}, "statement 0: must be an object"),
    (IDENTITY, {**EVERYTHING, "Version": "2012-10-18"}, "is '2012-10-18'; allowed are 2012-10-17"),
    (IDENTITY, {**EVERYTHING, "Version": 2012}, '"Version" is 2012'),
    (IDENTITY, {**EVERYTHING, "Statements": []}, 'unknown element "Statements"; allowed are Version'),
    (IDENTITY, policy(allow(Resources="*")), 'statement 0: unknown element "Resources"'),
    (IDENTITY, policy(allow(), allow(Effect=None)), 'statement 1: "Effect" is missing; write "Allow"'),
    (IDENTITY, policy(allow(Effect="allow", Sid="A")), 'statement 0 ("A"): "Effect" is \'allow\''),
    (IDENTITY, policy(allow(NotAction="s3:*")), '"Action" and "NotAction" exclude each other'),
    (IDENTITY, policy(allow(None)), '"Action" is missing; write "Action" or "NotAction"'),
    (IDENTITY, policy(allow(NotResource="*")), '"Resource" and "NotResource" exclude each other'),
    (IDENTITY, policy(allow(resource=None)), '"Resource" is missing'),
    (IDENTITY, policy(allow("PutObject")), '"PutObject" is not an action; write "service:Name"'),
    (IDENTITY, policy(allow(["s3:Get*", "s3"])), '"s3" is not an action'),
    (IDENTITY, policy(allow("*:*")), '"*:*" is not an action'),
    (IDENTITY, policy(allow([])), '"Action" must be a string or a list of at least one string'),
    (IDENTITY, policy(allow(7)), '"Action" must be a string or a list of at least one string'),
    (IDENTITY, policy(allow(resource={"a": "b"})), '"Resource" must be a string or a list'),
    (IDENTITY, policy(allow(resource="bucket/*")), '"bucket/*" is not a resource; write an ARN'),
    (
        IDENTITY,
        policy(allow(resource="arn:aws:iam::${aws:PrincipalAccount}:user/x")),
        "before the fifth colon",
    ),
    (IDENTITY, policy(allow(resource="arn:aws:s3:::b/${aws:username")), 'does not close it with "}"'),
    (IDENTITY, policy(allow(resource="arn:aws:s3:::b/${username}")), "write ${prefix:key}"),
    (IDENTITY, policy(allow(resource="arn:aws:s3:::b/${}")), "write ${prefix:key}"),
    (IDENTITY, policy(allow(resource="arn:aws:s3:::b/${a:b, x}")), "or ${prefix:key, 'default'}"),
    (IDENTITY, policy(allow(Sid=7)), '"Sid" must be a string'),
    (IDENTITY, policy(allow(Sid="A"), deny(Sid="A")), 'the Sid "A" is used twice'),
    (IDENTITY, policy(allow(Principal="*")), '"Principal" belongs into resource policies'),
    (IDENTITY, policy(allow(Condition=[])), '"Condition" must be an object'),
    (IDENTITY, policy(allow(Condition={"Bool": "true"})), '"Bool", which must hold an object'),
    (IDENTITY, when("StringEqual", "x"), 'operator; did you mean "StringEquals"?'),
    (IDENTITY, when("stringequals", "x"), '"stringequals" is not a condition operator'),
    (IDENTITY, when("ForAll:StringEquals", "x"), '"ForAll:StringEquals" is not a condition operator'),
    (IDENTITY, when("Whatever", "x"), "allowed are Null, StringEquals"),
    (IDENTITY, when("NullIfExists", "true"), "Null takes neither IfExists nor a set operator"),
    (IDENTITY, when("StringEquals", []), '"StringEquals" has no value for "aws:SourceIp"'),
    (IDENTITY, when("StringEquals", {}), "not a string, number or boolean"),
    (IDENTITY, when("StringEquals", [None]), "not a string, number or boolean"),
    (IDENTITY, when("StringEquals", "x", "SourceIp"), '"SourceIp" without a prefix such as aws:'),
    (
        IDENTITY,
        policy(allow(Condition={"StringEquals": {"aws:SourceIp": "x", "aws:sourceip": "y"}})),
        '"aws:sourceip" twice, in different case',
    ),
    (IDENTITY, when("NumericLessThan", "ten"), '"ten" is not a number'),
    (IDENTITY, when("DateLessThan", "31.1.2026"), '"31.1.2026" is not a date'),
    (IDENTITY, when("DateLessThan", "2026-13-01"), '"2026-13-01" is not a date'),
    (IDENTITY, when("Bool", "yes"), '"yes" is not "true" or "false"'),
    (IDENTITY, when("Null", "maybe"), '"maybe" is not "true" or "false"'),
    (IDENTITY, when("BinaryEquals", "not base64"), "is not base64"),
    (IDENTITY, when("IpAddress", "203.0.113.0/33"), "is not an IP address or a range"),
    (IDENTITY, when("IpAddress", "2001:db8::1"), "add /128 for just this one"),
    (IDENTITY, when("ArnLike", "*"), '"*" is not an ARN of six parts'),
    (IDENTITY, when("ArnEquals", "trail/t"), '"trail/t" is not an ARN of six parts'),
    (IDENTITY, when("Bool", "${aws:SecureTransport}"), "only the String and Arn operators do"),
    (RESOURCE, policy(allow()), '"Principal" is missing; write "Principal" or'),
    (RESOURCE, policy(deny(Principal="*", NotPrincipal="*")), 'and "NotPrincipal" exclude each other'),
    (RESOURCE, policy(allow(NotPrincipal="*")), 'not supported with "Effect": "Allow"'),
    (RESOURCE, policy(allow(Principal=OWN)), 'must be "*" or an object with one of AWS, Service'),
    (RESOURCE, policy(allow(Principal={})), '"Principal" must be "*" or an object'),
    (RESOURCE, policy(allow(Principal={"aws": OWN})), 'has the type "aws"; allowed are AWS, Service'),
    (RESOURCE, policy(allow(Principal={"AWS": []})), "must be a string or a list of strings"),
    (RESOURCE, policy(allow(Principal={"AWS": [OWN, 7]})), "must be a string or a list of strings"),
    (RESOURCE, policy(allow(Principal={"Service": ""})), "must be a string or a list of strings"),
    (RESOURCE, policy(allow(Principal={"AWS": f"arn:aws:iam::{OWN}:user/*"})), "(no wildcards)"),
    (
        RESOURCE,
        policy(allow(Principal={"AWS": f"arn:aws:iam::{OWN}:group/g"})),
        'the AWS principal "arn:aws:',
    ),
    (RESOURCE, policy(allow(Principal={"AWS": "cloudtrail.amazonaws.com"})), 'the AWS principal "cloudtr'),
    (RESOURCE, policy(allow(Principal={"Service": "*"})), 'a wildcard under "Service"; name each one'),
    (TRUST, policy(allow("sts:AssumeRole", Principal="*")), "the role itself is meant"),
    (TRUST, policy(deny("sts:AssumeRole", None, NotPrincipal="*")), "not supported in a role's trust policy"),
)


@pytest.mark.parametrize(("kind", "document", "says"), MALFORMED)
def test_malformed_document_is_refused_in_one_line(kind: DocumentKind, document: Any, says: str) -> None:
    """The message names the statement and element and what is allowed, in one line."""
    with pytest.raises(PolicyError) as error:
        check_document(document, kind)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("document", ["text", ["list"], 7, {"Statement": object()}])
def test_what_is_no_json_object_is_refused(document: Any) -> None:
    """Only parsed JSON objects are documents."""
    with pytest.raises(PolicyError, match="not a JSON object"):
        check_document(document, IDENTITY)


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (IDENTITY, EVERYTHING),
        (IDENTITY, {"Id": "x", "Statement": allow()}),
        (IDENTITY, policy(allow(Condition={}))),
        (IDENTITY, policy(allow(Sid=""), deny(Sid=""))),
        (RESOURCE, policy(allow(Principal={"AWS": ["*", OWN, USER_ARN, "AIDACKCEVSQ6C2EXAMPLE"]}))),
        (RESOURCE, policy(deny(NotPrincipal={"Service": CLOUDTRAIL.arn, "Federated": "graph.facebook.com"}))),
        (TRUST, policy(allow("sts:AssumeRole", None, Principal={"Service": CLOUDTRAIL.arn}))),
    ],
)
def test_well_formed_document_is_accepted(kind: DocumentKind, document: Any) -> None:
    """What AWS's grammar allows passes."""
    check_document(document, kind)


def test_evaluation_says_which_policy_is_malformed() -> None:
    """The message begins with the policy's place among those given."""
    with pytest.raises(PolicyError, match=r'^identity\[1\]: statement 0: "Effect" is missing'):
        decide(identity=[EVERYTHING, policy(allow(Effect=None))])


@pytest.mark.parametrize(
    ("principal", "policies", "says"),
    [
        (CLOUDTRAIL, Policies(identity=[EVERYTHING]), "an AWS service has no identity policy"),
        (
            Principal.anonymous(),
            Policies(service_control=[EVERYTHING]),
            "anonymous caller has no service control",
        ),
        (Principal.federated("accounts.google.com"), Policies(session=[EVERYTHING]), "has no session policy"),
        (Principal.root(OWN), Policies(boundary=EVERYTHING), "a root user has no boundary policy"),
        (USER, Policies(session=[EVERYTHING]), "an IAM user has no session policy"),
        (FEDERATED_ROOT, Policies(identity=[EVERYTHING]), "a federated user has no identity policy"),
        (FEDERATED_ROOT, Policies(boundary=EVERYTHING), "a federated user has no boundary policy"),
    ],
)
def test_policies_that_a_principal_cannot_have_are_refused(
    principal: Principal, policies: Policies, says: str
) -> None:
    """A policy given for the wrong kind of principal is a mistake, not a silent no."""
    with pytest.raises(PolicyError, match=says):
        decide(principal, policies=policies)


@pytest.mark.parametrize("action", ["GetObject", "s3:", "s3:Get*", "*"])
def test_request_needs_one_full_action(action: str) -> None:
    """A request names one action, without wildcards."""
    with pytest.raises(PolicyError, match='write "service:Name"'):
        decide(action=action)


def test_context_with_a_key_twice_is_refused() -> None:
    """Keys that differ only in case would make the answer depend on their order."""
    with pytest.raises(PolicyError, match="twice"):
        decide(context={"aws:SourceIp": "203.0.113.1", "AWS:SourceIp": "203.0.113.2"})


@pytest.mark.parametrize("arn", ["alice", f"arn:aws:sts::{OWN}:user/alice", f"arn:aws:iam::{OWN}:role/alice"])
def test_principal_constructor_refuses_another_arn(arn: str) -> None:
    """A user is made from a user's ARN only."""
    with pytest.raises(PolicyError, match="is not an ARN of the form"):
        Principal.user(arn)
