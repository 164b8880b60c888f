"""The commands of `policies`: parsing only. What they do is in policies/commands/, imported when they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from console.commands import Commands
from console.options import PATH, takes_output
from console.output import LIST_FORMATS, Format
from iam_evaluation import DocumentKind

if TYPE_CHECKING:  # help needs none of it
    from config.stack import Stack

Command = TypeVar("Command", bound=Callable[..., Any])


class Partition(StrEnum):
    """Where AWS keeps Regions apart from others."""

    AWS = "aws"
    CHINA = "aws-cn"
    US_GOVERNMENT = "aws-us-gov"


def _account(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None and not (value.isascii() and value.isdecimal() and len(value) == 12):
        raise click.BadParameter(f'"{value}" is not 12 digits', context, option)
    return value


_stack_option = click.option("--stack", multiple=True, help="A stack. Repeatable. Default: every stack.")
_account_option = click.option(
    "--account-id",
    callback=_account,
    help="The account's 12 digits. Default: a placeholder; locally the local AWS's.",
)


@click.group(
    cls=Commands,
    bad_input=(
        "iam_evaluation:PolicyError",
        "config.settings:ConfigurationError",
        "policies.controls:ControlError",
        "policies.questions:ExpectationError",
        "policies.results:ResultsError",
    ),
    install="image-builder-trail[deploy]",
    distributions=("image-builder-trail",),
)
def app() -> None:
    """The policies of the trail, its bucket and its key: as deployed, explained, and proved."""


@app.command()
@_stack_option
@takes_output(Format.MARKDOWN, Format.JSON, Format.HTML)
@_account_option
@click.option("--document", metavar="NAME", help="Only this document of one stack, as JSON to hand to AWS.")
@click.option("--check", is_flag=True, help="Only say which committed copies are stale; exit 1 if any is.")
@click.option("--write", is_flag=True, help="Write the committed copies anew.")
def render(
    *,
    stack: Sequence[str],
    format: Format,
    output: Path | None,
    account_id: str | None,
    document: str | None,
    check: bool,
    write: bool,
) -> int:
    """Print the policies just as deployed, each statement explained.

    Example: {command} --stack prod --format html --output policies.html
    """
    from policies.commands import render as command  # noqa: PLC0415 - commands import what they need when they run

    if check or write:
        if stack or account_id or output or document or (check and write):
            raise click.UsageError(
                "--check and --write each stand alone: they are for the copies of all stacks"
            )
        return (command.check if check else command.write)(_stacks((), None))
    if document:
        if len(stack) != 1:
            raise click.UsageError("--document is of one stack: name it with --stack")
        return command.show_one(_stacks(stack, account_id)[0], document, output)
    return command.show(_stacks(stack, account_id), format, output)


@app.command()
@_stack_option
@takes_output(*LIST_FORMATS, Format.HTML)
@_account_option
@click.option("--red", is_flag=True, help="Only answers that are not as expected.")
def prove(
    *, stack: Sequence[str], format: Format, output: Path | None, account_id: str | None, red: bool
) -> int:
    """Say who can do what, and which statement says so; exit 1 if an answer is not as expected.

    Example: {command} --stack prod --format html --output matrix.html
    """
    from policies.commands.prove import prove as run  # noqa: PLC0415

    return run(_stacks(stack, account_id), format, output, only_red=red)


@app.command()
@_stack_option
@takes_output(*LIST_FORMATS)
@click.option("--all", "every", is_flag=True, help="Also the changes that a proof notices.")
def mutate(*, stack: Sequence[str], format: Format, output: Path | None, every: bool) -> int:
    """Change the policies one word at a time; exit 1 if no proof notices a change.

    Example: {command} --stack prod --all
    """
    from policies.commands.mutate import mutate as run  # noqa: PLC0415

    return run(_stacks(stack, None), format, output, every=every)


@app.command()
@_stack_option
@takes_output(*LIST_FORMATS, Format.HTML)
@_account_option
@click.option(
    "--results",
    type=PATH,
    help="What became of the project's tests, as JUnit. Default: test-results.xml, which `make test` writes.",
)
def controls(
    *,
    stack: Sequence[str],
    format: Format,
    output: Path | None,
    account_id: str | None,
    results: Path | None,
) -> int:
    """Say which controls a stack meets, by which evidence; exit 1 if one is not met.

    Example: {command} --stack prod --format html --output controls.html
    """
    from policies.commands.controls import controls as run  # noqa: PLC0415

    return run(_stacks(stack, account_id), format, output, results)


@app.command()
@click.option("--stack", multiple=True, required=True, help="A stack. Repeatable.")
@takes_output(*LIST_FORMATS)
@click.option("--profile", help="Profile of the AWS configuration.")
@click.option("--endpoint-url", help="AWS endpoint to talk to.")
def drift(
    *,
    stack: Sequence[str],
    format: Format,
    output: Path | None,
    profile: str | None,
    endpoint_url: str | None,
) -> int:
    """Compare the live account's policies with the rendered ones; exit 1 if they say something else.

    It reads by s3:GetBucketPolicy, kms:DescribeKey and GetKeyPolicy, iam:GetRole, GetRolePolicy,
    ListRolePolicies, ListAttachedRolePolicies, GetPolicy and GetPolicyVersion, and sts:GetCallerIdentity.

    Example: {command} --stack prod --profile auditor
    """
    from policies.commands.drift import drift as run  # noqa: PLC0415

    return run(stack, profile, endpoint_url, format, output)


@app.command()
@click.argument("files", nargs=-1, type=PATH)
@click.option(
    "--kind",
    type=click.Choice([one.value for one in DocumentKind]),
    help="What the policies are attached to. Default: as the rendered document of that name, else by what "
    "they have: no Principal is identity, Principal without Resource is trust.",
)
@click.option(
    "--partition",
    type=click.Choice([one.value for one in Partition]),
    help="Where they are meant for. Default: aws; of rendered documents, the stack's.",
)
@takes_output(*LIST_FORMATS)
def lint(
    *, files: Sequence[Path], kind: str | None, partition: str | None, format: Format, output: Path | None
) -> int:
    """Find unknown actions, mistyped condition keys and ARNs of another partition; exit 1 if there are any.

    Without FILES, in the documents that the project has rendered. A file "-" is standard input.

    Example: {command} --kind identity my-policy.json
    """
    from policies.commands.lint import lint as run  # noqa: PLC0415

    return run(files, DocumentKind(kind) if kind else None, partition, format, output)


def _stacks(names: Sequence[str], account_id: str | None) -> list[Stack]:
    from config.stack_file import read_stack, stack_names  # noqa: PLC0415

    return [read_stack(name, account_id) for name in names or stack_names()]
