"""The command-line options that several commands share, declared once."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

import console.options
from audit.rows import EventRow
from audit.selection import IMAGE_BUILDER, Selection, network_of, parse_time
from console.output import DATA_FORMATS, Format

if TYPE_CHECKING:
    from audit.sources.source import Source

Command = TypeVar("Command", bound=Callable[..., Any])


_AGO = re.compile(r"([0-9]{1,9})([smhdw])")
# What stands in sourceIPAddress beside addresses: the name of a service, or AWS itself.
_SERVICE = re.compile(r"AWS Internal|(?=.*[A-Za-z])[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _time(context: click.Context, option: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        ago = _AGO.fullmatch(value)
        if ago:
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return parse_time(value)
    except (ValueError, OverflowError):
        message = f"{value} is not a time; give one such as 2026-01-31T13:00:00Z, or 30m, 2h, 7d or 4w ago"
        raise click.BadParameter(message, context, option) from None


def _columns(context: click.Context, option: click.Parameter, value: str | None) -> tuple[str, ...]:
    """The names of columns that a list of them has."""
    known = EventRow.__struct_fields__
    if value == "all":
        return known
    names = tuple(name.strip() for name in value.split(",")) if value else ()
    strange = [name for name in names if name not in known]
    if strange:
        message = f"{strange[0]!r} is no column; there are {', '.join(known)}, and all for all of them"
        raise click.BadParameter(message, context, option)
    return tuple(dict.fromkeys(names))


def _several(
    name: str, text: str, allowed: Callable[[str], bool] = bool, form: str = "something: it is empty"
) -> Callable[[Command], Command]:
    """An option that may be given several times, each time an `allowed` value; `form` says which are."""

    def checked(context: click.Context, option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if not allowed(value):
                raise click.BadParameter(f"{value!r}; give {form}", context, option)
        return values

    return click.option(name, multiple=True, callback=checked, help=f"{text} Repeatable.")


def _is_account(text: str) -> bool:
    return re.fullmatch(r"[0-9]{12}", text) is not None


def _is_source(text: str) -> bool:
    return bool(_SERVICE.fullmatch(text)) or network_of(text) is not None


trail_option = click.option(
    "--trail", help="Name or ARN of the trail; without it, the account's own.", metavar="TRAIL"
)
_LIMIT = click.option(
    "--max-file-mib",
    type=click.IntRange(min=1),
    default=64,
    show_default=True,
    help="Most MiB that one log file may hold.",
)
_PROFILE = click.option("--profile", help="Profile of the AWS configuration.")
_PROFILES = _several("--profile", "Profile of an account.")
_AWS = (
    click.option("--region", help="AWS Region to talk to."),
    click.option("--endpoint-url", help="AWS endpoint to talk to."),
)
_TIMES = (
    click.option(
        *("--start", "--since", "start"),
        callback=_time,
        metavar="TIME",
        help="First event time: ISO 8601, UTC if unsaid; or so long ago: 30m, 2h, 7d.",
    ),
    click.option(
        "--end", "--until", "end", callback=_time, metavar="TIME", help="Event times before this one."
    ),
)
_SELECTION = (
    _several("--event-source", f"A service, or all. Without it: {IMAGE_BUILDER}."),
    *_TIMES,
    _several("--event-name", "API action, such as StartImagePipelineExecution."),
    _several("--identity", "Part of a name or ARN, or an access key or principal id, in any case."),
    _several("--event-region", "Region in which the call was made."),
    _several("--account", "Account id.", _is_account, "the 12 digits of an account id"),
    _several(
        *("--source-ip", "Source address, network such as 203.0.113.0/24, or service."),
        *(_is_source, "an address, a network such as 203.0.113.0/24, or the name of a service"),
    ),
    _several("--request-id", "Request id."),
    _several("--event-id", "Event id."),
    _several("--error-code", "Error code."),
    click.option("--failed/--succeeded", default=None, help="By result."),
    click.option(
        "--read-only/--changes",
        default=None,
        help="Only reads, or only changes. An event that says neither is left out, and counted on stderr.",
    ),
)
_ROWS = (
    click.option("--limit", "newest", type=click.IntRange(min=1), help="Only the newest so many events."),
    click.option(
        "--columns",
        callback=_columns,
        help="Columns to write, as in time,who,resource; or all.",
    ),
)
_FILTERS = (
    *("event_source", "start", "end", "event_name", "identity", "event_region", "account", "source_ip"),
    *("request_id", "event_id", "error_code", "failed", "read_only"),
)


def _with(options: tuple[Callable[[Command], Command], ...], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


takes_output = console.options.takes_output(*DATA_FORMATS)


def takes_source(command: Command) -> Callable[..., int]:
    """Let a command that takes a source's name receive it opened, as `source`, and the `limit` of a log file.

    `limit` is in bytes; `source` is None where none was named.
    """

    @functools.wraps(command)
    def parsed(
        source: str | None,
        max_file_mib: int,
        region: str | None,
        profile: str | None,
        endpoint_url: str | None,
        **more: Any,
    ) -> int:
        aws = {"region": region, "profile": profile, "endpoint_url": endpoint_url}
        opened = None if source is None else _opened(source, aws)
        return int(command(source=opened, limit=max_file_mib * 2**20, **more))

    return _with((_LIMIT, _PROFILE, *_AWS), parsed)


def _opened(source: str, aws: Mapping[str, str | None]) -> Source:
    from audit.logs import open_source  # noqa: PLC0415 - neither help nor the list of queries needs a reader

    return open_source(source, **aws)


def takes_aws(command: Command) -> Callable[..., int]:
    """Let a command receive which AWS to talk to, as `aws`."""

    @functools.wraps(command)
    def parsed(region: str | None, profile: str | None, endpoint_url: str | None, **more: Any) -> int:
        from audit.aws import Aws  # noqa: PLC0415 - help needs no boto3

        return int(command(aws=Aws(region, profile, endpoint_url), **more))

    return _with((_PROFILE, *_AWS), parsed)


def takes_rows(command: Command) -> Callable[..., int]:
    """Let a command that lists events receive how many, as `newest`, and which `columns`."""

    @functools.wraps(command)
    def parsed(**values: Any) -> int:
        if values["columns"] and values["format"] is Format.JSONL:
            raise click.UsageError(
                "--columns is not for --format jsonl, which gives CloudTrail's own records; json has columns"
            )
        return int(command(**values))

    return _with(_ROWS, parsed)


def takes_accounts(command: Command) -> Callable[..., int]:
    """Let a command receive an access for each --profile, as `accounts`."""

    @functools.wraps(command)
    def parsed(region: str | None, profile: tuple[str, ...], endpoint_url: str | None, **more: Any) -> int:
        from audit.aws import Aws  # noqa: PLC0415

        return int(command(accounts=[Aws(region, name, endpoint_url) for name in profile or (None,)], **more))

    return _with((_PROFILES, *_AWS), parsed)


def takes_selection(command: Command) -> Callable[..., int]:
    """Let a command take every filter as an option and receive them as one `selection`."""

    @functools.wraps(command)
    def parsed(**values: Any) -> int:
        filters = {name: values.pop(name) for name in _FILTERS}
        return int(command(**values, selection=_selection(filters)))

    return _with(_SELECTION, parsed)


def takes_times(command: Command) -> Callable[..., int]:
    """Let a command take a start and an end, and receive them as a `selection` of all events between them."""

    @functools.wraps(command)
    def parsed(*, start: datetime | None, end: datetime | None, **more: Any) -> int:
        _check_times(start, end)
        return int(command(selection=Selection(event_sources=frozenset(), start=start, end=end), **more))

    return _with(_TIMES, parsed)


def _check_times(start: datetime | None, end: datetime | None) -> None:
    if start is not None and end is not None and start >= end:
        raise click.UsageError(f"--start {start.isoformat()} is not before --end {end.isoformat()}")


def _selection(values: dict[str, Any]) -> Selection:
    sources = frozenset(values["event_source"] or (IMAGE_BUILDER,))
    if any("." not in name for name in sources - {"all"}):
        from audit.known import check_sources  # noqa: PLC0415 - botocore's lists take their time

        check_sources(sources - {"all"})
    start, end = values["start"], values["end"]
    _check_times(start, end)
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
