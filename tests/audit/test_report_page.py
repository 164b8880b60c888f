"""The page answers truly, shows all there is, and runs nothing of an event; looked at in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

from audit.commands.report import report
from audit.facts import Facts, count
from audit.findings import DAMAGED_GZIP, Finding
from audit.report_page import About, page
from audit.selection import Selection
from audit.sources.folder import Folder
from tests.audit.chromium import Browser, browsing, needs_chromium
from tests.audit.test_report import MARKUP, PIPELINE, facts
from tests.audit.test_scan import read, record
from tests.corpus import log_file

ABOUT = About("s3://logs/prefix", Selection(), datetime(2026, 2, 1, 12, tzinfo=UTC), files=7)
ACCOUNTS = ("111111111111", "222222222222", "333333333333")
PEOPLE = 700  # in each account, under the same names: more lines than any one page of a table


def crowd() -> list[dict[str, Any]]:
    """Two events of each person: their own error, and the change of a pipeline."""
    found = []
    for number in range(PEOPLE * len(ACCOUNTS)):
        account, name = ACCOUNTS[number % 3], f"user{number // 3:04}"
        arn = f"arn:aws:iam::{account}:user/{name}"
        who = {"type": "IAMUser", "userName": name, "accountId": account, "arn": arn}
        common = {"userIdentity": who, "recipientAccountId": account, "awsRegion": "us-east-1"}
        found += [
            record(
                eventID=f"{number}r", errorCode=f"Error{number:04}", sourceIPAddress="192.0.2.1", **common
            ),
            record(
                **common | {"eventID": f"{number}c", "eventTime": f"2026-01-02T00:{number % 60:02}:00Z"},
                eventName="StartImagePipelineExecution",
                readOnly=False,
                sourceIPAddress=f"203.0.{number // 250}.{number % 250}",
                requestParameters={"imagePipelineArn": f"{PIPELINE}-{number % 3}"},
            ),
        ]
    return found


@dataclass
class Shown:
    """A page open in a browser, by what people see of it."""

    browser: Browser

    def filter(self, words: str) -> None:
        """Type words into the filter."""
        self.browser.write("#filter", words)

    def text(self, selector: str) -> str:
        """What an element says."""
        return str(self.browser.run(f"document.querySelector({selector!r}).innerText"))

    def counts(self) -> dict[str, int]:
        """The number beside each section's name."""
        script = "[...document.querySelectorAll('nav span')].map(each => [each.id, each.textContent])"
        return {
            name.removesuffix("-count"): int(text.replace(",", "")) for name, text in self.browser.run(script)
        }

    def column(self, table: str, head: str) -> list[str]:
        """The cells shown under a head."""
        cells = f'#{table}-table tbody td[data-head="{head}"]'
        found = self.browser.run(f"[...document.querySelectorAll({cells!r})].map(each => each.textContent)")
        return [str(text) for text in found]

    def sort(self, table: str, head: str) -> None:
        """Click a column's head."""
        heads = self.browser.run(
            f"[...document.querySelectorAll('#{table}-table thead th')].map(each => each.textContent)"
        )
        self.browser.press(f"#{table}-table thead th:nth-child({heads.index(head) + 1}) button")


def built(folder: Path, records: list[dict[str, Any]]) -> str:
    """The address of the page that the command makes of these events."""
    (folder / "a.json.gz").write_bytes(log_file(records))
    assert report(Folder(folder / "a.json.gz"), Selection(), html=folder / "page.html") == 0
    return (folder / "page.html").as_uri()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests."""
    with browsing(tmp_path_factory.mktemp("chromium")) as tab:
        tab.resize(1300, 1000)
        yield tab


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page with more of everything than fits."""
    return built(tmp_path_factory.mktemp("crowd"), crowd())


@pytest.fixture
def shown(browser: Browser, crowded: str) -> Shown:
    """That page, newly opened."""
    browser.open(f"{crowded}#")
    browser.send("Page.reload")
    browser.open(crowded)
    return Shown(browser)


