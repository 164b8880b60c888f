"""The commands of `python -m audit`: parsing and exit codes. What they do is in audit/commands/."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer

from audit.logs import open_source
from audit.options import (
    EndpointOption,
    FormatOption,
    LimitOption,
    OutputOption,
    ProfileOption,
    RegionOption,
    SourceArgument,
    takes_selection,
)
from audit.output import Format, OutputError
from audit.selection import Selection
from audit.sources.source import SourceError

app = typer.Typer(
    help="Read what CloudTrail delivered: who did what, from where, when, with which result.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _audit() -> None:
    """Read what CloudTrail delivered."""


@app.command()
@takes_selection
def events(  # noqa: PLR0917 - typer calls it by name
    source: SourceArgument,
    selection: Selection,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    max_file_mib: LimitOption = 64,
    region: RegionOption = None,
    profile: ProfileOption = None,
    endpoint_url: EndpointOption = None,
) -> None:
    """List delivered events. With --format jsonl: CloudTrail's own records, unchanged, one a line.

    Example: python -m audit events s3://my-log-bucket --failed --start 2026-01-01
    """
    from audit.commands.events import events as run  # noqa: PLC0415 - commands import what they need when they run

    place = open_source(source, region=region, profile=profile, endpoint_url=endpoint_url)
    raise typer.Exit(run(place, selection, form=form, output=output, limit=max_file_mib * 2**20))


@app.command()
@takes_selection
def report(  # noqa: PLR0917 - typer calls it by name
    source: SourceArgument,
    selection: Selection,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    max_file_mib: LimitOption = 64,
    region: RegionOption = None,
    profile: ProfileOption = None,
    endpoint_url: EndpointOption = None,
) -> None:
    """Say who did what, from where, when, with which result.

    Example: python -m audit report s3://my-log-bucket --start 2026-01-01
    """
    from audit.commands.report import report as run  # noqa: PLC0415

    place = open_source(source, region=region, profile=profile, endpoint_url=endpoint_url)
    raise typer.Exit(run(place, selection, form=form, output=output, limit=max_file_mib * 2**20))


def main() -> None:
    """Run a command: 0 clean, 1 findings, 2 usage or bad input, 130 interrupted."""
    try:
        app()
    except (SourceError, OutputError) as error:
        sys.exit(_refused(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refused(error: Any) -> int:
    print(f"audit: {error}", file=sys.stderr)  # noqa: T201 - the one line that the user needs
    return 2
