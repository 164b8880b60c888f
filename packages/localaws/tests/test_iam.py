"""IAM as every AWS account has it from the start."""

from __future__ import annotations

import pytest

from packages.localaws.tests.front import ACCOUNT_ID, OTHER_ACCOUNT_ID, Front, allow, document, refused, trust

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
INSTANCE_PROFILE = "arn:aws:iam::aws:policy/EC2InstanceProfileForImageBuilder"


@pytest.mark.parametrize("arn", [ADMINISTRATOR, INSTANCE_PROFILE])
def test_policies_of_aws_can_be_read_and_attached(front: Front, arn: str) -> None:
    """What AWS manages is in every account, with a document that says something."""
    iam = front.client("iam")
    front.user("alice")
    iam.attach_user_policy(UserName="alice", PolicyArn=arn)
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    assert iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]["Statement"]
    attached = iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [arn]


def test_an_administrator_may_do_what_the_policy_of_aws_allows(strict_front: Front) -> None:
    """An AWS managed policy counts where policies are enforced."""
    key = strict_front.user("alice")
    with refused("AccessDenied"):
        strict_front.client("iam", key).list_users()
    strict_front.client("iam").attach_user_policy(UserName="alice", PolicyArn=ADMINISTRATOR)
    assert strict_front.client("iam", key).list_users()["Users"]


def test_attachments_are_counted_for_each_account(front: Front) -> None:
    """Accounts share the policies of AWS, but not how often these are attached."""
    front.user("alice")
    front.client("iam").attach_user_policy(UserName="alice", PolicyArn=ADMINISTRATOR)
    counts = [
        front.client("iam", access_key=account).get_policy(PolicyArn=ADMINISTRATOR)["Policy"][
            "AttachmentCount"
        ]
        for account in (ACCOUNT_ID, OTHER_ACCOUNT_ID)
    ]
    assert counts == [1, 0]


def test_local_scope_leaves_the_policies_of_aws_out(front: Front) -> None:
    """ListPolicies tells the customer's policies from those of AWS."""
    iam = front.client("iam")
    iam.create_policy(PolicyName="own", PolicyDocument=document(allow("s3:ListAllMyBuckets")))
    assert [policy["PolicyName"] for policy in iam.list_policies(Scope="Local")["Policies"]] == ["own"]
    assert iam.list_policies(Scope="AWS", MaxItems=10)["IsTruncated"]


def test_a_reset_forgets_attachments(front: Front) -> None:
    """After a reset the policies of AWS are as new."""
    front.user("alice")
    front.client("iam").attach_user_policy(UserName="alice", PolicyArn=ADMINISTRATOR)
    front.cloud.reset()
    assert front.client("iam").get_policy(PolicyArn=ADMINISTRATOR)["Policy"]["AttachmentCount"] == 0


def test_unique_ids_begin_as_aws_begins_them(front: Front) -> None:
    """A user's id tells that it is a user's, a group's that it is a group's."""
    iam = front.client("iam")
    assert iam.create_user(UserName="alice")["User"]["UserId"].startswith("AIDA")
    assert iam.create_group(GroupName="staff")["Group"]["GroupId"].startswith("AGPA")


def test_the_role_linked_to_image_builder_is_called_as_aws_calls_it(front: Front) -> None:
    """It bears AWS's name and the policy of that name."""
    iam = front.client("iam")
    role = iam.create_service_linked_role(AWSServiceName="imagebuilder.amazonaws.com")["Role"]
    assert role["RoleName"] == "AWSServiceRoleForImageBuilder"
    policies = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in policies] == ["AWSServiceRoleForImageBuilder"]


def test_a_user_who_names_nobody_asks_about_itself(front: Front) -> None:
    """Where UserName may be left out, it is the caller: by an access key, and in a session of its own."""
    key = front.user("alice")
    root, alice = front.client("iam"), front.client("iam", key)
    device = root.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    root.enable_mfa_device(UserName="alice", SerialNumber=device, **codes)
    session = front.client("iam", front.client("sts", key).get_session_token()["Credentials"])
    for iam in (alice, session):
        assert iam.get_user()["User"]["UserName"] == "alice"
        assert [one["SerialNumber"] for one in iam.list_mfa_devices()["MFADevices"]] == [device]
        assert [one["UserName"] for one in iam.list_access_keys()["AccessKeyMetadata"]] == ["alice"]
        assert iam.list_signing_certificates()["Certificates"] == []


def test_a_boundary_is_a_policy_that_exists(front: Front) -> None:
    """Neither a new role nor one there already gets another."""
    iam, missing = front.client("iam"), f"arn:aws:iam::{ACCOUNT_ID}:policy/missing"
    front.role("reader", trust({"AWS": ACCOUNT_ID}))
    with refused("NoSuchEntity", missing):
        iam.put_role_permissions_boundary(RoleName="reader", PermissionsBoundary=missing)
    with refused("NoSuchEntity", missing):
        front.role("other", trust({"AWS": ACCOUNT_ID}), PermissionsBoundary=missing)
    with refused("NoSuchEntity", missing):
        iam.create_user(UserName="alice", PermissionsBoundary=missing)
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == ["reader"]


def test_a_policy_in_use_cannot_be_deleted(front: Front) -> None:
    """As a boundary or attached; once nobody has it, it can."""
    iam = front.client("iam")
    arn = iam.create_policy(PolicyName="bound", PolicyDocument=document(allow("s3:*")))["Policy"]["Arn"]
    front.role("reader", trust({"AWS": ACCOUNT_ID}), PermissionsBoundary=arn)
    with refused("DeleteConflict"):
        iam.delete_policy(PolicyArn=arn)
    iam.delete_role_permissions_boundary(RoleName="reader")
    iam.attach_role_policy(RoleName="reader", PolicyArn=arn)
    with refused("DeleteConflict"):
        iam.delete_policy(PolicyArn=arn)
    iam.detach_role_policy(RoleName="reader", PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)


def test_tags_of_users_and_roles_are_the_principals(strict_front: Front) -> None:
    """Policies may ask for a team that stands in a tag of the user, or of the role in a session."""
    red = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    statement = allow("iam:ListUsers", Condition=red)
    alice = strict_front.user("alice", statement, allow("sts:AssumeRole"))
    role = strict_front.role("reader", trust({"AWS": ACCOUNT_ID}), statement)
    session = strict_front.client("sts", alice).assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    for credentials in (alice, session):
        with refused("AccessDenied"):
            strict_front.client("iam", credentials).list_users()
    tags = [{"Key": "team", "Value": "red"}]
    strict_front.client("iam").tag_user(UserName="alice", Tags=tags)
    strict_front.client("iam").tag_role(RoleName="reader", Tags=tags)
    for credentials in (alice, session):
        assert strict_front.client("iam", credentials).list_users()["Users"]
