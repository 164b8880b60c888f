"""Splitting a log file into its records from JSON structure alone, and keeping what precedes damage.

What it keeps at a time is bounded, whatever the file holds: `split` gives one record after another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass

import msgspec

from audit.findings import DAMAGED_JSON, NO_RECORDS, REPEATED_RECORDS, FindingKind

LONGEST_RECORD = 2 * 2**20  # bytes; CloudTrail's own limit is 256 KiB
_MANY = 2**20  # commas from which on a file's records are not listed at once, which takes 64 bytes for each
_WIDEST, _NARROWEST = 2**18, 2**12  # bytes that are tried at once
_LONGEST_NAME = 44  # bytes in which Records can be written, all its letters escaped
_LIST: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])
_ANY: msgspec.json.Decoder[msgspec.Raw] = msgspec.json.Decoder(msgspec.Raw)
_NAME = msgspec.json.Decoder(str)
_SCANNER = json.JSONDecoder(strict=True, parse_int=str, parse_float=str)
_SPACE = re.compile(rb"[ \t\r\n]*+")
_HEAD = re.compile(rb'[ \t\r\n]*+\{[ \t\r\n]*+"Records"[ \t\r\n]*+:[ \t\r\n]*+(?=\[)')
_TAIL = re.compile(rb"\][ \t\r\n]*+\}[ \t\r\n]*+")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_WORD = re.compile(rb"[^ \t\r\n,:\[\]{}\"]++")
_BRACKETS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{]++|[\]}]++|"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a file as a whole."""

    kind: FindingKind
    detail: str


@dataclass(frozen=True, slots=True)
class TooLong:
    """In the place of a record that has more bytes than LONGEST_RECORD."""

    size: int

    def __str__(self) -> str:
        return f"{self.size:,} bytes long, where {LONGEST_RECORD // 2**20} MiB are the most"


Cut = bytes | TooLong


class _FaultError(Exception):
    """The rules of JSON are broken; the message says where and how."""


def split(text: bytearray) -> Iterator[Cut | Flaw]:
    """The text of each record in order, and what is wrong.

    Of a file that breaks off or breaks the rules of JSON, the records before the fault are given.
    """
    listed = _listed(text)
    if listed is not None:
        yield from map(_record, listed)
        return
    kept = 0
    try:
        for item in _walk(text):
            kept += not isinstance(item, Flaw)
            yield item
    except _FaultError as fault:
        yield Flaw(DAMAGED_JSON, f"{fault}; {kept} records before the fault are kept")


def _listed(text: bytearray) -> list[msgspec.Raw] | None:
    """All records of a sound file with one member, Records; None of any other, and of one with very many."""
    head, end = _HEAD.match(text), text.rfind(b"]")
    if head is None or not _TAIL.fullmatch(text, end) or text.count(b",") >= _MANY:
        return None
    try:
        return _LIST.decode(memoryview(text)[head.end() : end + 1])
    except (msgspec.DecodeError, RecursionError):
        return None


def _record(raw: msgspec.Raw) -> Cut:
    size = len(memoryview(raw))
    if size <= LONGEST_RECORD:
        return bytes(raw)
    return TooLong(size)


def _walk(text: bytearray) -> Iterator[Cut | Flaw]:
    """Member by member and record by record, as far as JSON's rules hold."""
    at = _skip(text, 0)
    if text[at : at + 1] != b"{":
        yield _something_else(text, at)
        return
    lists = members = 0
    at = _skip(text, at + 1)
    while members or text[at : at + 1] != b"}":
        name, at = _name(text, at)
        members += 1
        lists += name == "Records"
        if name == "Records" and lists == 2:
            yield Flaw(REPEATED_RECORDS, "all of them are shown")
        if name == "Records" and text[at : at + 1] == b"[":
            at = yield from _records(text, at)
        elif name == "Records":
            yield Flaw(NO_RECORDS, "its member Records is no list")
            at = _checked(text, at)[0]
        else:
            at = _checked(text, at)[0]
        at = _skip(text, at)
        if text[at : at + 1] != b",":
            break
        at = _skip(text, at + 1)
    at = _skip(text, _expected(text, at, b"}"))
    if at != len(text):
        raise _FaultError(f"byte {at:,}: the file goes on after its end")
    if not lists:
        yield Flaw(NO_RECORDS, "it has no member Records")


