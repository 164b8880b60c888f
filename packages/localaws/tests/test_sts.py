"""What STS asks for and refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from packages.localaws.tests.front import ACCOUNT_ID, OTHER_ACCOUNT_ID, Front, allow, document, refused, trust

DEVICE = {"SerialNumber": f"arn:aws:iam::{ACCOUNT_ID}:mfa/alice", "TokenCode": "123456"}
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
JUST_NOW = {"NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}


def guarded_role(front: Front, condition: Mapping[str, Any] = WITH_MFA) -> str:
    """A role that the account's users may take on with MFA, and that may list users with MFA."""
    return front.role(
        "guarded",
        trust({"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}, Condition=condition),
        allow("iam:ListUsers", Condition=WITH_MFA),
    )


@pytest.mark.parametrize("condition", [WITH_MFA, JUST_NOW])
def test_a_code_opens_a_role_that_asks_for_mfa(strict_front: Front, condition: Mapping[str, Any]) -> None:
    """The call of AssumeRole itself counts as made with the device; so do the session's calls."""
    role = guarded_role(strict_front, condition)
    sts = strict_front.client("sts", strict_front.user("alice", allow("sts:AssumeRole")))
    with refused("AccessDenied"):
        sts.assume_role(RoleArn=role, RoleSessionName="without")
    session = sts.assume_role(RoleArn=role, RoleSessionName="with", **DEVICE)["Credentials"]
    strict_front.client("iam", session).list_users()
    attributes = strict_front.record("ListUsers")["userIdentity"]["sessionContext"]["attributes"]
    assert attributes["mfaAuthenticated"] == "true"


def test_the_age_of_mfa_is_that_of_the_session(strict_front: Front) -> None:
    """A session grows too old for a policy that asks for a recent code."""
    role = strict_front.role("fresh", trust({"AWS": ACCOUNT_ID}), allow("iam:ListUsers", Condition=JUST_NOW))
    sts = strict_front.client("sts", strict_front.user("alice", allow("sts:AssumeRole")))
    iam = strict_front.client(
        "iam", sts.assume_role(RoleArn=role, RoleSessionName="with", **DEVICE)["Credentials"]
    )
    iam.list_users()
    strict_front.cloud.move_clock(timedelta(seconds=61))
    with refused("AccessDenied"):
        iam.list_users()


def test_the_device_is_recorded_and_its_code_is_not(front: Front) -> None:
    """A record tells which device vouched."""
    role = front.role("reader", trust({"AWS": ACCOUNT_ID}))
    front.client("sts", front.user("alice")).assume_role(RoleArn=role, RoleSessionName="me", **DEVICE)
    asked = front.record("AssumeRole")["requestParameters"]
    assert asked["serialNumber"] == DEVICE["SerialNumber"]
    assert "tokenCode" not in asked


def test_a_hardware_device_is_named_by_its_number(front: Front) -> None:
    """It has no ARN."""
    sts = front.client("sts", front.user("alice"))
    sts.get_session_token(SerialNumber="GAHT12345678", TokenCode="123456")


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ({"SerialNumber": DEVICE["SerialNumber"]}, "must provide both"),
        ({"TokenCode": "123456"}, "must provide both"),
        ({**DEVICE, "TokenCode": "abcdef"}, "invalid MFA one time pass code"),
        ({**DEVICE, "SerialNumber": "arn:aws:iam::210987654321:mfa/eve"}, "unable to validate"),
    ],
)
@pytest.mark.parametrize("operation", ["assume_role", "get_session_token"])
def test_what_is_no_code_of_a_users_device_is_refused(
    front: Front, operation: str, device: dict[str, str], message: str
) -> None:
    """Half of it, no six digits, somebody else's."""
    asked: dict[str, Any] = dict(device)
    if operation == "assume_role":
        asked |= {"RoleArn": front.role("reader", trust({"AWS": ACCOUNT_ID})), "RoleSessionName": "me"}
    with refused("AccessDenied", message):
        getattr(front.client("sts", front.user("alice")), operation)(**asked)


def test_a_role_has_no_device(front: Front) -> None:
    """A session that takes on another role cannot bring a code: chained roles have no MFA."""
    role = front.role("reader", trust({"AWS": ACCOUNT_ID}))
    session = front.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    with refused("AccessDenied", "unable to validate"):
        front.client("sts", session).assume_role(RoleArn=role, RoleSessionName="again", **DEVICE)


@pytest.mark.parametrize("length", [2048, 2049])
@pytest.mark.parametrize("operation", ["get_federation_token", "assume_role"])
def test_session_policies_have_at_most_2048_characters(front: Front, operation: str, length: int) -> None:
    """One more is refused as AWS refuses it."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow("s3:*", Sid="x")]})
    policy += " " * (length - len(policy))
    asked: dict[str, Any] = {"Name": "guest"}
    if operation == "assume_role":
        asked = {"RoleArn": front.role("reader", trust({"AWS": ACCOUNT_ID})), "RoleSessionName": "me"}
    call = getattr(front.client("sts", front.user("alice")), operation)
    if length == 2048:
        call(**asked, Policy=policy)
    else:
        with refused("ValidationError", "Member must have length less than or equal to 2048"):
            call(**asked, Policy=policy)


def test_a_denied_role_is_told_without_a_reason(strict_front: Front) -> None:
    """STS says who may not do what, as in AWS's own records."""
    role = strict_front.role("closed", trust({"Service": "ec2.amazonaws.com"}))
    alice = strict_front.user("alice", allow("sts:AssumeRole"))
    with refused("AccessDenied"):
        strict_front.client("sts", alice).assume_role(RoleArn=role, RoleSessionName="me")
    user = f"arn:aws:iam::{ACCOUNT_ID}:user/alice"
    assert strict_front.record("AssumeRole")["errorMessage"] == (
        f"User: {user} is not authorized to perform: sts:AssumeRole on resource: {role}"
    )