def of(records: list[dict[str, Any]]) -> Facts:
    """The facts of these events."""
    return count(read("k", log_file(records), Selection()).records)


def test_the_page_has_no_markup_from_events_and_asks_nothing_of_the_network() -> None:
    """Every text of an event is escaped; no address is loaded."""
    text = page(facts(), ABOUT)
    assert "<img" not in text
    assert text.count("<script") == 2
    assert "\u202e" not in text
    assert not re.search(r"""(src|href)=["'](?!#)""", text)


def test_the_same_events_give_the_same_page() -> None:
    """What the page may run is named by its hash: nothing in it is left to chance."""
    assert page(facts(), ABOUT) == page(facts(), ABOUT)


def test_the_page_says_of_what_it_is_how_it_was_narrowed_down_and_when_it_was_made() -> None:
    """Source, each filter, the time; what was found wrong; and what is cut."""
    selection = Selection(identities=frozenset({MARKUP}), failed=True, start=datetime(2026, 1, 1, tzinfo=UTC))
    about = About(MARKUP, selection, ABOUT.made, 7, [Finding(DAMAGED_GZIP, MARKUP, "cut")])
    many = of(
        [
            record(eventID=str(n), readOnly=False, requestParameters={"imagePipelineArn": PIPELINE})
            for n in range(203)
        ]
    )
    text = page(many, about)
    assert "<img" not in text
    for said in ("7 log files", "only failed", "from 2026-01-01T00:00:00+00:00", "2026-02-01 12:00:00 UTC"):
        assert said in text
    assert "1 finding in the log files" in text
    assert "3 changes are counted but not in Timelines" in text
    assert (
        'class="warning"' not in page(facts(), ABOUT).partition("</noscript>")[0].partition("<noscript>")[0]
    )


def test_no_events_are_said_to_be_none() -> None:
    """Not one in the busiest of no hours."""
    text = page(Facts(), ABOUT)
    assert "0 events, 0 failed" in text
    assert "1 events" not in text


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
    outline = Outline(page(facts(), ABOUT))
    assert len(outline.all("table")) == len(outline.all("caption")) == 11
    scrolling = [values for values in outline.all("div") if values.get("class") == "scroll"]
    assert len(scrolling) == 8
    assert all(values["tabindex"] == "0" and values["aria-label"] for values in scrolling)
    assert len({values["aria-label"] for values in scrolling}) == 8


def test_each_name_in_the_page_is_there_once_and_each_reference_leads_somewhere() -> None:
    """Labels, links and the texts that tell of the filter's result."""
    outline = Outline(page(of(crowd()[:60]), ABOUT))
    assert len(set(outline.ids)) == len(outline.ids)
    assert "" not in outline.ids
    wanted = [values["for"] for values in outline.all("label")]
    wanted += [values["href"].removeprefix("#") for values in outline.all("a")]
    wanted += [values["aria-labelledby"] for values in outline.all("section")]
    wanted += [values["aria-describedby"] for values in outline.all("input")]
    assert set(wanted) <= set(outline.ids)


def test_each_plot_gives_its_numbers_as_a_table() -> None:
    """For whoever cannot see it, or not tell red from blue."""
    text = page(facts(), ABOUT)
    assert "The numbers" in text
    numbers = '<th scope="row">2026-01-01T05</th><td class="number">1</td><td class="number">1</td>'
    assert numbers in text


@pytest.mark.browser
@needs_chromium
def test_a_browser_runs_nothing_of_the_events_and_asks_for_nothing(browser: Browser, tmp_path: Path) -> None:
    """Markup in an event stays text; the page is all that is loaded; its policy stops nothing of its own."""
    browser.errors.clear()
    browser.requests.clear()
    (tmp_path / "page.html").write_text(page(facts(), ABOUT))
    address = (tmp_path / "page.html").as_uri()
    browser.open(address)
    shown = Shown(browser)
    assert (browser.errors, browser.requests) == ([], [address])
    assert browser.run("document.title") == "Who did what: CloudTrail events"
    assert browser.run("document.images.length") == 0
    assert MARKUP.replace("\u202e", "\\u202e") in shown.column("deeds", "Who")
    assert browser.photograph(tmp_path / "page.png").startswith(b"\x89PNG")


