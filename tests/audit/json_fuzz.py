"""Texts around the edge of what JSON allows, to hold the C reader against the others.

`python -m tests.audit.json_fuzz LIBRARY SEED` feeds them to a library compiled with sanitizers, which end the
process at the first byte read or written out of place.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audit.native import Native
from audit.selection import IMAGE_BUILDER

SERVICES = frozenset({IMAGE_BUILDER})
_STRAWS = (
    *(
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b" ",
        b"\n",
        b"\0",
        b"\x1f",
        b"\x7f",
        b"\xff",
        b"\xc3",
    ),
    *(b"\xc3\xa9", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xe2\x80\xa8", b"\xc0\x80", b"\xf4\x90\x80\x80"),
    *(b"\\u00e9", b"\\ud83d\\ude00", b"\\ud83d", b"\\ude00", b"\\u12", b"\\x", b"\\/", b'\\"'),
    *(b"0", b"01", b"-", b"1.", b"1.5e+3", b"1e", b".5", b"null", b"nul", b"true", b"false", b"NaN"),
    *(b'"eventSource":"imagebuilder.amazonaws.com",', b'"eventSource":7,', b'{"a":[]}', b"[[[[", b"]]]]"),
)


def values(chance: random.Random, depth: int = 0) -> Any:
    """Any JSON value."""
    kind = chance.randrange(9 if depth < 4 else 6)
    if kind > 6:
        return {f"k{number}": values(chance, depth + 1) for number in range(chance.randrange(4))}
    if kind == 6:
        return [values(chance, depth + 1) for _ in range(chance.randrange(4))]
    text = "".join(chance.choice('ab"\\/\n\té😀\u2028 ') for _ in range(chance.randrange(70)))
    return (None, True, False, chance.randrange(-999, 999), chance.uniform(-1e9, 1e9), text)[kind]


def record(chance: random.Random) -> dict[str, Any]:
    """A record of some service, its members in any order."""
    source = chance.choice((IMAGE_BUILDER, "ec2.amazonaws.com"))
    members = [("eventSource", source), ("eventName", "ListImages"), ("eventTime", "2026-01-01T00:00:00Z")]
    members += [(f"m{number}", values(chance)) for number in range(chance.randrange(4))]
    chance.shuffle(members)
    return dict(members)


def texts(seed: int, number: int) -> Iterator[bytearray]:
    """Log files, most of them with a little damage."""
    chance = random.Random(seed)  # noqa: S311 - the same texts each time
    for _ in range(number):
        records = [record(chance) for _ in range(chance.randrange(4))]
        separators = chance.choice(((",", ":"), (", ", ": "), (" ,\n", "\t:\r\n")))
        whole = json.dumps({"Records": records}, separators=separators, ensure_ascii=chance.random() < 0.5)
        text = bytearray(whole.encode())
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            at = chance.randrange(len(text) + 1)
            change = chance.randrange(4)
            if change == 0:
                text[at:at] = chance.choice(_STRAWS)
            elif change == 1:
                del text[at : at + chance.randrange(1, 20)]
            elif change == 2:
                text[at : at + 1] = bytes([chance.randrange(256)])
            else:
                del text[at:]
        yield text


def main(library: str, seed: str) -> None:
    """Feed a library, with room that ends where the text ends."""
    native = Native(Path(library))
    for text in texts(int(seed), 4000):
        native.records(text, SERVICES)
        native.records(text, frozenset())
        native.tail(bytes(text))
    sys.stdout.write("unhurt\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
