"""With IAM enforced, Terraform does what its user's policy says, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from iam_evaluation import Decision, Policies, Request, evaluate
from localaws import enforcement, kms_rules
from packages.localaws.tests.front import Front
from tests.clients.terraform import life
from tests.clients.terraform.client import Terraform
from tests.clients.terraform.made import Place

pytestmark = [pytest.mark.optional_part, pytest.mark.in_order]
POLICY = json.loads((Path(__file__).parent / "policy.json").read_text())


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    """The local AWS in this process, so that what it judges can be seen."""
    with Front.opened(enforce_iam=True) as front:
        yield front


@pytest.fixture(scope="module")
def asked() -> Iterator[dict[str, set[str]]]:
    """The actions that were judged, by the ARN of who asked."""
    actions: dict[str, set[str]] = {}

    def judge(request: Request, policies: Policies) -> Decision:
        actions.setdefault(request.principal.arn, set()).add(request.action)
        return evaluate(request, policies)

    with pytest.MonkeyPatch.context() as patch:
        for judging in (enforcement, kms_rules):  # KMS asks also who may change a new key's policy later
            patch.setattr(judging, "evaluate", judge)
        yield actions


@pytest.fixture(scope="module")
def place(front: Front) -> Place:
    """Where it all happens."""
    return Place(front)


@pytest.fixture(scope="module")
def terraform(
    front: Front, asked: dict[str, set[str]], tmp_path_factory: pytest.TempPathFactory
) -> Terraform:
    """The configuration in the hands of a user with the policy."""
    key = front.user("terraform", *POLICY["Statement"])
    return life.prepared(tmp_path_factory.mktemp("terraform"), front.server.url, key)


@pytest.fixture(scope="module")
def before(place: Place, terraform: Terraform) -> life.Made:
    """What there was before Terraform made anything."""
    return place.made()


class TestLifeUnderAPolicy(life.Life):
    """As a user with the policy, where IAM is enforced."""

    def test_nothing_in_the_policy_is_needless(self, asked: dict[str, set[str]]) -> None:
        """Each action that it allows was asked for."""
        actions = (statement["Action"] for statement in POLICY["Statement"])
        allowed = {action for one in actions for action in ([one] if isinstance(one, str) else one)}
        assert allowed == asked["arn:aws:iam::123456789012:user/terraform"]

    def test_without_a_policy_it_is_refused_and_makes_nothing(
        self, front: Front, place: Place, tmp_path: Path
    ) -> None:
        """Each of its calls is denied, in the words of the service that was called."""
        terraform = life.prepared(tmp_path, front.server.url, front.user("nobody"))
        before = place.made()
        said = terraform.apply(expect=1)
        errors = [line for line in said.splitlines() if "Error: " in line]
        refusals = ("AccessDenied", "UnauthorizedOperation", "AuthorizationError")
        assert len(errors) >= 8
        assert [one for one in errors if not any(code in one for code in refusals)] == []
        assert place.made() == before