@pytest.mark.parametrize("role", ["arn:aws:iam", "no ARN at all"])
@pytest.mark.parametrize("operation", ["assume_role", "assume_role_with_web_identity"])
def test_a_role_that_is_no_arn_is_refused(front: Front, operation: str, role: str) -> None:
    """With AWS's own words and a record, however short the text is."""
    token = {"WebIdentityToken": "abcd"} if "web" in operation else {}
    sts = front.client("sts", parameter_validation=False)
    with refused("ValidationError", f"{role} is invalid"):
        getattr(sts, operation)(RoleArn=role, RoleSessionName="me", **token)
    (record,) = front.records
    assert record["errorCode"] == "ValidationError"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Policy": "[]"}, "MalformedPolicyDocument"),
        ({"Policy": "5"}, "MalformedPolicyDocument"),
        ({"Policy": "null"}, "MalformedPolicyDocument"),
        ({"Policy": "{"}, "MalformedPolicyDocument"),
        ({"Policy": "{}"}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": f"arn:aws:iam::{ACCOUNT_ID}:policy/none"}]}, "ValidationError"),
        ({"Tags": [{"Key": "team"}]}, "ValidationError"),
    ],
    ids=str,
)
@pytest.mark.parametrize("operation", ["get_federation_token", "assume_role"])
def test_what_no_session_could_have_is_refused_and_recorded(
    front: Front, operation: str, given: dict[str, Any], code: str
) -> None:
    """Nobody gets credentials of a session of which nothing is known."""
    asked: dict[str, Any] = {"Name": "guest"}
    if operation == "assume_role":
        asked = {"RoleArn": front.role("reader", trust({"AWS": ACCOUNT_ID})), "RoleSessionName": "me"}
    sts = front.client("sts", front.user("alice"), parameter_validation=False)
    with refused(code):
        getattr(sts, operation)(**asked, **given)
    assert front.records[-1]["errorCode"] == code


def test_managed_session_policies_are_those_of_the_roles_account(front: Front) -> None:
    """Not of the account of who takes the role on."""
    arn = front.client("iam").create_policy(PolicyName="own", PolicyDocument=document(allow("s3:*")))[
        "Policy"
    ]["Arn"]
    role = front.role("reader", trust({"AWS": OTHER_ACCOUNT_ID}))
    sts = front.client("sts", access_key=OTHER_ACCOUNT_ID)
    assert sts.assume_role(RoleArn=role, RoleSessionName="me", PolicyArns=[{"arn": arn}])["Credentials"]


def test_a_root_user_takes_on_no_role(strict_front: Front) -> None:
    """Whatever the role's trust policy says."""
    role = strict_front.role("reader", trust({"AWS": ACCOUNT_ID}))
    with refused("AccessDenied", "Roles may not be assumed by root accounts"):
        strict_front.client("sts").assume_role(RoleArn=role, RoleSessionName="me")


@pytest.mark.parametrize(
    ("operation", "asked"),
    [("get_session_token", {}), ("get_federation_token", {"Name": "guest", "Policy": document(allow("*"))})],
)
def test_sessions_of_users_call_no_iam_and_open_no_sessions(
    strict_front: Front, operation: str, asked: dict[str, Any]
) -> None:
    """Nobody vouched for them with MFA."""
    alice = strict_front.client("sts", strict_front.user("alice", allow("*")))
    session = getattr(alice, operation)(**asked)["Credentials"]
    with refused("InvalidClientTokenId"):
        strict_front.client("iam", session).list_users()
    sts = strict_front.client("sts", session)
    for refused_call in (sts.get_session_token, lambda: sts.get_federation_token(Name="other")):
        with refused("AccessDenied"):
            refused_call()


def test_a_session_with_mfa_calls_iam(strict_front: Front) -> None:
    """A device vouched for it."""
    alice = strict_front.client("sts", strict_front.user("alice", allow("iam:ListUsers")))
    session = alice.get_session_token(**DEVICE)["Credentials"]
    assert strict_front.client("iam", session).list_users()["Users"]


def test_transitive_tags_go_from_session_to_session(front: Front) -> None:
    """Other tags end with the session that has them."""
    role = front.role("reader", trust({"AWS": ACCOUNT_ID}))
    tags = [{"Key": "team", "Value": "red"}, {"Key": "cost", "Value": "1"}]
    first = front.client("sts", front.user("alice")).assume_role(
        RoleArn=role, RoleSessionName="first", Tags=tags, TransitiveTagKeys=["team"]
    )["Credentials"]
    second = front.client("sts", first).assume_role(RoleArn=role, RoleSessionName="second")["Credentials"]
    caller = front.cloud.identities.caller(second["AccessKeyId"], "us-east-1", front.cloud.now(), None)
    assert caller.session_tags == {"team": "red"}
