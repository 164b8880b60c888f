"""What is written is whole, safe for spreadsheets and terminals, and reads back as what it was."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import msgspec
import pytest

from console.errors import OutputError
from console.output import Format, opened, table, write_rows


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


def test_parquet_keeps_numbers_and_booleans(tmp_path: Path) -> None:
    """Whoever reads the file can add and filter."""
    path = tmp_path / "a.parquet"
    written(Format.PARQUET, path, ROWS)
    kinds = duckdb.read_parquet(str(path)).types
    assert [str(kind) for kind in kinds] == ["VARCHAR", "VARCHAR", "BIGINT", "BOOLEAN"]


def test_heads_name_the_columns_in_each_format(tmp_path: Path) -> None:
    """Whatever characters they have; a formula in a head is no formula, either."""
    heads = ['a"b', "new\nline", "=1+1", "from"]
    for form in (Format.JSON, Format.JSONL, Format.CSV, Format.PARQUET, Format.TABLE):
        write_rows(ROWS[:1], COLUMNS, form, tmp_path / form, heads=heads)
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


def test_a_table_s_heads_are_spelled_out_as_its_cells() -> None:
    """A query names its columns as it likes."""
    assert b"\x1b" not in table(["\x1b[2J"], [["\x1b[2J"]])


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("arguments", [["query"], ["events", "."]])
def test_a_full_disk_behind_stdout_is_the_user_s_matter(arguments: list[str], tmp_path: Path) -> None:
    """One line and exit code 2, not a fault of this program."""
    command = [sys.executable, "-m", "audit", *arguments]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "audit: standard output: No space left on device\n")


def test_json_escapes_what_a_terminal_might_obey(tmp_path: Path) -> None:
    """C1 controls and marks of direction, without changing a value."""
    for form in (Format.JSON, Format.JSONL):
        text = written(form, tmp_path / form, [Row("a\x9b2J\u202eb", "é", 1)]).decode()
        assert not {"\x9b", "\u202e"} & set(text)
        found = json.loads(text)
        assert (found[0] if form is Format.JSON else found)["name"] == "a\x9b2J\u202eb"


def test_csv_on_a_terminal_spells_controls_out_and_in_a_file_keeps_them() -> None:
    """A file is for programs, which need the value."""
    script = """
from console.output import Format, write_rows
from test_output import COLUMNS, Row
write_rows([Row("a\x1b[2Jb", None, 1)], COLUMNS, Format.CSV, None)
"""
    command = [sys.executable, "-c", script]
    root = Path(__file__).parent
    terminal, slave = os.openpty()
    subprocess.run(command, cwd=root, stdout=slave, timeout=60, check=True)
    assert rb"a\x1b[2Jb,,1," in os.read(terminal, 10_000)
    os.close(terminal)
    os.close(slave)
    assert b"a\x1b[2Jb,,1," in subprocess.run(command, cwd=root, stdout=-1, timeout=60, check=True).stdout
