"""The C reader is sure only where the careful reading agrees, and touches no byte that is not its own."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from audit.native import NATIVE, SOURCE, Native
from audit.native import __main__ as building
from audit.records import Record
from audit.recover import split
from audit.scan import Tally, scan
from audit.selection import IMAGE_BUILDER, Selection, parse_time
from tests import ROOT
from tests.audit.json_fuzz import SERVICES, texts
from tests.audit.test_scan import record

COMPILER = shutil.which("cc")
compiled = pytest.mark.skipif(
    NATIVE is None, reason="no C compiler when this was set up: apt-get install gcc"
)


def native() -> Native:
    """The compiled library."""
    assert NATIVE is not None
    return NATIVE


def read(text: bytearray, selection: Selection) -> tuple[list[Record], Tally]:
    """A plain log file's records and what was found wrong."""
    tally = Tally()
    return list(scan("k", bytes(text), selection, tally)), tally


@compiled
@pytest.mark.parametrize("services", [SERVICES, frozenset[str]()])
def test_what_it_is_sure_of_is_what_the_careful_reading_says(services: frozenset[str]) -> None:
    """Over damaged and undamaged files alike: no record more, none less, and nothing to complain of."""
    sure = unsure = 0
    for text in texts(seed=1, number=8000):
        found = native().records(text, services)
        if found is None:
            unsure += 1
            continue
        sure += 1
        raw = list(split(text))
        records = json.loads(text.decode())["Records"]
        wanted = [
            number for number, one in enumerate(records) if not services or one["eventSource"] in services
        ]
        events, places = found
        assert (events, places[::3]) == (len(records), wanted)
        cuts = [bytes(text[begin:end]) for begin, end in zip(places[1::3], places[2::3], strict=True)]
        assert cuts == [raw[number] for number in wanted]
    assert min(sure, unsure) > 1500


@compiled
@pytest.mark.parametrize(
    "value",
    [
        "0",
        "-0",
        "1.5e+10",
        "1E2",
        '""',
        '"\\u00e9"',
        '"\\ud83d\\ude00"',
        '"é😀"',
        "[]",
        "{}",
        "[[],{}]",
        '{"a":null}',
    ],
)
def test_it_is_sure_of_every_form_that_json_allows(value: str) -> None:
    """Wherever a value may stand; at the end of a text as in its middle."""
    head = f'{{"eventSource":"{IMAGE_BUILDER}","x":'
    for text in (f'{{"Records":[{head}{value}}}]}}', f' {{ "Records" : [ {head} {value} }} ] }} \n'):
        assert native().records(bytearray(text.encode()), SERVICES) is not None


@compiled
@pytest.mark.parametrize(
    "value",
    [
        *(
            b"01",
            b"1.",
            b".5",
            b"-",
            b"+1",
            b"1e",
            b"nul",
            b"TRUE",
            b"NaN",
            b"",
            b"[1,]",
            b'{"a":1,}',
            b"{1:2}",
        ),
        *(
            b'"\\x"',
            b'"\\u12"',
            b'"\\ud83d"',
            b'"\\ude00"',
            b'"\n"',
            b'"\0"',
            b"\0",
            b'"\xff"',
            b'"\xc0\x80"',
        ),
        *(
            b'"\xed\xa0\x80"',
            b'"\xf4\x90\x80\x80"',
            b'"\xe2\x80"',
            b"[",
            b'{"a":1',
            b'"',
            b"[1}",
            b"1 2",
            b'{"a" 1}',
        ),
    ],
)
def test_it_is_sure_of_nothing_that_json_forbids(value: bytes) -> None:
    """Nor would a plain reading accept it."""
    text = b'{"Records":[{"eventSource":"ec2.amazonaws.com","x":%s}]}' % value
    assert native().records(bytearray(text), SERVICES) is None
    with pytest.raises(ValueError, match=r"."):
        msgspec.json.decode(text)


@compiled
def test_it_leaves_alone_what_depends_on_more_than_form() -> None:
    """Records without a service, escapes where a name stands, other top-level members, too deep nesting."""
    for text in (
        b'{"Records":[{}]}',
        b'{"Records":[{"a":{"eventSource":"x"}}]}',
        b'{"Records":[{"eventSource":null}]}',
        b'{"Records":[{"event\\u0053ource":"x"}]}',
        b'{"Records":[{"eventSource":"\\u0078"}]}',
        b'{"Records":[],"more":1}',
        b'{"Records":[{"eventSource":"x","d":%s%s}]}' % (b"[" * 600, b"]" * 600),
    ):
        assert native().records(bytearray(text), SERVICES) is None


@compiled
def test_a_record_that_names_its_service_twice_is_left_to_the_careful_reading() -> None:
    """Readers differ in which of the two they take, so neither may decide whether the record is seen."""
    twice = b'{"Records":[{"eventSource":"x","eventSource":"imagebuilder.amazonaws.com"}]}'
    assert native().records(bytearray(twice), SERVICES) is None


@compiled
def test_a_member_named_twice_is_left_to_the_careful_reading_where_the_record_is_wanted() -> None:
    """Of as many members as there may be, the first and the last; one more is not counted here."""
    for many in (2, 62, 63):
        names = [*(f"a{place}" for place in range(many)), "a0"]
        for last, sure in ((names, False), (names[:-1], many < 64)):
            members = ",".join(f'"{name}":{place}' for place, name in enumerate(last))
            text = bytearray(f'{{"Records":[{{"eventSource":"{IMAGE_BUILDER}",{members}}}]}}'.encode())
            assert (native().records(text, SERVICES) is not None) is sure
            assert native().records(text, frozenset({"ec2.amazonaws.com"})) in (None, (1, []))


