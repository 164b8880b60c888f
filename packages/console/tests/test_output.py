"""What is written is whole, safe for spreadsheets and terminals, and reads back as what it was."""

from __future__ import annotations

import csv
import gc
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import msgspec
import pytest

from console.errors import OutputError
from console.files import check, opened
from console.output import (
    DATA_FORMATS,
    Format,
    LocalTime,
    Time,
    growing,
    write_json_lines,
    write_rows,
    write_text,
)

Show = Callable[..., str]


class Row(msgspec.Struct, frozen=True):
    """Two texts, a number and a flag."""

    name: str
    note: str | None
    count: int
    flag: bool | None = None


ROWS = [Row("ana", 'a "quoted", text\nand more', -3, flag=True), Row("é\u2028", None, 0)]
COLUMNS = Row.__struct_fields__


def written(format: Format, path: Path, rows: list[Row]) -> bytes:
    """The file that the rows give."""
    write_rows(rows, COLUMNS, format, path)
    return path.read_bytes()


def test_json_and_jsonl_read_back_as_the_rows(tmp_path: Path) -> None:
    """One array, or one object a line; no rows are an empty array or nothing."""
    expected = [msgspec.to_builtins(row) for row in ROWS]
    assert json.loads(written(Format.JSON, tmp_path / "a.json", ROWS)) == expected
    lines = written(Format.JSONL, tmp_path / "a.jsonl", ROWS).splitlines()
    assert [json.loads(line) for line in lines] == expected
    assert json.loads(written(Format.JSON, tmp_path / "b.json", [])) == []
    assert written(Format.JSONL, tmp_path / "b.jsonl", []) == b""


def test_parquet_reads_back(tmp_path: Path) -> None:
    """The same rows, by an independent reader."""
    path = tmp_path / "a.parquet"
    written(Format.PARQUET, path, ROWS)
    assert duckdb.read_parquet(str(path)).project("name, note").fetchall() == [
        (row.name, row.note) for row in ROWS
    ]


def test_a_table_is_aligned_and_spells_control_characters(tmp_path: Path) -> None:
    """Columns line up; line ends in a cell are spelled out; nothing is coloured in a file."""
    lines = written(Format.TABLE, tmp_path / "a.txt", ROWS).decode().splitlines()
    assert len(lines) == 3
    assert lines[0].split() == ["NAME", "NOTE", "COUNT", "FLAG"]
    assert r"text\nand" in lines[1]
    assert "\x1b" not in "".join(lines)


