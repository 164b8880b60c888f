"""A deployment for each test of the delivery probe."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from audit.aws import Aws
from audit.commands.verify import verify
from audit.delivery import watch
from console.output import Format
from localaws.testing import LocalAws
from tests.audit.delivery.deployed import Deployed


@pytest.fixture
def deployed(local_aws: LocalAws) -> Iterator[Deployed]:
    """A sound deployment in an otherwise empty AWS."""
    local_aws.control("reset", {})
    yield Deployed(local_aws)
    local_aws.control("faults", method="DELETE")


@pytest.fixture
def here(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """The deployment's AWS, as this process reaches it."""
    for name, value in deployed.aws.environment().items():
        monkeypatch.setenv(name, value)
    return Aws()


Verified = Callable[[], tuple[int, Any]]


@pytest.fixture
def verified(
    here: Aws, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Verified:
    """`audit verify` in this process, which waits only for what no cause keeps away: exit code and result."""
    monkeypatch.setattr(watch, "BLOCKED_SECONDS", 0.0)

    def run() -> tuple[int, Any]:
        code = verify(here, timeout=60.0, format=Format.JSON)
        return code, json.loads(capsysbinary.readouterr().out)

    return run
