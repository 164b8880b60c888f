"""What a download keeps is believed only where nobody else can have put it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from audit.errors import AuditError
from audit.event_history.journal import Journal, Kept, Progress

PLACE = "123456789012.us-east-1"
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
QUERY: dict[str, Any] = {"filters": {}, "resource": None, "places": [PLACE], "begun": BEGUN.isoformat()}
PAGE = Kept(BEGUN, last=False, records=[("1", '{"eventID": "1"}')], damaged=[("event 2", "no time")])


def kept(folder: Path, *pages: Kept) -> Path:
    """A journal with these pages, as an interrupted process leaves it."""
    journal = Journal(folder)
    journal.open(QUERY)
    for page in pages:
        journal.add(PLACE, page)
    journal.close()
    return folder / f"{PLACE}.jsonl"


def progress(folder: Path) -> Progress:
    """How far the next process finds the download to be."""
    journal = Journal(folder)
    try:
        journal.open(QUERY)
        return journal.progress(PLACE)
    finally:
        journal.close()


def test_pages_and_what_was_found_wrong_in_them_outlive_the_process(tmp_path: Path) -> None:
    """Events, the oldest time reached, and the damaged records."""
    kept(tmp_path / "a.part", PAGE)
    assert progress(tmp_path / "a.part") == Progress(
        BEGUN, frozenset({"1"}), done=False, damaged=(("event 2", "no time"),)
    )


def test_only_this_user_can_look_into_the_folder(tmp_path: Path) -> None:
    """Folder and files are closed to others, whatever the umask."""
    before = os.umask(0)
    try:
        kept(tmp_path / "a.part", PAGE)
    finally:
        os.umask(before)
    assert (tmp_path / "a.part").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "a.part").iterdir()} == {0o600}


def open_to_others(folder: Path, victim: Path) -> None:
    """Others may write into the folder."""
    kept(folder, PAGE)
    folder.chmod(0o777)


def a_link(folder: Path, victim: Path) -> None:
    """The folder is a link to one of somebody's choice."""
    (folder.parent / "theirs").mkdir(0o700)
    folder.symlink_to(folder.parent / "theirs")


def a_file(folder: Path, victim: Path) -> None:
    """There is no folder, but a file."""
    folder.write_text("")


def linked(name: str) -> Callable[[Path, Path], None]:
    """A file of the folder is a symbolic link to the victim."""

    def prepare(folder: Path, victim: Path) -> None:
        kept(folder, PAGE)
        (folder / name).unlink()
        (folder / name).symlink_to(victim)

    return prepare


def hard_linked(name: str) -> Callable[[Path, Path], None]:
    """A file of the folder is the victim under a second name."""

    def prepare(folder: Path, victim: Path) -> None:
        kept(folder, PAGE)
        (folder / name).unlink()
        (folder / name).hardlink_to(victim)

    return prepare


def a_pipe(folder: Path, victim: Path) -> None:
    """The lock is a named pipe, at which an opening process would wait for ever."""
    kept(folder, PAGE)
    (folder / "lock").unlink()
    os.mkfifo(folder / "lock")


def somebody_else_s(folder: Path, victim: Path) -> None:
    """The folder belongs to another user."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    kept(folder, PAGE)
    os.chown(folder, 12345, 12345)


PREPARED = {
    "open to others": open_to_others,
    "somebody else's": somebody_else_s,
    "a link": a_link,
    "a file": a_file,
    "a pipe": a_pipe,
    "lock linked": linked("lock"),
    "pages linked": linked(f"{PLACE}.jsonl"),
    "query linked": linked("query.json"),
    "lock hard-linked": hard_linked("lock"),
    "pages hard-linked": hard_linked(f"{PLACE}.jsonl"),
    "query hard-linked": hard_linked("query.json"),
}


@pytest.mark.parametrize("name", PREPARED)
def test_a_prepared_folder_is_refused_and_nothing_behind_it_is_touched(name: str, tmp_path: Path) -> None:
    """One line with the place and the way out; the victim keeps its bytes, and nothing new appears."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious, without a line end")
    victim.chmod(0o600)
    folder = tmp_path / "a.part"
    PREPARED[name](folder, victim)
    with pytest.raises(AuditError, match=r"a\.part.*(--output|delete)") as refusal:
        progress(folder)
    assert "\n" not in str(refusal.value)
    assert victim.read_bytes() == b"precious, without a line end"
    assert not any((tmp_path / "theirs").glob("*"))


def forged(folder: Path) -> None:
    """A page that no download wrote, in the form of one."""
    kept(folder)
    (folder / f"{PLACE}.jsonl").write_bytes(
        b'{"until":null,"last":true,"records":[["9","{}"]],"damaged":[]}\n'
    )
    (folder / f"{PLACE}.jsonl").chmod(0o600)


def edited(folder: Path) -> None:
    """An event that is named otherwise than CloudTrail named it."""
    path = kept(folder, PAGE)
    path.write_bytes(path.read_bytes().replace(b'"1"', b'"7"', 1))


def of_another_query(folder: Path) -> None:
    """Whole pages, but found by other filters."""
    path = kept(folder, PAGE)
    query = folder / "query.json"
    query.write_bytes(query.read_bytes().replace(b"2026-01-01", b"2026-01-02"))
    assert path.exists()


def of_another_place(folder: Path) -> None:
    """Whole pages, but of another Region."""
    kept(folder)
    other = "123456789012.eu-west-1"
    journal = Journal(folder)
    journal.open(QUERY)
    journal.add(other, PAGE)
    journal.close()
    (folder / f"{other}.jsonl").rename(folder / f"{PLACE}.jsonl")


def in_another_order(folder: Path) -> None:
    """A page left out before the last."""
    path = kept(folder, PAGE, Kept(BEGUN, last=True, records=[], damaged=[]))
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[1])


def without_its_time(folder: Path) -> None:
    """A query that does not say when it was begun."""
    kept(folder, PAGE)
    (folder / "query.json").write_text('{"filters": {}}')


def begun_at_no_time(folder: Path) -> None:
    """A query that says something else there."""
    kept(folder, PAGE)
    query = folder / "query.json"
    query.write_bytes(query.read_bytes().replace(BEGUN.isoformat().encode(), b"soon"))


@pytest.mark.parametrize(
    "change",
    [
        *(forged, edited, of_another_query, of_another_place),
        *(in_another_order, without_its_time, begun_at_no_time),
    ],
)
def test_pages_that_this_download_did_not_write_are_not_believed(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    """Each page is bound to the query, the place and the pages before it."""
    change(tmp_path / "a.part")
    with pytest.raises(AuditError, match=r"damaged.*delete") as refusal:
        progress(tmp_path / "a.part")
    assert "\n" not in str(refusal.value)


def test_a_torn_last_page_is_asked_for_again(tmp_path: Path) -> None:
    """What was written before it stays."""
    path = kept(tmp_path / "a.part", PAGE)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:30])
    assert progress(tmp_path / "a.part").ids == {"1"}
    assert path.read_bytes() == whole


def test_removing_the_journal_removes_nothing_else(tmp_path: Path) -> None:
    """Somebody's file in the folder keeps the folder; without one, it goes."""
    folder = tmp_path / "a.part"
    for others in (["notes"], []):
        journal = Journal(folder)
        journal.open(QUERY)
        journal.add(PLACE, PAGE)
        for name in others:
            (folder / name).write_text("mine")
        journal.remove()
        journal.close()
        assert sorted(path.name for path in tmp_path.glob("a.part/*")) == others
        for name in others:
            (folder / name).unlink()
    assert not folder.exists()
