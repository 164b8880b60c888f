"""Who is named, and which policies must then allow: same account, other account, services, sessions, root."""

from __future__ import annotations

from typing import Any

import pytest

from iam_evaluation import PolicyError, Principal
from packages.iam_evaluation.tests.building import (
    ALLOWED,
    BUCKET,
    CLOUDTRAIL,
    DENIED,
    EVERYTHING,
    FAR_USER,
    FEDERATED_ARN,
    FEDERATED_USER,
    KEY,
    NOT_ALLOWED,
    OTHER,
    OTHER_ROOT_ARN,
    OWN,
    ROLE_ARN,
    ROOT_ARN,
    SESSION,
    SESSION_ARN,
    TRUSTED_ROLE,
    USER,
    USER_ARN,
    allow,
    deny,
    policy,
    verdict,
)

NOTHING = policy(allow("ec2:DescribeRegions"))
ROOT, FAR_ROOT = Principal.root(OWN), Principal.root(OTHER)
WEB = Principal.federated("accounts.google.com")
ANONYMOUS = Principal.anonymous()
CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"


def open_to(principal: Any, action: str = "*") -> dict[str, Any]:
    """A resource policy that allows a principal."""
    return policy(allow(action, Principal=principal))


def trust(principal: Any, **elements: Any) -> dict[str, Any]:
    """A role's trust policy."""
    return policy(allow("sts:AssumeRole*", None, Principal=principal, **elements))


# --- within one account -------------------------------------------------------------------------------------


@pytest.mark.parametrize("principal", [USER, SESSION], ids=["user", "session"])
def test_identity_policy_alone_suffices(principal: Principal) -> None:
    """Without a resource policy, or beside one that says nothing, the identity policy decides."""
    assert verdict(principal, identity=[EVERYTHING]) is ALLOWED
    assert verdict(principal, identity=[EVERYTHING], resource=open_to({"Service": CLOUDTRAIL.arn})) is ALLOWED
    assert verdict(principal, identity=[NOTHING]) is NOT_ALLOWED
    assert verdict(principal) is NOT_ALLOWED


@pytest.mark.parametrize(
    ("principal", "named", "alone", "beyond_limits"),
    [
        (USER, {"AWS": USER_ARN}, True, True),
        (USER, "*", True, True),
        (USER, {"AWS": "*"}, True, True),
        (USER, {"AWS": ROOT_ARN}, False, False),
        (USER, {"AWS": OWN}, False, False),
        (USER, {"AWS": ROLE_ARN}, False, False),
        (SESSION, {"AWS": SESSION_ARN}, True, True),
        (SESSION, {"AWS": ROLE_ARN}, True, False),
        (SESSION, "*", True, True),
        (SESSION, {"AWS": ROOT_ARN}, False, False),
        (SESSION, {"AWS": f"{SESSION_ARN}2"}, False, False),
        (SESSION, {"AWS": f"{ROLE_ARN}2"}, False, False),
    ],
)
def test_resource_policy_grants_as_closely_as_it_names(
    principal: Principal, named: Any, *, alone: bool, beyond_limits: bool
) -> None:
    """Named itself no other policy is needed; by its role, limits count; by its account, it delegates."""
    bucket = open_to(named)
    assert (verdict(principal, resource=bucket) is ALLOWED) is alone
    assert (verdict(principal, resource=bucket, boundary=NOTHING) is ALLOWED) is beyond_limits
    assert (verdict(principal, resource=bucket, boundary=EVERYTHING) is ALLOWED) is alone
    if principal is SESSION:
        assert (verdict(principal, resource=bucket, session=[NOTHING]) is ALLOWED) is beyond_limits


def test_federated_user_needs_a_session_policy_unless_named_itself() -> None:
    """It has what its session policy allows, and what resource policies give to it by name."""
    assert verdict(FEDERATED_USER, identity=[EVERYTHING]) is NOT_ALLOWED
    assert verdict(FEDERATED_USER, identity=[EVERYTHING], session=[EVERYTHING]) is ALLOWED
    assert verdict(FEDERATED_USER, identity=[NOTHING], session=[EVERYTHING]) is NOT_ALLOWED
    assert verdict(FEDERATED_USER, resource=open_to({"AWS": FEDERATED_ARN})) is ALLOWED
    assert verdict(FEDERATED_USER, resource=open_to({"AWS": USER_ARN})) is NOT_ALLOWED
    assert verdict(FEDERATED_USER, resource=open_to({"AWS": USER_ARN}), session=[EVERYTHING]) is ALLOWED


