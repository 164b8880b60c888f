"""Each shape of userIdentity that AWS documents has one explained answer."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from audit.identity import Identity, identify
from audit.records import DECODER
from tests.audit.test_scan import record

ACCOUNT = "123456789012"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
LINKED = "AWSServiceRoleForImageBuilder"
ROLE = {
    "type": "Role",
    "arn": f"arn:aws:iam::{ACCOUNT}:role/ops/deployer",
    "accountId": ACCOUNT,
    "userName": "deployer",
}


def explained(user: Any, **changes: Any) -> Identity:
    """The answer for a record with this userIdentity."""
    return identify(DECODER.decode(msgspec.json.encode(record(userIdentity=user, **changes))))


@pytest.mark.parametrize(
    ("user", "who", "credentials"),
    [
        ({"type": "Root", "accountId": ACCOUNT}, f"root of {ACCOUNT}", "the account's root user"),
        (
            {"type": "Root", "accountId": ACCOUNT, "userName": "my-alias"},
            f"root of {ACCOUNT} (my-alias)",
            None,
        ),
        ({"type": "IAMUser", "userName": "ana"}, "ana", "IAM user with its own access key or password"),
        ({"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/team/ana"}, "ana", None),
        (
            {
                "type": "IAMUser",
                "userName": "ana",
                "sessionContext": {"attributes": {"mfaAuthenticated": "true"}},
            },
            "ana",
            "IAM user with temporary credentials",
        ),
        (
            {
                "type": "AssumedRole",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ci-7",
                "sessionContext": {"sessionIssuer": ROLE},
            },
            "deployer/ci-7",
            "session of the role deployer",
        ),
        ({"type": "AssumedRole", "principalId": "AROA1:ci-7"}, "unnamed role/ci-7", None),
        (
            {
                "type": "AssumedRole",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{LINKED}/Ec2ImageBuilder",
                "sessionContext": {
                    "sessionIssuer": ROLE
                    | {
                        "arn": f"arn:aws:iam::1:role/aws-service-role/imagebuilder.amazonaws.com/{LINKED}",
                        "userName": LINKED,
                    }
                },
                "invokedBy": "imagebuilder.amazonaws.com",
            },
            f"{LINKED}/Ec2ImageBuilder",
            f"session of the service-linked role {LINKED}, which only imagebuilder.amazonaws.com can assume",
        ),
        (
            {
                "type": "AssumedRole",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0a1b2c/ana@example.com",
            },
            "AWSReservedSSO_Admin_0a1b2c/ana@example.com",
            "session of the role AWSReservedSSO_Admin_0a1b2c, granted by IAM Identity Center",
        ),
        (
            {
                "type": "AssumedRole",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ci-7",
                "sessionContext": {
                    "sessionIssuer": ROLE,
                    "webIdFederationData": {"federatedProvider": OIDC, "attributes": {}},
                },
            },
            "deployer/ci-7",
            f"session of the role deployer, vouched for by web identity provider {OIDC}",
        ),
        ({"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/deployer"}, "deployer", "IAM role"),
        (
            {
                "type": "FederatedUser",
                "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/carol",
                "sessionContext": {"sessionIssuer": {"type": "IAMUser", "userName": "broker"}},
            },
            "carol",
            "federated by broker",
        ),
        (
            {
                "type": "FederatedUser",
                "principalId": f"{ACCOUNT}:carol",
                "sessionContext": {"sessionIssuer": {"type": "Root", "accountId": ACCOUNT}},
            },
            "carol",
            f"federated by root of {ACCOUNT}",
        ),
        (
            {"type": "SAMLUser", "principalId": "X:dora", "userName": "dora", "identityProvider": "corp"},
            "dora",
            "vouched for by SAML provider corp",
        ),
        (
            {"type": "WebIdentityUser", "principalId": "accounts.google.com:app:emil"},
            "emil",
            "vouched for by web identity provider (not named)",
        ),
        (
            {
                "type": "WebIdentityUser",
                "principalId": f"{OIDC}:sts.amazonaws.com:repo:octo/images:ref:refs/heads/main",
                "identityProvider": OIDC,
            },
            "repo:octo/images:ref:refs/heads/main",
            f"vouched for by web identity provider {OIDC}",
        ),
        (
            {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}, "credentialId": "c"},
            "u-1",
            "IAM Identity Center user",
        ),
        ({"type": "AWSAccount", "accountId": "210987654321"}, "account 210987654321", None),
        (
            {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"},
            "anonymous",
            "no credentials: a request that nobody signed",
        ),
        (
            {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
            "ec2.amazonaws.com",
            "AWS service for itself",
        ),
        ({"invokedBy": "ec2.amazonaws.com"}, "ec2.amazonaws.com", "AWS service for itself"),
        ({"type": "Directory", "userName": "frida"}, "frida", "user of an AWS directory"),
        ({"type": "Unknown"}, "unknown identity", "CloudTrail could not tell (type Unknown)"),
        ({"type": "NewKind", "userName": "x"}, "x", "CloudTrail could not tell (type NewKind)"),
        ({}, "unknown identity", "CloudTrail could not tell (type not given)"),
        (None, "nobody named", "the record names no identity"),
    ],
)
def test_each_shape_has_its_name_and_credentials(user: Any, who: str, credentials: str | None) -> None:
    """Who it was and by which kind of credentials; missing members never raise."""
    identity = explained(user)
    assert identity.who == who
    assert credentials is None or identity.credentials == credentials


def test_a_service_on_someones_behalf_is_not_taken_for_the_someone_alone() -> None:
    """InvokedBy is named beside the identity that lent its permission."""
    user = {"type": "IAMUser", "userName": "ana", "invokedBy": "cloudformation.amazonaws.com"}
    identity = explained(user)
    assert (identity.who, identity.service) == ("ana", "cloudformation.amazonaws.com")
    assert "through cloudformation.amazonaws.com" in identity.explained()


def test_the_person_behind_a_session_is_named() -> None:
    """Source identity, Identity Center user and MFA are part of the explanation."""
    session = {
        "sessionIssuer": ROLE,
        "attributes": {"mfaAuthenticated": "true"},
        "sourceIdentity": "ana@example.com",
    }
    user = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/s",
        "sessionContext": session,
        "onBehalfOf": {"userId": "u-1"},
    }
    text = explained(user).explained()
    assert "source identity ana@example.com" in text
    assert "on behalf of Identity Center user u-1" in text
    assert "with MFA" in text
    without = explained(user | {"sessionContext": {"attributes": {"mfaAuthenticated": "false"}}})
    assert without.mfa is False


@pytest.mark.parametrize(("recipient", "cross"), [("210987654321", True), (ACCOUNT, False)])
def test_cross_account_means_that_another_account_received_the_call(recipient: str, cross: bool) -> None:
    """The caller's account against recipientAccountId."""
    identity = explained(
        {"type": "IAMUser", "userName": "a", "accountId": ACCOUNT}, recipientAccountId=recipient
    )
    assert identity.cross_account is cross
    assert (f"from account {ACCOUNT}" in identity.explained()) is cross


