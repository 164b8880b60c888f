"""One object, or one answer, that is wrong in any way costs no other object, and little time and memory."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from audit import aws as aws_module
from audit import logs
from audit.aws import Aws
from audit.findings import Finding
from audit.records import Record
from audit.selection import Selection
from audit.sources import s3
from audit.sources.s3 import Bucket
from audit.sources.source import SourceError
from tests.audit.measured import MOST_MEGABYTES, audit
from tests.audit.odd_s3 import PAGE, TIDY_PAGE, Answer, OddS3, Request, listed
from tests.audit.test_scan import record
from tests.corpus import gzipped, log_file

Serve = Callable[..., OddS3]
SOUND = log_file([record(eventID="sound")])
ODD = "b-odd.json.gz"


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start an S3 with these objects, to which this process's clients then lead."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    with ExitStack() as stack:

        def start(
            odd: bytes | Answer = SOUND,
            listing: Callable[[list[str]], bytes] = listed,
            more: Mapping[str, bytes] = MappingProxyType({}),
        ) -> OddS3:
            objects = {"a.json.gz": SOUND, ODD: odd, "c.json.gz": SOUND, **more}
            server = stack.enter_context(OddS3(objects, listing).started())
            monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
            return server

        yield start


def read(limit: int = 2**26) -> tuple[list[str | None], list[tuple[str, str]]]:
    """The ids of the records, and code and key of each finding."""
    items = list(logs.read(Bucket("logs"), limit=limit))
    return (
        [item.event.event_id for item in items if isinstance(item, Record)],
        [(item.kind.code, item.where) for item in items if isinstance(item, Finding)],
    )


BOTH = ["sound", "sound"]
ALL = ["sound", "odd", "sound"]
BODY = log_file([record(eventID="odd")])


def answered_with(body: bytes, status: int = 200, **headers: str) -> Answer:
    """The same answer each time."""
    return lambda request: request.send(body, status, **headers)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (answered_with(PAGE), "IBT102"),
        (answered_with(PAGE, 200, Content_Type="text/html", Content_Encoding="gzip"), "IBT102"),
        *((answered_with(PAGE, status), "IBT101") for status in (302, 403, 404, 407, 418)),
        (answered_with(TIDY_PAGE, 403), "IBT101"),
        (answered_with(b"", 403), "IBT101"),
        (answered_with(b"\xff\xfe<Error>", 400), "IBT101"),
        (lambda request: request.break_off(BODY), "IBT101"),
        (lambda request: request.handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n"), "IBT101"),
        (lambda request: request.send(BODY, Content_Length=str(len(BODY) - 30)), "IBT103"),
        (lambda request: request.send_without_end(), "IBT104"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_object_that_is_answered_wrongly_is_a_finding_and_the_others_are_read(
    serve: Serve, answer: Answer, code: str
) -> None:
    """Under its own key, whatever came instead of it; and it is not asked for over and over."""
    server = serve(answer)
    assert read(2**20) == (BOTH, [(code, ODD)])
    assert server.asked[ODD] <= 6


@pytest.mark.parametrize(
    "headers",
    [
        {"Last_Modified": "yesterday"},
        {"Last_Modified": "Thu, 99 Jan 99999 00:00:00 GMT"},
        {"x_amz_missing_meta": "many", "x_amz_mp_parts_count": "1.5", "x_amz_tagging_count": ""},
        {"x_amz_object_lock_retain_until_date": "for ever", "Expires": "never"},
        {"Date": "\xff", "x_amz_meta_a": "\xff"},
    ],
)
def test_headers_that_nobody_needs_may_say_what_they_like(serve: Serve, headers: dict[str, str]) -> None:
    """The object is read: nothing of it is wrong."""
    serve(answered_with(BODY, 200, **headers))
    assert read() == (ALL, [])


def test_a_content_length_that_is_no_number_is_taken_for_none(serve: Serve) -> None:
    """The body then ends with the connection."""

    def answer(request: Request) -> None:
        request.send(BODY, Content_Length="many", Connection="close")
        request.handler.close_connection = True

    serve(answer)
    assert read() == (ALL, [])


def test_a_content_length_that_promises_too_much_is_told(serve: Serve) -> None:
    """What came is not taken for the whole."""

    def answer(request: Request) -> None:
        request.send(BODY, Content_Length=str(len(BODY) + 5))
        request.handler.close_connection = True

    serve(answer)
    assert read() == (BOTH, [("IBT101", ODD)])


@pytest.mark.parametrize("times", [1, 2])
def test_a_body_that_breaks_off_is_asked_for_again(serve: Serve, times: int) -> None:
    """As is an answer that nobody understands."""

    def answer(request: Request) -> None:
        if request.number > times:
            request.send(BODY)
        elif request.number == 1:
            request.break_off(BODY)
        else:
            request.handler.wfile.write(b"nonsense\r\n\r\n")

    server = serve(answer)
    assert read() == (ALL, [])
    assert server.asked[ODD] == times + 1


def test_an_object_that_is_never_answered_costs_no_more_than_three_short_waits(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three tries of fifteen seconds each (a tenth of one here), and the others are read meanwhile."""
    assert lean_client().meta.config.read_timeout == 15
    monkeypatch.setattr(aws_module, "_READ_SECONDS", 0.1)
    server = serve(lambda request: request.say_nothing())
    assert read() == (BOTH, [("IBT101", ODD)])
    assert server.asked[ODD] == 3


