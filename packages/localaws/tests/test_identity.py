"""Who the records say that called."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from localaws.identity import Identities, InvalidKeyError, read_credential
from packages.localaws.tests.front import ACCOUNT_ID, OTHER_ACCOUNT_ID, Front, allow, refused, trust

ANYBODY = trust({"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"})


def test_unknown_key_is_root_of_the_default_account(front: Front) -> None:
    """A key that nobody was given stands for the root user."""
    front.client("iam").list_users()
    assert front.record("ListUsers")["userIdentity"] == {
        "type": "Root",
        "principalId": ACCOUNT_ID,
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:root",
        "accountId": ACCOUNT_ID,
        "accessKeyId": "test",
    }


def test_key_of_twelve_digits_is_root_of_that_account(front: Front) -> None:
    """An account's number as access key reaches that account."""
    front.client("iam", access_key=OTHER_ACCOUNT_ID).create_user(UserName="elsewhere")
    record = front.record("CreateUser")
    assert record["userIdentity"]["arn"] == f"arn:aws:iam::{OTHER_ACCOUNT_ID}:root"
    assert record["recipientAccountId"] == OTHER_ACCOUNT_ID
    assert front.client("iam").list_users()["Users"] == []


def test_user_is_named_as_iam_names_it(front: Front) -> None:
    """A user's key yields type, ARN, unique id, key and name."""
    key = front.user("alice")
    user = front.client("iam").get_user(UserName="alice")["User"]
    front.client("imagebuilder", key).list_images()
    assert front.record("ListImages")["userIdentity"] == {
        "type": "IAMUser",
        "principalId": user["UserId"],
        "arn": user["Arn"],
        "accountId": ACCOUNT_ID,
        "accessKeyId": key["AccessKeyId"],
        "userName": "alice",
    }


def test_role_session_names_its_issuer(front: Front) -> None:
    """A role's session says which role issued it, when, and without MFA."""
    arn = front.role("auditor", ANYBODY, Path="/team/")
    role = front.client("iam").get_role(RoleName="auditor")["Role"]
    session = front.client("sts").assume_role(RoleArn=arn, RoleSessionName="monday", SourceIdentity="alice")
    front.client("imagebuilder", session["Credentials"]).list_images()
    identity = dict(front.record("ListImages")["userIdentity"])
    context = identity.pop("sessionContext")
    assert identity == {
        "type": "AssumedRole",
        "principalId": f"{role['RoleId']}:monday",
        "arn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/auditor/monday",
        "accountId": ACCOUNT_ID,
        "accessKeyId": session["Credentials"]["AccessKeyId"],
    }
    assert context["sessionIssuer"] == {
        "type": "Role",
        "principalId": role["RoleId"],
        "arn": arn,
        "accountId": ACCOUNT_ID,
        "userName": "auditor",
    }
    assert context["attributes"]["mfaAuthenticated"] == "false"
    assert context["attributes"]["creationDate"] == front.record("AssumeRole")["eventTime"]
    assert context["sourceIdentity"] == "alice"


def test_session_with_mfa_says_so(front: Front) -> None:
    """A session opened with a device's code counts as MFA-authenticated."""
    key = front.user("alice")
    sts = front.client("sts", key)
    credentials = sts.get_session_token(
        SerialNumber=f"arn:aws:iam::{ACCOUNT_ID}:mfa/alice", TokenCode="123456"
    )
    front.client("imagebuilder", credentials["Credentials"]).list_images()
    identity = front.record("ListImages")["userIdentity"]
    assert identity["type"] == "IAMUser"
    assert identity["accessKeyId"] == credentials["Credentials"]["AccessKeyId"]
    assert identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"


def test_federated_user_names_the_user_who_vouched(front: Front) -> None:
    """GetFederationToken yields a FederatedUser whose issuer is the IAM user."""
    key = front.user("alice")
    federated = front.client("sts", key).get_federation_token(Name="guest")
    front.client("imagebuilder", federated["Credentials"]).list_images()
    identity = front.record("ListImages")["userIdentity"]
    assert identity["type"] == "FederatedUser"
    assert identity["arn"] == f"arn:aws:sts::{ACCOUNT_ID}:federated-user/guest"
    assert identity["principalId"] == f"{ACCOUNT_ID}:guest"
    assert identity["sessionContext"]["sessionIssuer"]["type"] == "IAMUser"
    assert identity["sessionContext"]["sessionIssuer"]["userName"] == "alice"


def test_each_federation_token_has_keys_of_its_own(front: Front) -> None:
    """Two federated users are never mixed up."""
    sts = front.client("sts", front.user("alice"))
    first, second = (sts.get_federation_token(Name=name)["Credentials"] for name in ("one", "two"))
    assert first["AccessKeyId"] != second["AccessKeyId"]
    arns = [front.client("sts", given).get_caller_identity()["Arn"] for given in (first, second)]
    assert [arn.rsplit("/", 1)[-1] for arn in arns] == ["one", "two"]


