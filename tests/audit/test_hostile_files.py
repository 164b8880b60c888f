"""Files made to take the machine's memory or time, or that are no files, cost little and are told of."""

from __future__ import annotations

import gzip
import json
import os
import socket
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from audit import logs
from audit.findings import Finding
from audit.records import Record
from audit.sources.folder import Folder
from audit.sources.source import OversizeError, SourceError
from audit.unpack import unpack
from tests.audit.measured import MOST_MEGABYTES, audit
from tests.audit.test_scan import record
from tests.corpus import gzipped, log_file

MIB = 2**20
EMPTY_MEMBER = gzipped(b"")


def told(source: Path) -> list[str]:
    """The codes of what is found wrong with a source."""
    return [item.kind.code for item in logs.read(str(source)) if isinstance(item, Finding)]


def sparse(path: Path) -> None:
    """3 GiB that take no place on the disk."""
    with path.open("wb") as file:
        file.truncate(3 * 2**30)


def repeated(head: bytes, piece: bytes, tail: bytes, size: int = 63 * MIB) -> Callable[[Path], None]:
    """Write a gzip'd log file whose text is mostly one piece over and over."""

    def write(path: Path) -> None:
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        many = piece * (MIB // len(piece) or 1)
        with path.open("wb") as file:
            file.write(packer.compress(head))
            for _ in range(size // len(many)):
                file.write(packer.compress(many))
            file.write(packer.compress(tail) + packer.flush())

    return write


def with_fault(write: Callable[[Path], None]) -> Callable[[Path], None]:
    """The same, and behind its end something that is no JSON."""

    def changed(path: Path) -> None:
        write(path)
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + b"x", 1))

    return changed


def packed_noise(path: Path) -> None:
    """As much as may be in a file, in members that hold nothing."""
    path.write_bytes(EMPTY_MEMBER * (60 * MIB // len(EMPTY_MEMBER)))


def lines_of_records(path: Path) -> None:
    """5.6 million lines, each a JSON value, and no log file."""
    path.write_bytes(b"{}\n" * 5_600_000)


RECORD = json.dumps(record()).encode()
SMALL = b'{"eventSource":"imagebuilder.amazonaws.com","eventName":"a","eventTime":"2026-01-01T00:00:00Z"}'
LISTS = SMALL[:-1] + b',"requestParameters":['
HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "3 GiB of zeros": (sparse, "IBT104"),
    "5.6 million empty records": (repeated(b'{"Records":[{}', b",{}", b"]}", 16 * MIB), "IBT107"),
    "2 million numbers": (repeated(b'{"Records":[7', b",7", b"]}", 4 * MIB), "IBT107"),
    "1.4 million empty records and a fault": (
        with_fault(repeated(b'{"Records":[{}', b",{}", b"]}", 4 * MIB)),
        "IBT105 IBT107",
    ),
    "one record of 63 MiB": (repeated(b'{"Records":[' + LISTS + b"[]", b",[]", b"]}]}"), "IBT107"),
    "one name of 63 MiB": (repeated(b'{"Records":[],"', b"a", b'":0}'), ""),
    "one text of 63 MiB": (repeated(b'{"Records":[{"eventSource":"', "é".encode(), b'"}]}'), "IBT107"),
    "63 MiB of spaces": (repeated(b'{"Records":', b" ", b"[]}"), ""),
    "63 MiB of brackets": (repeated(b'{"Records":', b"[", b""), "IBT105"),
    "63 MiB of quotes": (repeated(b'{"Records":[', b'"', b"]}"), "IBT105 IBT107"),
    "63 MiB that are no JSON": (repeated(b"", b"\0", b""), "IBT105"),
    "63 MiB of small sound records": (repeated(b'{"Records":[' + SMALL, b"," + SMALL, b"]}"), ""),
    "60 MiB of empty gzip members": (packed_noise, "IBT105"),
    "5.6 million lines": (lines_of_records, "IBT105"),
}


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "not compiled"])
@pytest.mark.parametrize("name", HOSTILE)
def test_no_file_takes_more_than_300_mb_of_memory(tmp_path: Path, name: str, compiled: bool) -> None:
    """Whatever it holds; what is wrong with it is told in a few lines, and the file beside it is read."""
    write, code = HOSTILE[name]
    source = tmp_path / "logs"
    source.mkdir()
    write(source / "a.json.gz")
    (source / "b.json.gz").write_bytes(log_file([record(eventName="ListImages")]))
    done = audit(tmp_path, "events", str(source), "--format", "jsonl", compiled=compiled)
    assert done.megabytes < MOST_MEGABYTES
    assert (done.code, {line[:6] for line in done.told}) == ((1, set(code.split())) if code else (0, set()))
    assert len(done.told) <= 22
    assert b"ListImages" in (tmp_path / "stdout").read_bytes()[-1000:]


