"""The report says what happened, in the terminal and as a page that no event can script."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from audit.commands.report import report
from audit.facts import Facts, count
from audit.plots import activity
from audit.report import deed_rows
from audit.report_page import page
from audit.selection import Selection
from audit.sources.folder import Folder
from console.output import Format
from tests.audit.test_scan import read, record
from tests.corpus import log_file

PIPELINE = "arn:aws:imagebuilder:us-east-1:123456789012:image-pipeline/web"
MARKUP = (
    "\u202e<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script>"
)
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


def test_namesakes_of_two_accounts_are_two_lines_and_the_terminal_says_whose(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """An organization's bucket holds the same role and session name of many accounts."""

    def events(*accounts: str) -> list[dict[str, Any]]:
        return [
            record(
                eventID=account,
                recipientAccountId=account,
                userIdentity={"type": "IAMUser", "userName": "ci", "accountId": account},
            )
            for account in accounts
        ]

    for accounts in (("111111111111",), ("111111111111", "222222222222")):
        (tmp_path / "a.json.gz").write_bytes(log_file(events(*accounts)))
        assert report(Folder(tmp_path), Selection(), format=Format.TABLE) == 0
        lines = capfd.readouterr().out.split("\n\n")[0].splitlines()
        assert ("ACCOUNT" in lines[1]) is (len(accounts) > 1)
        assert len(lines) == 2 + len(accounts)


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
    odd = record(userIdentity={"type": "IAMUser", "userName": "a\x1b[2Jb\nc"}, eventTime="\x1b[31mnow")
    (tmp_path / "a.json.gz").write_bytes(log_file([odd]))
    assert report(Folder(tmp_path), Selection(), format=Format.TABLE) == 0
    shown = capfdbinary.readouterr().out
    assert b"\x1b" not in shown
    assert rb"a\x1b[2Jb\nc" in shown


def test_the_page_has_no_markup_from_events_and_asks_nothing_of_the_network() -> None:
    """Every text of an event is escaped; no address is loaded."""
    text = page(facts())
    assert "<img" not in text
    assert text.count("<script") == 1
    assert "\u202e" not in text
    assert not re.search(r"""(src|href)=["'](?!#)""", text)


def test_the_same_events_give_the_same_page() -> None:
    """What the page may run is named by its hash: nothing in it is left to chance."""
    assert page(facts()) == page(facts())


class Outline(HTMLParser):
    """What a screen reader and a keyboard find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep each element with its attributes."""
        values = {name: value or "" for name, value in attrs}
        self.found.append((tag, values))
        if "id" in values:
            self.ids.append(values["id"])

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each element of that name."""
        return [values for found, values in self.found if found == tag]


def test_each_table_has_a_caption_and_each_part_that_scrolls_a_name_and_the_keyboard() -> None:
    """https://www.w3.org/WAI/WCAG22/quickref/: 1.3.1 and 2.1.1."""
    outline = Outline(page(facts()))
    assert len(outline.all("table")) == len(outline.all("caption")) == 9
    scrolling = [values for values in outline.all("div") if values.get("class") == "scroll"]
    assert len(scrolling) == 6
    assert all(values["tabindex"] == "0" and values["aria-label"] for values in scrolling)
    assert len({values["aria-label"] for values in scrolling}) == 6


def test_each_name_in_the_page_is_there_once_and_each_reference_leads_somewhere() -> None:
    """Labels, links and the texts that tell of a filter's result."""
    outline = Outline(page(facts()))
    assert len(set(outline.ids)) == len(outline.ids)
    assert "" not in outline.ids
    wanted = [values["for"] for values in outline.all("label")]
    wanted += [values["href"].removeprefix("#") for values in outline.all("a")]
    wanted += [values["aria-labelledby"] for values in outline.all("section")]
    wanted += [values["data-filters"] for values in outline.all("input")]
    assert set(wanted) <= set(outline.ids)


def test_each_plot_gives_its_numbers_as_a_table() -> None:
    """For whoever cannot see it, or not tell red from blue."""
    text = page(facts())
    assert "The numbers" in text
    numbers = '<th scope="row">2026-01-01T05</th><td class="number">1</td><td class="number">1</td>'
    assert numbers in text


