"""Who deploys, and whom the policies name: looked at before the first resource, told in one line.

AWS tells it late: the caller is denied when half of the stack is there, and a principal that does not exist
is tried for two minutes before the provider gives up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pulumi
import pulumi_aws as aws

from config.stack import Stack
from policies.documents import anew, documents
from policies.documents.card import ROLE_BOUNDARY

_GONE = ("nosuchentity", "couldn't find resource", "not found")


def check_principals(stack: Stack, asking: pulumi.Resource) -> None:
    """Look whether the caller may deploy the stack, and whether the roles, users and boundary it names exist.

    What the caller may not look up is left to AWS, and said. In a preview a wrong caller is only warned:
    reviewers may preview what the deployer deploys.

    Raises:
        pulumi.RunError: something is missing, or somebody else than the deployer deploys.

    """
    if stack.deployer_role_arn is None and not stack.trusted_here:
        return
    options = pulumi.InvokeOptions(parent=asking)
    caller = aws.get_caller_identity(opts=options).arn
    wrong = _wrong_caller(stack, caller) if stack.locks_settings else None
    if wrong and not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(wrong)
    if wrong:
        pulumi.log.warn(wrong)
    missing = [line for line in _missing(stack, caller, options) if line]
    if missing:
        raise pulumi.RunError("\n".join(missing))


def _wrong_caller(stack: Stack, caller: str) -> str | None:
    """Say who deploys instead of the deployer or break-glass."""
    keepers = (stack.deployer_role_arn, stack.break_glass_role_arn)
    if _role_name(caller) in {str(arn).rpartition("/")[2] for arn in keepers}:
        return None
    return (
        f"{caller} deploys, but only {stack.deployer_role_arn} may change what this stack locks; assume that "
        "role first, or name the one that deploys: "
        f"pulumi config set deployer_role_name ROLE --stack {stack.name}"
    )


def _role_name(caller: str) -> str | None:
    """Return the role of a session, from its ARN, which knows no path; None for users and the root user."""
    kind, _, rest = caller.partition(":assumed-role/")
    return rest.partition("/")[0] if kind.partition(":sts:")[1] else None


def _missing(stack: Stack, caller: str, options: pulumi.InvokeOptions) -> Iterator[str | None]:
    deployer = stack.deployer_role_arn
    if deployer and _role_name(caller) != deployer.rpartition("/")[2]:
        yield _absent(stack, "deployer_role_name", deployer, options)
    for arn, key in stack.trusted_here.items():
        yield _absent(stack, key, arn, options)
    if stack.boundary_arn:
        missing = _absent(stack, "boundary", stack.boundary_arn, options)
        yield missing
        if missing is None:
            _compare_boundary(stack, options)


def _absent(stack: Stack, key: str, arn: str, options: pulumi.InvokeOptions) -> str | None:
    """Say that a role, user or policy does not exist; None where it does, or cannot be looked up."""
    look, fix = _LOOKS[arn.split(":")[5].partition("/")[0]]
    try:
        look(arn, options)
    except Exception as error:  # noqa: BLE001 - Pulumi raises nothing narrower for what a provider refuses
        text = " ".join(str(error).split())
        if any(word in text.lower() for word in _GONE):
            return f"{key}: {arn} does not exist; {fix}"
        pulumi.log.warn(
            f"{key}: {arn} cannot be looked up, so AWS decides whether it exists; where the deployer lacks "
            "the right to look, an administrator gives it its policy anew: "
            f"{anew.written(stack, 'deployer')}; AWS says: {text}"
        )
    return None


def _compare_boundary(stack: Stack, options: pulumi.InvokeOptions) -> None:
    """Warn where the boundary is not what the stack renders: its roles may do less than they are given."""
    try:
        there = json.loads(aws.iam.get_policy(arn=stack.boundary_arn, opts=options).policy)
    except Exception:  # noqa: BLE001 - told already
        return
    if there != documents(stack)[ROLE_BOUNDARY].document():
        fix = anew.put(stack, ROLE_BOUNDARY, anew.new_version(str(stack.boundary_arn)))
        pulumi.log.warn(
            f"the boundary {stack.boundary_arn} is not the one of this stack's settings; an administrator "
            f"puts it anew: {fix}"
        )


def _role(arn: str, options: pulumi.InvokeOptions) -> None:
    aws.iam.get_role(name=arn.rpartition("/")[2], opts=options)


def _user(arn: str, options: pulumi.InvokeOptions) -> None:
    aws.iam.get_user(user_name=arn.rpartition("/")[2], opts=options)


def _policy(arn: str, options: pulumi.InvokeOptions) -> None:
    aws.iam.get_policy(arn=arn, opts=options)


_MAKE = "make it, or correct the setting"
_LOOKS: dict[str, tuple[Callable[[str, pulumi.InvokeOptions], None], str]] = {
    "role": (_role, _MAKE),
    "user": (_user, _MAKE),
    "policy": (
        _policy,
        "an administrator makes it from role-boundary.json, which `ibtrail policies render` writes",
    ),
}
