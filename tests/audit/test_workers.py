"""Workers never share a connection, a client or a lock, whatever the process that starts them has open."""

from __future__ import annotations

import ast
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from audit import logs, workers
from audit.lanes import InProcess, InThread, Lane, WorkerError
from audit.records import Record
from audit.scan import Tally
from audit.selection import Selection
from audit.sources.s3 import Bucket
from audit.sources.source import SourceError
from audit.workers import Job, Part
from localaws.testing import LocalAws
from tests import ROOT
from tests.audit.odd_s3 import OddS3, Request, listed
from tests.audit.test_scan import record
from tests.corpus import log_file

FILES = 200
ROUNDS = 4


def owners(records: Iterable[Record]) -> list[tuple[str, str | None]]:
    """The key under which each record was read, and the key that the record itself names."""
    return [(item.key, item.event.event_id) for item in records]


@pytest.fixture(scope="module")
def bucket(local_aws: LocalAws) -> str:
    """A bucket in which each log file's only record names the file's key."""
    client = local_aws.client("s3")
    client.create_bucket(Bucket="named-logs")
    for number in range(FILES):
        key = f"AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/01/{number:04}.json.gz"
        client.put_object(Bucket="named-logs", Key=key, Body=log_file([record(eventID=key)]))
    return "named-logs"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hundred log files."""
    for number in range(100):
        (tmp_path / f"{number:03}.json.gz").write_bytes(log_file([record(eventID=f"{number}")]))
    return tmp_path


@pytest.fixture
def in_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a folder is read by processes, as it is where the C reader is missing."""
    monkeypatch.setattr(workers, "NATIVE", None)


