"""The fast reading of a log file says what a plain reading with `json` says, sound or damaged."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from typing import Any

import pytest

from audit import scan as scanning
from audit.findings import Finding
from audit.native import NATIVE
from audit.records import Record
from audit.scan import Tally, scan
from audit.selection import IMAGE_BUILDER, Selection
from tests.corpus import gzipped, log_file

EVERY_SERVICE = Selection(event_sources=frozenset())


@pytest.fixture(params=["compiled", "not compiled"], autouse=True)
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every property here holds with the C reader and on a machine that cannot compile it."""
    if request.param == "not compiled":
        monkeypatch.setattr(scanning, "NATIVE", None)
    elif NATIVE is None:
        pytest.skip("no C compiler when this was set up: apt-get install gcc")


def record(**changes: Any) -> dict[str, Any]:
    """A sound Image Builder record."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "Root", "accountId": "123456789012"},
        "eventTime": "2026-01-01T00:00:00Z",
        "eventSource": IMAGE_BUILDER,
        "eventName": "ListImages",
        "requestParameters": None,
        "eventID": "e-1",
    } | changes


@dataclass
class Read:
    """What one log file gave."""

    records: list[Record]
    findings: list[Finding]
    events: int


def read(key: str, data: bytes, selection: Selection) -> Read:
    """Scan one log file to its end."""
    tally = Tally()
    records = list(scan(key, data, selection, tally))
    return Read(records, tally.findings, tally.events)


def oracle(text: bytes, source: str | None) -> list[Any]:
    """The records of a service (all, if None), read in the slowest and plainest way."""
    return [item for item in json.loads(text)["Records"] if source is None or item["eventSource"] == source]


def written(item: Any, chance: random.Random) -> str:
    """The same JSON value with another key order, spacing and escapes."""
    gap = chance.choice(["", " ", "\n  ", "\t\r\n"])
    if isinstance(item, dict):
        pairs = list(item.items())
        chance.shuffle(pairs)
        body = f",{gap}".join(f"{written(k, chance)}{gap}:{gap}{written(v, chance)}" for k, v in pairs)
        return f"{{{gap}{body}{gap}}}"
    if isinstance(item, list):
        return f"[{gap}{f',{gap}'.join(written(part, chance) for part in item)}{gap}]"
    if isinstance(item, str) and chance.random() < 0.2:
        return '"' + "".join(f"\\u{ord(letter):04x}" for letter in item) + '"'
    return json.dumps(item, ensure_ascii=chance.random() < 0.5)


def random_record(chance: random.Random) -> dict[str, Any]:
    """A record of some service with odd but legal contents, other records' look-alikes among them."""
    forged = record(eventID="forged")
    parameters = chance.choice(
        [
            None,
            {"a": [forged, forged]},
            {"entries": [{}, forged, forged, {}]},
            {"text": json.dumps(forged)},
            {"x": "é\u2028"},
        ]
    )
    source = chance.choice([IMAGE_BUILDER, IMAGE_BUILDER, "ec2.amazonaws.com", "s3.amazonaws.com"])
    return record(
        eventSource=source,
        eventID=f"{chance.random()}",
        requestParameters=parameters,
        userAgent=IMAGE_BUILDER,
    )


@pytest.mark.parametrize("source", [IMAGE_BUILDER, None])
def test_any_key_order_spacing_and_escapes_give_the_records_that_json_gives(source: str | None) -> None:
    """Whatever the writer's habits, each wanted record is found once, in order, with its values unchanged."""
    chance = random.Random(7)  # noqa: S311
    selection = Selection() if source else EVERY_SERVICE
    for _ in range(300):
        records = [random_record(chance) for _ in range(chance.randrange(6))]
        compact = json.dumps({"Records": records}, separators=(",", ":"))
        for text in (compact.encode(), written({"Records": records}, chance).encode()):
            result = read("k", gzipped(text, 1), selection)
            assert not result.findings
            assert [json.loads(found.line()) for found in result.records] == oracle(text, source)
            assert all(b"\n" not in found.line() and b"\r" not in found.line() for found in result.records)
            assert result.events == len(records)


def test_a_record_nested_in_another_is_not_taken_for_one() -> None:
    """Look-alikes inside requestParameters neither appear nor hide the record that holds them."""
    outer = record(eventSource="bedrock.amazonaws.com", requestParameters={"d": [record(eventID="x")] * 5})
    result = read("k", log_file([outer, record(eventID="real")]), Selection())
    assert [found.event.event_id for found in result.records] == ["real"]
    text = json.dumps({"Records": [outer, record(eventID="real")]}, separators=(",", ":")).encode()
    assert [found.event.event_id for found in read("k", text, Selection()).records] == ["real"]


