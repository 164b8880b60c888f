"""`--enforce-iam`: calls go through exactly where AWS would let them, and denials read as AWS's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from moto.iam.models import iam_backends

from packages.localaws.tests.front import (
    ACCOUNT_ID,
    COMPONENT,
    OTHER_ACCOUNT_ID,
    Front,
    allow,
    deny,
    document,
    refused,
    trust,
)

OWN_ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}


def create_component(front: Front, credentials: Mapping[str, str], **more: Any) -> Any:
    """Create a component as somebody."""
    client = front.client("imagebuilder", credentials)
    return client.create_component(
        name="Example", semanticVersion="1.0.0", platform="Linux", data=COMPONENT, **more
    )


def test_nothing_is_allowed_by_default(strict_front: Front) -> None:
    """A user without policies is refused in AWS's words and code, and the refusal is recorded."""
    key = strict_front.user("alice")
    arn = f"arn:aws:iam::{ACCOUNT_ID}:user/alice"
    with refused(
        "AccessDeniedException",
        f"User: {arn} is not authorized to perform: imagebuilder:ListImages on resource: * "
        "because no identity-based policy allows the imagebuilder:ListImages action",
    ):
        strict_front.client("imagebuilder", key).list_images()
    record = strict_front.record("ListImages")
    assert record["errorCode"] == "AccessDeniedException"
    assert record["userIdentity"]["userName"] == "alice"


def test_without_enforcement_nothing_is_refused(front: Front) -> None:
    """The same user may do anything where policies are not enforced."""
    front.client("imagebuilder", front.user("alice")).list_images()


def test_root_needs_no_policy(strict_front: Front) -> None:
    """The root user may do what no resource denies."""
    strict_front.client("imagebuilder").list_images()


@pytest.mark.parametrize("how", ["inline", "attached", "group inline", "group attached"])
def test_every_way_to_give_a_user_a_policy_counts(strict_front: Front, how: str) -> None:
    """Inline and attached policies count, the user's and the group's."""
    key = strict_front.user("alice")
    iam, policy = strict_front.client("iam"), document(allow("imagebuilder:List*"))
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=policy)["Policy"]["Arn"]
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="alice")
    if how == "inline":
        iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=policy)
    elif how == "attached":
        iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    elif how == "group inline":
        iam.put_group_policy(GroupName="team", PolicyName="p", PolicyDocument=policy)
    else:
        iam.attach_group_policy(GroupName="team", PolicyArn=arn)
    strict_front.client("imagebuilder", key).list_images()
    with refused("AccessDeniedException"):
        create_component(strict_front, key)


def test_new_default_version_of_a_policy_counts_at_once(strict_front: Front) -> None:
    """A managed policy means its default version."""
    key, iam = strict_front.user("alice"), strict_front.client("iam")
    arn = iam.create_policy(PolicyName="p", PolicyDocument=document(allow("kms:*")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    with refused("AccessDeniedException"):
        strict_front.client("imagebuilder", key).list_images()
    iam.create_policy_version(
        PolicyArn=arn, PolicyDocument=document(allow("imagebuilder:*")), SetAsDefault=True
    )
    strict_front.client("imagebuilder", key).list_images()


def test_resource_and_request_tags_are_checked(strict_front: Front) -> None:
    """The ARN to be made and the tags to be given are known before the call is carried out."""
    arn = f"arn:aws:imagebuilder:us-east-1:{ACCOUNT_ID}:component/example/*"
    tagged = {"StringEquals": {"aws:RequestTag/Team": "Red"}}
    key = strict_front.user("alice", allow("imagebuilder:CreateComponent", resource=arn, Condition=tagged))
    with refused("AccessDeniedException", "component/example/1.0.0/*"):
        create_component(strict_front, key)
    with refused("AccessDeniedException"):
        create_component(strict_front, key, tags={"Team": "Blue"})
    create_component(strict_front, key, tags={"Team": "Red"})


def test_explicit_deny_wins_and_says_so(strict_front: Front) -> None:
    """A Deny beats every Allow."""
    key = strict_front.user("alice", allow("*"), deny("imagebuilder:CreateComponent"))
    with refused("AccessDeniedException", "with an explicit deny in an identity-based policy"):
        create_component(strict_front, key)


@pytest.mark.parametrize(
    ("region", "allowed"), [("eu-west-1", True), ("us-east-1", False)], ids=["asked for", "another"]
)
def test_requested_region_is_a_condition(strict_front: Front, region: str, allowed: bool) -> None:
    """`aws:RequestedRegion` is the Region of the client."""
    only = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}, "Bool": {"aws:SecureTransport": "true"}}
    key = strict_front.user("alice", allow("imagebuilder:*", Condition=only))
    client = strict_front.client("imagebuilder", key, region=region)
    if allowed:
        client.list_images()
    else:
        with refused("AccessDeniedException"):
            client.list_images()


