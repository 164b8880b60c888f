"""The last resort where there is no engine: the program in Pulumi's test mode, over the same provider code.

It deploys and returns the program's outputs. It has no state, no preview, no update and no destroy, so it is
for a local AWS that is thrown away afterwards: `python -m localaws.pulumi.without_engine STACK ENDPOINT`.
"""

from __future__ import annotations

import asyncio
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

import pulumi
import yaml
from botocore.exceptions import ClientError
from pulumi import runtime
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.stack import run_pulumi_func
from yaml.nodes import ScalarNode

from console.messages import say
from localaws.pulumi import creations, invokes, lifecycle
from localaws.pulumi.aws import Aws, ConfigurationError, settings
from localaws.pulumi.resources import RESOURCE_TYPES
from localaws.pulumi.wire import with_whole_numbers
from localaws.pulumi.yaml_text import entries, read

_PROVIDER = "pulumi:providers:aws"


class DirectMocks(Mocks):
    """Creates each resource at once, in the order in which the program's outputs allow."""

    def __init__(self, endpoint: str, configuration: dict[str, Any]) -> None:
        self._endpoint = endpoint
        self._default = Aws(settings(configuration, endpoint))
        self._providers: dict[str, Aws] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Create a resource and return its id and outputs; components have only what they are given.

        Raises:
            lifecycle.RefusedError: the type, or a property, is not known.

        """
        if args.typ == _PROVIDER:
            self._providers[args.name] = Aws(settings(args.inputs, self._endpoint))
            return args.name, dict(args.inputs)
        if not args.custom:
            return "", dict(args.inputs)
        kind = RESOURCE_TYPES.get(args.typ)
        if kind is None:
            raise lifecycle.RefusedError(f"the local provider does not know the resource type {args.typ}")
        aws = self._aws(args.provider)
        given = {name: with_whole_numbers(value) for name, value in args.inputs.items() if value is not None}
        asked = lifecycle.Asked(args.name)
        inputs, problems = lifecycle.check(kind, aws, asked, old={}, new=given)
        if problems:
            name, reason = problems[0]
            raise lifecycle.RefusedError(f"{args.name}.{name}: {reason}")
        resource_id = creations.create(kind, aws, args.name, inputs)
        kind.complete(aws, resource_id, inputs)
        return resource_id, lifecycle.state(kind, aws, resource_id, known=inputs, inputs=inputs) or inputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Call one of the provider's functions.

        Raises:
            lifecycle.RefusedError: there is no such function.

        """
        function = invokes.INVOKES.get(args.token)
        if function is None:
            raise lifecycle.RefusedError(f"the local provider has no function {args.token}")
        return function(self._aws(args.provider), args.args), []

    def _aws(self, provider: str | None) -> Aws:
        """The provider instance that a reference ("urn::id") names; the default one without."""
        return self._providers.get((provider or "").rpartition("::")[2], self._default)


def deploy(project: Path, stack: str, endpoint: str) -> dict[str, Any]:
    """Run the project's program against the local AWS at `endpoint` and return the stack's outputs.

    To be called once in a process: Pulumi's SDK keeps the stack in global variables.

    Raises:
        ConfigurationError: the project has no such stack, or no Region.

    """
    described = yaml.safe_load((project / "Pulumi.yaml").read_text(encoding="utf-8"))
    configuration = _configuration(project, described, stack)
    runtime.set_all_config(configuration)
    region = {"region": configuration["aws:region"]} if "aws:region" in configuration else {}
    return asyncio.run(_outputs(project, DirectMocks(endpoint, region), described["name"], stack))


async def _outputs(project: Path, mocks: DirectMocks, name: str, stack_name: str) -> dict[str, Any]:
    runtime.set_mocks(mocks, project=name, stack=stack_name, preview=False)  # binds to the running loop
    os.chdir(project)
    sys.path.insert(0, str(project))
    found: dict[str, Any] = {}

    async def program() -> None:
        runpy.run_path(str(project / "__main__.py"), run_name="__main__")
        stack = runtime.get_root_resource()
        outputs: dict[str, Any] = stack.outputs if stack else {}  # type: ignore[attr-defined]
        for key, output in outputs.items():
            value = pulumi.Output.from_input(output)
            found[key] = "[secret]" if await value.is_secret() else await value.future()

    await run_pulumi_func(program)
    return found


def _configuration(project: Path, described: dict[str, Any], stack: str) -> dict[str, str]:
    """The stack's settings, with the project's defaults, as the engine would hand them to a program."""
    file = project / described.get("stackConfigDir", ".") / f"Pulumi.{stack}.yaml"
    if not file.is_file():
        raise ConfigurationError(f"there is no stack {stack}: {file} is missing")
    given = {
        name: node.value if isinstance(node, ScalarNode) else yaml.safe_load(yaml.serialize(node))
        for name, node in entries(dict(read(file)).get("config"))
    }
    defaults = {
        name if ":" in name else f"{described['name']}:{name}": declared["default"]
        for name, declared in (described.get("config") or {}).items()
        if isinstance(declared, dict) and "default" in declared
    }
    return {name: _text(value) for name, value in {**defaults, **given}.items()}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def main(arguments: list[str]) -> int:
    """Deploy, and print the outputs as one line of JSON."""
    if len(arguments) != 2:
        say("usage: python -m localaws.pulumi.without_engine STACK ENDPOINT")
        return 2
    try:
        outputs = deploy(Path.cwd(), *arguments)
    except (ValueError, ClientError, pulumi.RunError) as error:
        say(str(error).splitlines()[-1])  # the SDK puts where it rose before what it was
        return 2
    sys.stdout.write(json.dumps(outputs) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
