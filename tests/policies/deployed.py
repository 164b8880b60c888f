"""What the program registers for a stack, found by running it in a process of its own, on mocks."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from typing import Any

import pulumi
import yaml

from policies.stack import Stack
from tests import ROOT

CALLS = {
    "aws:index/getPartition:getPartition": {"partition": "partition"},
    "aws:index/getRegion:getRegion": {"region": "region"},
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "account_id"},
}


def registered(stack: Stack) -> dict[str, dict[str, Any]]:
    """Return the inputs of every resource of the stack, by "type name"."""
    given = yaml.safe_load((ROOT / f"config/Pulumi.{stack.name}.yaml").read_text())["config"]
    place = {name: getattr(stack, name) for name in ("name", "partition", "region", "account_id", "key_arn")}
    answer = subprocess.run(
        [sys.executable, "-m", "tests.policies.deployed"],
        input=json.dumps({"place": place, "config": given}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    found: dict[str, dict[str, Any]] = json.loads(answer.stdout)
    return found


class Recorder(pulumi.runtime.Mocks):
    """Answers as AWS would, and keeps what was asked for. An unknown call is an error."""

    def __init__(self, place: dict[str, str]) -> None:
        self.place = place
        self.found: dict[str, dict[str, Any]] = {}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Tell where the stack is."""
        return {key: self.place[name] for key, name in CALLS[args.token].items()}, []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Keep the inputs; only a key has something that AWS alone knows beforehand."""
        self.found[f"{args.typ} {args.name}"] = args.inputs
        known = {"arn": self.place["key_arn"], "keyId": "id"} if args.typ == "aws:kms/key:Key" else {}
        return args.name, {**args.inputs, **known}


def _run() -> None:
    asked = json.load(sys.stdin)
    recorder = Recorder(asked["place"])
    pulumi.runtime.set_mocks(recorder, project="image-builder-trail", stack=asked["place"]["name"])
    values = asked["config"].items()
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values}
    pulumi.runtime.set_all_config(texts)

    def program() -> None:
        runpy.run_path(str(ROOT / "__main__.py"), run_name="program")

    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]  # Pulumi leaves it untyped
    json.dump(recorder.found, sys.stdout)


if __name__ == "__main__":
    _run()