def test_a_client_that_is_in_use_is_never_shared_with_the_workers(
    local_aws: LocalAws, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is read under its own key, though the parent has connections open, round after round."""
    for name, value in local_aws.environment().items():
        monkeypatch.setenv(name, value)
    source = Bucket(bucket)
    for _ in range(ROUNDS):
        alone = [item for item in logs.read(source) if isinstance(item, Record)]
        assert owners(alone) == [(item.key, item.key) for item in alone]
        parts = list(logs.condensed(source, Selection(), owners, processes=2))
        assert [str(finding) for part in parts for finding in part.tally.findings] == []
        found = [pair for part in parts for pair in part.value]
        assert found == [(item.key, item.key) for item in alone]
        assert len(found) == FILES


def open_things(records: Iterable[Record]) -> set[str]:
    """What the process has open that others could have open as well: sockets, files that can be written."""
    del records
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(entry.readlink()))
        except FileNotFoundError:
            continue  # the listing's own
    return found


@pytest.mark.usefixtures("in_processes")
def test_a_worker_has_nothing_open_that_this_process_has_open(folder: Path, tmp_path: Path) -> None:
    """Not even what is meant to be inherited."""
    with socket.socketpair()[0] as one, (tmp_path / "lock").open("w") as lock:
        for handle in (one.fileno(), lock.fileno()):
            os.set_inheritable(handle, True)
        mine = open_things([])
        parts = logs.condensed(str(folder), Selection(), open_things, processes=2)
        theirs = set[str]().union(*(part.value for part in parts))
    assert {name for name in theirs & mine if name.startswith("socket:") or name.endswith("/lock")} == set()
    assert len(theirs) > 2


@pytest.mark.usefixtures("in_processes")
@pytest.mark.parametrize("counts", [True, False])
def test_nothing_is_forked(folder: Path, counts: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever threads run here: one of them may hold a lock that its copy would never give back."""

    def refused() -> int:
        raise AssertionError("a fork")

    monkeypatch.setattr(os, "fork", refused)
    parts = list(logs.condensed(str(folder), Selection(), owners, processes=2, counts=counts))
    assert sum(len(part.value) for part in parts) == 100


def names(path: Path) -> Iterator[str]:
    """The modules that a file imports, and the attributes that it uses, dotted."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.keyword):
            yield node.arg or ""


def test_no_module_of_the_project_forks() -> None:
    """Neither by itself nor by a library that does so by default."""
    forking = re.compile(r"multiprocessing\b|.*\bProcessPoolExecutor$|os\.fork|preexec_fn$")
    folders = ("audit", "config", "components", "examples", "policies", "packages/*/src")
    files = [path for folder in folders for path in ROOT.glob(f"{folder}/**/*.py")]
    assert len(files) > 200
    assert {f"{path}: {name}" for path in files for name in names(path) if forking.match(name)} == set()


def ended_by_signal(records: Iterable[Record]) -> None:
    """End the process as the system does when memory is short."""
    del records
    os.kill(os.getpid(), signal.SIGKILL)


def refusing(records: Iterable[Record]) -> None:
    """Refuse to work."""
    del records
    raise SourceError("no such thing")


@pytest.mark.usefixtures("in_processes")
def test_a_worker_s_end_before_its_time_is_one_clear_line(folder: Path) -> None:
    """With what ended it."""
    with pytest.raises(WorkerError, match=r"^a process that read logs ended by signal 9 .*run again$"):
        list(logs.condensed(str(folder), Selection(), ended_by_signal, processes=2))


@pytest.mark.usefixtures("in_processes")
def test_what_a_worker_raises_is_raised_here(folder: Path) -> None:
    """With its class and its words."""
    with pytest.raises(SourceError, match=r"^no such thing$"):
        list(logs.condensed(str(folder), Selection(), refusing, processes=2))


def children() -> set[str]:
    """The processes that this one has started and that are still there."""
    return {
        child for path in Path("/proc/self/task").glob("*/children") for child in path.read_text().split()
    }


@pytest.mark.parametrize("compiled", [True, False], ids=["threads", "processes"])
def test_reading_that_is_given_up_leaves_nothing_behind(
    folder: Path, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither processes nor threads, nor an open file."""
    if not compiled:
        monkeypatch.setattr(workers, "NATIVE", None)
    processes, threads, things = children(), set(threading.enumerate()), open_things([])
    parts = logs.condensed(str(folder), Selection(), owners, processes=2)
    assert isinstance(parts, Iterator)
    next(parts)
    parts.close()  # type: ignore[attr-defined]
    assert children() <= processes
    assert set(threading.enumerate()) <= threads
    assert open_things([]) <= things


def test_what_a_lane_has_ready_is_bounded() -> None:
    """A lane that nobody empties stops; one that is emptied goes on."""
    begun = threading.Semaphore(0)
    made: list[int] = []

    def work(share: list[int]) -> Iterator[Part[int]]:
        for number in share:
            made.append(number)
            begun.release()
            yield Part(number, Tally())

    lane: Lane[list[int], Part[int]] = Lane(InThread(work))
    lane.give(list(range(100)))
    for _ in range(3):
        begun.acquire()
    assert len(made) == 3  # two that are ready, and the one that waits
    assert [part.value for _ in range(100) for part in lane.unit()] == list(range(100))
    lane.stop()
    lane.join()


def test_a_job_is_sent_whole_to_each_process(folder: Path) -> None:
    """Its limit, its filters, its source: a share done there is as one done here."""
    job = Job(logs.open_source(str(folder)), Selection(event_ids=frozenset({"7", "8"})), 2**20, owners)
    share = [["007.json.gz", "008.json.gz"], ["009.json.gz"]]
    worker: InProcess[list[list[str]], Part[list[tuple[str, str | None]]]] = InProcess(job)
    assert list(worker.parts(share)) == list(job.parts(share))
    worker.close()


def test_ctrl_c_ends_the_workers_without_a_word(tmp_path: Path) -> None:
    """Exit code 130, even while an object is awaited that never comes."""
    waiting = threading.Event()

    def answer(request: Request) -> None:
        waiting.set()
        request.say_nothing()

    sound = log_file([record()])
    objects = {f"{number:03}.json.gz": sound for number in range(600)} | {"050.json.gz": answer}
    with OddS3(objects, listed).started() as server:
        environment = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")} | {
            "AWS_ENDPOINT_URL": server.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        command = [sys.executable, "-m", "audit", "events", "s3://logs"]
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        ) as process:
            waiting.wait()
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
            shown, told = process.communicate()
    assert (process.returncode, shown) == (130, b"")
    assert told.endswith(b": interrupted; no file is left half-written\n")
    assert told.count(b"\n") == 1