def _something_else(text: bytearray, at: int) -> Flaw:
    """What a file is that is no JSON object."""
    begin = ascii(bytes(text[at : at + 24]).decode(errors="replace"))
    try:
        sound = _skip(text, _checked(text, at)[0]) == len(text)
    except _FaultError:
        sound = False
    if sound:
        return Flaw(NO_RECORDS, f"it is no JSON object, but begins with {begin}")
    return Flaw(DAMAGED_JSON, f"it begins with {begin}" if at < len(text) else "it is empty")


def _records(text: bytearray, at: int) -> Generator[Cut, None, int]:
    """The records of the list that begins here; the generator's value is the place behind it."""
    at = _skip(text, at + 1)
    if text[at : at + 1] == b"]":
        return at + 1
    wide, alone_to = _WIDEST, at  # up to there, trying several at once has failed
    while True:
        several, end = _several(text, at, wide) if at >= alone_to else ([], at)
        if several:
            yield from map(_record, several)
            wide = min(2 * wide, _WIDEST)
        elif at >= alone_to and wide > _NARROWEST:
            wide //= 4
            continue
        else:
            alone_to = max(alone_to, at + _NARROWEST)
            end, record = _checked(text, at)
            yield record
        at = _skip(text, end)
        if text[at : at + 1] == b"]":
            return at + 1
        at = _skip(text, _expected(text, at, b","))


def _several(text: bytearray, at: int, wide: int) -> tuple[list[msgspec.Raw], int]:
    """The values in so many bytes, and where they end; none if the last comma there is not between records.

    A beginning that is a whole list when a bracket is put behind it ends between two values of that list.
    """
    end = text.rfind(b"},", at, at + wide) + 1 or text.rfind(b",", at, at + wide)
    if end <= at:
        return [], at
    try:
        return _LIST.decode(b"[" + text[at:end] + b"]"), end
    except (msgspec.DecodeError, RecursionError):
        return [], at


def _checked(text: bytearray, at: int) -> tuple[int, Cut]:
    """The place behind the value that begins here, and the value.

    Raises:
        _FaultError: it is not sound JSON, so that its end is not certain.

    """
    end = _end(text, at)
    try:
        return end, _record(_ANY.decode(memoryview(text)[at:end]))
    except RecursionError:
        raise _FaultError(f"byte {at:,}: nested too deeply") from None
    except msgspec.DecodeError as error:
        if end - at > LONGEST_RECORD:
            raise _FaultError(f"in the value from byte {at:,}: {error}") from None
    cut = bytes(text[at:end])
    try:  # What is only no text, such as half of a surrogate pair, is still JSON, and the record's own fault.
        letters = cut.decode("latin-1")
        sound = _SCANNER.raw_decode(letters)[1] == len(letters)
    except (ValueError, RecursionError):
        sound = False
    if not sound:
        raise _FaultError(f"in the value from byte {at:,}: not sound JSON")
    return end, cut


def _end(text: bytearray, at: int) -> int:
    """Where the value that begins here ends, told from its quotes and brackets alone."""
    if text[at : at + 1] != b"{" and text[at : at + 1] != b"[":
        found = _STRING.match(text, at) or _WORD.match(text, at)
        if found is None:
            raise _FaultError(f"byte {at:,}: no value")
        return found.end()
    depth = 0
    for found in _BRACKETS.finditer(text, at):
        mark, number = text[found.start()], found.end() - found.start()
        if mark in b"{[":
            depth += number
        elif mark in b"}]":
            if number >= depth:
                return found.start() + depth
            depth -= number
        elif number == 1:
            break  # a string without end
    raise _FaultError(f"the value from byte {at:,} has no end")


def _name(text: bytearray, at: int) -> tuple[str, int]:
    """A member's name, and where its value begins."""
    found = _STRING.match(text, at)
    if found is None:
        raise _FaultError(f"byte {at:,}: no member's name")
    end = found.end() if found.end() - at <= _LONGEST_NAME else at
    try:
        _ANY.decode(memoryview(text)[at : found.end()])
        name = _NAME.decode(text[at:end]) if end > at else ""
    except msgspec.DecodeError as error:
        raise _FaultError(f"in the name at byte {at:,}: {error}") from None
    return name, _skip(text, _expected(text, _skip(text, found.end()), b":"))


def _expected(text: bytearray, at: int, mark: bytes) -> int:
    """The place behind a mark.

    Raises:
        _FaultError: something else stands here.

    """
    if text[at : at + 1] != mark:
        raise _FaultError(f"byte {at:,}: {mark.decode()} expected")
    return at + 1


def _skip(text: bytearray, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
