"""What the policies say of a stack is what the program deploys."""

from __future__ import annotations

import json

import pytest

from components.registered import registered
from config.stack import Stack
from policies.documents import documents
from tests.policies.stacks import CONFIGURED, stack_name


@pytest.mark.parametrize("stack", CONFIGURED, ids=stack_name)
def test_the_documents_are_those_that_the_program_registers(stack: Stack) -> None:
    """Each policy is word for word in the program's resources, but for the deployer's and the boundary."""
    rendered = {name: document.document() for name, document in documents(stack).items()}
    for name in ("deployer", "role-boundary"):
        assert (name in rendered) == (stack.deployer_role_arn is not None)
        rendered.pop(name, None)
    deployed = [
        json.loads(inputs[path])
        for inputs in registered(stack).values()
        for path in ("policy", "assumeRolePolicy")
        if path in inputs
    ]
    assert sorted(map(json.dumps, deployed)) == sorted(map(json.dumps, rendered.values()))
