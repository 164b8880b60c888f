"""The commands of `python -m audit`: parsing and exit codes. What they do is in audit/commands/."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from audit.errors import AuditError
from audit.logs import open_source
from audit.options import (
    EndpointOption,
    FormatOption,
    LimitOption,
    OutputOption,
    ProfileOption,
    ProfilesOption,
    RegionOption,
    ResourceOption,
    SourceArgument,
    TimeoutOption,
    TrailOption,
    WriteOption,
    takes_selection,
)
from audit.output import Format
from audit.selection import Selection

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
    html: Annotated[Path | None, typer.Option(help="Write a self-contained HTML page to this file.")] = None,
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
    raise typer.Exit(run(place, selection, form=form, output=output, html=html, limit=max_file_mib * 2**20))


@app.command()
@takes_selection
def history(  # noqa: PLR0917 - typer calls it by name
    selection: Selection,
    resource: ResourceOption = None,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    region: RegionOption = None,
    profile: ProfilesOption = None,
    endpoint_url: EndpointOption = None,
) -> None:
    """View, search and download Event history: 90 days of management events, trail or none.

    --event-region names the Regions to look in, or all; several --profile reach several accounts. A download
    (--output) that was interrupted goes on when the same command is run again.

    Example: python -m audit history --event-name StartImagePipelineExecution --event-region all
    """
    from audit.aws import Aws  # noqa: PLC0415
    from audit.commands.history import history as run  # noqa: PLC0415

    accesses = [Aws(region, name, endpoint_url) for name in profile or ()] or [
        Aws(region, None, endpoint_url)
    ]
    everywhere = replace(selection, regions=frozenset())
    regions = sorted(selection.regions)
    raise typer.Exit(run(accesses, regions, everywhere, resource=resource, form=form, output=output))


@app.command()
@takes_selection
def query(  # noqa: PLR0917 - typer calls it by name
    selection: Selection,
    sql: Annotated[str, typer.Argument(help="A SELECT in Athena's SQL, or a named query's name.")] = "",
    source: Annotated[str, typer.Option(help="s3://bucket[/prefix], a folder or one log file.")] = "",
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    max_file_mib: LimitOption = 64,
    region: RegionOption = None,
    profile: ProfileOption = None,
    endpoint_url: EndpointOption = None,
) -> None:
    """Ask the table cloudtrail, whose columns are those of AWS's Athena table. Without SQL: name the queries.

    Example: python -m audit query root-use --source s3://my-log-bucket
    """
    from audit.commands import query as command  # noqa: PLC0415

    if not sql:
        raise typer.Exit(command.listed())
    if not source:
        raise typer.BadParameter("--source is missing: name s3://bucket[/prefix] or a folder")
    place = open_source(source, region=region, profile=profile, endpoint_url=endpoint_url)
    limit = max_file_mib * 2**20
    raise typer.Exit(command.run(sql, place, selection, form=form, output=output, limit=limit))


@app.command()
def verify(  # noqa: PLR0917 - typer calls it by name
    trail: TrailOption = None,
    write: WriteOption = False,
    timeout: TimeoutOption = 1200.0,
    form: FormatOption = Format.TABLE,
    output: OutputOption = None,
    region: RegionOption = None,
    profile: ProfileOption = None,
    endpoint_url: EndpointOption = None,
) -> None:
    """Make a harmless, marked Image Builder call and follow it until it has arrived everywhere.

    When it does not arrive, says why and how to mend it. Exit code 0 only when it was seen in every channel.

    Example: python -m audit verify --trail image-builder-trail --timeout 600
    """
    from audit.aws import Aws  # noqa: PLC0415
    from audit.commands.verify import verify as run  # noqa: PLC0415

    aws = Aws(region, profile, endpoint_url)
    raise typer.Exit(run(aws, trail_name=trail, writing=write, timeout=timeout, form=form, output=output))


def main() -> None:
    """Run a command: 0 clean, 1 findings, 2 usage or bad input, 3 our fault, 130 interrupted."""
    try:
        app()
    except AuditError as error:
        print(f"audit: {error}", file=sys.stderr)  # noqa: T201 - the one line that the user needs
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
        kind = type(error).__name__
        print(f"audit: a fault of this program, please report it: {kind}: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(3)
