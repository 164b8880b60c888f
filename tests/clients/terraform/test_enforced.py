"""With IAM enforced, Terraform does what its user's policy says, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from iam_evaluation import Decision, Policies, Request, evaluate
from localaws import enforcement
from packages.localaws.tests.front import Front
from tests.clients.terraform.client import Terraform
from tests.clients.terraform.made import Place
from tests.clients.terraform.test_life import CONFIGURATION

pytestmark = pytest.mark.optional_part
POLICY = json.loads((Path(__file__).parent / "policy.json").read_text())


@pytest.fixture
def front() -> Iterator[Front]:
    """A local AWS in this process, so that what it judges can be seen."""
    with Front.opened(enforce_iam=True) as front:
        yield front


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """The actions that each principal asked for, by its ARN."""
    asked: dict[str, set[str]] = {}

    def judge(request: Request, policies: Policies) -> Decision:
        asked.setdefault(request.principal.arn, set()).add(request.action)
        return evaluate(request, policies)

    monkeypatch.setattr(enforcement, "evaluate", judge)
    return asked


def prepared(folder: Path, front: Front, *statements: Mapping[str, Any]) -> Terraform:
    """The configuration, in the hands of a user whose policy has these statements."""
    key = front.user("terraform", *statements)
    return Terraform.prepared(folder, CONFIGURATION.glob("*.tf"), front.server.url, key)


def test_its_policy_is_enough_and_has_nothing_needless(
    front: Front, judged: dict[str, set[str]], tmp_path: Path
) -> None:
    """A whole life is lived under it, and each of its actions is asked for."""
    terraform = prepared(tmp_path, front, *POLICY["Statement"])
    before = Place(front).made()
    terraform.apply()
    terraform.plan_nothing()
    terraform.change(release=2)
    terraform.plan_nothing(release=2)
    terraform.destroy()
    assert Place(front).made() == before
    actions = (statement["Action"] for statement in POLICY["Statement"])
    allowed = {action for one in actions for action in ([one] if isinstance(one, str) else one)}
    assert allowed == judged["arn:aws:iam::123456789012:user/terraform"]


def test_without_a_policy_it_is_refused_and_makes_nothing(front: Front, tmp_path: Path) -> None:
    """Each of its calls is denied, in the words of the service that was called."""
    terraform = prepared(tmp_path, front)
    before = Place(front).made()
    said = terraform.apply(expect=1)
    errors = [line for line in said.splitlines() if "Error: " in line]
    refusals = ("AccessDenied", "UnauthorizedOperation", "AuthorizationError")
    assert len(errors) >= 8
    assert [one for one in errors if not any(code in one for code in refusals)] == []
    assert Place(front).made() == before
