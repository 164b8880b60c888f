"""The command-line options that several commands share, declared once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from audit.output import Format
from audit.selection import IMAGE_BUILDER, Selection, parse_time

Command = TypeVar("Command", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)


def _format(context: click.Context, option: click.Parameter, value: str) -> Format:
    del context, option
    return Format(value)


def _time(context: click.Context, option: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return parse_time(value)
    except ValueError:
        message = f"{value} is no time; give one such as 2026-01-31T13:00:00Z"
        raise click.BadParameter(message, context, option) from None


def _several(name: str, text: str) -> Callable[[Command], Command]:
    return click.option(name, multiple=True, help=f"{text} Repeatable.")


source_argument = click.argument("source")
trail_option = click.option(
    "--trail", help="Name or ARN of the trail; without it, the account's own.", metavar="TRAIL"
)
limit_option = click.option(
    "--max-file-mib",
    type=click.IntRange(min=1),
    default=64,
    show_default=True,
    help="Most MiB that one log file may hold.",
)
profile_option = click.option("--profile", help="Profile of the AWS configuration.")
profiles_option = _several("--profile", "Profile of an account.")

_OUTPUT = (
    click.option(
        "--format",
        "form",
        type=click.Choice([form.value for form in Format]),
        default=Format.TABLE.value,
        show_default=True,
        callback=_format,
        help="How to write the result.",
    ),
    click.option("--output", type=PATH, help="Write to this file, all or nothing."),
)
_AWS = (
    click.option("--region", help="AWS Region to talk to."),
    click.option("--endpoint-url", help="AWS endpoint to talk to."),
)
_SELECTION = (
    _several("--event-source", f"A service, or all. Without it: {IMAGE_BUILDER}."),
    click.option("--start", callback=_time, help="First event time: ISO 8601, UTC if unsaid."),
    click.option("--end", callback=_time, help="Event times before this one."),
    _several("--event-name", "API action, such as StartImagePipelineExecution."),
    _several("--identity", "Part of a name or ARN, or an access key or principal id."),
    _several("--event-region", "Region in which the call was made."),
    _several("--account", "Account id."),
    _several("--source-ip", "Source address."),
    _several("--request-id", "Request id."),
    _several("--event-id", "Event id."),
    _several("--error-code", "Error code."),
    click.option("--failed/--succeeded", default=None, help="By result."),
    click.option("--read-only/--changes", default=None, help="Only reads, or only changes."),
)
_FILTERS = (
    *("event_source", "start", "end", "event_name", "identity", "event_region", "account", "source_ip"),
    *("request_id", "event_id", "error_code", "failed", "read_only"),
)


def _with(options: tuple[Callable[[Command], Command], ...], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def takes_output(command: Command) -> Command:
    """Let a command take --format as `form` and --output."""
    return _with(_OUTPUT, command)


def takes_aws(command: Command) -> Command:
    """Let a command take --region and --endpoint-url."""
    return _with(_AWS, command)


def takes_selection(command: Callable[..., int]) -> Callable[..., int]:
    """Let a command take every filter as an option and receive them as one `selection`."""

    @functools.wraps(command)
    def parsed(**values: Any) -> int:
        filters = {name: values.pop(name) for name in _FILTERS}
        return command(**values, selection=_selection(filters))

    return _with(_SELECTION, parsed)


def _selection(values: dict[str, Any]) -> Selection:
    sources = frozenset(values["event_source"] or (IMAGE_BUILDER,))
    start, end = values["start"], values["end"]
    if start is not None and end is not None and start >= end:
        raise click.UsageError(f"--start {start.isoformat()} is not before --end {end.isoformat()}")
    return Selection(
        event_sources=frozenset() if "all" in sources else sources,
        start=start,
        end=end,
        event_names=frozenset(values["event_name"]),
        identities=frozenset(values["identity"]),
        regions=frozenset(values["event_region"]),
        accounts=frozenset(values["account"]),
        source_ips=frozenset(values["source_ip"]),
        request_ids=frozenset(values["request_id"]),
        event_ids=frozenset(values["event_id"]),
        error_codes=frozenset(values["error_code"]),
        failed=values["failed"],
        read_only=values["read_only"],
    )
