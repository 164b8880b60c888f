"""The form of the documents: what AWS refuses, and what this project never writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.stack import Stack
from policies.documents import all_cards
from policies.documents.card import DocumentCard
from policies.documents.statement import Document, Statement
from policies.reference import find_problems


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
    for card in _cards(documents):
        document, own = documents[card.name], card.resource(stack)
        for statement in document.statements:
            if statement.effect == "Allow" and _means_everyone(statement):
                message = "allows everybody in; name the principals, and everybody only in a Deny"
                yield Fault(card.name, statement.sid, message)
            for resource in statement.resources if own else ():
                if resource != own and not resource.startswith(f"{own}/"):
                    message = f'rules "{resource}", which is not this bucket; S3 refuses that'
                    yield Fault(card.name, statement.sid, message)
        length = len(json.dumps(document.document(), separators=(",", ":")))
        if length > card.quota:
            yield Fault(card.name, "", f"has {length} characters, and AWS takes {int(card.quota)} at most")


def unknown_words(stack: Stack, documents: Mapping[str, Document]) -> Iterator[Fault]:
    """Yield actions, condition keys and ARNs that AWS does not know in the stack's partition."""
    for card in _cards(documents):
        document = documents[card.name].document()
        for problem in find_problems(document, card.kind, partition=stack.place.partition):
            yield Fault(card.name, "", problem)


def _cards(documents: Mapping[str, Document]) -> Iterator[DocumentCard]:
    return (card for card in all_cards() if card.name in documents)


def _means_everyone(statement: Statement) -> bool:
    if statement.principal is None:
        return False
    if isinstance(statement.principal, str):
        return True
    return any(
        "*" in (names if isinstance(names, tuple) else (names,)) for names in statement.principal.values()
    )
