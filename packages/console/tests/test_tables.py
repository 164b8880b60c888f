"""Tables fit the terminal and say what they cut; elsewhere nothing is cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from console.output import Format, write_rows
from console.text import width

Show = Callable[..., str]


class Event(msgspec.Struct, frozen=True):
    """What lists of events are like: a time, long names, short words."""

    time: str
    who: str
    action: str
    result: str
    region: str


EVENTS = [
    Event(
        "2026-01-01T00:00:00Z",
        "role pipeline-runner-" + "x" * 30,
        "StartImagePipelineExecution",
        "ok",
        "eu-west-1",
    ),
    Event("2026-01-01T00:00:01Z", "user 日本語" * 6, "ListImages", "AccessDeniedException", "us-east-1"),
]


def table(fold: bool = False) -> None:
    """Write the events to standard output."""
    write_rows(EVENTS, Event.__struct_fields__, Format.TABLE, None, fold=fold)


@pytest.mark.parametrize("columns", [7, 20, 40, 80, 100, 120, 200])
@pytest.mark.parametrize("fold", [False, True])
def test_no_line_is_wider_than_the_terminal(
    columns: int, fold: bool, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However narrow it is."""
    monkeypatch.setenv("NO_COLOR", "1")
    lines = show(lambda: table(fold), columns).splitlines()
    assert len(lines) >= 3
    assert max(map(width, lines)) <= columns


def test_what_was_cut_or_left_out_is_said(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line on stderr, with the columns' names."""
    text = show(table, 80)
    said = capsys.readouterr().err
    assert "…" in text
    assert said.startswith("to fit 80 columns, cut in: who, action, result; left out: region. ")
    assert said.count("\n") == 1


def test_folded_cells_lose_nothing(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    """Each word is there, and nothing is said."""
    text = show(lambda: table(fold=True), 80)
    for event in EVENTS:
        assert event.action in text.replace("\n", "") or event.action[:10] in text
    assert "…" not in text
    assert capsys.readouterr().err == ""


def test_times_are_shown_whole_or_not_at_all(show: Show) -> None:
    """Half a time is worth nothing, and so is half an id."""
    assert "2026-01-01T00:00:01Z" in show(table, 60)


def test_a_wide_terminal_cuts_nothing(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor does it say anything."""
    assert EVENTS[0].who in show(table, 200)
    assert capsys.readouterr().err == ""


def test_a_file_is_never_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever reads it has room."""
    write_rows(EVENTS, Event.__struct_fields__, Format.TABLE, tmp_path / "a")
    text = (tmp_path / "a").read_text()
    assert all(event.who in text and event.region in text for event in EVENTS)
    assert capsys.readouterr().err == ""


def test_columns_says_how_wide_the_terminal_is(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for every other program; what is no width is passed over."""
    monkeypatch.setenv("NO_COLOR", "1")
    for said, widest in (("40", 40), ("many", 80), ("0", 80)):
        monkeypatch.setenv("COLUMNS", said)
        assert max(map(width, show(table).splitlines())) <= widest


def test_bold_only_on_a_terminal_and_not_against_no_color(
    show: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """https://no-color.org."""
    assert "\x1b[1m" in show(table)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in show(table)


def test_more_rows_than_a_terminal_can_use_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rest is said to be there; a file has them all."""
    write_rows(EVENTS * 300, Event.__struct_fields__, Format.TABLE, None)
    assert "100 further rows are not shown" in capsys.readouterr().err
    write_rows(EVENTS * 300, Event.__struct_fields__, Format.TABLE, tmp_path / "a")
    assert capsys.readouterr().err == ""
    assert len((tmp_path / "a").read_text().splitlines()) == 601