@pytest.mark.browser
@needs_chromium
def test_the_page_s_policy_stops_scripts_and_markup_that_are_not_its_own(
    browser: Browser, crowded: str
) -> None:
    """A second lock, should text ever be taken for markup: no inline script, no innerHTML, no request."""
    browser.open(f"{crowded}#locked")
    added = "const s = document.createElement('script'); s.text = 'window.owned = 1'; document.body.append(s)"
    for attempt in (
        f"(() => {{ try {{ {added} }} catch (error) {{ return error.name }} }})()",
        "(() => { try { document.body.innerHTML = '<b>x</b>' } catch (error) { return error.name } })()",
        "fetch('http://127.0.0.1:9/').catch(error => error.name)",
    ):
        assert browser.run(attempt) == "TypeError"
    assert browser.run("window.owned") is None


@pytest.mark.browser
@needs_chromium
def test_every_identity_is_found_and_counted_right(shown: Shown) -> None:
    """Also who is not among the first lines: by name, by ARN, by account, in each account apart."""
    assert shown.counts() == {
        "deeds": 4200,
        "identities": 2100,
        "addresses": 2101,
        "actions": 2,
        "failures": 2100,
        "services": 0,
        "resources": 3,
        "timelines": 600,
    }
    for number in (0, 1, 350, PEOPLE - 1):
        shown.filter(f"user{number:04}")
        assert (shown.counts()["identities"], shown.counts()["deeds"]) == (3, 6)
        assert sorted(set(shown.column("deeds", "Account"))) == list(ACCOUNTS)
        assert "6 of 4,200 lines, together 6 events" in shown.text("#deeds-turn")
    shown.filter(f"arn:aws:iam::{ACCOUNTS[1]}:user/user0699")
    assert (shown.counts()["identities"], shown.counts()["deeds"]) == (1, 2)
    assert set(shown.column("deeds", "Who")) == {"user0699"}
    shown.filter(f"USER0699 {ACCOUNTS[2]} startimage")
    assert shown.counts()["deeds"] == 1


@pytest.mark.browser
@needs_chromium
def test_a_line_is_found_by_each_of_its_addresses_and_shows_the_one_asked_for(
    browser: Browser, tmp_path: Path
) -> None:
    """Though a cell has room for three of a hundred."""
    records = [record(eventID=str(n), sourceIPAddress=f"203.0.113.{n}") for n in range(100)]
    browser.open(built(tmp_path, records))
    shown = Shown(browser)
    shown.filter("203.0.113.77")
    assert shown.counts()["deeds"] == 1
    assert shown.column("deeds", "From")[0].startswith("203.0.113.77, ")
    assert "and 97 more" in shown.column("deeds", "From")[0]
    browser.press("#deeds-table summary")
    assert "203.0.113.98" in shown.text("#deeds-table details")


@pytest.mark.browser
@needs_chromium
def test_nothing_found_says_what_the_page_does_not_hold(shown: Shown) -> None:
    """Whoever looks for an access key must not take the page's silence for an answer."""
    shown.filter("AKIAIOSFODNN7EXAMPLE")
    assert set(shown.counts().values()) == {0}
    assert "access keys, event and request IDs" in shown.text("#found")
    shown.filter("")
    assert shown.counts()["deeds"] == 4200


@pytest.mark.browser
@needs_chromium
def test_a_link_opens_the_page_filtered(browser: Browser, crowded: str) -> None:
    """Words end where cells do; a broken escape is taken as it stands."""
    for fragment, found in (("user0007", 6), ("user0007iam", 0), ("%zz", 0)):
        browser.open("about:blank")
        browser.open(f"{crowded}#filter={fragment}")
        assert Shown(browser).counts()["deeds"] == found


