"""What the policies say of a stack is what the program deploys."""

from __future__ import annotations

import json

import pytest

from components.registered import registered
from config.stack import Stack
from policies.documents import documents
from tests.policies.stacks import CONFIGURED, stack_name

POLICIES = {
    "bucket": ("aws:s3/bucketPolicy:BucketPolicy audit-bucket-policy", "policy"),
    "access-log-bucket": ("aws:s3/bucketPolicy:BucketPolicy audit-access-logs-policy", "policy"),
    "key": ("aws:kms/key:Key audit-key", "policy"),
    "auditor-trust": ("aws:iam/role:Role audit-access-auditor", "assumeRolePolicy"),
    "auditor": ("aws:iam/rolePolicy:RolePolicy audit-access-auditor-permissions", "policy"),
    "break-glass-trust": ("aws:iam/role:Role audit-access-break-glass", "assumeRolePolicy"),
    "break-glass": ("aws:iam/rolePolicy:RolePolicy audit-access-break-glass-permissions", "policy"),
}


@pytest.mark.parametrize("stack", CONFIGURED, ids=stack_name)
def test_the_documents_are_those_that_the_program_registers(stack: Stack) -> None:
    """Every policy but the deployer's, which no stack holds, is word for word in the program's resources."""
    found = registered(stack)
    rendered = {name: document.document() for name, document in documents(stack).items()}
    assert rendered.pop("deployer")
    deployed = {
        name: json.loads(found[resource][path])
        for name, (resource, path) in POLICIES.items()
        if resource in found
    }
    assert deployed == rendered
