"""Who deploys, and whom the stack names: told in one line before the first resource."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from tests.components.deployment import ACCOUNT, DEPLOYER, deploy
from tests.components.test_audit_trail import ROLES

TRAIL = "image-builder-trail-test"
ADMINISTRATOR = f"arn:aws:sts::{ACCOUNT}:assumed-role/Administrator/session"
READER = f"arn:aws:iam::{ACCOUNT}:role/team/reader"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/{TRAIL}-boundary"
SOMEBODY = [
    ADMINISTRATOR,
    f"arn:aws:iam::{ACCOUNT}:user/deployer",
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:sts::{ACCOUNT}:federated-user/deployer",
]


@pytest.mark.parametrize("caller", SOMEBODY)
def test_a_stack_that_locks_its_settings_is_deployed_by_its_deployer_alone(caller: str) -> None:
    """Anybody else is told so in one line that names who calls, who may, and how to change it."""
    with pytest.raises(pulumi.RunError) as refused:
        deploy(caller=caller, **ROLES)
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"{caller} deploys, but only arn:aws:iam::{ACCOUNT}:role/deployer may")
    assert line.endswith("pulumi config set deployer_role_name ROLE --stack test")


@pytest.mark.parametrize("role", ["deployer", f"{TRAIL}-break-glass"])
def test_those_who_may_change_settings_deploy(role: str) -> None:
    """The deployer, whatever the path of its role, and break-glass."""
    caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session"
    assert deploy(caller=caller, **{**ROLES, "deployer_role_name": "ci/deployer"}).one("Trail")


@pytest.mark.parametrize(
    "settings", [{}, {**ROLES, "protect_logs": False}, {"deployer_role_name": "deployer"}]
)
def test_a_stack_that_locks_nothing_is_deployed_by_anybody(settings: dict[str, Any]) -> None:
    """AWS decides then what the caller may."""
    assert deploy(caller=ADMINISTRATOR, **settings).one("Trail")


def test_anybody_may_preview(capfd: pytest.CaptureFixture[str]) -> None:
    """A reviewer's preview goes on."""
    assert deploy(caller=ADMINISTRATOR, preview=True, **ROLES).one("Trail")


@pytest.mark.parametrize(
    ("settings", "absent", "arn"),
    [
        ({"deployer_role_name": "deployer"}, "deployer", f"arn:aws:iam::{ACCOUNT}:role/deployer"),
        ({**ROLES, "auditor_trusted_arns": [READER]}, "reader", READER),
        ({**ROLES, "break_glass_trusted_arns": [READER]}, "reader", READER),
        (ROLES, BOUNDARY, BOUNDARY),
    ],
)
def test_what_does_not_exist_is_told_before_the_first_resource(
    settings: dict[str, Any], absent: str, arn: str
) -> None:
    """The deployer, people's roles, and the boundary: AWS would tell of them late, or after minutes."""
    caller = ADMINISTRATOR if absent == "deployer" else DEPLOYER
    with pytest.raises(pulumi.RunError) as refused:
        deploy(caller=caller, absent={absent}, **settings)
    (line,) = str(refused.value).splitlines()
    assert f"{arn} does not exist; " in line


def test_every_role_is_bounded_where_a_deployer_makes_it() -> None:
    """Where an administrator deploys, nobody is kept from anything by a boundary."""
    bounded = deploy(log_group=True, **ROLES)
    roles = [one for one in bounded.resources if one.type == "aws:iam/role:Role"]
    assert {role.inputs.get("permissionsBoundary") for role in roles} == {BOUNDARY}
    assert len(roles) == 3
    free = deploy(roles=True, protect_logs=False)
    assert not any("permissionsBoundary" in one.inputs for one in free.resources)


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program warns of."""
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_, **__: told.append(text))
    return told


def test_a_boundary_of_other_settings_is_told_with_the_commands_that_put_it_anew(warnings: list[str]) -> None:
    """Both can be run as they stand."""
    deploy(caller=DEPLOYER, **ROLES)
    (line,) = warnings
    assert line.endswith(
        f"ibtrail policies render --stack test --account-id {ACCOUNT} --document role-boundary "
        "--output role-boundary.json && aws iam create-policy-version --set-as-default "
        f"--policy-arn {BOUNDARY} --policy-document file://role-boundary.json"
    )


def test_whom_the_deployer_may_not_look_up_is_told_with_the_policy_that_lets_it(warnings: list[str]) -> None:
    """A setting that names somebody adds that right to the deployer's policy."""
    deploy(caller=DEPLOYER, denied={"reader"}, **{**ROLES, "auditor_trusted_arns": [READER]})
    (line,) = (line for line in warnings if READER in line)
    assert "gives it its policy anew: ibtrail policies render --stack test" in line
    assert "--document deployer --output deployer.json" in line
