"""The commands of `python -m policies`: parsing and exit codes. What they do is in policies/commands/."""

from __future__ import annotations

import os
import sys
import traceback
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.settings import ConfigurationError
from config.stack import Stack
from config.stack_file import read_stack, stack_names
from iam_evaluation import DocumentKind, PolicyError
from policies.commands.controls import ControlFormat
from policies.commands.controls import controls as run_controls
from policies.commands.lint import lint as run_lint
from policies.commands.mutate import mutate as run_mutate
from policies.commands.output import OutputError
from policies.commands.prove import prove as run_prove
from policies.commands.render import check, show, write
from policies.controls import ControlError
from policies.listing import ListFormat
from policies.questions import ExpectationError
from policies.render import RenderFormat


class Partition(StrEnum):
    """Where AWS keeps Regions apart from others."""

    AWS = "aws"
    CHINA = "aws-cn"
    US_GOVERNMENT = "aws-us-gov"


StackOption = Annotated[
    list[str] | None,
    typer.Option("--stack", help="A stack; may be given several times. Default: every stack."),
]
AccountOption = Annotated[
    str | None,
    typer.Option(
        "--account-id", help="The account's 12 digits. Default: a placeholder; locally the local AWS's."
    ),
]
FormatOption = Annotated[ListFormat, typer.Option("--format", help="How the list is written.")]
OutputOption = Annotated[Path | None, typer.Option("--output", help="A file to write to. Default: stdout.")]

app = typer.Typer(
    help="The policies of the trail, its bucket and its key: as deployed, explained, and proved.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def render(
    stack: StackOption = None,
    form: Annotated[
        RenderFormat, typer.Option("--format", help="How it is written.")
    ] = RenderFormat.MARKDOWN,
    output: OutputOption = None,
    account_id: AccountOption = None,
    *,
    check_copies: Annotated[
        bool, typer.Option("--check", help="Only say which committed copies are stale; exit 1 if any is.")
    ] = False,
    write_copies: Annotated[bool, typer.Option("--write", help="Write the committed copies anew.")] = False,
) -> None:
    """Print the policies just as deployed, each statement explained.

    Example: python -m policies render --stack prod --format html --output policies.html
    """
    if check_copies or write_copies:
        if stack or account_id or output or (check_copies and write_copies):
            raise typer.BadParameter(
                "--check and --write each stand alone: they are for the copies of all stacks"
            )
        every = _stacks(None, None)
        raise typer.Exit(check(every) if check_copies else write(every))
    raise typer.Exit(show(_stacks(stack, account_id), form, output))


@app.command()
def prove(
    stack: StackOption = None,
    form: FormatOption = ListFormat.TABLE,
    output: OutputOption = None,
    account_id: AccountOption = None,
    *,
    red: Annotated[bool, typer.Option("--red", help="Only answers that are not as expected.")] = False,
) -> None:
    """Say who can do what, and which statement says so; exit 1 if an answer is not as expected.

    Example: python -m policies prove --stack prod
    """
    raise typer.Exit(run_prove(_stacks(stack, account_id), form, output, only_red=red))


@app.command()
def mutate(
    stack: StackOption = None,
    form: FormatOption = ListFormat.TABLE,
    output: OutputOption = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Also the changes that a proof notices.")] = False,
) -> None:
    """Change the policies one word at a time; exit 1 if no proof notices a change.

    Example: python -m policies mutate --stack prod --all
    """
    raise typer.Exit(run_mutate(_stacks(stack, None), form, output, every=every))


@app.command()
def controls(
    stack: StackOption = None,
    form: Annotated[
        ControlFormat, typer.Option("--format", help="How the verdicts are written.")
    ] = ControlFormat.TABLE,
    output: OutputOption = None,
) -> None:
    """Say which controls a stack meets, by which evidence; exit 1 if one is not met.

    Example: python -m policies controls --stack prod --format html --output controls.html
    """
    raise typer.Exit(run_controls(_stacks(stack, None), form, output))


@app.command()
def lint(
    files: Annotated[list[Path], typer.Argument(help="Files that hold a policy document as JSON.")],
    kind: Annotated[
        DocumentKind, typer.Option("--kind", help="What the policies are attached to.")
    ] = DocumentKind.RESOURCE,
    partition: Annotated[
        Partition, typer.Option("--partition", help="Where they are meant for.")
    ] = Partition.AWS,
) -> None:
    """Find unknown actions, mistyped condition keys and ARNs of another partition; exit 1 if there are any.

    Example: python -m policies lint --kind identity policies/rendered/prod/deployer.json
    """
    raise typer.Exit(run_lint(files, kind, partition.value))


def _stacks(names: list[str] | None, account_id: str | None) -> list[Stack]:
    if account_id is not None and not (account_id.isdecimal() and len(account_id) == 12):
        raise typer.BadParameter(f'"{account_id}" is not 12 digits', param_hint="--account-id")
    return [read_stack(name, account_id) for name in names or stack_names()]


def main() -> None:
    """Run a command: 0 clean, 1 findings, 2 usage or bad input, 3 our fault, 130 interrupted."""
    try:
        app()
    except (ConfigurationError, ControlError, ExpectationError, OutputError, PolicyError) as error:
        sys.stderr.write(f"policies: {error}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
        where = traceback.extract_tb(error.__traceback__)[-1]
        sys.stderr.write(
            f"policies: {type(error).__name__} in {where.filename}:{where.lineno}: {error}. "
            "This is a mistake of this program, please report it\n"
        )
        sys.exit(3)


if __name__ == "__main__":
    main()
