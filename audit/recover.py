"""Splitting a log file into its records from JSON structure alone, and keeping what precedes damage."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import msgspec

from audit.findings import DAMAGED_JSON, NO_RECORDS, Finding


class _LogFile(msgspec.Struct):
    Records: list[msgspec.Raw]


class _AnyLogFile(msgspec.Struct):
    Records: msgspec.Raw | None = None


_DECODER = msgspec.json.Decoder(_LogFile)
_ANY = msgspec.json.Decoder(_AnyLogFile)
_SCANNER = json.JSONDecoder(strict=True)
_SPACE = " \t\r\n"
_END = re.compile(r"\][ \t\r\n]*\}[ \t\r\n]*")


def split(key: str, text: bytearray) -> tuple[Sequence[bytearray | msgspec.Raw], Finding | None]:
    """The text of each record in order, and what is wrong with the file as a whole.

    Of a file that breaks off or breaks the rules of JSON, the records before the fault are given.
    """
    try:
        return _DECODER.decode(text).Records, None
    except RecursionError:
        return _before_the_fault(key, text, "nested too deeply")
    except msgspec.ValidationError as error:
        return [], Finding(NO_RECORDS, key, str(error))
    except msgspec.DecodeError as error:
        return _before_the_fault(key, text, str(error))


def _before_the_fault(key: str, text: bytearray, fault: str) -> tuple[Sequence[bytearray], Finding | None]:
    """Read value by value, as far as JSON's rules hold. If they hold to the end, the fault is a record's."""
    # Latin-1 keeps one character a byte, so that positions and cuts are those of the bytes themselves.
    letters = text.decode("latin-1")
    begin = _first_record(letters)
    found: list[bytearray] = []
    while begin is not None:
        try:
            _, end = _SCANNER.raw_decode(letters, begin)
        except (ValueError, RecursionError):
            break
        found.append(text[begin:end])
        end = _skip(letters, end)
        if _END.fullmatch(letters, end):
            return found, None
        begin = _skip(letters, end + 1) if letters[end : end + 1] == "," else None
    detail = f"{fault}; {len(found)} records before the fault are kept"
    return found, Finding(DAMAGED_JSON, key, detail)


def _first_record(letters: str) -> int | None:
    """Where the first record begins, if the file begins as a log file does."""
    at = 0
    for token in ("{", '"Records"', ":", "["):
        at = _skip(letters, at)
        if not letters.startswith(token, at):
            return None
        at += len(token)
    return _skip(letters, at)


def _skip(letters: str, at: int) -> int:
    while at < len(letters) and letters[at] in _SPACE:
        at += 1
    return at
