"""An `up` that is killed, cut off or cancelled at any call is completed by the next one, with no orphan."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from localaws.testing import LocalAws
from tests.journeys.inventory import inventory
from tests.journeys.pulumi_project import NO_ENGINE, Project, engine_at_hand, kill_session, wait_until
from tests.journeys.trail_program import EVERYTHING, PROGRAM

pytestmark = [pytest.mark.engine, pytest.mark.skipif(not engine_at_hand(), reason=NO_ENGINE)]

CREATIONS = ["CreateKey", "CreateBucket", "CreateAlias", "CreateTrail", "CreateRole", "CreatePolicy"]
FOLLOWING = ["EnableKeyRotation", "StartLogging"]
ONE_AT_A_TIME = ("--parallel", "1")  # so that no other call is under way when the engine is killed


@pytest.fixture
def project(local_aws: LocalAws, tmp_path: Path) -> Iterator[Project]:
    """A project that is not deployed yet, in an empty local AWS."""
    local_aws.control("reset", {})
    yield Project.written(tmp_path / "project", local_aws, PROGRAM)
    local_aws.control("reset", {})


def complete(project: Project) -> str:
    """Run `up` once more: it must make everything, once, and leave nothing in doubt."""
    answer = project.up()
    check_complete(project)
    assert project.planned() == {}
    return answer.stderr


def check_complete(project: Project) -> None:
    """There must be one of everything, and the state must know it all."""
    kinds = sorted(kind for kind, _name in inventory(project.aws))
    assert kinds == ["alias", "bucket", "key", "policy", "role", "trail"], "one of each, and no orphan"
    assert project.state().keys() >= EVERYTHING
    assert project.pending_operations() == []
    assert project.aws.client("cloudtrail").get_trail_status(Name="journey")["IsLogging"]


def hits(aws: LocalAws) -> int:
    """How many calls the faults have matched."""
    return sum(fault["matches"] for fault in aws.control("faults"))


NEVER_CARRIED_OUT = {"kind": "drop"}
NEVER_ANSWERED = {"kind": "slow", "when": "after", "seconds": 20, "count": 1}


def kill_at(project: Project, operation: str, fault: Mapping[str, object], *command: str) -> None:
    """Kill everything that runs a command (by default `up`), at the moment when it makes a certain call."""
    project.aws.control("faults", [{**fault, "operation": operation}])
    with project.running(*(command or ("up",)), "--yes", "--skip-preview") as process:
        wait_until(lambda: hits(project.aws) > 0, f"{operation} is called")
        kill_session(process.pid)
    project.aws.control("faults", method="DELETE")


@pytest.mark.parametrize("operation", [*CREATIONS, *FOLLOWING])
def test_killed_between_a_call_and_its_record(project: Project, operation: str) -> None:
    """Killed after AWS carried a call out, but before the state says so, `up` is completed by the next."""
    kill_at(project, operation, NEVER_ANSWERED)
    complete(project)


@pytest.mark.parametrize("operation", ["CreateKey", "CreateTrail"])
def test_killed_before_a_creation_is_carried_out(project: Project, operation: str) -> None:
    """Killed when the state says that a creation begins but AWS has not seen it, the next `up` makes it."""
    kill_at(project, operation, NEVER_CARRIED_OUT, "up", *ONE_AT_A_TIME)
    complete(project)


def test_answers_of_creations_are_lost(project: Project) -> None:
    """Creations that were carried out, but whose answers never came, are found again in the same `up`."""
    lost = {"kind": "drop", "when": "after", "count": 1}
    project.aws.control("faults", [{**lost, "operation": operation} for operation in CREATIONS])
    project.up()
    assert hits(project.aws) >= len(CREATIONS)
    check_complete(project)


@pytest.mark.parametrize("kind", ["drop", "throttle", "error"])
def test_a_call_that_did_not_get_through_is_made_again(project: Project, kind: str) -> None:
    """Dropped, throttled and failed calls are tried again, each resource being made once."""
    faults = [{"kind": kind, "operation": operation, "count": 1} for operation in (*CREATIONS, *FOLLOWING)]
    project.aws.control("faults", faults)
    project.up()
    check_complete(project)


def test_a_resource_that_is_made_only_in_part_is_remembered(project: Project) -> None:
    """A trail that was created but could not be started is in the state, and the next `up` starts it."""
    project.aws.control("faults", [{"kind": "deny", "operation": "StartLogging"}])
    answer = project.up(expect=None)
    assert answer.returncode != 0
    assert "StartLogging" in answer.stdout
    assert project.state()["trail"]["outputs"]["enableLogging"] is False
    project.aws.control("faults", method="DELETE")
    complete(project)


@pytest.mark.parametrize("name", ["test.json", "test.json.attrs"])
def test_killed_while_the_state_was_written(project: Project, name: str) -> None:
    """A state file that was cut off as it was written is no obstacle to the next `up`."""
    project.up()
    [file] = project.folder.glob(f".localaws/state/*/.pulumi/stacks/journey/{name}")
    file.write_bytes(b"")
    assert f"restored a file that the last run was writing when it was killed: {name}" in complete(project)


@pytest.mark.parametrize("content", ["", "{}", "null"])
def test_a_state_that_cannot_be_read_is_kept_and_nothing_made(project: Project, content: str) -> None:
    """With state and copy both torn, each command ends in one line, deletes nothing, and makes no key."""
    project.up()
    [file] = project.folder.glob(".localaws/state/*/.pulumi/stacks/journey/test.json")
    copy = file.with_name("test.json.bak")
    whole = file.read_bytes()
    for one in (file, copy):
        one.write_text(content)
    before = inventory(project.aws)
    for command in ("up", "refresh", "destroy"):
        refused = project.pulumi(command, "--yes", "--skip-preview", expect=2)
        assert refused.stderr.count("\n") == 1
        assert str(file) in refused.stderr
    assert inventory(project.aws) == before
    assert (file.read_text(), copy.read_text()) == (content, content)
    file.write_bytes(whole)
    project.up("--expect-no-changes")


def test_killed_while_destroying(project: Project) -> None:
    """A `destroy` that was killed is completed by the next one."""
    project.up()
    kill_at(project, "DeleteTrail", NEVER_ANSWERED, "destroy")
    project.pulumi("destroy", "--yes", "--skip-preview")
    assert not inventory(project.aws)


def test_an_interrupt_is_the_engines_to_handle(project: Project) -> None:
    """On SIGINT the engine lets the call under way end and writes its state; the next `up` goes on."""
    project.aws.control("faults", [{"kind": "slow", "operation": "CreateTrail", "seconds": 3, "count": 1}])
    with project.running("up", "--yes", "--skip-preview") as process:
        wait_until(lambda: hits(project.aws) > 0, "CreateTrail is called")
        process.send_signal(signal.SIGINT)
        output = process.communicate()[0]
    assert process.returncode not in {0, -signal.SIGINT}
    assert "cancel" in output
    assert project.pending_operations() == []
    assert "killed" not in complete(project)


def test_what_others_made_is_not_taken_over(project: Project) -> None:
    """After a kill before the call was carried out, a resource of that name made by another stays theirs."""
    kill_at(project, "CreateRole", NEVER_CARRIED_OUT, "up", *ONE_AT_A_TIME)
    trust = '{"Version": "2012-10-17", "Statement": []}'
    project.aws.client("iam").create_role(RoleName="journey-reader", AssumeRolePolicyDocument=trust)
    answer = project.up(expect=None)
    assert "EntityAlreadyExists" in answer.stdout
    assert "role" not in project.state()
