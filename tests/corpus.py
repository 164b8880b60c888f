"""A corpus of CloudTrail log files that is the same on each machine, with the truth about it counted apart.

It knows nothing of `audit`: the truth comes from the choices made while writing. The mix follows an account
where services work through roles: much AssumeRole (with its long session token), EC2 and KMS, five in a
hundred Image Builder.
"""

from __future__ import annotations

import base64
import json
import os
import random
import re
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.corpus_templates import ADDRESSES, AGENTS, IDENTITIES, IMAGE_BUILDER_CALLS, OTHER_CALLS, Call

REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2", "us-west-2")
ACCOUNT = "123456789012"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_SOURCES = ("corpus.py", "corpus_templates.py")
_MARK = re.compile(r"@([A-Z]+)@")


@dataclass
class Truth:
    """What was written: all events, and the counts that describe the Image Builder ones."""

    events: int = 0
    size: int = 0
    image_builder: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    identities: Counter[str] = field(default_factory=Counter)
    callers: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    hours: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        """The truth as JSON values."""
        return {
            name: dict(value) if isinstance(value, Counter) else value for name, value in vars(self).items()
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Truth:
        """The truth from JSON values."""
        truth = cls()
        for name, value in values.items():
            setattr(truth, name, Counter(value) if isinstance(value, dict) else value)
        return truth


class _Template:
    """A record whose marks (`@UUID@` and the like) are filled anew for each event."""

    def __init__(self, identity: Mapping[str, Any] | None, call: Call, region: str, agent: str) -> None:
        pieces = _MARK.split(json.dumps(_record(identity, call, region, agent), separators=(",", ":")))
        self.text = "%s".join(piece.replace("%", "%%") for piece in pieces[::2]).encode()
        self.marks = pieces[1::2]


def _record(identity: Mapping[str, Any] | None, call: Call, region: str, agent: str) -> dict[str, Any]:
    head: dict[str, Any] = {"eventVersion": "1.11"}
    if identity is not None:
        head["userIdentity"] = identity
    error = (
        {"errorCode": call.error, "errorMessage": f"{call.error} while calling @HEX@"} if call.error else {}
    )
    return {
        **head,
        "eventTime": "@TIME@",
        "eventSource": call.source,
        "eventName": call.name,
        "awsRegion": region,
        "sourceIPAddress": "@IP@",
        "userAgent": agent,
        **error,
        "requestParameters": call.request,
        "responseElements": None if call.error else call.response,
        **call.extra,
        "requestID": "@UUID@",
        "eventID": "@UUID@",
        "readOnly": call.read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{call.source.partition('.')[0]}.{region}.amazonaws.com",
        },
    }


class _Writer:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a corpus, not a secret
        self.truth = Truth()
        self.fills: dict[str, Callable[[], bytes]] = {
            "UUID": self._uuid,
            "HEX": lambda: self.chance.randbytes(9).hex().encode()[:17],
            "TOKEN": lambda: base64.b64encode(self.chance.randbytes(450)),
            "ID": lambda: base64.b64encode(self.chance.randbytes(56)),
            "KEY": lambda: b"ASIA" + base64.b32encode(self.chance.randbytes(10)),
            "IP": lambda: self.chance.choice(ADDRESSES),
        }
        self.templates: dict[tuple[int, int], _Template] = {}

    def _uuid(self) -> bytes:
        text = self.chance.randbytes(16).hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}".encode()

    def event(self, second: int, region: str) -> bytes:
        """One record's text, counted."""
        image_builder = self.chance.random() < 0.05
        calls = IMAGE_BUILDER_CALLS if image_builder else OTHER_CALLS
        call_number, who = self.chance.randrange(len(calls)), self.chance.randrange(len(IDENTITIES))
        call = calls[call_number]
        key = (who, call_number + (1000 if image_builder else 0) + 10000 * REGIONS.index(region))
        template = self.templates.get(key)
        if template is None:
            agent = AGENTS[(who + call_number) % len(AGENTS)]
            template = self.templates[key] = _Template(IDENTITIES[who].json, call, region, agent)
        time = (BEGIN + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")
        fills = self.fills
        values = tuple(time.encode() if mark == "TIME" else fills[mark]() for mark in template.marks)
        self.truth.events += 1
        if image_builder:
            truth = self.truth
            truth.image_builder += 1
            truth.actions[call.name] += 1
            truth.identities[IDENTITIES[who].who] += 1
            truth.callers[caller(IDENTITIES[who].json or {})] += 1
            truth.results[call.error or "ok"] += 1
            truth.hours[time[:13]] += 1
        return template.text % values


def write(folder: Path, events: int, *, seed: int = 1, level: int = 6) -> Truth:
    """Write log files with that many events in CloudTrail's own layout; `level` is gzip's."""
    writer = _Writer(seed)
    number = 0
    while writer.truth.events < events:
        count = min(writer.chance.choice((20, 200, 800, 2000, 3000)), events - writer.truth.events)
        region = REGIONS[number % len(REGIONS)]
        second = number * 300
        records = [writer.event(second + writer.chance.randrange(300), region) for _ in range(count)]
        text = b'{"Records":[' + b",".join(records) + b"]}"
        writer.truth.size += len(text)
        time = BEGIN + timedelta(seconds=second + 300)
        name = f"{ACCOUNT}_CloudTrail_{region}_{time:%Y%m%dT%H%MZ}_{number:016}.json.gz"
        path = folder / "AWSLogs" / ACCOUNT / "CloudTrail" / region / f"{time:%Y/%m/%d}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzipped(text, level))
        number += 1
    return writer.truth


def caller(identity: Mapping[str, Any]) -> str:
    """The first of the members that name an identity, as SQL's coalesce would take it."""
    names = ("arn", "userName", "invokedBy", "principalId", "type")
    return next((identity[name] for name in names if name in identity), "none")


def cached(events: int) -> tuple[Path, Truth]:
    """A corpus of that size in the machine's temporary folder, written once, and its truth."""
    version = zlib.crc32(b"".join(Path(__file__).with_name(name).read_bytes() for name in _SOURCES))
    folder = Path(tempfile.gettempdir()) / f"image-builder-trail-corpus-{events}-{version:08x}"
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
            truth = write(Path(unfinished, "corpus"), events, level=1)
            Path(unfinished, "corpus", "truth").write_text(json.dumps(truth.to_json()))
            with suppress(OSError):  # another process was faster with the same
                Path(unfinished, "corpus").rename(folder)
    if folder.lstat().st_uid != os.geteuid():
        raise PermissionError(
            f"{folder} was made by another user: delete it, or let TMPDIR name another folder"
        )
    return folder, Truth.from_json(json.loads((folder / "truth").read_text()))


def gzipped(text: bytes, level: int = 6) -> bytes:
    """One gzip member, the same bytes on each machine."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(text) + packer.flush()


def log_file(records: Sequence[Any]) -> bytes:
    """A gzip'd log file with these records."""
    return gzipped(json.dumps({"Records": records}).encode(), 1)