def lean_client() -> Any:
    """The client with which logs are read."""
    return Bucket("logs", aws=Aws(endpoint_url="http://127.0.0.1:9"))._client


def test_a_body_that_stops_midway_is_given_up_likewise(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first half came, then nothing."""
    monkeypatch.setattr(aws_module, "_READ_SECONDS", 0.1)

    def answer(request: Request) -> None:
        request.send(BODY[:100], Content_Length=str(len(BODY)))
        request.say_nothing()

    server = serve(answer)
    assert read() == (BOTH, [("IBT101", ODD)])
    assert server.asked[ODD] == 3


def test_a_body_that_trickles_is_given_up(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte a second (of a clock that is looked at) keeps a connection alive, but not for ever."""
    monkeypatch.setattr(s3, "time", SimpleNamespace(monotonic=itertools.count().__next__))
    server = serve(lambda request: request.send_without_end(b"\0"))
    assert read() == (BOTH, [("IBT101", ODD)])
    assert server.asked[ODD] == 3


@pytest.mark.parametrize(
    "page",
    [
        lambda keys: listed(keys, modified="yesterday"),
        lambda keys: listed(keys, modified="", size="huge"),
        lambda keys: listed(keys).replace(b"</IsTruncated>", b"</IsTruncated><KeyCount>?</KeyCount>"),
    ],
    ids=["date", "size", "count"],
)
def test_a_listing_s_dates_and_numbers_may_say_what_they_like(
    serve: Serve, page: Callable[[list[str]], bytes]
) -> None:
    """Only its keys are read."""
    serve(BODY, listing=page)
    assert read() == (ALL, [])


@pytest.mark.parametrize(
    "page",
    [
        lambda _: PAGE,
        lambda _: TIDY_PAGE,
        lambda _: b"",
        lambda _: b"{}",
        lambda keys: listed(keys)[:-20],
        lambda keys: listed(keys, more="the same again"),
        lambda keys: listed(keys).replace(b"<Key>a.json.gz</Key>", b""),
        lambda keys: listed(keys).replace(b"false", b"true"),
    ],
    ids=["page", "tidy page", "nothing", "json", "cut", "circle", "no key", "no token"],
)
def test_an_answer_that_is_no_listing_is_never_taken_for_an_empty_bucket(
    serve: Serve, page: Callable[[list[str]], bytes]
) -> None:
    """One clear line: what is there is not known. It does not go on for ever, either."""
    server = serve(BODY, listing=page)
    with pytest.raises(SourceError, match=r"^s3://logs/: .*check the bucket's name"):
        read()
    assert server.asked[""] <= 5


def test_the_limit_holds_while_a_body_is_read(serve: Serve, tmp_path: Path) -> None:
    """With --max-file-mib 1, no more than that is read of a body without end."""
    serve(lambda request: request.send_without_end())
    done = audit(
        tmp_path, "events", "s3://logs", "--max-file-mib", "1", "--format", "jsonl", environment=os.environ
    )
    assert (done.code, [line[:6] for line in done.told]) == (1, ["IBT104"])
    assert done.megabytes < 150
    assert len((tmp_path / "stdout").read_bytes().splitlines()) == 2


def test_many_large_objects_are_not_held_all_at_once(serve: Serve, tmp_path: Path) -> None:
    """Forty of 30 MiB: they come one after another."""
    noise = gzipped(json.dumps({"Records": [record()]}).encode()) + os.urandom(30 * 2**20)
    serve(more={f"{number:03}.json.gz": noise for number in range(40)})
    done = audit(tmp_path, "events", "s3://logs", "--format", "jsonl", environment=os.environ)
    assert done.megabytes < MOST_MEGABYTES
    assert (done.code, {line[:6] for line in done.told}) == (1, {"IBT108"})


def test_workers_tell_the_same_of_odd_objects(serve: Serve) -> None:
    """What is found in another process is as what is found in this one."""
    serve(lambda request: request.break_off(BODY))
    one, two = (
        [
            (part.tally.findings, part.value)
            for part in logs.condensed(Bucket("logs"), Selection(), ids, processes=number)
        ]
        for number in (1, 2)
    )
    assert one == two
    assert [finding.where for findings, _ in two for finding in findings] == [ODD]


def ids(records: Iterable[Record]) -> list[str | None]:
    """The ids of the records."""
    return [item.event.event_id for item in records]
