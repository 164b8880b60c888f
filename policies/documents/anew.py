"""The commands by which an administrator gives anew a document that the stack may not write itself."""

from __future__ import annotations

from shlex import quote

from config.stack import Stack


def written(stack: Stack, document: str) -> str:
    """Return the command that writes a document of the stack to a file of its name."""
    return (
        f"ibtrail policies render --stack {stack.name} --account-id {stack.place.account_id} "
        f"--document {document} --output {document}.json"
    )


def put(stack: Stack, document: str, command: str) -> str:
    """Return the command that writes the document, then hands it to a command of `aws iam`."""
    return f"{written(stack, document)} && aws iam {command} --policy-document file://{document}.json"


def new_version(policy_arn: str) -> str:
    """Return the command of `aws iam` that makes a document count as a managed policy's text."""
    return f"create-policy-version --set-as-default --policy-arn {quote(policy_arn)}"
