"""The deployer's policy is enough for the real AWS provider, of which pulumi-aws is made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.registered import registered
from config.stack import Stack
from config.stack_file import LOCAL_ACCOUNT, stack_names
from tests import ROOT
from tests.clients.terraform.client import Terraform
from tests.clients.terraform.translation import PROVIDER, translated
from tests.journeys.inventory import inventory
from tests.journeys.role_stage import Stage

pytestmark = [pytest.mark.optional_part, pytest.mark.timeout(900)]
CONFIGURATION = "stack.tf.json"


class Deployment:
    """A stack of the component as Terraform deploys it, under the deployer's rendered policy alone."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage = stage
        self._file = folder / CONFIGURATION
        self._file.write_text(json.dumps(PROVIDER))
        session = stage.session(f"arn:aws:iam::{LOCAL_ACCOUNT}:role/{stage.deployer}")
        self.terraform = Terraform.prepared(
            folder, [], stage.front.server.url, session, region=stage.stack.place.region
        )
        self._schemas = self.terraform.schemas()["resource_schemas"]

    def write(self) -> Stack:
        """Write down the resources of the stack as it is configured now."""
        stack = self._stage.stack
        content = translated(registered(stack), self._schemas, stack.key_arn)
        self._file.write_text(json.dumps(content))
        return stack


@pytest.fixture(params=stack_names(ROOT))
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A local AWS that enforces IAM, with the deployer's role of each stack."""
    with Stage.opened(tmp_path_factory.mktemp(request.param), request.param) as stage:
        yield stage


def test_the_deployers_policy_is_enough_for_the_provider(stage: Stage, tmp_path: Path) -> None:
    """It makes the stack, plans no change, and removes it once it is unprotected, if no logs are locked."""
    before = inventory(stage.front)
    deployment = Deployment(stage, tmp_path)
    stack = deployment.write()
    deployment.terraform.apply()
    deployment.terraform.plan_nothing()
    assert stage.delivered(), "there are logs to be lost"
    if stack.settings.log_bucket.locks:
        return  # break-glass alone may delete locked logs
    if stack.protected:
        stage.configure(protect_logs=False)
        stage.permit()
        deployment.write()
        deployment.terraform.apply()
    deployment.terraform.destroy()
    assert inventory(stage.front) == before
