"""Text from outside, made safe for where it goes: a terminal, a spreadsheet, a page.

Whoever names an object, a role or a file chooses the text that an analyst later looks at. Only this module
decides how such a text is shown.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from unicodedata import category, east_asian_width

# Controls, invisible characters (among them the marks of direction), halves of characters, line separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_SIGN = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
# Where a cell begins, also for a spreadsheet that takes a semicolon or a tab for the separator.
_OPENING = frozenset(' "=+-@\uff1d\uff0b\uff0d\uff20')
_FORMULA = re.compile(
    rf"""^(?=[\s"\x00-\x1f\u200b-\u200f\ufeff]*{_SIGN}|[\t\r\n])"""
    rf"""|(?<=[;\t\r\n])(?=[ "\x00-\x08\x0b\x0c\x0e-\x1f\xa0\u3000\u200b-\u200f\ufeff]*{_SIGN})"""
)


def plain(value: object) -> str:
    """A value as people read it: nothing for None, yes or no for booleans, JSON for what has parts."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        from console.json import encode  # noqa: PLC0415 - help and messages need no JSON

        return encode(value).decode()
    return str(value)


def safe(text: str) -> str:
    r"""The text on one line of a terminal, with nothing that the terminal obeys or hides.

    Control characters (C0, C1, escape), line ends and separators, marks of direction and other invisible
    characters are spelled out: `\n`, `\x1b`, `\u202e`. Bytes of a file name that are not UTF-8: `\xff`.
    """
    return text if text.isprintable() else "".join(map(_spelled, text))


def shown(value: object) -> str:
    """A value as people read it, safe for a terminal."""
    return safe(plain(value))


def json_safe(text: str) -> str:
    """JSON text with the same meaning and nothing that a terminal obeys or hides; line ends stay."""
    if text.isprintable():
        return text
    return "".join(one if one in " \n\r\t" or not _unsafe(one) else _json_escape(one) for one in text)


def csv_cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula: an apostrophe makes it text.

    That holds behind leading blanks, for fullwidth signs, and for whoever reads semicolons as separators.
    https://owasp.org/www-community/attacks/CSV_Injection
    """
    if type(value) is str:  # most cells: seen first, and with little ado
        harmless = value[:1] not in _OPENING and ";" not in value and value.isprintable()
        return value if harmless else _FORMULA.sub("'", value)
    if value is None:
        return ""
    text = plain(value)
    return (
        _FORMULA.sub("'", text) if isinstance(value, dict | list | str) else text
    )  # a number may have a sign


def html(value: object) -> str:
    """A value as text of an HTML page, also inside a quoted attribute."""
    return escape(shown(value))


def width(text: str) -> int:
    """How many columns of a terminal a safe text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(4096)
def _columns(character: str) -> int:
    if category(character) in {"Mn", "Me"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1


@lru_cache(4096)
def _unsafe(character: str) -> bool:
    return not character.isprintable() and category(character) in _UNSAFE


@lru_cache(4096)
def _spelled(character: str) -> str:
    if not _unsafe(character):
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python carries a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    long = f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else long)


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))
