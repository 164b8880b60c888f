"""KMS's lockout check, and tags that take their time to count, where policies are enforced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from localaws.testing import LocalAws
from packages.localaws.tests.front import ACCOUNT_ID, Front, allow, document, refused

DELAY = 300
ALICE = f"arn:aws:iam::{ACCOUNT_ID}:user/alice"
ROOT = f"arn:aws:iam::{ACCOUNT_ID}:root"
LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
TAGS = [{"TagKey": "Stack", "TagValue": "prod"}]
OF_THE_STACK = {"StringEquals": {"aws:ResourceTag/Stack": "prod"}}


@pytest.fixture
def slow_front() -> Iterator[Front]:
    """A local AWS with enforced policies, where tags of keys count after five minutes."""
    with Front.opened(enforce_iam=True, tag_delay_seconds=DELAY) as opened:
        yield opened


def policy_for(principal: str, *actions: str) -> str:
    """A key policy that lets one principal do some things."""
    return document(allow(*actions, Principal={"AWS": principal}))


def deployer(front: Front, *statements: Mapping[str, Any]) -> Any:
    """A client of KMS with the key of a user who may create keys, tag them and do what the statements say."""
    return front.client("kms", front.user("alice", allow("kms:CreateKey", "kms:TagResource"), *statements))


def test_a_key_cannot_be_created_under_a_policy_that_locks_its_author_out(strict_front: Front) -> None:
    """Unless the author says that this is meant."""
    kms = deployer(strict_front)
    policy = policy_for(ALICE, "kms:DescribeKey")
    with refused("MalformedPolicyDocumentException", LOCKED_OUT):
        kms.create_key(Policy=policy)
    kms.create_key(Policy=policy, BypassPolicyLockoutSafetyCheck=True)


@pytest.mark.parametrize(
    ("policy", "statements"),
    [
        (policy_for(ALICE, "kms:PutKeyPolicy"), []),
        (policy_for(ROOT, "kms:*"), [allow("kms:PutKeyPolicy")]),
        (None, []),
    ],
)
def test_a_key_can_be_created_whose_policy_its_author_may_change(
    strict_front: Front, policy: str | None, statements: list[Mapping[str, Any]]
) -> None:
    """By the key policy itself, by the author's own, or with no policy given at all."""
    given = {} if policy is None else {"Policy": policy}
    assert deployer(strict_front, *statements).create_key(**given)["KeyMetadata"]["Enabled"]


def test_a_policy_of_the_accounts_root_is_not_enough_for_a_user_without_the_right(
    strict_front: Front,
) -> None:
    """The account is let in, but the author has no policy that goes with it."""
    with refused("MalformedPolicyDocumentException", LOCKED_OUT):
        deployer(strict_front).create_key(Policy=policy_for(ROOT, "kms:*"))


def test_a_policy_cannot_be_changed_into_one_that_locks_its_author_out(strict_front: Front) -> None:
    """The old policy stays."""
    kms = deployer(strict_front)
    key = kms.create_key(Policy=policy_for(ALICE, "kms:*"))["KeyMetadata"]["KeyId"]
    closed = policy_for(ALICE, "kms:GetKeyPolicy")
    with refused("MalformedPolicyDocumentException", LOCKED_OUT):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=closed)
    assert "kms:*" in kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=closed, BypassPolicyLockoutSafetyCheck=True)


def test_the_root_user_is_locked_out_as_well(strict_front: Front) -> None:
    """A key policy must name root for root to count."""
    with refused("MalformedPolicyDocumentException", LOCKED_OUT):
        strict_front.client("kms").create_key(Policy=policy_for(ALICE, "kms:*"))


def test_nothing_is_checked_where_policies_are_not_enforced(front: Front) -> None:
    """There everybody may do everything."""
    front.client("kms").create_key(Policy=policy_for(ALICE, "kms:DescribeKey"))


def test_tags_given_with_the_key_count_for_the_lockout_check_only_without_delay(
    strict_front: Front, slow_front: Front
) -> None:
    """A right that rests on them does not yet stand when the key is created."""
    mine = allow("kms:PutKeyPolicy", Condition=OF_THE_STACK)
    policy = policy_for(ROOT, "kms:*")
    deployer(strict_front, mine).create_key(Policy=policy, Tags=TAGS)
    slow_front.cloud.reset()
    with refused("MalformedPolicyDocumentException", LOCKED_OUT):
        deployer(slow_front, mine).create_key(Policy=policy, Tags=TAGS)


def test_tags_of_a_new_key_count_after_the_delay(slow_front: Front) -> None:
    """Before that, a right that rests on them is none."""
    kms = deployer(slow_front, allow("kms:DescribeKey", Condition=OF_THE_STACK))
    key = kms.create_key(Tags=TAGS)["KeyMetadata"]["KeyId"]
    with refused("AccessDeniedException"):
        kms.describe_key(KeyId=key)
    slow_front.cloud.move_clock(timedelta(seconds=DELAY + 1))
    kms.describe_key(KeyId=key)


def test_later_tags_count_after_the_delay_too(slow_front: Front) -> None:
    """Added ones open and removed ones close only then."""
    kms = deployer(slow_front, allow("kms:UntagResource"), allow("kms:DescribeKey", Condition=OF_THE_STACK))
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.tag_resource(KeyId=key, Tags=TAGS)
    with refused("AccessDeniedException"):
        kms.describe_key(KeyId=key)
    slow_front.cloud.move_clock(timedelta(seconds=DELAY + 1))
    kms.untag_resource(KeyId=key, TagKeys=["Stack"])
    kms.describe_key(KeyId=key)
    slow_front.cloud.move_clock(timedelta(seconds=2 * DELAY + 2))
    with refused("AccessDeniedException"):
        kms.describe_key(KeyId=key)


def test_tags_can_be_read_at_once(slow_front: Front) -> None:
    """Only what they allow comes later."""
    kms = deployer(slow_front, allow("kms:ListResourceTags"))
    key = kms.create_key(Tags=TAGS)["KeyMetadata"]["KeyId"]
    assert kms.list_resource_tags(KeyId=key)["Tags"] == TAGS


def test_the_command_line_sets_the_delay() -> None:
    """`--kms-tag-delay` is in seconds."""
    with LocalAws.started("--enforce-iam", "--kms-tag-delay", "300") as aws:
        iam = aws.client("iam")
        iam.create_user(UserName="alice")
        mine = allow("kms:DescribeKey", Condition=OF_THE_STACK)
        iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(mine))
        key = iam.create_access_key(UserName="alice")["AccessKey"]
        kms = aws.client("kms", access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
        created = aws.client("kms").create_key(Tags=TAGS)["KeyMetadata"]["KeyId"]
        with refused("AccessDeniedException"):
            kms.describe_key(KeyId=created)
        aws.control("clock", {"offset_seconds": 301})
        kms.describe_key(KeyId=created)