def test_mfa_is_a_condition(strict_front: Front) -> None:
    """Only a session opened with a device counts as MFA."""
    key = strict_front.user("alice", allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    sts = strict_front.client("sts", key)
    without = sts.get_session_token()["Credentials"]
    serial = f"arn:aws:iam::{ACCOUNT_ID}:mfa/alice"
    with_mfa = sts.get_session_token(SerialNumber=serial, TokenCode="123456")["Credentials"]
    for credentials in (key, without):
        with refused("AccessDeniedException"):
            strict_front.client("imagebuilder", credentials).list_images()
    strict_front.client("imagebuilder", with_mfa).list_images()


def test_role_must_trust_the_caller(strict_front: Front) -> None:
    """Assuming a role needs the role's own consent, here with the external id that it asks for."""
    key = strict_front.user("alice", allow("sts:AssumeRole"))
    condition = {"StringEquals": {"sts:ExternalId": "agreed"}}
    role = strict_front.role("auditor", trust(OWN_ROOT, Condition=condition), allow("imagebuilder:List*"))
    sts = strict_front.client("sts", key)
    for external in ({}, {"ExternalId": "guessed"}):
        with refused("AccessDenied", f"sts:AssumeRole on resource: {role}"):
            sts.assume_role(RoleArn=role, RoleSessionName="monday", **external)
    session = sts.assume_role(RoleArn=role, RoleSessionName="monday", ExternalId="agreed")["Credentials"]
    strict_front.client("imagebuilder", session).list_images()
    with refused("AccessDeniedException", "assumed-role/auditor/monday"):
        create_component(strict_front, session)


def test_role_of_another_account_needs_both_sides(strict_front: Front) -> None:
    """Trust alone does not let another account's user in, nor does their own policy alone."""
    role = strict_front.role("shared", trust({"AWS": f"arn:aws:iam::{OTHER_ACCOUNT_ID}:root"}))
    closed = strict_front.role("closed", trust(OWN_ROOT))
    other = strict_front.client("iam", access_key=OTHER_ACCOUNT_ID)
    other.create_user(UserName="guest")
    key = other.create_access_key(UserName="guest")["AccessKey"]
    sts = strict_front.client("sts", key)
    with refused("AccessDenied"):
        sts.assume_role(RoleArn=role, RoleSessionName="monday")
    policy = document(allow("sts:AssumeRole"))
    other.put_user_policy(UserName="guest", PolicyName="p", PolicyDocument=policy)
    sts.assume_role(RoleArn=role, RoleSessionName="monday")
    with refused("AccessDenied"):
        sts.assume_role(RoleArn=closed, RoleSessionName="monday")


def test_session_policy_narrows_a_role(strict_front: Front) -> None:
    """A session can do only what both the role and its session policy allow."""
    role = strict_front.role("worker", trust(OWN_ROOT), allow("imagebuilder:*"))
    policy = document(allow("imagebuilder:List*", "kms:*"))
    session = strict_front.client("sts", strict_front.user("alice", allow("sts:AssumeRole"))).assume_role(
        RoleArn=role, RoleSessionName="monday", Policy=policy
    )["Credentials"]
    strict_front.client("imagebuilder", session).list_images()
    with refused("AccessDeniedException", "no session policy allows"):
        create_component(strict_front, session)
    with refused("AccessDeniedException"):
        strict_front.client("kms", session).list_keys()


def test_boundary_limits_a_role(strict_front: Front) -> None:
    """A permissions boundary takes away what it does not allow."""
    iam = strict_front.client("iam")
    boundary = iam.create_policy(PolicyName="b", PolicyDocument=document(allow("imagebuilder:List*")))[
        "Policy"
    ]
    role = strict_front.role("worker", trust(OWN_ROOT), allow("*"), PermissionsBoundary=boundary["Arn"])
    session = strict_front.client("sts", strict_front.user("alice", allow("sts:AssumeRole"))).assume_role(
        RoleArn=role, RoleSessionName="monday"
    )["Credentials"]
    strict_front.client("imagebuilder", session).list_images()
    with refused("AccessDeniedException", "no permissions boundary allows"):
        create_component(strict_front, session)


def test_federated_user_has_only_the_session_policy(strict_front: Front) -> None:
    """GetFederationToken gives what both user and passed policy allow, and nothing without a policy."""
    key = strict_front.user("alice", allow("imagebuilder:*", "sts:GetFederationToken"))
    sts = strict_front.client("sts", key)
    bare = sts.get_federation_token(Name="guest")["Credentials"]
    narrowed = sts.get_federation_token(Name="guest", Policy=document(allow("imagebuilder:List*")))
    with refused("AccessDeniedException"):
        strict_front.client("imagebuilder", bare).list_images()
    strict_front.client("imagebuilder", narrowed["Credentials"]).list_images()


def test_passing_a_role_needs_a_permission_of_its_own(strict_front: Front) -> None:
    """Handing a role to CloudTrail needs iam:PassRole on that role, for that service."""
    role = strict_front.role("delivery", trust({"Service": "cloudtrail.amazonaws.com"}))
    to = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    key = strict_front.user("alice", allow("cloudtrail:*"), allow("iam:PassRole", Condition=to))
    with refused("AccessDeniedException", f"iam:PassRole on resource: {role}"):
        strict_front.client("cloudtrail", key).create_trail(
            Name="trail",
            S3BucketName="example-bucket",
            CloudWatchLogsRoleArn=role,
            CloudWatchLogsLogGroupArn=f"arn:aws:logs:us-east-1:{ACCOUNT_ID}:log-group:group:*",
        )


def test_bucket_policy_binds_even_root(strict_front: Front) -> None:
    """A Deny in a bucket policy stops root and users, by the headers of the upload; the owner can mend it."""
    s3 = strict_front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    unencrypted = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    objects = "arn:aws:s3:::example-bucket/*"
    statement = {**deny("s3:PutObject", resource=objects, Condition=unencrypted), "Principal": "*"}
    s3.put_bucket_policy(Bucket="example-bucket", Policy=document(statement))
    with refused("AccessDenied", "with an explicit deny in a resource-based policy"):
        s3.put_object(Bucket="example-bucket", Key="key", Body=b"")
    s3.put_object(Bucket="example-bucket", Key="key", Body=b"", ServerSideEncryption="aws:kms")
    s3.delete_bucket_policy(Bucket="example-bucket")
    s3.put_object(Bucket="example-bucket", Key="key", Body=b"")


def test_listing_a_bucket_is_checked_by_prefix(strict_front: Front) -> None:
    """`s3:prefix` is the prefix asked for."""
    strict_front.client("s3").create_bucket(Bucket="example-bucket")
    condition = {"StringLike": {"s3:prefix": "AWSLogs/*"}}
    key = strict_front.user("alice", allow("s3:ListBucket", Condition=condition))
    s3 = strict_front.client("s3", key)
    s3.list_objects_v2(Bucket="example-bucket", Prefix="AWSLogs/1")
    with refused("AccessDenied", 's3:ListBucket on resource: "arn:aws:s3:::example-bucket"'):
        s3.list_objects_v2(Bucket="example-bucket")


def test_anonymous_caller_reads_only_what_is_public(strict_front: Front) -> None:
    """An unsigned request needs a bucket policy that lets everybody in; other services refuse it at once."""
    s3 = strict_front.client("s3")
    s3.create_bucket(Bucket="example-bucket")
    s3.put_object(Bucket="example-bucket", Key="key", Body=b"public")
    assert strict_front.request("GET", "/example-bucket/key").status == 403
    public = {**allow("s3:GetObject", resource="arn:aws:s3:::example-bucket/*"), "Principal": "*"}
    s3.put_bucket_policy(Bucket="example-bucket", Policy=document(public))
    answer = strict_front.request("GET", "/example-bucket/key")
    assert answer.status == 200, answer.content
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = "Action=AssumeRoleWithSAML&Version=2011-06-15&RoleArn=x&PrincipalArn=y&SAMLAssertion=eA%3D%3D"
    assert strict_front.request("POST", "/", body, form).status == 403


def test_key_policy_must_grant(strict_front: Front) -> None:
    """An identity policy alone does not open a key, and the encryption context is a condition."""
    role = strict_front.role("keeper", trust(OWN_ROOT), allow("kms:*"))
    keeper = f"arn:aws:iam::{ACCOUNT_ID}:role/keeper"
    sts = strict_front.client("sts", strict_front.user("alice", allow("sts:AssumeRole", "kms:*")))
    session = sts.assume_role(RoleArn=role, RoleSessionName="monday")["Credentials"]
    manage = {**allow("kms:*"), "Principal": {"AWS": keeper}}
    key_id = strict_front.client("kms", session).create_key(Policy=document(manage))["KeyMetadata"]["KeyId"]
    strict_front.client("kms", session).describe_key(KeyId=key_id)
    with refused("AccessDeniedException", f"key/{key_id}"):
        strict_front.client("kms").describe_key(KeyId=key_id)
    only = {"StringEquals": {"kms:EncryptionContext:Purpose": "logs"}}
    use = {**allow("kms:Encrypt", Condition=only), "Principal": OWN_ROOT}
    strict_front.client("kms", session).put_key_policy(
        KeyId=key_id, PolicyName="default", Policy=document(manage, use)
    )
    root = strict_front.client("kms")
    root.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"Purpose": "logs"})
    with refused("AccessDeniedException"):
        root.encrypt(KeyId=key_id, Plaintext=b"x", EncryptionContext={"Purpose": "other"})


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        ("imagebuilder", "list_images", {}, "AccessDeniedException"),
        ("cloudtrail", "describe_trails", {}, "AccessDeniedException"),
        ("iam", "list_users", {}, "AccessDenied"),
        ("s3", "list_buckets", {}, "AccessDenied"),
        ("sns", "list_topics", {}, "AuthorizationError"),
        ("ec2", "describe_vpcs", {}, "UnauthorizedOperation"),
        ("logs", "describe_log_groups", {}, "AccessDeniedException"),
    ],
)
def test_each_service_has_its_code(
    strict_front: Front, service: str, operation: str, parameters: dict[str, Any], code: str
) -> None:
    """Denials reach the client under the code that the service uses on AWS."""
    key = strict_front.user("alice")
    with refused(code, "is not authorized to perform: "):
        getattr(strict_front.client(service, key), operation)(**parameters)


