"""The form of a document: a card that says what it is, for which stacks it is made, and who asks about it.

Rendering, proofs, mutation, controls and lint learn a document from its card. A new document is a new file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import count
from typing import Any

from config.place import Place
from config.stack import Stack
from iam_evaluation import DocumentKind, Principal
from policies.documents.statement import Statement

ROLE_BOUNDARY = "role-boundary"
OTHER_ACCOUNT = "444455556666"  # AWS's guides use it for a stranger
OTHER_KEY_ID = "11111111-1111-1111-1111-111111111111"
EVERYTHING: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "AdministratorAccess", "Effect": "Allow", "Action": "*", "Resource": "*"}],
}
Context = Mapping[str, str]
Statements = tuple[Statement, ...]


class Quota(IntEnum):
    """The most characters, white space apart, that AWS takes of a policy.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """

    BUCKET_POLICY = 20_480
    KEY_POLICY = 32_768
    MANAGED_POLICY = 6_144
    ROLE_POLICY = 10_240
    TRUST_POLICY = 2_048


@dataclass(frozen=True, slots=True)
class Target:
    """Something asked for: `document` names the stack's document that rules it, if one does.

    `context` is what AWS itself says of it whenever it is asked for, as condition keys.
    """

    arn: str
    account_id: str
    document: str | None = None
    policy: Mapping[str, Any] | None = None
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks; `documents` names those of the stack's documents that are its permissions.

    `boundary` names the document that bounds them, if one does.

    A `special` actor is asked only the questions that name it. An actor that is `like` another gets the
    other's answers.
    """

    name: str
    title: str
    principal: Principal
    context: Context = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    permissions: tuple[Mapping[str, Any], ...] = ()
    special: bool = False
    like: str = ""
    boundary: str = ""

    @property
    def expected_as(self) -> str:
        """Return the name under which the expectations speak of the actor."""
        return self.like or self.name


def every_stack(_stack: Stack) -> bool:
    """Say that each stack has the document."""
    return True


def boundary_of(stack: Stack) -> str:
    """Name the document that bounds the stack's roles; empty where nothing does."""
    return ROLE_BOUNDARY if stack.boundary_arn else ""


def no_targets(_stack: Stack) -> Mapping[str, Target]:
    """Say that the document brings nothing to ask for."""
    return {}


def no_circumstances(_stack: Stack) -> Mapping[str, Context]:
    """Say that the document brings no circumstances of its own."""
    return {}


def no_actors(_stack: Stack) -> tuple[Actor, ...]:
    """Say that the document brings nobody who asks."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCard:
    """One policy document. `name` is that of its file among the rendered ones and never changes.

    `build` returns the statements for a stack. `resource` is the ARN that a resource policy is attached to.
    `adds` are statements that other documents, by their names, need because of this one, such as the
    deployer's. `targets` and `actors` are what and
    whom the proofs ask about because of this document, `circumstances` those that meet its conditions.
    """

    name: str
    title: str
    kind: DocumentKind
    quota: Quota
    build: Callable[[Stack], Statements]
    applies: Callable[[Stack], bool] = every_stack
    resource: Callable[[Stack], str | None] = lambda _stack: None
    adds: Mapping[str, Callable[[Stack], Statements]] = field(default_factory=dict)
    targets: Callable[[Stack], Mapping[str, Target]] = no_targets
    actors: Callable[[Stack], tuple[Actor, ...]] = no_actors
    circumstances: Callable[[Stack], Mapping[str, Context]] = no_circumstances
    of_role: bool = False
    """Whether it is written into a role that the stack makes, whose boundary must let it."""
    order: int = 100
    """Where it stands among the rendered ones; those of one order by name."""


def stranger_account(stack: Stack) -> str:
    """Return an account that is neither this one nor one of those that the stack's roles trust."""
    known = {stack.place.account_id, *(arn.split(":")[4] for arn in stack.trusted_arns)}
    return next(str(number) for number in count(int(OTHER_ACCOUNT)) if str(number) not in known)


def session(stack: Stack, role: str, account_id: str | None = None) -> Principal:
    """Return a session of a role, whose name may stand after a path; the path is in the role's ARN alone."""
    account, partition = account_id or stack.place.account_id, stack.place.partition
    return Principal.role_session(
        f"arn:{partition}:sts::{account}:assumed-role/{role.rpartition('/')[2]}/session",
        f"arn:{partition}:iam::{account}:role/{role}",
    )


def near_place(place: Place) -> Place:
    """Return a place whose Region and account begin as this one's: a shortened ARN would mean it as well."""
    last = "9" if place.account_id[-1] != "9" else "8"
    return replace(place, region=f"{place.region}1", account_id=f"{place.account_id[:-1]}{last}")


def other_region(place: Place) -> str:
    """Return a Region of the same partition that is not this one."""
    pair = {
        "aws": ("eu-west-1", "us-west-2"),
        "aws-cn": ("cn-north-1", "cn-northwest-1"),
        "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
    }[place.partition]
    return pair[0] if place.region != pair[0] else pair[1]
