"""Tables in plain text: as wide as the terminal, and what had to be cut for that is said."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import BinaryIO

from console.messages import say
from console.streams import at_terminal
from console.text import shown, width

MOST_TABLE_ROWS = 500  # a terminal is no place for more
_GAP = "  "
_USUAL = 80
_PAGE = 120  # how wide a folded table is where there is no terminal, unless COLUMNS says otherwise
_WIDEST = 48  # where nothing is cut, a wider cell pushes the others on
_NARROWEST = 16  # a column that is cut shows at least this much
_FOLDED = 10  # and a column that is folded
_LONGEST_FIXED = 32  # cells that are all equally long, such as times, are not cut up to this


@dataclass
class Tables:
    """Writes one table or several to a file; `room` is the terminal's width, None where there is none."""

    file: BinaryIO
    bold: bool = False
    room: int | None = None
    cut: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    _written: bool = False
    _heads: list[str] = field(default_factory=list)
    _longest: list[str] = field(default_factory=list)

    def write(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        title: str = "",
        fold: bool = False,
    ) -> None:
        """Write a table, an empty line after the one before.

        Where it is wider than the terminal, or with `fold` than a page where there is no terminal, its
        widest columns become narrower: cells are cut at "…" or, with `fold`, go on in the next line. Columns
        for which there is no room then are left out from the right.
        """
        if fold and self.room is None:
            self.room = _said_columns() or _PAGE
        cells = [[shown(value) for value in row] for row in rows]
        heads = [shown(head.strip("_").replace("_", " ").upper()) for head in heads]
        widths = self._widths(heads, cells, fold=fold)
        on, off = ("\x1b[1m", "\x1b[0m") if self.bold else ("", "")
        out = ["\n"] if self._written else []
        out += [f"{on}{shown(title)}{off}\n"] if title else []
        out += [f"{on}{line}{off}\n" for line in self._lines(heads, widths, fold=True)]
        out += [f"{line}\n" for row in cells for line in self._lines(row, widths, fold=fold)]
        self.file.write("".join(out).encode())
        self._written = True
        self._heads, self._longest = heads, _longest([heads, *cells])

    def more(self, rows: Iterable[Sequence[object]]) -> None:
        """Go on with the table just written; a column gets wider where a cell needs it."""
        cells = [[shown(value) for value in row] for row in rows]
        self._longest = _longest([self._longest, *cells])
        widths = self._widths(self._heads, [*cells, self._longest], fold=False)
        out = [f"{line}\n" for row in cells for line in self._lines(row, widths, fold=False)]
        self.file.write("".join(out).encode())

    def _widths(self, heads: Sequence[str], cells: Sequence[Sequence[str]], *, fold: bool) -> list[int]:
        columns = [[head, *column] for head, *column in zip(heads, *cells, strict=True)]
        wanted = [max(map(width, column)) for column in columns]
        if self.room is None:
            return [min(one, max(_WIDEST, width(head))) for one, head in zip(wanted, heads, strict=True)]
        least = [_least(column[1:], one, fold=fold) for column, one in zip(columns, wanted, strict=True)]
        found = _fitted(wanted, least, self.room)
        shortened = [head for head, has, one in zip(heads, found, wanted, strict=False) if has < one]
        self.cut += [] if fold else [head.lower() for head in shortened]
        self.left_out += [head.lower() for head in heads[len(found) :]]
        return found

    def _lines(self, cells: Sequence[str], widths: Sequence[int], *, fold: bool) -> Iterator[str]:
        """One row: one line, or as many as its folded cells take."""
        if self.room is None:
            yield _aligned(cells, widths)
        elif fold:
            folded = [_folded(cell, room) for cell, room in zip(cells, widths, strict=False)]
            yield from (_aligned(line, widths) for line in zip_longest(*folded, fillvalue=""))
        else:
            yield _aligned([_cut(cell, room) for cell, room in zip(cells, widths, strict=False)], widths)

    def tell(self) -> None:
        """Say what did not fit."""
        parts = (("cut in", self.cut), ("left out", self.left_out))
        said = "; ".join(f"{what}: {', '.join(dict.fromkeys(heads))}" for what, heads in parts if heads)
        if said:
            say(f"to fit {self.room} columns, {said}. A wider terminal, --output or another --format has all")


@contextmanager
def tables(file: BinaryIO) -> Iterator[Tables]:
    """Write tables to a file, and say at the end what did not fit the terminal, if it is one.

    Bold on a terminal, unless NO_COLOR is set (https://no-color.org).
    """
    terminal = at_terminal(file)
    room = _columns(file) if terminal else None
    written = Tables(file, bold=terminal and not os.environ.get("NO_COLOR"), room=room)
    yield written
    if terminal:
        file.flush()
    written.tell()


def _longest(rows: Iterable[Sequence[str]]) -> list[str]:
    """Of each column its widest cell."""
    return [max(column, key=width) for column in zip(*rows, strict=True)]


def _columns(terminal: BinaryIO) -> int:
    """How wide a terminal is: what COLUMNS says, else what the terminal says, else the usual 80."""
    try:
        return _said_columns() or os.get_terminal_size(terminal.fileno()).columns or _USUAL
    except OSError:
        return _USUAL


def _said_columns() -> int:
    said = os.environ.get("COLUMNS", "")
    return int(said) if said.isdecimal() else 0


def _least(cells: Sequence[str], wanted: int, *, fold: bool) -> int:
    """How narrow a column may become. Times, ids and numbers of one length are worth nothing cut."""
    alike = len({len(cell) for cell in cells}) == 1 and wanted <= _LONGEST_FIXED
    return wanted if alike else min(wanted, _FOLDED if fold else _NARROWEST)


def _fitted(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """The widths of as many columns from the left as fit; at least the first, whatever it takes."""
    for count in range(len(wanted), 0, -1):
        free = room - len(_GAP) * (count - 1)
        if sum(least[:count]) <= free:
            return _shared(wanted[:count], least[:count], free)
    return [min(wanted[0], room)] if wanted else []


def _shared(wanted: Sequence[int], least: Sequence[int], free: int) -> list[int]:
    """Give each column what it wants up to one limit, the widest that fits."""
    limit = max(wanted)
    while True:
        widths = [max(low, min(one, limit)) for one, low in zip(wanted, least, strict=True)]
        if sum(widths) <= free:
            break
        limit -= 1
    for place, one in enumerate(wanted):  # what the limit left over
        more = min(one - widths[place], free - sum(widths))
        widths[place] += more
    return widths


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (room - width(cell)) for cell, room in zip(cells, widths, strict=False))
    return _GAP.join(padded).rstrip()


def _cut(cell: str, room: int) -> str:
    return cell if width(cell) <= room else f"{_head(cell, room - 1)}…"


def _folded(cell: str, room: int) -> list[str]:
    """The cell's words in lines; a word that is longer than a line is broken."""
    lines, line = [], ""
    for word in cell.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer) <= room:
            line = longer
            continue
        lines += [line] if line else []
        line = word
        while width(line) > room:
            head = _head(line, room) or line[0]
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line]


def _head(text: str, room: int) -> str:
    """As much of the beginning as fits."""
    end = min(len(text), max(room, 0))
    while width(text[:end]) > room:
        end -= 1
    return text[:end]
