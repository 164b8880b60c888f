"""The form of a rule: a card that says what must be, why, after which framework, and how to correct it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Verb = Literal["require", "forbid"]
SeverityName = Literal["low", "medium", "high", "critical"]

TRAIL = "aws:cloudtrail/trail:Trail"
BUCKET = "aws:s3/bucket:Bucket"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
PUBLIC_ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
KEY = "aws:kms/key:Key"
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
WITH_POLICY = (BUCKET_POLICY, KEY, KEY_POLICY, TOPIC_POLICY)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a program; `links` are the URNs that each property came from."""

    type: str
    urn: str
    properties: Mapping[str, Any]
    links: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name that the program gave to the resource."""
        return self.urn.rpartition("::")[2]

    @property
    def stack(self) -> str:
        """The stack that the resource belongs to."""
        return self.urn.split(":")[2]

    def concerns(self, bucket: Resource) -> bool:
        """Return whether this resource's `bucket` is that bucket, by name or by where the name came from."""
        return bucket.urn in self.links.get("bucket", ()) or self.properties.get(
            "bucket"
        ) == bucket.properties.get("bucket", object())


@dataclass(frozen=True, slots=True)
class Options:
    """What a user of the pack may set, the same for all cards."""

    production_stacks: tuple[str, ...] = ("prod", "production", "central", "organization")
    minimum_expiration_days: int = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One rule. `code` never changes its meaning; `why` and `fix` are one sentence each."""

    code: str
    verb: Verb
    subject: str
    severity: SeverityName
    framework: str
    why: str
    fix: str
    link: str
    options: tuple[str, ...] = ()
    """The names of the options that the rule heeds."""

    @property
    def name(self) -> str:
        """The rule's name in Pulumi's output."""
        return f"{self.code.lower()}-{self.verb}-{self.subject}"

    def message(self, resource: Resource, what: str) -> str:
        """Return the one line that tells a violation: what, where, why, and how to correct it."""
        return f"{self.code} {resource.name}: {what}. {self.why} To fix: {self.fix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceCard(Card):
    """A rule that one resource alone breaks: it stops a deployment before that resource is touched."""

    types: tuple[str, ...]
    find: Callable[[Resource, Options], Iterator[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackCard(Card):
    """A rule about resources that belong together: it stops the preview."""

    find: Callable[[Sequence[Resource], Options], Iterator[tuple[Resource, str]]]


def log_buckets(resources: Sequence[Resource]) -> Iterator[Resource]:
    """Yield the buckets of the program that its own trails deliver to.

    A trail may take the bucket's name from the bucket, from one of its side resources, or as plain text.
    """
    trails = [resource for resource in resources if resource.type == TRAIL]
    names = {trail.properties.get("s3BucketName") for trail in trails} - {None}
    origins = {urn for trail in trails for urn in trail.links.get("s3BucketName", ())}
    beside = [resource for resource in resources if resource.urn in origins]
    for bucket in (resource for resource in resources if resource.type == BUCKET):
        linked = bucket.urn in origins or any(resource.concerns(bucket) for resource in beside)
        if linked or bucket.properties.get("bucket") in names:
            yield bucket
