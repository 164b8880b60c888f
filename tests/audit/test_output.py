"""What is written is whole, safe for spreadsheets and terminals, and reads back as what it was."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import msgspec
import pytest

from audit.output import Format, OutputError, opened, write_rows


class Row(msgspec.Struct, frozen=True):
    """Two texts, a number and a flag."""

    name: str
    note: str | None
    count: int
    flag: bool | None = None


ROWS = [Row("ana", 'a "quoted", text\nand more', -3, flag=True), Row("é\u2028", None, 0)]
COLUMNS = Row.__struct_fields__


def written(form: Format, path: Path, rows: list[Row]) -> bytes:
    """The file that the rows give."""
    write_rows(rows, COLUMNS, form, path)
    return path.read_bytes()


def test_json_and_jsonl_read_back_as_the_rows(tmp_path: Path) -> None:
    """One array, or one object a line; no rows are an empty array or nothing."""
    expected = [msgspec.to_builtins(row) for row in ROWS]
    assert json.loads(written(Format.JSON, tmp_path / "a.json", ROWS)) == expected
    lines = written(Format.JSONL, tmp_path / "a.jsonl", ROWS).splitlines()
    assert [json.loads(line) for line in lines] == expected
    assert json.loads(written(Format.JSON, tmp_path / "b.json", [])) == []
    assert written(Format.JSONL, tmp_path / "b.jsonl", []) == b""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_csv_cell_is_a_formula(start: str, tmp_path: Path) -> None:
    """A text that a spreadsheet would run gets an apostrophe; a negative number stays a number."""
    path = tmp_path / "a.csv"
    written(Format.CSV, path, [Row(f"{start}cmd|' /C calc'!A0", None, -3)])
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == list(COLUMNS)
    assert rows[1] == [f"'{start}cmd|' /C calc'!A0", "", "-3", ""]


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
    assert r"text\x0aand" in lines[1]
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
