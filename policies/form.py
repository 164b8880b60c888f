"""The form of the documents: what AWS refuses, and what this project never writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from iam_evaluation import DocumentKind
from policies.documents.statement import Document, Statement
from policies.reference import find_problems
from policies.stack import Stack

_RESOURCE_POLICIES = frozenset({"bucket", "access-log-bucket", "key"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A statement of bad form: where (the Sid is empty where the whole document is meant), and what."""

    document: str
    sid: str
    message: str


def faults(stack: Stack, documents: Mapping[str, Document]) -> Iterator[Fault]:
    """Yield what is wrong with the form of a stack's documents.

    S3 refuses a bucket policy that names other resources than its bucket and objects in it:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
    """
    buckets = {
        "bucket": f"arn:{stack.partition}:s3:::{stack.bucket_name}",
        "access-log-bucket": f"arn:{stack.partition}:s3:::{stack.access_log_bucket_name}",
    }
    for name, document in documents.items():
        for statement in document.statements:
            if statement.effect == "Allow" and _means_everyone(statement):
                message = "allows everybody in; name the principals, and everybody only in a Deny"
                yield Fault(name, statement.sid, message)
            bucket = buckets.get(name)
            for resource in statement.resources if bucket else ():
                if resource != bucket and not resource.startswith(f"{bucket}/"):
                    message = f'rules "{resource}", which is not this bucket; S3 refuses that'
                    yield Fault(name, statement.sid, message)


def unknown_words(stack: Stack, documents: Mapping[str, Document]) -> Iterator[Fault]:
    """Yield actions, condition keys and ARNs that AWS does not know in the stack's partition."""
    for name, document in documents.items():
        for problem in find_problems(document.document(), _kind(name), partition=stack.partition):
            yield Fault(name, "", problem)


def _kind(name: str) -> DocumentKind:
    if name.endswith("-trust"):
        return DocumentKind.TRUST
    return DocumentKind.RESOURCE if name in _RESOURCE_POLICIES else DocumentKind.IDENTITY


def _means_everyone(statement: Statement) -> bool:
    if statement.principal is None:
        return False
    if isinstance(statement.principal, str):
        return True
    return any(
        "*" in (names if isinstance(names, tuple) else (names,)) for names in statement.principal.values()
    )
