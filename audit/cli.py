"""The commands of `python -m audit`: parsing and exit codes. What they do is in audit/commands/.

Written with click and not, as the other rooms', with typer, whose imports would be half of what a command
takes over a day of logs.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click

from audit.logs import open_source
from audit.options import (
    PATH,
    limit_option,
    profile_option,
    profiles_option,
    source_argument,
    takes_aws,
    takes_output,
    takes_selection,
    trail_option,
)
from audit.selection import Selection
from console.errors import UserError
from console.output import Format


@click.group(context_settings={"max_content_width": 110})
def app() -> None:
    """Read what CloudTrail delivered: who did what, from where, when, with which result."""


@app.command()
@source_argument
@takes_selection
@takes_output
@limit_option
@profile_option
@takes_aws
def events(  # noqa: PLR0917 - click calls it by name
    source: str,
    selection: Selection,
    form: Format,
    output: Path | None,
    max_file_mib: int,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
) -> int:
    """List the events delivered to SOURCE: s3://bucket[/prefix], a folder or one log file.

    With --format jsonl: CloudTrail's own records, unchanged, one a line.

    Example: python -m audit events s3://my-log-bucket --failed --start 2026-01-01
    """
    from audit.commands.events import events as run  # noqa: PLC0415 - commands import what they need when they run

    place = open_source(source, region=region, profile=profile, endpoint_url=endpoint_url)
    return run(place, selection, form=form, output=output, limit=max_file_mib * 2**20)


@app.command()
@source_argument
@takes_selection
@takes_output
@click.option("--html", type=PATH, help="Write a self-contained HTML page to this file.")
@limit_option
@profile_option
@takes_aws
def report(  # noqa: PLR0917 - click calls it by name
    source: str,
    selection: Selection,
    form: Format,
    output: Path | None,
    html: Path | None,
    max_file_mib: int,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
) -> int:
    """Say who did what in SOURCE, from where, when, with which result.

    In the terminal and on the page also: identities and addresses as they were first seen, failures, calls
    made by services, and what was done to each pipeline, image, recipe and component.

    SOURCE is s3://bucket[/prefix], a folder or one log file.

    Example: python -m audit report s3://my-log-bucket --start 2026-01-01
    """
    from audit.commands.report import report as run  # noqa: PLC0415

    place = open_source(source, region=region, profile=profile, endpoint_url=endpoint_url)
    return run(place, selection, form=form, output=output, html=html, limit=max_file_mib * 2**20)


@app.command()
@takes_selection
@click.option("--resource", help="Name or ARN of a resource that the call was about.")
@takes_output
@profiles_option
@takes_aws
def history(  # noqa: PLR0917 - click calls it by name
    selection: Selection,
    resource: str | None,
    form: Format,
    output: Path | None,
    region: str | None,
    profile: tuple[str, ...],
    endpoint_url: str | None,
) -> int:
    """View, search and download Event history: 90 days of management events, trail or none.

    --event-region names the Regions to look in, or all; several --profile reach several accounts. A download
    (--output) that was interrupted goes on when the same command is run again.

    Example: python -m audit history --event-name StartImagePipelineExecution --event-region all
    """
    from audit.aws import Aws  # noqa: PLC0415
    from audit.commands.history import history as run  # noqa: PLC0415

    accesses = [Aws(region, name, endpoint_url) for name in profile or (None,)]
    everywhere = replace(selection, regions=frozenset())
    return run(accesses, sorted(selection.regions), everywhere, resource=resource, form=form, output=output)


@app.command()
@click.argument("sql", default="")
@click.option("--source", default="", help="s3://bucket[/prefix], a folder or one log file.")
@takes_selection
@takes_output
@limit_option
@profile_option
@takes_aws
def query(  # noqa: PLR0917 - click calls it by name
    sql: str,
    source: str,
    selection: Selection,
    form: Format,
    output: Path | None,
    max_file_mib: int,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
) -> int:
    """Ask the table cloudtrail, whose columns are those of AWS's Athena table.

    SQL is a SELECT in Athena's words, or the name of a query; without it, the named queries are listed.

    Example: python -m audit query root-use --source s3://my-log-bucket
    """
    from audit.commands import query as command  # noqa: PLC0415

    if not sql:
        return command.listed()
    if not source:
        raise click.UsageError("--source is missing: name s3://bucket[/prefix] or a folder")
    place = open_source(source, region=region, profile=profile, endpoint_url=endpoint_url)
    limit = max_file_mib * 2**20
    return command.run(sql, place, selection, form=form, output=output, limit=limit)


@app.command()
@trail_option
@click.option("--write", is_flag=True, help="Create and delete a component instead of a read.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=1200.0,
    show_default=True,
    help="Seconds to wait at most.",
)
@takes_output
@profile_option
@takes_aws
def verify(  # noqa: PLR0917 - click calls it by name
    trail: str | None,
    write: bool,
    timeout: float,
    form: Format,
    output: Path | None,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
) -> int:
    """Make a harmless, marked Image Builder call and follow it until it has arrived everywhere.

    When it does not arrive, says why and how to mend it. Exit code 0 only when it was seen in every channel.

    Example: python -m audit verify --trail image-builder-trail --timeout 600
    """
    from audit.aws import Aws  # noqa: PLC0415
    from audit.commands.verify import verify as run  # noqa: PLC0415

    aws = Aws(region, profile, endpoint_url)
    return run(aws, trail_name=trail, writing=write, timeout=timeout, form=form, output=output)


def main() -> NoReturn:
    """Run a command: 0 clean, 1 findings, 2 usage or bad input, 3 our fault, 130 interrupted."""
    try:
        with app.make_context("python -m audit", sys.argv[1:]) as context:
            sys.exit(app.invoke(context))
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        place = getattr(error, "ctx", None)
        hint = f"; see {place.command_path} --help" if place else ""
        print(f"audit: {error.format_message().rstrip('.')}{hint}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except UserError as error:
        print(f"audit: {error}", file=sys.stderr)  # noqa: T201 - the one line that the user needs
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback reaches a user
        kind = type(error).__name__
        print(f"audit: a fault of this program, please report it: {kind}: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(3)