def test_federated_root_user_has_what_its_session_policy_allows() -> None:
    """Root has no identity policies, so a session that it made is limited by its session policy only."""
    federated_root = Principal.federated_user(FEDERATED_ARN, ROOT_ARN)
    assert verdict(federated_root, session=[EVERYTHING]) is ALLOWED
    assert verdict(federated_root, session=[NOTHING]) is NOT_ALLOWED
    assert verdict(federated_root) is NOT_ALLOWED
    assert verdict(federated_root, account=OTHER, session=[EVERYTHING]) is NOT_ALLOWED
    bucket = open_to({"AWS": OWN})
    assert verdict(federated_root, account=OTHER, session=[EVERYTHING], resource=bucket) is ALLOWED
    assert verdict(federated_root, "kms:Decrypt", KEY, session=[EVERYTHING]) is NOT_ALLOWED


@pytest.mark.parametrize("limit", ["boundary", "session", "service_control"])
def test_limits_cut_and_never_give(limit: str) -> None:
    """Boundary, session and service control policies allow nothing alone and cut what they do not allow."""
    for document, expected in ((EVERYTHING, ALLOWED), (NOTHING, NOT_ALLOWED), (policy(deny()), DENIED)):
        given: Any = document if limit == "boundary" else [document]
        assert verdict(SESSION, identity=[EVERYTHING], **{limit: given}) is expected
        assert verdict(SESSION, **{limit: given}) is (DENIED if expected is DENIED else NOT_ALLOWED)


def test_every_level_of_the_organization_must_allow() -> None:
    """Policies attached at one level add up; each level has to allow."""
    read, write = policy(allow("s3:Get*")), policy(allow("s3:Put*"))
    assert verdict(identity=[EVERYTHING], service_control=[EVERYTHING, [write, read]]) is ALLOWED
    assert verdict(identity=[EVERYTHING], service_control=[read, write]) is NOT_ALLOWED
    assert verdict(identity=[EVERYTHING], service_control=[EVERYTHING, []]) is NOT_ALLOWED
    assert verdict(resource=open_to({"AWS": USER_ARN}), service_control=[write]) is NOT_ALLOWED


def test_session_policies_add_up() -> None:
    """Of several session policies one has to allow."""
    assert verdict(SESSION, identity=[EVERYTHING], session=[NOTHING, EVERYTHING]) is ALLOWED


# --- the root user ------------------------------------------------------------------------------------------


def test_root_user_needs_no_policy_but_heeds_denies() -> None:
    """Root may all in its account, save what a resource policy denies and the organization does not allow."""
    assert verdict(ROOT) is ALLOWED
    assert verdict(ROOT, resource=open_to({"Service": CLOUDTRAIL.arn})) is ALLOWED
    assert verdict(ROOT, resource=policy(deny(Principal="*"))) is DENIED
    assert verdict(ROOT, resource=policy(deny(Principal={"AWS": ROOT_ARN}))) is DENIED
    assert verdict(ROOT, resource=policy(deny(Principal={"AWS": USER_ARN}))) is ALLOWED
    assert verdict(ROOT, service_control=[NOTHING]) is NOT_ALLOWED
    assert verdict(ROOT, service_control=[policy(allow(), deny("s3:*"))]) is DENIED


def test_root_user_of_another_account_must_be_let_in() -> None:
    """In another account root has what a resource policy gives its account."""
    assert verdict(FAR_ROOT) is NOT_ALLOWED
    assert verdict(FAR_ROOT, resource=open_to({"AWS": OTHER_ROOT_ARN})) is ALLOWED
    assert verdict(FAR_ROOT, resource=open_to({"AWS": ROOT_ARN})) is NOT_ALLOWED


