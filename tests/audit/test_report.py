"""The report says what happened, in the terminal and as a page that no event can script."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from audit.commands.report import report
from audit.facts import Facts, count
from audit.output import Format
from audit.report import deed_rows
from audit.report_page import page
from audit.selection import Selection
from audit.sources.folder import Folder
from tests.audit.test_scan import read, record
from tests.corpus import log_file

PIPELINE = "arn:aws:imagebuilder:us-east-1:123456789012:image-pipeline/web"
MARKUP = "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script>"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def facts() -> Facts:
    """A few events: a change, a failed read by someone whose name is markup, a call by a service."""
    ana = {
        "type": "IAMUser",
        "userName": "ana",
        "accountId": "123456789012",
        "arn": "arn:aws:iam::1:user/ana",
    }
    evil = ana | {"userName": MARKUP, "invokedBy": "imagebuilder.amazonaws.com"}
    records = [
        record(
            eventID="1",
            userIdentity=ana,
            eventName="StartImagePipelineExecution",
            readOnly=False,
            sourceIPAddress="203.0.113.9",
            awsRegion="us-east-1",
            requestParameters={"imagePipelineArn": PIPELINE},
        ),
        record(
            eventID="2",
            userIdentity=evil,
            eventTime="2026-01-01T05:00:00Z",
            errorCode=MARKUP,
            sourceIPAddress=MARKUP,
            awsRegion=MARKUP,
            eventName=MARKUP,
            readOnly=False,
            requestParameters={"imagePipelineArn": PIPELINE},
        ),
        record(eventID="3", userIdentity=ana, eventTime="2026-01-01T06:00:00Z", readOnly=True),
    ]
    return count(read("k", log_file(records), Selection()).records)


def test_each_line_says_who_did_what_from_where_when_with_which_result() -> None:
    """Events of the same identity, action, Region and result are one line with their count and span."""
    first = next(iter(deed_rows(facts())))
    assert (first.who, first.action, first.result, first.from_, first.times) == (
        "ana",
        "StartImagePipelineExecution",
        "ok",
        "203.0.113.9",
        1,
    )


def test_a_timeline_ties_changes_to_the_resource_they_name() -> None:
    """The pipeline's ARN in the request parameters leads to who started it; reads are left out."""
    timelines = facts().timelines
    assert list(timelines) == [PIPELINE]
    assert [moment.who for moment in timelines[PIPELINE].moments] == ["ana", MARKUP]


def test_facts_counted_apart_add_up_to_those_counted_together() -> None:
    """Workers may each count a part."""
    merged = Facts()
    merged.merge(facts())
    merged.merge(facts())
    assert merged.total.count == 6
    assert merged.timelines[PIPELINE].length == 4
    assert sum(seen.count for seen, _ in merged.deeds.values()) == 6


def test_the_terminal_spells_control_characters_out(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """An event cannot recolour or rewrite the analyst's terminal."""
    odd = record(userIdentity={"type": "IAMUser", "userName": "a\x1b[2Jb\nc"})
    (tmp_path / "a.json.gz").write_bytes(log_file([odd]))
    assert report(Folder(tmp_path), Selection(), form=Format.TABLE) == 0
    shown = capfdbinary.readouterr().out
    assert b"\x1b" not in shown
    assert rb"a\x1b[2Jb\x0ac" in shown


def test_the_page_has_no_markup_from_events_and_asks_nothing_of_the_network() -> None:
    """Every text of an event is escaped; no address is loaded."""
    text = page(facts())
    assert "<img" not in text
    assert text.count("<script") == 1
    assert not re.search(r"""(src|href)=["'](?!#)""", text)


def _browse(tmp_path: Path, *flags: str, fragment: str = "") -> str:
    target = tmp_path / "report.html"
    target.write_text(page(facts()))
    command = [
        CHROMIUM or "",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
        *flags,
    ]
    done = subprocess.run(
        [*command, f"{target.as_uri()}{fragment}"], check=True, capture_output=True, text=True, timeout=120
    )
    return done.stdout


browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")


@pytest.mark.browser
@browser
def test_a_browser_draws_the_plots_and_runs_nothing_of_the_events(tmp_path: Path) -> None:
    """The plots are there and markup in an event stays text."""
    shown = _browse(tmp_path, "--dump-dom")
    assert shown.count("<svg") == 3
    assert shown.count("<rect") >= 6
    assert "<title>Who did what" in shown
    assert "<img" not in shown


@pytest.mark.browser
@browser
def test_the_filter_hides_lines_without_its_words(tmp_path: Path) -> None:
    """Three lines; the two without the word are hidden and the count says so."""
    shown = _browse(tmp_path, "--dump-dom", fragment="#filter=startimagepipeline")
    table = shown[shown.index('<table id="deed-table"') : shown.index("</table>")]
    assert table.count('<tr hidden="">') == 2
    assert "1 of 3 lines" in shown
    assert 'hidden=""' not in _browse(tmp_path, "--dump-dom")


@pytest.mark.browser
@browser
def test_the_page_can_be_photographed(tmp_path: Path) -> None:
    """It renders to pixels without an error."""
    _browse(tmp_path, f"--screenshot={tmp_path / 'page.png'}", "--window-size=1300,1000")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