def test_quiet_hours_have_their_place_and_no_time_is_lost() -> None:
    """A gap is seen as one; times that are none are shown as they are."""
    assert activity({"2026-01-01T00": (1, 0), "2026-01-01T05": (2, 1)}).count("<tr>") == 1 + 6
    odd = {"2026-01-01T00": (1, 0), "2026-01-01Tx": (1, 0), "2026-01-01T05": (2, 1)}
    assert activity(odd).count("<tr>") == 1 + 3
    assert activity({"2026-01-01T00": (1, 0), "2026-03-01T05": (2, 1)}).count("<tr>") == 1 + 60
    assert activity({"0001-01-01T00": (1, 0), "2026-01-01T00": (1, 0)}).count("<tr>") == 1 + 2


def test_no_events_are_said_to_be_none() -> None:
    """Not one in the busiest of no hours."""
    text = page(Facts())
    assert "0 events, 0 failed" in text
    assert "1 events" not in text


def test_the_terminal_tells_all_that_the_page_tells(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """First-seen identities and addresses, failures, calls by services and timelines, each with its lines."""
    ana = {"type": "IAMUser", "userName": "ana", "invokedBy": "cloudformation.amazonaws.com"}
    events = [
        record(
            eventID=str(number),
            userIdentity=ana,
            errorCode="Denied",
            sourceIPAddress=f"203.0.113.{number}",
            requestParameters={"imagePipelineArn": PIPELINE},
        )
        for number in range(1, 26)
    ]
    (tmp_path / "a.json.gz").write_bytes(log_file(events))
    assert report(Folder(tmp_path), Selection()) == 0
    told = capfdbinary.readouterr().out.decode()
    titles = [part.splitlines()[0] for part in told.split("\n\n")]
    assert titles[1:] == [
        "Identities",
        "Addresses: the newest 20 of 25",
        "Failures",
        "Calls made by services",
        "Timelines: the newest 5 changes of each resource",
    ]
    assert told.count(PIPELINE) == 5
    assert "203.0.113.1, 203.0.113.10, 203.0.113.11 and 22 more" in told.split("Failures")[1]


def test_the_columns_have_the_same_names_in_each_format(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The address is `from` in CSV and Parquet, as it is in JSON."""
    (tmp_path / "a.json.gz").write_bytes(log_file([record(sourceIPAddress="203.0.113.9")]))
    report(Folder(tmp_path), Selection(), format=Format.CSV)
    assert b",region,from,times," in capfdbinary.readouterr().out
    report(Folder(tmp_path), Selection(), format=Format.PARQUET, output=tmp_path / "a.parquet")
    table = duckdb.read_parquet(str(tmp_path / "a.parquet"))
    assert table.project('"from", times').fetchall() == [("203.0.113.9", 1)]


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
    assert shown.count("<svg") == 6
    assert shown.count("<rect") == 11
    assert "<title>Who did what" in shown
    assert "<img" not in shown


@pytest.mark.browser
@browser
def test_the_filter_hides_lines_without_its_words(tmp_path: Path) -> None:
    """Three lines; the two without the word are hidden and the count says so. Words end where cells do."""
    shown = _browse(tmp_path, "--dump-dom", fragment="#filter=startimagepipeline")
    table = shown.partition('<table id="deed-table"')[2].partition("</table>")[0]
    assert table.count('<tr hidden="">') == 2
    assert "1 of 3 lines" in shown
    assert "0 of 3 lines" in _browse(tmp_path, "--dump-dom", fragment="#filter=anaiam")
    assert "0 of 3 lines" in _browse(tmp_path, "--dump-dom", fragment="#filter=%zz")
    assert 'hidden=""' not in _browse(tmp_path, "--dump-dom")


@pytest.mark.browser
@browser
def test_the_page_can_be_photographed(tmp_path: Path) -> None:
    """It renders to pixels without an error."""
    _browse(tmp_path, f"--screenshot={tmp_path / 'page.png'}", "--window-size=1300,1000")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
