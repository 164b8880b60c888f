"""`audit history`: Event history viewed, searched, downloaded; any filters, many Regions and accounts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.aws import Aws
from audit.commands.events import newest_of, write_events
from audit.commands.looking import tell
from audit.event_history.download import Download, Place
from audit.event_history.journal import Journal
from audit.event_history.lookup import Window
from audit.known import UnknownNameError, check_found_by
from audit.records import Record
from audit.rows import row_of
from audit.selection import Selection
from audit.sources.source import SourceError
from console.messages import say, show_progress
from console.output import Format, write_json_lines

DAYS_KEPT = 90
ALL_REGIONS = "all"


def history(
    accesses: Sequence[Aws],
    regions: Sequence[str],
    selection: Selection,
    *,
    resource: str | None = None,
    format: Format = Format.TABLE,
    output: Path | None = None,
    newest: int | None = None,
    columns: Sequence[str] = (),
) -> int:
    """Find the wanted events of each account that `accesses` reach, in each of the Regions.

    `regions` may be ("all",), and is the accesses' own Region where it is empty. Oldest first, only the
    `newest` so many where that is given; `columns` are those written. With `output`, what was
    found is kept beside it until it is whole: run again, an interrupted download goes on.

    Returns 0, or 1 when an account's or Region's history could not be read.

    Raises:
        SourceError: no account can be reached, or no event can be as new as asked for.
        AccessError: a profile, Region or endpoint is none.
        UnknownNameError: nothing was found by a name that AWS does not have.
        JournalError: the download cannot be kept, or another one is.
        NotOursError: where it is kept may be another's work.
        OutputError: the result cannot be written.

    """
    now = datetime.now(UTC)
    oldest = now - timedelta(days=DAYS_KEPT)
    some_kept = _some_kept(selection, now, oldest)
    with _journal(output) as journal:
        places = _places(accesses, regions) if some_kept else []
        begun = _begun(journal, _query(selection, resource, places, now), now)
        window = Window(selection.start and max(selection.start, oldest), selection.end or begun)
        download = Download(journal, places, selection, window, resource)
        _run(download, output)
        nothing = bool(places) and not download.seen and not download.findings
        if nothing:
            _check_names(selection, journal)
        _write(download.records(), format, output, newest, columns)
        code = tell(download.findings)
        if nothing:
            many = "Region" if len(places) == 1 else "Regions"
            say(f"looked at {len(places)} {many}: no event is as wanted ({'; '.join(selection.told())})")
        if download.whole:
            journal.remove()
        elif output is not None:
            say(f"what was read is in {output}; the same command asks again for the rest")
    return code


def _some_kept(selection: Selection, now: datetime, oldest: datetime) -> bool:
    """Whether Event history, which begins at `oldest`, holds any of the times asked for."""
    start, end = selection.start, selection.end
    if start is not None and start > now:
        raise SourceError(f"--start {start.isoformat()} is in the future; give the time of an event")
    too_old = end is not None and end <= oldest
    if too_old or (start is not None and start < oldest):
        say(
            f"Event history holds {DAYS_KEPT} days; for events before {oldest:%Y-%m-%d}"
            " read the trail's log files: python -m audit events s3://BUCKET"
        )
    return not too_old


def _begun(journal: Journal, query: dict[str, Any], now: datetime) -> datetime:
    begun = journal.open(query)
    if begun != now:
        say(
            f"going on with the download begun at {begun:%Y-%m-%dT%H:%M:%SZ}, with events up to then;"
            " delete its .part folder to begin anew"
        )
    return begun


def _run(download: Download, output: Path | None) -> None:
    try:
        download.run(lambda: _show(download))
    except KeyboardInterrupt:
        if output is not None:
            start = download.window.start
            times = f", with --start {start.isoformat()} for a time so long ago" if start else ""
            kept = f"{download.seen:,} events are kept; the same command goes on from there{times}"
            raise KeyboardInterrupt(kept) from None
        raise


def _write(
    records: Iterable[Record], format: Format, output: Path | None, newest: int | None, columns: Sequence[str]
) -> None:
    if format is not Format.JSONL:
        write_events(map(row_of, records), format, output, newest, columns)
        return
    if newest is not None:
        records = newest_of(records, newest, lambda record: record.event.event_time, told=False)
    write_json_lines((record.line() + b"\n" for record in records), output)


def _check_names(selection: Selection, journal: Journal) -> None:
    """Tell a name that AWS does not have; there is nothing to go on with then."""
    try:
        check_found_by(selection)
    except UnknownNameError:
        journal.remove()
        raise


def _places(accesses: Sequence[Aws], regions: Sequence[str]) -> list[Place]:
    """Each account and Region once, though two profiles may reach the same account."""
    found: dict[str, Place] = {}
    for access in accesses:
        try:
            account = access.client("sts").get_caller_identity()["Account"]
            for region in _regions(access, regions):
                place = Place(account, region, access.client("cloudtrail", region=region, attempts=1))
                found.setdefault(place.name, place)
        except (BotoCoreError, ClientError) as error:
            profile = f" of profile {access.profile}" if access.profile else ""
            raise SourceError(
                f"the account{profile} cannot be reached: {error}; check credentials, Region and endpoint"
            ) from error
    return list(found.values())


def _regions(access: Aws, regions: Sequence[str]) -> list[str]:
    if ALL_REGIONS not in regions:
        return list(regions) or [access.client("cloudtrail").meta.region_name]
    try:
        known = access.client("ec2").describe_regions()["Regions"]
    except ClientError as error:
        raise SourceError(
            f"Regions cannot be listed: {error}; allow ec2:DescribeRegions, or name them with --event-region"
        ) from error
    return sorted(region["RegionName"] for region in known)


@contextmanager
def _journal(output: Path | None) -> Iterator[Journal]:
    """A journal beside the output, which outlives an interruption; a passing one for a terminal or device."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        beside = output is not None and (output.is_file() or not output.exists())
        kept = output.with_name(f"{output.name}.part") if output and beside else Path(folder, "part")
        journal = Journal(kept)
        yield journal
        journal.close()  # not after an error: threads may still be writing, and the process ends


def _query(
    selection: Selection, resource: str | None, places: Sequence[Place], now: datetime
) -> dict[str, Any]:
    """What makes a download the same one: the filters and places; and when it was begun."""
    filters = {
        name: sorted(value)
        if isinstance(value, frozenset)
        else value.isoformat()
        if isinstance(value, datetime)
        else value
        for name, value in asdict(selection).items()
    }
    return {
        "filters": filters,
        "resource": resource,
        "places": sorted(place.name for place in places),
        "begun": now.isoformat(),
    }


def _show(download: Download) -> None:
    """One line of progress, on a terminal only."""
    show_progress(f"{download.seen:,} events, {download.finished} of {len(download.places)} Regions read")