@pytest.mark.browser
@needs_chromium
def test_what_the_page_spells_out_is_found_as_the_log_has_it(browser: Browser, tmp_path: Path) -> None:
    """A name pasted with its control characters finds the line."""
    who = {"type": "IAMUser", "userName": "a\u202eb"}
    browser.open(built(tmp_path, [record(userIdentity=who), record(eventID="2")]))
    shown = Shown(browser)
    shown.filter("a\u202eb")
    assert shown.column("deeds", "Who") == ["a\\u202eb"]


@pytest.mark.browser
@needs_chromium
def test_every_column_sorts_all_lines_both_ways(shown: Shown) -> None:
    """Not only those that are shown; numbers as numbers, and the head says which way."""
    last = f"Error{len(ACCOUNTS) * PEOPLE - 1:04}"
    shown.sort("deeds", "Result")
    assert shown.column("deeds", "Result")[:2] == ["Error0000", "Error0001"]
    shown.sort("failures", "Error")
    shown.sort("failures", "Error")
    assert shown.column("failures", "Error")[0] == last
    assert shown.browser.run("document.querySelector('#failures-table th').ariaSort") == "descending"
    shown.sort("addresses", "Events")
    assert (shown.column("addresses", "Address")[0], shown.column("addresses", "Events")[0]) == (
        "192.0.2.1",
        "2,100",
    )


@pytest.mark.browser
@needs_chromium
def test_all_lines_are_reached_page_by_page(shown: Shown) -> None:
    """Where one stands is said; the last page ends with the last line."""
    assert "4,200 lines: 1 to 100" in shown.text("#deeds-turn")
    shown.browser.press("#deeds-turn [data-to=next]")
    assert "101 to 200" in shown.text("#deeds-turn")
    shown.browser.press("#deeds-turn [data-to=last]")
    assert "4,101 to 4,200" in shown.text("#deeds-turn")
    assert shown.browser.run("document.querySelector('#deeds-turn [data-to=next]').disabled") is True


@pytest.mark.browser
@needs_chromium
def test_a_phone_shows_lines_without_scrolling_sideways(shown: Shown) -> None:
    """390 CSS pixels; each cell beside its head."""
    shown.browser.resize(390, 844, mobile=True)
    try:
        assert shown.browser.run("document.documentElement.scrollWidth") == 390
        box = "document.querySelector('#deeds-table tbody td').getBoundingClientRect()"
        assert shown.browser.run(f"{box}.left >= 0 && {box}.right <= 390") is True
        assert shown.browser.run(
            "getComputedStyle(document.querySelector('#deeds-table td'), '::before').content"
        ) == ('"Who"')
    finally:
        shown.browser.resize(1300, 1000)


@pytest.mark.browser
@needs_chromium
def test_a_print_says_what_of_each_table_it_holds(shown: Shown) -> None:
    """The first lines in the order shown, and of how many; afterwards the page is as before."""
    shown.browser.run(
        "addEventListener('beforeprint', () => {"
        " window.lines = document.querySelectorAll('#deeds-table tbody tr').length;"
        " window.told = document.querySelector('#deeds .printed').textContent })"
    )
    assert shown.browser.printed().startswith(b"%PDF")
    assert shown.browser.run("window.lines") == 300
    assert (
        shown.browser.run("window.told")
        == "Printed here: 1 to 300 of 4,200 lines; the filter narrows them down."
    )
    assert len(shown.column("deeds", "Who")) == 100
    shown.filter(" user0007 ")
    shown.browser.printed()
    assert shown.browser.run("window.told") == "6 of 4,200 lines; the filter: user0007"


@pytest.mark.parametrize("name", ["ana\ud800", "</script><script>", "<!--<script>", "a]]>b&amp;", "x\u2028y"])
def test_no_name_breaks_out_of_the_data_or_keeps_the_page_from_being_written(
    name: str, tmp_path: Path
) -> None:
    """Half a character, or what ends or opens a script in HTML: the data stay one block of JSON."""
    text = page(of([record(userIdentity={"type": "IAMUser", "userName": name})]), ABOUT)
    block = text.partition('id="data">')[2].partition("</script>")[0]
    assert "<" not in block
    assert isinstance(msgspec.json.decode(block.encode()), dict)