@pytest.mark.parametrize("form", ["table", "csv"])
def test_rows_of_many_small_records_take_no_more(tmp_path: Path, form: str) -> None:
    """A row takes several times what its record takes in the file: they pass by a few at a time."""
    source = tmp_path / "a.json.gz"
    repeated(b'{"Records":[' + SMALL, b"," + SMALL, b"]}")(source)
    done = audit(tmp_path, "events", str(source), "--format", form)
    assert (done.code, done.megabytes < MOST_MEGABYTES) == (0, True)


def test_the_limit_holds_while_reading(tmp_path: Path) -> None:
    """With --max-file-mib 1, no more than that is read of 3 GiB."""
    sparse(tmp_path / "a.json")
    done = audit(tmp_path, "events", str(tmp_path / "a.json"), "--max-file-mib", "1")
    assert (done.code, [line[:6] for line in done.told]) == (1, ["IBT104"])
    assert done.megabytes < 100
    assert isinstance(dict(Folder(tmp_path).fetch(["a.json"], MIB))["a.json"], OversizeError)


def test_a_file_just_as_large_as_the_limit_is_read(tmp_path: Path) -> None:
    """A byte more, and it is left out; likewise packed."""
    text = log_file([record()])
    plain = gzip.decompress(text)
    for data in (plain, text):
        (tmp_path / "a.json").write_bytes(data)
        assert list(Folder(tmp_path).fetch(["a.json"], len(data))) == [("a.json", data)]
        assert isinstance(dict(Folder(tmp_path).fetch(["a.json"], len(data) - 1))["a.json"], OversizeError)


def test_findings_of_one_kind_are_told_one_by_one_up_to_twenty_in_each_file(tmp_path: Path) -> None:
    """Then as a number; another kind and another file have their own twenty."""
    for name in ("a.json.gz", "b.json.gz"):
        (tmp_path / name).write_bytes(log_file([{}] * 21 + [record()] + [7] * 1004) + b"behind")
    found = list(logs.read(str(tmp_path)))
    details = [item for item in found if isinstance(item, Finding) and item.kind.code == "IBT107"]
    assert len(details) == 42
    assert [item.where for item in details[:21:10]] == [
        "a.json.gz record 0",
        "a.json.gz record 10",
        "a.json.gz",
    ]
    assert [item.detail for item in details[20::21]] == ["and 1,005 more of this kind in this file"] * 2
    assert told(tmp_path).count("IBT108") == 2
    assert len([item for item in found if isinstance(item, Record)]) == 2


def test_a_great_many_findings_are_told_before_the_end(tmp_path: Path) -> None:
    """10,000 files that cannot be read are told of each, and none is kept."""
    for number in range(10_500):
        (tmp_path / f"{number:05}.json").symlink_to("nowhere")
    (tmp_path / "out").mkdir()
    done = audit(tmp_path / "out", "events", str(tmp_path), "--format", "csv")
    assert (done.code, len(done.told), len(set(done.told))) == (1, 10_500, 10_500)


def test_empty_gzip_members_are_gone_through_once(tmp_path: Path) -> None:
    """What zlib is given to copy grows with the file, not with its square."""
    fed: list[int] = []
    members = 20_000

    decompressor = zlib.decompressobj

    class Counting:
        """zlib's decompressor, and how many bytes it was given."""

        def __init__(self) -> None:
            self.inner = decompressor(31)

        def decompress(self, data: bytes, most: int) -> bytes:
            fed.append(len(data))
            return self.inner.decompress(data, most)

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("audit.unpack.zlib.decompressobj", lambda _: Counting())
        data = EMPTY_MEMBER * members + log_file([record()])
        assert unpack("k", data).finding is None
    assert sum(fed) < 20 * len(data)


def test_a_wrong_checksum_of_a_gzip_header_is_a_finding() -> None:
    """RFC 1952's FHCRC: the fast way does not look at it, so such files go the other way."""
    body = gzipped(b'{"Records": []}')
    header = body[:3] + b"\x02" + body[4:10]
    right = (zlib.crc32(header) & 0xFFFF).to_bytes(2, "little")
    assert bytes(unpack("k", header + right + body[10:]).text) == b'{"Records": []}'
    wrong = unpack("k", header + bytes(byte ^ 1 for byte in right) + body[10:])
    assert not wrong.text
    assert wrong.finding is not None
    assert wrong.finding.kind.code == "IBT102"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('{"Records":[%s],"Records":[%s]}', ["1", "2"]),
        ('{"Records":[%s],"more":{"Records":7},"\\u0052ecords":[%s]}', ["1", "2"]),
        ('{"Records":[],"Records":[%s,%s]}', ["1", "2"]),
        ('{"Records":[%s,%s],"Records":[]}', ["1", "2"]),
    ],
)
def test_records_listed_twice_are_all_shown_and_told_of(tmp_path: Path, text: str, ids: list[str]) -> None:
    """Neither the first list nor the last hides the other."""
    both = tuple(json.dumps(record(eventID=name)) for name in ("1", "2"))
    (tmp_path / "a.json").write_text(text % both)
    found = list(logs.read(str(tmp_path)))
    assert [item.event.event_id for item in found if isinstance(item, Record)] == ids
    assert [item.kind.code for item in found if isinstance(item, Finding)] == ["IBT109"]