def test_everybody_may_ask_who_they_are(strict_front: Front) -> None:
    """GetCallerIdentity needs no permission and cannot be denied."""
    key = strict_front.user("alice", deny("sts:GetCallerIdentity"))
    arn = strict_front.client("sts", key).get_caller_identity()["Arn"]
    assert arn == f"arn:aws:iam::{ACCOUNT_ID}:user/alice"


def test_user_with_a_path_keeps_it_in_the_resource(strict_front: Front) -> None:
    """Policies on paths apply to what only IAM knows the path of."""
    strict_front.role("inner", trust(OWN_ROOT), Path="/team/")
    strict_front.role("outer", trust(OWN_ROOT))
    key = strict_front.user("alice", allow("iam:GetRole", resource=f"arn:aws:iam::{ACCOUNT_ID}:role/team/*"))
    iam = strict_front.client("iam", key)
    iam.get_role(RoleName="inner")
    with refused("AccessDenied", "role/outer"):
        iam.get_role(RoleName="outer")


def test_policy_that_cannot_be_evaluated_denies(strict_front: Front) -> None:
    """A policy in which something is unknown allows nothing, rather than being guessed at."""
    broken = json.dumps(
        {"Version": "2012-10-17", "Statement": [{**allow("*"), "Condition": {"Odd": {"a": "b"}}}]}
    )
    key = strict_front.user("alice")
    # IAM itself refuses to store such a policy.
    iam_backends[ACCOUNT_ID]["aws"].users["alice"].policies["p"] = broken
    with refused("AccessDeniedException"):
        strict_front.client("imagebuilder", key).list_images()


@pytest.mark.parametrize("key_id", ["alias/none", "00000000-0000-0000-0000-000000000000"])
def test_a_key_that_does_not_exist_is_told_to_those_who_may_ask(strict_front: Front, key_id: str) -> None:
    """Without a key there is no key policy: IAM policies alone decide who learns that."""
    allowed = strict_front.client("kms", strict_front.user("alice", allow("*")))
    with refused("NotFoundException"):
        allowed.describe_key(KeyId=key_id)
    with refused("AccessDeniedException"):
        strict_front.client("kms", strict_front.user("eve")).describe_key(KeyId=key_id)
