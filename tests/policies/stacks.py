"""Stacks to try: those that are configured, and made-up ones for every shape that documents can take."""

from __future__ import annotations

from dataclasses import replace

from policies.configuration import read_stack, stack_names
from policies.stack import Stack

PLAIN = Stack(
    name="plain",
    partition="aws",
    region="us-east-1",
    account_id="111122223333",
    trail_name="audit",
    bucket_name="audit-logs",
    key_alias="alias/audit",
    key_tags={"Project": "image-builder-trail", "Stack": "plain"},
)
OPEN = replace(PLAIN, name="open", protect_logs=False)
LOCKED = replace(
    PLAIN,
    name="locked",
    key_prefix="team/one",
    auditor_role_name="auditor",
    break_glass_role_name="break-glass",
)
FULL = replace(
    LOCKED,
    name="full",
    bucket_key_enabled=True,
    access_log_bucket_name="audit-logs-access",
    access_log_prefix="access/",
    deployer_role_name="deployer",
)
CHINA = replace(FULL, name="china", partition="aws-cn", region="cn-north-1")
GOVERNMENT = replace(LOCKED, name="government", partition="aws-us-gov", region="us-gov-west-1")
OUTSIDE = replace(
    LOCKED,
    name="outside",
    auditor_trusted_arns=("arn:aws:iam::777788889999:role/Auditors",),
    auditor_external_id="agreed-with-the-auditors",
)
FULL_OPEN = replace(FULL, name="full-open", protect_logs=False)
BUCKET_KEY = replace(PLAIN, name="bucket-key", bucket_key_enabled=True)
MADE_UP = (PLAIN, BUCKET_KEY, OPEN, LOCKED, FULL, CHINA, GOVERNMENT, OUTSIDE, FULL_OPEN)
CONFIGURED = tuple(read_stack(name) for name in stack_names())
EVERY = (*CONFIGURED, *MADE_UP)


def stack_name(stack: Stack) -> str:
    """The stack's name in the test report."""
    return stack.name