@compiled
def test_a_service_with_a_name_too_long_for_it_is_read_all_the_same() -> None:
    """The careful reading takes over."""
    text = bytearray(json.dumps({"Records": [record(eventSource="x" * 300)]}).encode())
    assert len(read(text, Selection(event_sources=frozenset({"x" * 300})))[0]) == 1


@compiled
@pytest.mark.parametrize(
    "time",
    ["2026-01-31T13:00:00Z", "2024-02-29T00:00:00Z", "2000-02-29T23:59:59Z", "0001-01-01T00:00:00Z"],
)
def test_it_is_sure_of_times_as_cloudtrail_writes_them(time: str) -> None:
    """Leap years among them."""
    text = json.dumps({"Records": [record(eventTime=time)]})
    assert native().records(bytearray(text.encode()), SERVICES) is not None


@compiled
def test_it_is_sure_of_no_time_that_python_refuses() -> None:
    """Any letter of a time may be another, and any part out of its range."""
    chance = random.Random(5)  # noqa: S311
    sure = refused = 0
    for _ in range(20_000):
        time = list(f"{chance.choice((0, 1900, 2000, 2023, 2024)):04}-{chance.randrange(14):02}")
        time += f"-{chance.randrange(33):02}T{chance.randrange(26):02}:{chance.randrange(62):02}:59Z"
        if chance.random() < 0.3:
            time[chance.randrange(len(time))] = chance.choice("0159-:TZ. +é")
        text = json.dumps({"Records": [record(eventTime="".join(time))]}, ensure_ascii=False).encode()
        if native().records(bytearray(text), SERVICES) is None:
            refused += 1
        else:
            sure += 1
            assert f"{parse_time(''.join(time)):%Y-%m-%dT%H:%M:%SZ}".zfill(20) == "".join(time)
    assert min(sure, refused) > 5000


@compiled
def test_there_is_room_for_many_records() -> None:
    """More than fit into the room it begins with; very many are left to the careful reading."""
    text = bytearray(b'{"Records":[%s]}' % b",".join([b'{"eventSource":"x"}'] * 50_000))
    found = native().records(text, frozenset({"x"}))
    assert found is not None
    assert found[0] == 50_000
    assert found[1][-3:] == [49_999, len(text) - 21, len(text) - 2]
    very_many = bytearray(b'{"Records":[%s]}' % b",".join([b'{"eventSource":"x"}'] * 200_000))
    assert native().records(very_many, frozenset({"x"})) is None
    assert sum(1 for _ in split(very_many)) == 200_000


@pytest.mark.skipif(COMPILER is None, reason="no C compiler: apt-get install gcc")
def test_sanitizers_find_nothing_out_of_place(tmp_path: Path) -> None:
    """Compiled to stop at any access beyond its memory and at undefined behaviour, it does not stop."""
    library = tmp_path / "records.so"
    flags = ["-std=gnu11", "-O1", "-g", "-fPIC", "-shared", "-fsanitize=address,undefined"]
    build = [COMPILER or "", *flags, "-fno-sanitize-recover=all", "-o", str(library), str(SOURCE)]
    runtime = subprocess.run(
        [COMPILER or "", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if not Path(runtime).is_file() or subprocess.run(build, check=False, capture_output=True).returncode:
        pytest.skip("the C compiler has no sanitizers: install gcc with libasan")
    environment = os.environ | {
        "LD_PRELOAD": runtime,
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONMALLOC": "malloc",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.audit.json_fuzz", str(library), "2"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "unhurt\n"), done.stderr


def test_without_a_compiler_one_line_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither a missing nor a broken compiler leaves anything behind."""
    library = tmp_path / "records-0.so"
    monkeypatch.setenv("CC", "no-such-compiler")
    assert building.compiled(library) == "no C compiler (no-such-compiler) was found"
    monkeypatch.setenv("CC", "false")
    assert "false refuses" in (building.compiled(library) or "")
    assert list(tmp_path.iterdir()) == []


@compiled
@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 16, 19, 20, 40, 333])
def test_the_tail_of_a_file_is_found_where_it_occurs_first(size: int) -> None:
    """Whatever the size, and wherever an earlier one lies."""
    data = random.Random(size).randbytes(size)  # noqa: S311
    assert native().tail(data) == max(size - 4, 0)
    for at in range(0, size - 4, 3):
        twice = data[:at] + data[-4:] + data[at + 4 :]
        assert native().tail(twice) == twice.find(twice[-4:])


@compiled
def test_files_as_cloudtrail_writes_them_are_never_read_record_by_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The careful way is for what is odd."""
    monkeypatch.setattr("audit.scan.split", lambda *_: pytest.fail("took the careful way"))
    records = [record(eventID=f"{n}", eventSource=IMAGE_BUILDER if n % 3 else "ec2") for n in range(9)]
    text = json.dumps({"Records": records}, separators=(",", ":")).encode()
    found, tally = read(bytearray(text), Selection())
    assert [json.loads(one.text) for one in found] == [one for one in records if one["eventSource"] != "ec2"]
    assert tally.events == 9