@pytest.mark.parametrize(
    ("text", "code", "kept"),
    [
        (b"", "IBT105", 0),
        (b"{}", "IBT106", 0),
        (b"[]", "IBT106", 0),
        (b'{"Records": 7}', "IBT106", 0),
        (b'{"Records": {"a": 1}}', "IBT106", 0),
        (b'{"Records": [%s, {"eventSource": }]}' % json.dumps(record()).encode(), "IBT105", 1),
        (b'{"Records": [%s' % json.dumps(record()).encode(), "IBT105", 1),
        (b'{"Records": [%s, %s, %s, nul]}' % ((json.dumps(record()).encode(),) * 3), "IBT105", 3),
        (b'{"Records": [%s]} x' % json.dumps(record()).encode(), "IBT105", 1),
        (b'{"Records": [%s, 7, %s]}' % ((json.dumps(record()).encode(),) * 2), "IBT107", 2),
        (b'{"Records": [%s, {}, %s]}' % ((json.dumps(record()).encode(),) * 2), "IBT107", 2),
        (b'{"Records": [%s]}' % json.dumps(record(eventTime=5)).encode(), "IBT107", 0),
        (b'{"Records": [%s]}' % json.dumps(record(readOnly="yes")).encode(), "IBT107", 0),
        (b'{"Records": [%s]}' % json.dumps(record(userAgent="\udc80")).encode(), "IBT107", 0),
        (
            b'{"Records": [%s]}' % json.dumps(record(userAgent="Z")).encode().replace(b'"Z"', b'"\xff"'),
            "IBT107",
            0,
        ),
        (
            b'{"Records": [%s]}'
            % json.dumps(record(requestParameters="Z")).encode().replace(b'"Z"', b'"\xff"'),
            "IBT107",
            0,
        ),
        (
            b'{"Records": [%s, %s]}'
            % (
                json.dumps(record()).encode(),
                json.dumps(record(eventSource="ec2", userAgent="Z")).encode().replace(b'"Z"', b'"\xff"'),
            ),
            "IBT107",
            1,
        ),
        (b'{"Records": [%s]}' % (b"[" * 100_000), "IBT105", 0),
        (b"\x00" * 50, "IBT105", 0),
    ],
)
def test_damage_is_one_finding_and_the_sound_records_are_kept(text: bytes, code: str, kept: int) -> None:
    """Each kind of broken JSON or record is reported under its code; what can be told for certain is kept."""
    result = read("a/key", text, Selection())
    assert [finding.kind.code for finding in result.findings] == [code]
    assert result.findings[0].where.startswith("a/key")
    assert len(result.records) == kept


def test_a_record_beyond_256_kb_is_read_whole() -> None:
    """CloudTrail's usual record size is no limit here."""
    big = record(requestParameters={"data": "x" * 400_000})
    result = read("k", log_file([big]), Selection())
    assert json.loads(result.records[0].text) == big


def test_100_000_fuzzed_records_lose_nothing_and_break_nothing() -> None:
    """A record is kept if a plain reading accepts it, and is a finding otherwise; nothing raises."""
    chance = random.Random(11)  # noqa: S311
    values: list[Any] = [
        None,
        1,
        -2.5,
        True,
        "",
        "x\x00y",
        "=1+1",
        [],
        {},
        [[[]]],
        {"a": {"b": None}},
        "é" * 50,
    ]
    for _ in range(200):
        records = []
        for number in range(500):
            item = record(eventID=f"{number}")
            for _ in range(chance.randrange(3)):
                item[chance.choice([*item, "readOnly", "errorCode", "resources"])] = chance.choice(values)
            records.append(item)
        result = read("k", log_file(records), Selection())
        good = [item for item in records if item["eventSource"] == IMAGE_BUILDER and sound(item)]
        bad = [
            item
            for item in records
            if not isinstance(item["eventSource"], str)
            or (item["eventSource"] == IMAGE_BUILDER and not sound(item))
        ]
        assert [json.loads(found.text) for found in result.records] == good
        assert told(result.findings) == len(bad)


def told(findings: list[Finding]) -> int:
    """How many things are told of: the first ones one by one, the others as a number."""
    more = [re.fullmatch(r"and ([\d,]+) more of this kind in this file", found.detail) for found in findings]
    return sum(int(found[1].replace(",", "")) if found else 1 for found in more)


def sound(item: dict[str, Any]) -> bool:
    """Whether a record's members have the types that CloudTrail documents."""
    texts = all(isinstance(item[name], str) for name in ("eventTime", "eventSource", "eventName"))
    texts = texts and item["eventTime"] == record()["eventTime"]
    maybe = all(isinstance(item.get(name), str | None) for name in ("eventID", "errorCode"))
    flag = isinstance(item.get("readOnly"), bool | None)
    who = item["userIdentity"]
    return texts and maybe and flag and (who is None or isinstance(who, dict))
