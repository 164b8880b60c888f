"""The command-line options that several commands share, declared once."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from audit.output import Format
from audit.selection import IMAGE_BUILDER, Selection, parse_time

SourceArgument = Annotated[str, typer.Argument(help="s3://bucket[/prefix], a folder or one log file.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How to write the result.")]
OutputOption = Annotated[Path | None, typer.Option("--output", help="Write to this file, all or nothing.")]
LimitOption = Annotated[
    int, typer.Option("--max-file-mib", min=1, help="Most MiB that one log file may hold.")
]
RegionOption = Annotated[str | None, typer.Option("--region", help="AWS Region to talk to.")]
ProfileOption = Annotated[str | None, typer.Option("--profile", help="Profile of the AWS configuration.")]
ProfilesOption = Annotated[
    list[str] | None, typer.Option("--profile", help="Profile of an account. Repeatable.", show_default=False)
]
ResourceOption = Annotated[
    str | None, typer.Option("--resource", help="Name or ARN of a resource that the call was about.")
]
TrailOption = Annotated[
    str | None, typer.Option("--trail", help="Name or ARN of the trail; without it, the Region's only one.")
]
WriteOption = Annotated[
    bool, typer.Option("--write", help="Create and delete a component instead of a read.")
]
TimeoutOption = Annotated[float, typer.Option("--timeout", min=1, help="Seconds to wait at most.")]
EndpointOption = Annotated[str | None, typer.Option("--endpoint-url", help="AWS endpoint to talk to.")]


def _filter(name: str, text: str) -> Any:
    return Annotated[list[str] | None, typer.Option(name, help=f"{text} Repeatable.", show_default=False)]


_SELECTION: dict[str, Any] = {
    "event_source": _filter("--event-source", f"A service, or all. Without it: {IMAGE_BUILDER}."),
    "start": Annotated[
        str | None, typer.Option("--start", help="First event time: ISO 8601, UTC if unsaid.")
    ],
    "end": Annotated[str | None, typer.Option("--end", help="Event times before this one.")],
    "event_name": _filter("--event-name", "API action, such as StartImagePipelineExecution."),
    "identity": _filter("--identity", "Part of a name or ARN, or an access key or principal id."),
    "event_region": _filter("--event-region", "Region in which the call was made."),
    "account": _filter("--account", "Account id."),
    "source_ip": _filter("--source-ip", "Source address."),
    "request_id": _filter("--request-id", "Request id."),
    "event_id": _filter("--event-id", "Event id."),
    "error_code": _filter("--error-code", "Error code."),
    "failed": Annotated[bool | None, typer.Option("--failed/--succeeded", help="By result.")],
    "read_only": Annotated[
        bool | None, typer.Option("--read-only/--changes", help="Only reads, or only changes.")
    ],
}


def takes_selection(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take every filter as an option and receive them as one `selection`."""

    @functools.wraps(command)
    def parsed(**values: Any) -> None:
        filters = {name: values.pop(name) for name in _SELECTION}
        command(**values, selection=_selection(filters))

    signature = inspect.signature(command, eval_str=True)
    kept = [parameter for name, parameter in signature.parameters.items() if name != "selection"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in _SELECTION.items()
    ]
    parsed.__signature__ = signature.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]
    parsed.__annotations__ = {parameter.name: parameter.annotation for parameter in [*kept, *added]}
    return parsed


def _selection(values: dict[str, Any]) -> Selection:
    sources = frozenset(values["event_source"] or (IMAGE_BUILDER,))
    start, end = _time("--start", values["start"]), _time("--end", values["end"])
    if start is not None and end is not None and start >= end:
        raise typer.BadParameter(f"--start {values['start']} is not before --end {values['end']}")
    return Selection(
        event_sources=frozenset() if "all" in sources else sources,
        start=start,
        end=end,
        event_names=frozenset(values["event_name"] or ()),
        identities=frozenset(values["identity"] or ()),
        regions=frozenset(values["event_region"] or ()),
        accounts=frozenset(values["account"] or ()),
        source_ips=frozenset(values["source_ip"] or ()),
        request_ids=frozenset(values["request_id"] or ()),
        event_ids=frozenset(values["event_id"] or ()),
        error_codes=frozenset(values["error_code"] or ()),
        failed=values["failed"],
        read_only=values["read_only"],
    )


def _time(option: str, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError:
        raise typer.BadParameter(f"{option} {text}: give a time such as 2026-01-31T13:00:00Z") from None