def test_web_identity_is_named_by_its_token(front: Front) -> None:
    """AssumeRoleWithWebIdentity is recorded as the provider's subject; the session keeps the provider."""
    claims = {"iss": "https://tokens.example.com", "sub": "repository:main", "aud": "sts.amazonaws.com"}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    arn = front.role("deployer", ANYBODY)
    session = front.client("sts").assume_role_with_web_identity(
        RoleArn=arn, RoleSessionName="job", WebIdentityToken=f"e30.{body}.sig"
    )
    identity = front.record("AssumeRoleWithWebIdentity")["userIdentity"]
    assert identity["type"] == "WebIdentityUser"
    assert identity["userName"] == "repository:main"
    assert identity["identityProvider"] == "https://tokens.example.com"
    assert identity["principalId"] == "https://tokens.example.com:sts.amazonaws.com:repository:main"
    front.client("imagebuilder", session["Credentials"]).list_images()
    context = front.record("ListImages")["userIdentity"]["sessionContext"]
    assert context["webIdFederationData"]["federatedProvider"] == "https://tokens.example.com"


def test_unsigned_request_is_anonymous(front: Front) -> None:
    """A request without a signature is nobody's, not root's."""
    front.request("GET", "/")
    assert front.record("ListBuckets")["userIdentity"]["accountId"] == "ANONYMOUS_PRINCIPAL"


@pytest.mark.parametrize(
    "scope", ["test/20260101/eu-west-1/s3/aws4_request", "test%2F20260101%2Feu-west-1%2Fs3%2Faws4_request"]
)
def test_presigned_url_carries_the_credential(scope: str) -> None:
    """The credential of a presigned URL is read from its query string, encoded or not."""
    credential = read_credential({"QUERY_STRING": f"X-Amz-Credential={scope}&X-Amz-Signature=0"})
    assert (credential.access_key_id, credential.region, credential.service) == ("test", "eu-west-1", "s3")


def test_caller_identity_is_the_recorded_identity(front: Front) -> None:
    """What GetCallerIdentity answers is what the record says."""
    key = front.user("alice", allow("*"))
    answer = front.client("sts", key).get_caller_identity()
    identity = front.record("GetCallerIdentity")["userIdentity"]
    assert (answer["Arn"], answer["UserId"]) == (identity["arn"], identity["principalId"])


def test_deleted_key_is_refused_only_when_strict(strict_front: Front) -> None:
    """With policies enforced, a key that was deleted or never issued opens nothing."""
    key = strict_front.user("alice", allow("*"))
    strict_front.client("iam", key).list_users()
    strict_front.client("iam").delete_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"])
    with refused("InvalidClientTokenId"):
        strict_front.client("iam", key).list_users()
    lenient = Identities(strict=False)
    assert lenient.caller(key["AccessKeyId"], "us-east-1", datetime.now(UTC), None).type == "Root"
    with pytest.raises(InvalidKeyError):
        Identities(strict=True).caller(key["AccessKeyId"], "us-east-1", datetime.now(UTC), None)


def test_expired_session_is_refused_when_strict(strict_front: Front) -> None:
    """A session's credentials end when STS said that they would."""
    session = strict_front.client("sts", strict_front.user("alice", allow("*"))).get_session_token(
        DurationSeconds=900
    )
    client = strict_front.client("imagebuilder", session["Credentials"])
    client.list_images()
    strict_front.cloud.move_clock(timedelta(seconds=901))
    with refused("ExpiredToken"):
        client.list_images()


def test_sessions_last_by_the_clock_that_was_moved(strict_front: Front) -> None:
    """A session taken on after the clock was moved lives its whole time, and no longer."""
    strict_front.cloud.move_clock(timedelta(hours=5))
    role = strict_front.role("worker", ANYBODY)
    sts = strict_front.client("sts", strict_front.user("alice", allow("sts:AssumeRole")))
    session = sts.assume_role(RoleArn=role, RoleSessionName="work", DurationSeconds=900)["Credentials"]
    strict_front.client("sts", session).get_caller_identity()
    strict_front.cloud.move_clock(timedelta(hours=5, seconds=901))
    with refused("ExpiredToken"):
        strict_front.client("sts", session).get_caller_identity()


def test_a_users_key_acts_in_its_own_account_only(front: Front) -> None:
    """`x-moto-account-id` takes a user's key, or a session's, to no foreign account."""
    user = front.user("alice", allow("*"))
    session = front.client("sts", user).get_session_token()["Credentials"]
    for number, credentials in enumerate((user, session)):
        iam = front.client("iam", credentials)
        iam.meta.events.register(
            "before-sign.iam",
            lambda request, **_: request.headers.add_header("x-moto-account-id", OTHER_ACCOUNT_ID),
        )
        made = iam.create_group(GroupName=f"group-{number}")["Group"]["Arn"]
        assert made == f"arn:aws:iam::{ACCOUNT_ID}:group/group-{number}"