@pytest.mark.parametrize("action", ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"])
def test_owners_root_user_can_always_mend_a_bucket_policy(action: str) -> None:
    """A policy that locks all out does not lock out the owner's root user; the organization can."""
    locked = policy(deny("s3:*", Principal="*"))
    assert verdict(ROOT, action, BUCKET, resource=locked) is ALLOWED
    assert verdict(USER, action, BUCKET, resource=locked, identity=[EVERYTHING]) is DENIED
    assert verdict(FAR_ROOT, action, BUCKET, resource=locked) is DENIED
    assert verdict(ROOT, action, BUCKET, resource=locked, service_control=[policy(deny())]) is DENIED
    assert verdict(ROOT, "s3:PutBucketAcl", BUCKET, resource=locked) is DENIED


# --- across accounts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [{"AWS": FAR_USER.arn}, {"AWS": OTHER}, {"AWS": OTHER_ROOT_ARN}, "*"])
def test_both_accounts_must_allow(named: Any) -> None:
    """Across accounts the resource policy and the caller's own policies are needed, however it is named."""
    bucket = open_to(named)
    assert verdict(FAR_USER, resource=bucket, identity=[EVERYTHING]) is ALLOWED
    assert verdict(FAR_USER, resource=bucket) is NOT_ALLOWED
    assert verdict(FAR_USER, identity=[EVERYTHING]) is NOT_ALLOWED
    assert verdict(FAR_USER, resource=bucket, identity=[EVERYTHING], boundary=NOTHING) is NOT_ALLOWED
    assert verdict(FAR_USER, resource=bucket, identity=[EVERYTHING], service_control=[NOTHING]) is NOT_ALLOWED


def test_session_named_across_accounts_stays_within_its_session_policy() -> None:
    """A direct grant lifts a session's limits in its own account only."""
    bucket = open_to({"AWS": SESSION_ARN})
    given: dict[str, Any] = {"resource": bucket, "identity": [EVERYTHING], "session": [NOTHING]}
    assert verdict(SESSION, account=OWN, **given) is ALLOWED
    assert verdict(SESSION, account=OTHER, **given) is NOT_ALLOWED


def test_account_is_told_by_partition_too() -> None:
    """The root ARN of another partition names nobody here."""
    assert (
        verdict(ROOT, resource=policy(deny(Principal={"AWS": ROOT_ARN.replace("aws", "aws-cn")}))) is ALLOWED
    )
    china = Principal.root(OWN, "aws-cn")
    assert verdict(china, resource=policy(deny(Principal={"AWS": china.arn}))) is DENIED


# --- key policies and role trust ----------------------------------------------------------------------------


def test_key_policy_must_grant_by_itself() -> None:
    """A key without a statement for the caller's account is closed, to administrators and root too."""
    for principal in (USER, SESSION):
        given: dict[str, Any] = {"identity": [EVERYTHING]}
        assert verdict(principal, "kms:Decrypt", KEY, **given) is NOT_ALLOWED
        assert (
            verdict(principal, "kms:Decrypt", KEY, resource=open_to({"AWS": OTHER}), **given) is NOT_ALLOWED
        )
        assert verdict(principal, "kms:Decrypt", KEY, resource=open_to({"AWS": ROOT_ARN}), **given) is ALLOWED
        assert verdict(principal, "kms:Decrypt", KEY, resource=open_to({"AWS": ROOT_ARN})) is NOT_ALLOWED
    assert verdict(USER, "kms:Decrypt", KEY, resource=open_to({"AWS": USER_ARN})) is ALLOWED
    assert verdict(ROOT, "kms:Decrypt", KEY) is NOT_ALLOWED
    assert verdict(ROOT, "kms:Decrypt", KEY, resource=open_to({"AWS": ROOT_ARN})) is ALLOWED


def test_actions_on_no_key_need_no_key_policy() -> None:
    """Creating and listing keys is decided by identity policies."""
    assert verdict(USER, "kms:CreateKey", "*", identity=[EVERYTHING]) is ALLOWED
    assert verdict(ROOT, "kms:ListKeys", "*") is ALLOWED


def test_role_trust_must_grant_by_itself() -> None:
    """A role is assumed only by whom its trust policy names, delegated by account or directly."""
    arguments = (USER, "sts:AssumeRole", TRUSTED_ROLE)
    assert verdict(*arguments, identity=[EVERYTHING]) is NOT_ALLOWED
    assert verdict(*arguments, identity=[EVERYTHING], resource=trust({"AWS": ROLE_ARN})) is NOT_ALLOWED
    assert verdict(*arguments, identity=[EVERYTHING], resource=trust({"AWS": ROOT_ARN})) is ALLOWED
    assert verdict(*arguments, resource=trust({"AWS": ROOT_ARN})) is NOT_ALLOWED
    assert verdict(*arguments, resource=trust({"AWS": USER_ARN})) is ALLOWED
    mfa = trust({"AWS": USER_ARN}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    assert verdict(*arguments, resource=mfa) is NOT_ALLOWED
    assert verdict(*arguments, resource=mfa, context={"aws:MultiFactorAuthPresent": "true"}) is ALLOWED


@pytest.mark.parametrize(
    "action", ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "STS:assumerole"]
)
def test_all_that_makes_a_role_session_needs_its_trust(action: str) -> None:
    """Tags and source identity of a session are granted by the trust policy like the session itself."""
    everyone = policy(allow("sts:*", None, Principal={"AWS": OWN}))
    assert verdict(USER, action, TRUSTED_ROLE, identity=[EVERYTHING]) is NOT_ALLOWED
    assert verdict(USER, action, TRUSTED_ROLE, identity=[EVERYTHING], resource=everyone) is ALLOWED


@pytest.mark.parametrize(
    ("action", "target"),
    [
        ("iam:GetRole", TRUSTED_ROLE),
        ("sts:TagSession", FEDERATED_ARN),
        ("sts:GetFederationToken", FEDERATED_ARN),
    ],
)
def test_other_actions_on_roles_and_sessions_need_no_trust(action: str, target: str) -> None:
    """Managing a role, and making sessions of users, is decided by identity policies."""
    assert verdict(USER, action, target, identity=[EVERYTHING]) is ALLOWED
    assert verdict(ROOT, action, target) is ALLOWED


def test_federated_identity_and_service_assume_roles_by_trust_alone() -> None:
    """Identity providers and services have no identity policies; the trust policy is all there is."""
    web_action = "sts:AssumeRoleWithWebIdentity"
    assert verdict(WEB, web_action, TRUSTED_ROLE, resource=trust({"Federated": WEB.arn})) is ALLOWED
    assert (
        verdict(WEB, web_action, TRUSTED_ROLE, resource=trust({"Federated": "graph.facebook.com"}))
        is NOT_ALLOWED
    )
    assert verdict(WEB, web_action, TRUSTED_ROLE, resource=trust({"Service": WEB.arn})) is NOT_ALLOWED
    assert (
        verdict(CLOUDTRAIL, "sts:AssumeRole", TRUSTED_ROLE, resource=trust({"Service": CLOUDTRAIL.arn}))
        is ALLOWED
    )


# --- services and anonymous callers -------------------------------------------------------------------------


def test_service_needs_just_the_resource_policy() -> None:
    """A service is allowed by name or by "*", whatever the account; without that it is not."""
    for account in (OWN, OTHER):
        assert verdict(CLOUDTRAIL, account=account, resource=open_to({"Service": CLOUDTRAIL.arn})) is ALLOWED
        assert verdict(CLOUDTRAIL, account=account, resource=open_to("*")) is ALLOWED
        assert verdict(CLOUDTRAIL, account=account) is NOT_ALLOWED
        assert verdict(CLOUDTRAIL, account=account, resource=open_to({"AWS": OWN})) is NOT_ALLOWED
    assert verdict(CLOUDTRAIL, resource=open_to({"Service": "config.amazonaws.com"})) is NOT_ALLOWED
    assert verdict(CLOUDTRAIL, resource=policy(deny(Principal="*"), allow(Principal="*"))) is DENIED


def test_forging_is_stopped_for_all_but_the_service() -> None:
    """A Deny unless aws:PrincipalServiceName is CloudTrail meets users, root and other services."""
    only_service = {"StringNotEquals": {"aws:PrincipalServiceName": CLOUDTRAIL.arn}}
    bucket = policy(deny("s3:PutObject", Principal="*", Condition=only_service), allow(Principal="*"))
    for principal in (USER, SESSION, ROOT, ANONYMOUS, Principal.service("config.amazonaws.com")):
        assert verdict(principal, "s3:PutObject", resource=bucket) is DENIED
    assert verdict(CLOUDTRAIL, "s3:PutObject", resource=bucket) is ALLOWED


def test_anonymous_caller_is_met_by_a_star_only() -> None:
    """Without a signature only "*" lets in, alone or under AWS."""
    assert verdict(ANONYMOUS, resource=open_to("*")) is ALLOWED
    assert verdict(ANONYMOUS, resource=open_to({"AWS": "*"})) is ALLOWED
    for named in ({"AWS": OWN}, {"AWS": USER_ARN}, {"Service": CLOUDTRAIL.arn}):
        assert verdict(ANONYMOUS, resource=open_to(named)) is NOT_ALLOWED
    assert verdict(ANONYMOUS) is NOT_ALLOWED
    unsigned = {"StringEquals": {"aws:PrincipalAccount": "anonymous", "aws:PrincipalType": "Anonymous"}}
    assert verdict(ANONYMOUS, resource=policy(allow(Principal="*", Condition=unsigned))) is ALLOWED
    account_key = {"StringEquals": {"aws:PrincipalAccount": OWN}}
    assert verdict(ANONYMOUS, resource=policy(allow(Principal="*", Condition=account_key))) is NOT_ALLOWED


@pytest.mark.parametrize("principal", [CLOUDTRAIL, WEB], ids=["service", "federated"])
def test_star_under_aws_is_refused_for_those_outside_accounts(principal: Principal) -> None:
    """AWS does not say whether {"AWS": "*"} means services and identity providers."""
    with pytest.raises(PolicyError, match='write "Principal": "\\*" or name it'):
        verdict(principal, resource=open_to({"AWS": "*"}))
    named = {"AWS": "*", "Service": CLOUDTRAIL.arn, "Federated": WEB.arn}
    assert verdict(principal, resource=open_to(named)) is ALLOWED


# --- canonical users and NotPrincipal -----------------------------------------------------------------------


def test_canonical_user_stands_for_its_account() -> None:
    """A canonical user id delegates to the account that has it, and is refused where that is not known."""
    bucket = open_to({"CanonicalUser": CANONICAL})
    known, other = USER.with_canonical_user(CANONICAL), USER.with_canonical_user(CANONICAL.replace("7", "8"))
    assert verdict(known, resource=policy(deny(Principal={"CanonicalUser": CANONICAL}))) is DENIED
    assert verdict(other, resource=policy(deny(Principal={"CanonicalUser": CANONICAL}))) is NOT_ALLOWED
    far = FAR_USER.with_canonical_user(CANONICAL)
    assert verdict(far, resource=bucket, identity=[EVERYTHING]) is ALLOWED
    assert verdict(CLOUDTRAIL, resource=bucket) is NOT_ALLOWED
    with pytest.raises(PolicyError, match="canonical user id of the calling account is not known"):
        verdict(USER, resource=bucket)


def exempting(*named: str, service: str | None = None) -> dict[str, Any]:
    """A bucket open to all, with a Deny for all but those named."""
    element = {"AWS": list(named)} if service is None else {"Service": service}
    return policy(allow(Principal="*"), deny(NotPrincipal=element))


def test_not_principal_denies_all_but_those_named_with_their_account() -> None:
    """A user is exempt with its account, a session with role and account; the account alone exempts root."""
    assert verdict(USER, resource=exempting(USER_ARN, ROOT_ARN)) is ALLOWED
    assert verdict(SESSION, resource=exempting(SESSION_ARN, ROLE_ARN, OWN)) is ALLOWED
    federated_root = Principal.federated_user(FEDERATED_ARN, ROOT_ARN)
    assert verdict(federated_root, resource=exempting(FEDERATED_ARN, ROOT_ARN)) is ALLOWED
    assert verdict(ROOT, resource=exempting(ROOT_ARN)) is ALLOWED
    assert verdict(CLOUDTRAIL, resource=exempting(service=CLOUDTRAIL.arn)) is ALLOWED
    for principal in (SESSION, FAR_USER, ANONYMOUS, CLOUDTRAIL, WEB, FAR_ROOT):
        assert verdict(principal, resource=exempting(USER_ARN, ROOT_ARN)) is DENIED
    assert verdict(USER, resource=exempting(ROOT_ARN)) is DENIED
    assert verdict(SESSION, resource=exempting(ROLE_ARN, ROOT_ARN)) is DENIED


@pytest.mark.parametrize(
    ("principal", "named", "lacks"),
    [
        (USER, [USER_ARN], "account"),
        (SESSION, [SESSION_ARN, ROOT_ARN], "role"),
        (SESSION, [SESSION_ARN, ROLE_ARN], "account"),
    ],
)
def test_not_principal_without_role_or_account_is_refused(
    principal: Principal, named: list[str], lacks: str
) -> None:
    """AWS's services differ in whether they then deny, so the evaluation does not guess."""
    with pytest.raises(PolicyError, match=f"but not its {lacks}"):
        verdict(principal, resource=exempting(*named))


def test_not_principal_always_denies_who_has_a_boundary() -> None:
    """With a permissions boundary even those named are denied, as AWS warns."""
    assert verdict(USER, resource=exempting(USER_ARN, ROOT_ARN), boundary=EVERYTHING) is DENIED