def test_a_failed_write_leaves_the_old_file_alone(tmp_path: Path) -> None:
    """The file appears whole or not at all, and nothing else is left behind."""
    path = tmp_path / "out"
    path.write_text("old")

    def fail() -> None:
        with opened(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    """The message names the option and the path."""
    with pytest.raises(OutputError, match=r"--output .*nowhere.*: "):
        written(Format.JSON, tmp_path / "nowhere" / "a.json", ROWS)
    with pytest.raises(OutputError, match=r"--html .*nowhere.*: "):
        write_text("page", tmp_path / "nowhere" / "a.html", "--html")


def test_parquet_keeps_numbers_and_booleans(tmp_path: Path) -> None:
    """Whoever reads the file can add and filter."""
    path = tmp_path / "a.parquet"
    written(Format.PARQUET, path, ROWS)
    kinds = duckdb.read_parquet(str(path)).types
    assert [str(kind) for kind in kinds] == ["VARCHAR", "VARCHAR", "BIGINT", "BOOLEAN"]


def test_times_are_timestamps_in_parquet(tmp_path: Path) -> None:
    """UTC where it is unsaid, whatever the zone of this machine; a time without a zone stays without."""

    class Timed(msgspec.Struct):
        then: Time
        there: LocalTime | None

    rows = [
        Timed("2026-01-01T02:00:00+02:00", "2026-01-01 05:00:00.250"),
        Timed("2026-01-01T00:00:00", None),
        Timed("2026-01-01 00:00:00.000 UTC", None),
    ]
    write_rows(rows, ("then", "there"), Format.PARQUET, tmp_path / "a")
    found = duckdb.read_parquet(str(tmp_path / "a"))
    assert [str(kind) for kind in found.types] == ["TIMESTAMP WITH TIME ZONE", "TIMESTAMP"]
    seconds = found.project('epoch("then")').fetchall()
    assert seconds == [(datetime(2026, 1, 1, tzinfo=UTC).timestamp(),)] * 3
    assert found.project("there").fetchall()[0] == (datetime(2026, 1, 1, 5, 0, 0, 250_000),)  # noqa: DTZ001


@pytest.mark.parametrize("format", [Format.TABLE, Format.CSV])
def test_a_list_without_end_is_written_bit_by_bit_with_its_heads_once(format: Format, show: Show) -> None:
    """Safe for a terminal as any other; a bit without rows writes nothing; a wider cell widens its column."""

    def write() -> None:
        with growing(("name", "count"), format) as more:
            for rows in ([], ROWS[:1], [], [Row("b" * 20, None, 2), Row("a\x1b[2Jc", None, 3)]):
                more(rows)

    text = re.sub(r"\x1b\[[01]m", "", show(write))  # bold heads
    lines = [line.replace(",", " ").split() for line in text.splitlines()]
    assert [line[0].lower() for line in lines] == ["name", "ana", "b" * 20, "a\\x1b[2jc"]
    assert [line[1].lower() for line in lines] == ["count", "-3", "2", "3"]


def test_heads_name_the_columns_in_each_format(tmp_path: Path) -> None:
    """Whatever characters they have; a formula in a head is no formula, either."""
    heads = ['a"b', "new\nline", "=1+1", "from"]
    for format in DATA_FORMATS:
        write_rows(ROWS[:1], COLUMNS, format, tmp_path / format, heads=heads)
    assert list(json.loads((tmp_path / "json").read_bytes())[0]) == heads
    assert list(json.loads((tmp_path / "jsonl").read_bytes())) == heads
    with (tmp_path / "csv").open(newline="") as file:
        assert next(csv.reader(file)) == ['a"b', "new\nline", "'=1+1", "from"]
    assert duckdb.read_parquet(str(tmp_path / "parquet")).columns == heads
    assert (tmp_path / "table").read_text().splitlines()[0].startswith('A"B  ')


def test_parts_are_json_and_decimals_are_numbers(tmp_path: Path) -> None:
    """Not Python's way of writing them, and no apostrophe before a negative number."""

    class Odd(msgspec.Struct):
        parts: dict[str, object]
        amount: Decimal

    row = Odd({"a": None, "b": ["x"]}, Decimal("-1.50"))
    write_rows([row], ("parts", "amount"), Format.CSV, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="") as file:
        parts, amount = list(csv.reader(file))[1]
    assert (json.loads(parts), amount) == ({"a": None, "b": ["x"]}, "-1.50")
    write_rows([row], ("parts", "amount"), Format.JSON, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_bytes())[0]["amount"] == -1.5


def test_a_table_s_heads_are_spelled_out_as_its_cells(tmp_path: Path) -> None:
    """A query names its columns as it likes."""
    heads = ["\x1b[2J"] * len(COLUMNS)
    write_rows(ROWS, COLUMNS, Format.TABLE, tmp_path / "a", heads=heads)
    assert "\x1b" not in (tmp_path / "a").read_text()


def test_a_device_is_written_and_never_replaced(tmp_path: Path) -> None:
    """--output /dev/null leaves /dev/null what it is; here, a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_rows(ROWS[:1], COLUMNS, Format.JSONL, pipe)
    assert pipe.is_fifo()
    assert json.loads(os.read(reader, 1000))["name"] == "ana"
    os.close(reader)


def test_a_link_and_the_permissions_of_a_file_stay(tmp_path: Path) -> None:
    """What a link leads to is written; what only its owner could read stays so."""
    path, link = tmp_path / "a.json", tmp_path / "link"
    path.write_text("old")
    path.chmod(0o600)
    link.symlink_to(path)
    written(Format.JSON, link, [])
    assert link.is_symlink()
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("[]\n", 0o600)


@pytest.mark.parametrize("length", [250, 300])
def test_a_long_name_is_written_or_refused_in_one_line(length: int, tmp_path: Path) -> None:
    """255 bytes are the most that a file's name may have."""
    path = tmp_path / ("x" * length)
    if length > 255:
        with pytest.raises(OutputError, match="File name too long"):
            written(Format.JSON, path, [])
    else:
        assert written(Format.JSON, path, []) == b"[]\n"


def test_json_escapes_what_a_terminal_might_obey(tmp_path: Path) -> None:
    """C1 controls and marks of direction, without changing a value."""
    for format in (Format.JSON, Format.JSONL):
        text = written(format, tmp_path / format, [Row("a\x9b2J\u202eb", "é", 1)]).decode()
        assert not {"\x9b", "\u202e"} & set(text)
        found = json.loads(text)
        assert (found[0] if format is Format.JSON else found)["name"] == "a\x9b2J\u202eb"


@pytest.mark.parametrize("format", [Format.CSV, Format.JSONL, Format.JSON, Format.TABLE])
def test_nothing_that_a_terminal_obeys_reaches_it(
    format: Format, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the format, what comes out of a terminal is text and line ends."""
    monkeypatch.setenv("NO_COLOR", "1")
    rows = [Row("a\x1b[2J\x9b\u202e\x7fb", "\u2028\r\ufeff\U000e0041", 1)]
    text = show(lambda: write_rows(rows, COLUMNS, format, None))
    assert {one for one in text if not one.isprintable()} == {"\n"}


def test_json_lines_of_others_are_unchanged_in_a_file_and_safe_on_a_terminal(
    tmp_path: Path, show: Show
) -> None:
    """CloudTrail's own bytes go to programs; a person sees the same JSON."""
    line = '{"userAgent": "\x9b31m\u202e é"}\n'.encode()
    write_json_lines([line], tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == line
    text = show(lambda: write_json_lines([line], None))
    assert json.loads(text) == json.loads(line)
    assert not {"\x9b", "\u202e"} & set(text)


def test_csv_in_a_file_keeps_what_is_no_formula(tmp_path: Path) -> None:
    """A file is for programs, which need the value."""
    written(Format.CSV, tmp_path / "a.csv", [Row("a\x1b[2Jb", None, 1)])
    assert b"a\x1b[2Jb,,1," in (tmp_path / "a.csv").read_bytes()


def test_parquet_is_not_written_to_a_terminal(show: Show) -> None:
    """It would be garbage there, and might be obeyed."""

    def write() -> None:
        with pytest.raises(OutputError, match="Parquet is not for a terminal: give --output FILE"):
            write_rows(ROWS, COLUMNS, Format.PARQUET, None)

    assert show(write) == ""


@pytest.mark.parametrize("format", DATA_FORMATS)
def test_a_file_name_that_is_not_utf_8_is_written_in_every_format(format: Format, tmp_path: Path) -> None:
    """Python carries its bytes as halves of characters, which no format holds."""
    write_rows([Row("a\udcff", None, 1)], COLUMNS, format, tmp_path / "a")
    assert b"a" in (tmp_path / "a").read_bytes()


def test_an_error_half_way_leaves_standard_output_open(show: Show) -> None:
    """What fails at a later row can still be told, and the rest of the program still writes."""

    def rows() -> Iterator[Row]:
        yield ROWS[0]
        raise ValueError("later")

    def write() -> None:
        with pytest.raises(ValueError, match="later"):
            write_rows(rows(), COLUMNS, Format.CSV, None)
        gc.collect()
        sys.stdout.write("still open\n")

    assert show(write).endswith("still open\n")


def test_a_page_of_our_own_is_safe_on_a_terminal_and_whole_in_a_file(tmp_path: Path, show: Show) -> None:
    """A stack's name may stand in it."""
    text = "# Stack \x9b31m\n\n- a\n"
    write_text(text, tmp_path / "a")
    assert (tmp_path / "a").read_text() == text
    assert show(lambda: write_text(text, None)) == "# Stack \\x9b31m\n\n- a\n"


def test_a_pipe_by_its_number_is_written_to() -> None:
    """Such as a shell's >(command): its name is a link to what has no path."""
    reading, writing = os.pipe()
    try:
        path = Path(f"/dev/fd/{writing}")
        check(path)
        with opened(path) as file:
            file.write(b"all")
        assert os.read(reading, 10) == b"all"
    finally:
        os.close(reading)
        os.close(writing)
