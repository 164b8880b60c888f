"""Values of the wrong type are the client's mistake, whatever operation they are sent to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from localaws.imagebuilder.shapes import service_model
from packages.localaws.tests.front import Front, signed
from packages.localaws.tests.wrong_values import wrong_values

OPERATIONS = sorted(service_model().operation_names)


def status(front: Front, operation: str, parameters: Mapping[str, Any]) -> int:
    """Send a body as no SDK would, and return the status."""
    http = service_model().operation_model(operation).http
    path = str(http["requestUri"]).replace("{resourceArn}", "arn")
    headers = {"Content-Type": "application/json", **signed("imagebuilder")}
    return front.request(str(http["method"]), path, json.dumps(parameters), headers).status


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_value_can_make_the_server_fail(front: Front, operation: str) -> None:
    """Every member of every operation, missing and of each wrong type, is refused or taken.

    Where the URI's own parameters are missing, no operation is recognised: that is a 501.
    """
    members = service_model().operation_model(operation).input_shape.members
    tried = [{}, *({name: value} for name in members for value in wrong_values(members[name]))]
    assert 500 not in {status(front, operation, parameters) for parameters in tried}