def test_identities_that_differ_have_different_keys() -> None:
    """The same role name in two accounts is two identities; the same identity twice is one."""
    one = {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", "accountId": ACCOUNT}
    other = {
        "type": "AssumedRole",
        "arn": "arn:aws:sts::210987654321:assumed-role/r/s",
        "accountId": "210987654321",
    }
    assert explained(one).key != explained(other).key
    assert explained(one).key == explained(one | {"accessKeyId": "ASIA2"}).key


def test_a_session_name_hides_no_source_identity() -> None:
    """Whoever assumes a role chooses the session's name, and may put another's name into it."""
    session = {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/ana-or-bob"}
    ana, bob = (explained(session | {"sessionContext": {"sourceIdentity": name}}) for name in ("ana", "bob"))
    assert "source identity ana" in ana.explained()
    assert ana.key != bob.key


def test_a_caller_of_another_account_is_not_taken_for_its_namesake_here() -> None:
    """The name tells both apart wherever it stands alone."""
    user = {"type": "IAMUser", "userName": "ana", "accountId": ACCOUNT}
    assert explained(user, recipientAccountId=ACCOUNT).who == "ana"
    assert explained(user, recipientAccountId="210987654321").who == f"ana of {ACCOUNT}"


def test_nothing_is_explained_twice() -> None:
    """Neither the Identity Center user whom the name gives already, nor the account."""
    person = {"type": "IdentityCenterUser", "accountId": ACCOUNT, "onBehalfOf": {"userId": "u-1"}}
    assert explained(person).explained() == "u-1, IAM Identity Center user"
    account = {"type": "AWSAccount", "accountId": ACCOUNT, "principalId": "AIDA1"}
    text = explained(account, recipientAccountId="210987654321").explained()
    assert text == f"account {ACCOUNT} (AIDA1), an identity of another AWS account"


def test_a_service_that_is_only_a_principal_is_a_service_all_the_same() -> None:
    """So that its calls are among those made by services."""
    assert explained({"type": "AWSService", "principalId": "x.amazonaws.com"}).service == "x.amazonaws.com"