def test_a_record_that_names_its_service_twice_is_a_finding(tmp_path: Path) -> None:
    """However it is spelled: which of the two counts would decide whether it is seen."""
    one = json.dumps(record(eventSource="ec2.amazonaws.com"))
    for name in ("eventSource", "event\\u0053ource"):
        twice = f'{one[:-1]},"{name}":"imagebuilder.amazonaws.com"}}'
        (tmp_path / "a.json").write_text(f'{{"Records":[{twice}]}}')
        assert told(tmp_path) == ["IBT107"]


@pytest.mark.parametrize("name", ["eventName", "event\\u004eame", "userIdentity", "errorCode", "strange"])
@pytest.mark.parametrize("space", ["", " "])
def test_a_record_that_names_a_member_twice_is_a_finding(tmp_path: Path, name: str, space: str) -> None:
    """Some readers show the first of the two, others the last, so neither is shown."""
    one = json.dumps(record(errorCode="x", strange=1), separators=(f",{space}", f":{space}"))
    meant = json.loads(f'"{name}"')
    again = json.dumps(json.loads(one)[meant])
    for twice in (f'{one[:-1]},{space}"{name}":{space}{again}}}', f'{{"{name}":{again},{one[1:]}'):
        (tmp_path / "a.json").write_text(f'{{"Records":[{twice}]}}')
        (finding,) = [item for item in logs.read(str(tmp_path)) if isinstance(item, Finding)]
        assert finding.kind.code == "IBT107"
        assert finding.detail == f"{meant} is named more than once"


def test_a_byte_order_mark_before_json_does_not_disturb(tmp_path: Path) -> None:
    """Some editors write one."""
    text = json.dumps({"Records": [record()]}).encode()
    for name in ("a.json", "b.json.gz"):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text)
    assert [type(item) for item in logs.read(str(tmp_path))] == [Record, Record]


def test_members_beside_records_do_not_disturb(tmp_path: Path) -> None:
    """Before, behind, of any type."""
    text = f'{{"a":[{{"Records":[{{}}]}}],"Records":[{json.dumps(record())}],"b":"\\"]}}","c":-1.5e3}}'
    (tmp_path / "a.json").write_text(text)
    found = list(logs.read(str(tmp_path)))
    assert [type(item) for item in found] == [Record]


def make_pipe(path: Path) -> None:
    """A named pipe into which nobody writes."""
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    """A socket on which nobody answers."""
    with socket.socket(socket.AF_UNIX) as one:
        before = Path.cwd()
        os.chdir(path.parent)  # its path may be too long for an address
        one.bind(path.name)
        os.chdir(before)


def make_link_to_device(path: Path) -> None:
    """A link to a device that never ends."""
    path.symlink_to("/dev/zero")


def make_link_to_itself(path: Path) -> None:
    """A link that leads nowhere."""
    path.symlink_to(path.name)


def make_link_to_folder(path: Path) -> None:
    """A link to a folder, which is not followed but must not be opened."""
    path.symlink_to("/")


@pytest.mark.parametrize("make", [make_pipe, make_socket, make_link_to_device, make_link_to_itself])
def test_what_is_no_regular_file_is_told_and_the_rest_is_read(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """Nothing waits for it, and nothing of it is read."""
    make(tmp_path / "a.json")
    (tmp_path / "b.json.gz").write_bytes(log_file([record()]))
    found = list(logs.read(str(tmp_path)))
    assert [item.kind.code for item in found if isinstance(item, Finding)] == ["IBT101"]
    assert [str(item.where) for item in found if isinstance(item, Finding)] == ["a.json"]
    assert len([item for item in found if isinstance(item, Record)]) == 1


def test_a_link_to_a_folder_is_no_file(tmp_path: Path) -> None:
    """Its name may end as a log file's does."""
    make_link_to_folder(tmp_path / "a.json")
    assert told(tmp_path) == []


def test_a_source_that_is_a_pipe_is_one_clear_line(tmp_path: Path) -> None:
    """The message says what it is and what to give."""
    make_pipe(tmp_path / "a.json")
    with pytest.raises(SourceError, match=r"a\.json: is a named pipe; give a folder, a file or s3://bucket"):
        list(logs.read(str(tmp_path / "a.json")))


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "parquet"])
def test_a_file_s_name_need_not_be_utf_8(tmp_path: Path, form: str) -> None:
    """Its records are shown like others', and a finding in it names it."""
    source = tmp_path / "logs"
    source.mkdir()
    name = os.fsencode(source) + b"/caf\xe9.json"
    with open(name, "wb") as file:  # noqa: PTH123 - no Path of text
        file.write(json.dumps({"Records": [record(), {}]}).encode())
    done = audit(tmp_path, "events", str(source), "--format", form)
    assert (done.code, len(done.told)) == (1, 1)
    assert done.told[0].startswith("IBT107 ")
    assert "caf\\xe9.json record 1" in done.told[0]
    assert done.shown > 100
