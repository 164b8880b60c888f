"""Text from outside is safe where it goes, and says the same as before."""

from __future__ import annotations

import csv
import io
import json
from typing import Final
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.page import page
from console.text import csv_cell, html, json_safe, safe, shown, width

UNSAFE: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
ANY_TEXT = st.text(st.characters(codec=None))


@given(ANY_TEXT)
def test_no_text_leaves_anything_to_obey_or_hide(text: str) -> None:
    """No control, no invisible character, no line end, nothing that cannot be encoded."""
    found = safe(text)
    assert not {category(one) for one in found} & {*UNSAFE}
    found.encode()


@given(st.text(st.characters(exclude_categories=UNSAFE)))
def test_harmless_text_stays_what_it_is(text: str) -> None:
    """Also in other scripts, with accents and with wide blanks."""
    assert safe(text) == text


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x1b[2J\x9b\x7f\x00", r"\x1b[2J\x9b\x7f\x00"),
        ("\u202egpj.exe\u2066\u200f", r"\u202egpj.exe\u2066\u200f"),
        ("a\u2028b\u2029\x85", r"a\u2028b\u2029\x85"),
        ("ad\u200bmin\U000e0041", r"ad\u200bmin\U000e0041"),
        ("caf\udcc3\udca9.gz", r"caf\xc3\xa9.gz"),
    ],
)
def test_what_is_unsafe_is_spelled_out(text: str, spelled: str) -> None:
    """As Python, C and the shell would write it."""
    assert safe(text) == spelled


@given(st.recursive(st.text(), st.lists))
def test_json_made_safe_means_the_same(value: object) -> None:
    """A program that reads the terminal's text gets the value."""
    text = json_safe(json.dumps(value, ensure_ascii=False))
    assert json.loads(text) == value
    assert not {category(one) for one in text} & {*UNSAFE}


def cells(value: str, separator: str) -> list[str]:
    """The cells of a CSV file with this value, as a program that takes another separator reads them."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(["first", csv_cell(value), "last"])
    return [
        cell
        for row in csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=separator)
        for cell in row
    ]


@given(st.text(st.sampled_from(list("=+-@\uff1d\uff0b\uff0d\uff20;,\t\r\n \"'a1\u3000\xa0\ufeff\x00"))))
def test_no_csv_cell_is_a_formula_whatever_separates_the_cells(value: str) -> None:
    """Spreadsheets read commas, semicolons or tabs, as the country has it, and pass over leading blanks."""
    for separator in ",;\t":
        for cell in cells(value, separator):
            assert (
                not cell.strip()
                .lstrip('"\x00\ufeff\u3000\xa0 ')
                .startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20"))
            )


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", " =", ";=", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_a_formula_gets_an_apostrophe(start: str) -> None:
    """Which a spreadsheet takes for "this is text"."""
    assert "'" in csv_cell(f"{start}cmd|' /C calc!A0").partition("cmd")[0]


@pytest.mark.parametrize("value", [-3, -1.5, "plain; text", "a=b", "a-b@c", "2026-01-01T00:00:00Z", "é"])
def test_what_is_no_formula_stays_what_it_is_in_csv(value: object) -> None:
    """A negative number is a number, and a sign in the middle of a text is no formula."""
    assert csv_cell(value) == str(value)


@given(ANY_TEXT)
def test_no_text_becomes_markup(text: str) -> None:
    """Neither between tags nor within a quoted attribute."""
    assert not set("<>\"'\x1b") & set(html(text))


def test_a_page_allows_its_own_style_and_nothing_else() -> None:
    """No request, no form, no script, no style that a text might bring."""
    text = page("<b>", "<p>body</p>", style="p { color: red }")
    policy = text.partition('Content-Security-Policy" content="')[2].partition('"')[0]
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "<title>&lt;b&gt;</title>" in text


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0)])
def test_wide_and_combining_characters_are_counted_as_a_terminal_shows_them(text: str, columns: int) -> None:
    """So that columns line up."""
    assert width(text) == columns


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "yes"), (False, "no"), ({"a": ["\n"]}, '{"a":["\\n"]}'), (1.5, "1.5")],
)
def test_values_are_shown_as_people_read_them(value: object, text: str) -> None:
    """Not as Python writes them."""
    assert shown(value) == text
