"""What is called .gz and is none is told as that, not as faulty JSON."""

from __future__ import annotations

import json

import pytest

from audit.findings import DAMAGED_GZIP, DAMAGED_JSON
from audit.selection import Selection
from tests.audit.test_scan import read, record


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"hello\n", r"it is no gzip at all, but begins with 'hello\n'"),
        (b"\x1b[2J", r"it is no gzip at all, but begins with '\x1b[2J'"),
        (b"", "it is empty"),
    ],
)
def test_a_file_called_gz_that_is_none_is_told(data: bytes, detail: str) -> None:
    """With its first bytes, spelled out; the same bytes under a plain name are faulty JSON."""
    [finding] = read("a.json.gz", data, Selection()).findings
    assert (finding.kind, finding.where, finding.detail) == (DAMAGED_GZIP, "a.json.gz", detail)
    [finding] = read("a.json", data, Selection()).findings
    assert finding.kind is DAMAGED_JSON


def test_plain_json_called_gz_is_read() -> None:
    """As a client leaves it that unpacks what it fetches."""
    data = b" \n" + json.dumps({"Records": [record(eventID="1")]}).encode()
    found = read("a.json.gz", data, Selection())
    assert ([one.event.event_id for one in found.records], found.findings) == (["1"], [])
