"""The commands of `audit`: parsing only. What they do is in audit/commands/, imported when they run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit.options import (
    takes_accounts,
    takes_aws,
    takes_output,
    takes_rows,
    takes_selection,
    takes_source,
    takes_times,
    trail_option,
)
from audit.selection import Selection
from console.commands import Commands
from console.options import PATH, output_option
from console.output import Format, write_text
from console.ranges import FiniteRange

if TYPE_CHECKING:  # neither the readers nor boto3 are needed to show help
    from audit.aws import Aws
    from audit.sources.source import Source


@click.group(cls=Commands, distributions=("image-builder-trail",))
def app() -> None:
    """Read what CloudTrail delivered: who did what, from where, when, with which result."""


@app.command()
@trail_option
@click.option("--write", is_flag=True, help="Create and delete a component instead of a read.")
@click.option(
    "--timeout",
    type=FiniteRange(min=1),
    default=1200.0,
    show_default=True,
    help="Seconds to wait at most.",
)
@takes_output
@takes_aws
def verify(
    *, aws: Aws, trail: str | None, write: bool, timeout: float, format: Format, output: Path | None
) -> int:
    """Make a harmless, marked Image Builder call and follow it until it has arrived everywhere.

    When it does not arrive, says why and how to correct it. Exit code 0 only when it was seen
    in every channel. --region makes the call in another Region, whose logs are delivered for themselves.

    Example: {command} --region eu-west-1 --timeout 600
    """
    from audit.commands.verify import verify as run  # noqa: PLC0415 - commands import what they need when they run

    return run(aws, trail_name=trail, writing=write, timeout=timeout, format=format, output=output)


@app.command()
@takes_selection
@click.option("--resource", help="Name or ARN of a resource that the call was about.")
@takes_output
@takes_rows
@takes_accounts
def history(
    *,
    accounts: list[Aws],
    selection: Selection,
    resource: str | None,
    format: Format,
    output: Path | None,
    newest: int | None,
    columns: Sequence[str],
) -> int:
    """View, search and download Event history: 90 days of management events, trail or none.

    --event-region names the Regions to look in, or all; several --profile reach several accounts. A download
    (--output) that was interrupted goes on when the same command is run again. The oldest event comes first.

    Example: {command} --event-name StartImagePipelineExecution --event-region all --since 7d
    """
    from audit.commands.history import history as run  # noqa: PLC0415

    regions = sorted(selection.regions)
    everywhere = replace(selection, regions=frozenset())
    shape: Any = {"format": format, "output": output, "newest": newest, "columns": columns}
    return run(accounts, regions, everywhere, resource=resource, **shape)


@app.command()
@click.argument("source")
@takes_selection
@click.option("--follow", is_flag=True, help="Go on with each log file that is delivered, until Ctrl-C.")
@click.option(
    "--poll-seconds",
    type=FiniteRange(min=0.1),
    default=10.0,
    show_default=True,
    help="With --follow: how often to look.",
)
@takes_output
@takes_rows
@takes_source
def events(
    *,
    source: Source,
    selection: Selection,
    follow: bool,
    poll_seconds: float,
    format: Format,
    output: Path | None,
    newest: int | None,
    columns: Sequence[str],
    limit: int,
) -> int:
    """List the events delivered to SOURCE: s3://bucket[/prefix], a folder or one log file.

    With --format jsonl: CloudTrail's own records, unchanged, one a line. The oldest event comes first.

    Example: {command} s3://my-log-bucket --failed --since 2h
    """
    if follow:
        from audit.commands.follow import follow as go_on  # noqa: PLC0415

        _check_endless(selection, format, output, newest)
        return go_on(source, selection, format=format, limit=limit, columns=columns, pause=poll_seconds)
    from audit.commands.events import events as run  # noqa: PLC0415

    shape: Any = {"format": format, "output": output, "newest": newest, "columns": columns}
    return run(source, selection, limit=limit, **shape)


def _check_endless(selection: Selection, format: Format, output: Path | None, newest: int | None) -> None:
    """Refuse with --follow what can only be made of all events.

    Raises:
        UsageError: there is such an option.

    """
    endless = (Format.TABLE, Format.CSV, Format.JSONL)
    for given, option in (
        (output, "--output: a file appears when it is whole; send stdout into it"),
        (newest, "--limit"),
        (selection.end, "--end"),
        (format not in endless, f"--format {format}: use {', '.join(endless)}"),
    ):
        if given:
            raise click.UsageError(f"--follow has no end, so it does not go with {option}")


@app.command()
@click.argument("source")
@click.argument("folder", type=PATH)
@takes_times
@takes_source
def download(*, source: Source, folder: Path, selection: Selection, limit: int) -> int:
    """Copy the log files of SOURCE, s3://bucket[/prefix], into FOLDER, under the same names.

    Files that are there already are left alone, so the same command goes on after an interruption, and later
    fetches what is new. The other commands take FOLDER as their SOURCE.

    Example: {command} s3://my-log-bucket ./logs --since 7d
    """
    if source.local:
        raise click.UsageError(
            "download copies from S3: give s3://bucket[/prefix]; a folder can be read as it is"
        )
    from audit.commands.download import download as run  # noqa: PLC0415

    return run(source, folder, selection, limit=limit)


@app.command()
@click.argument("source")
@takes_selection
@takes_output
@output_option("Write a self-contained HTML page to this file.", "--html")
@click.option(
    "--by",
    type=click.Choice(["session", "role"]),
    default="session",
    show_default=True,
    help="Whether each session of a role is an identity of its own, or the role is one.",
)
@takes_source
def report(
    *,
    source: Source,
    selection: Selection,
    format: Format,
    output: Path | None,
    html: Path | None,
    by: str,
    limit: int,
) -> int:
    """Say who did what in SOURCE, from where, when, with which result.

    In the terminal and on the page also: identities and addresses as they were first seen, failures, calls
    made by services, and what was done to each pipeline, image, recipe and component.

    SOURCE is s3://bucket[/prefix], a folder or one log file.

    Example: {command} s3://my-log-bucket --start 2026-01-01
    """
    from audit.commands.report import report as run  # noqa: PLC0415

    shape: Any = {"format": format, "output": output, "html": html}
    return run(source, selection, limit=limit, roles=by == "role", **shape)


@app.command()
@click.argument("sql", default="")
@click.option("--source", help="s3://bucket[/prefix], a folder or one log file.")
@click.option("--file", "sql_file", type=PATH, help="Take the SQL from this file, as @FILE does; - is stdin.")
@click.option("--show", is_flag=True, help="Print the SQL, such as that of a named query, and run nothing.")
@click.option(
    "--memory-mib",
    type=click.IntRange(min=64),
    default=120,
    show_default=True,
    help="Most MiB that the query may take; what does not fit goes to a temporary folder.",
)
@takes_selection
@takes_output
@takes_source
def query(
    *,
    sql: str,
    source: Source | None,
    sql_file: Path | None,
    show: bool,
    memory_mib: int,
    selection: Selection,
    format: Format,
    output: Path | None,
    limit: int,
) -> int:
    """Ask the table cloudtrail, whose columns are those of AWS's Athena table.

    SQL is a SELECT in Athena's words, or the name of a query, @FILE, or - for standard input; without it, the
    named queries are listed. DESCRIBE cloudtrail lists the columns.

    Example: {command} root-use --source s3://my-log-bucket
    """
    if sql_file is not None:
        if sql:
            raise click.UsageError("SQL is given twice: as an argument and by --file; leave out one of them")
        sql = "-" if str(sql_file) == "-" else f"@{sql_file}"
    if not sql:
        from audit.queries import listed  # noqa: PLC0415 - without the engine

        return listed(format, output)
    from audit.commands import query as command  # noqa: PLC0415

    text = command.text_of(sql)
    if show:
        write_text(f"{text.rstrip()}\n", output)
        return 0
    table = command.table_asked_for(text)
    if table is not None:
        return command.described(table, format, output)
    if source is None:
        raise click.UsageError("--source is missing: name s3://bucket[/prefix] or a folder")
    shape: Any = {"format": format, "output": output, "limit": limit, "memory": memory_mib * 2**20}
    return command.run(text, source, selection, **shape)
