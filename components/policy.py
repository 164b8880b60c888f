"""Policy documents as the text that resources take."""

from __future__ import annotations

import json

import pulumi

from config.stack import Stack
from policies.documents import documents
from policies.documents.card import DocumentCard


def policy_text(card: DocumentCard, stack: Stack) -> str:
    """Return a document that does not name the encryption key: plain text, seen whole in a preview."""
    return json.dumps(documents(stack)[card.name].document())


def policy_with_key(card: DocumentCard, stack: Stack, key_arn: pulumi.Input[str]) -> pulumi.Output[str]:
    """Return a document that names the encryption key, whose ARN KMS chooses."""
    return pulumi.Output.from_input(key_arn).apply(lambda arn: policy_text(card, stack.with_key(arn)))
