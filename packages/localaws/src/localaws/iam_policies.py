"""The policies that moto keeps: of users, groups and roles, and of resources that have one of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from moto.iam.models import Group, ManagedPolicy, Role, User, iam_backends
from moto.kms.models import Key, kms_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import FakeSecret, secretsmanager_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from iam_evaluation import Document
from localaws import moto_iam, moto_s3  # noqa: F401 - give moto what AWS has from the start

# Where moto's keys keep, besides their tags, from when on which tags count: (time, tags), oldest first.
TAG_HISTORY = "_localaws_tags"


def default_document(policy: ManagedPolicy) -> str:
    """The document of a managed policy's default version, as it was given."""
    version = next(version for version in policy.versions if version.version_id == policy.default_version_id)
    return str(version.document)


def user_documents(user_arn: str) -> list[Document]:
    """The identity policies of a user: their own, attached, and those of their groups."""
    backend = _backend(user_arn)
    user = next((user for user in backend.users.values() if user.arn == user_arn), None)
    if user is None:
        return []
    groups = [group for group in backend.groups.values() if user in group.users]
    return [document for holder in (user, *groups) for document in _documents(holder)]


def role_documents(role_arn: str) -> list[Document]:
    """The identity policies of a role."""
    role = find_role(role_arn)
    return [] if role is None else list(_documents(role))


def role_boundary(role_arn: str) -> Document | None:
    """The permissions boundary of a role."""
    role = find_role(role_arn)
    if role is None or not role.permissions_boundary_arn:
        return None
    policy = _backend(role_arn).managed_policies.get(role.permissions_boundary_arn)
    return None if policy is None else _parse(default_document(policy))


def find_role(role_arn: str) -> Role | None:
    """A role by its ARN."""
    return next((role for role in _backend(role_arn).roles.values() if role.arn == role_arn), None)


def role_named(name: str, account_id: str, partition: str) -> Role | None:
    """A role by its name alone, whatever its path."""
    return next(
        (role for role in iam_backends[account_id][partition].roles.values() if role.name == name), None
    )


def find_user(name: str, account_id: str, partition: str) -> User | None:
    """A user by name."""
    user: User | None = iam_backends[account_id][partition].users.get(name)
    return user


def user_tags(user_arn: str) -> dict[str, str]:
    """The tags of a user."""
    tags: dict[str, str] = _backend(user_arn).tagger.get_tag_dict_for_resource(user_arn)
    return tags


def role_tags(role_arn: str) -> dict[str, str]:
    """The tags of a role."""
    role = find_role(role_arn)
    return {} if role is None else {tag["Key"]: tag["Value"] for tag in role.tags}


def bucket_owner(bucket: str, partition: str) -> str | None:
    """The account that owns a bucket; None where nobody has it."""
    for account_id, backends in list(s3_backends.items()):
        if partition in backends and bucket in backends[partition].buckets:
            return str(account_id)
    return None


def resource_document(arn: str) -> Document | None:
    """The policy of the resource itself: a bucket (and its objects), key, topic, queue, secret or role."""
    _, partition, service, region, account_id, name = arn.split(":", 5)
    if service == "s3":
        return _bucket_document(name.split("/", 1)[0], partition)
    if service == "iam" and name.startswith("role/"):
        role = find_role(arn)
        return None if role is None else _parse(role.assume_role_policy_document)
    found = _FINDERS[service](account_id, region, arn) if service in _FINDERS else None
    return _parse(found) if found else None


def key_arn(identifier: str, account_id: str, region: str, partition: str) -> str:
    """The ARN of a key that is named by id, ARN, alias or alias ARN."""
    if ":key/" in identifier:
        return identifier
    if "alias/" in identifier:
        parts = identifier.split(":")
        owner = parts[4] if len(parts) > 5 else account_id
        alias = identifier if identifier.startswith("alias/") else parts[5]
        identifier = kms_backends[owner][region].get_key_id_from_alias(alias) or "*"
        account_id = owner
    return f"arn:{partition}:kms:{region}:{account_id}:key/{identifier}"


def find_key(arn: str) -> Key | None:
    """The KMS key of an ARN; None where `arn` is no key's, or there is no such key."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or not parts[5].startswith("key/"):
        return None
    found: Key | None = kms_backends[parts[4]][parts[3]].keys.get(parts[5].removeprefix("key/"))
    return found


def key_tags(arn: str, now: datetime) -> Mapping[str, str]:
    """The tags of a KMS key that count by now; none where `arn` is no key's, or there is no such key."""
    key = find_key(arn)
    if key is None:
        return {}
    if TAG_HISTORY in key.__dict__:
        counting: list[dict[str, str]] = [tags for since, tags in key.__dict__[TAG_HISTORY] if since <= now]
        return counting[-1] if counting else {}
    backend = kms_backends[key.account_id][key.region]
    tags: Mapping[str, str] = backend.tagger.get_tag_dict_for_resource(key.id)
    return tags


def key_aliases(arn: str) -> list[str]:
    """The aliases of a KMS key; none where `arn` is no key's, or there is no such key."""
    key = find_key(arn)
    return [] if key is None else sorted(key.aliases)


def _bucket_document(bucket: str, partition: str) -> Document | None:
    owner = bucket_owner(bucket, partition)
    policy = None if owner is None else s3_backends[owner][partition].buckets[bucket].policy
    return _parse(policy) if policy else None


def _key_policy(account_id: str, _region: str, arn: str) -> str | None:
    key = find_key(arn)
    return _of_no_key(account_id, arn) if key is None else str(key.policy)


def _of_no_key(account_id: str, arn: str) -> str:
    """What a key's policy says by default: IAM policies decide who learns that there is no such key.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    root = f"arn:{arn.split(':')[1]}:iam::{account_id}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def _topic_policy(account_id: str, region: str, arn: str) -> str | None:
    topic = sns_backends[account_id][region].topics.get(arn)
    return None if topic is None else str(topic.policy)


def _queue_policy(account_id: str, region: str, arn: str) -> str | None:
    queue = sqs_backends[account_id][region].queues.get(arn.rsplit(":", 1)[-1])
    return None if queue is None or not queue.policy else str(queue.policy)


def _secret_policy(account_id: str, region: str, arn: str) -> str | None:
    secrets = secretsmanager_backends[account_id][region].secrets.values()
    return next(
        (secret.policy for secret in secrets if isinstance(secret, FakeSecret) and secret.arn == arn), None
    )


_FINDERS = {"kms": _key_policy, "sns": _topic_policy, "sqs": _queue_policy, "secretsmanager": _secret_policy}


def _backend(arn: str) -> Any:
    return iam_backends[arn.split(":")[4]][arn.split(":")[1]]


def _documents(holder: User | Group | Role) -> Iterator[Document]:
    inline: Iterable[Any] = holder.policies.values()
    for text in inline:
        yield _parse(text)
    for policy in holder.managed_policies.values():
        yield _parse(default_document(policy))


def _parse(text: Any) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(text) if isinstance(text, str | bytes) else text
    return document
