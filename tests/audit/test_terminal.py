"""A terminal obeys escape sequences: none of a record ever reaches it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT
from tests.audit.test_scan import record
from tests.corpus import log_file

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\r\n\x7f"
OURS = re.compile(r"\x1b\[(?:[01]m|K)")  # bold heads, and progress that is overwritten


def at_terminal(*arguments: str) -> str:
    """What `python -m audit` writes to a terminal, stdout and stderr, line ends aside."""
    reader, terminal = pty.openpty()
    command = [sys.executable, "-m", "audit", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=terminal, stderr=terminal, env=os.environ | {"COLUMNS": "200"}
    ) as process:
        os.close(terminal)
        found = bytearray()
        try:
            while more := os.read(reader, 2**16):
                found += more
        except OSError:  # the other end is closed: that is how a terminal ends
            pass
        os.close(reader)
    assert process.returncode in {0, 1}
    return found.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    "arguments",
    [
        *(["events", "--format", form, "--columns", "all"] for form in ("table", "json", "csv")),
        ["events", "--format", "jsonl"],
        *(["report", "--format", form] for form in ("table", "json", "jsonl", "csv")),
        ["report", "--by", "role"],
        *(["query", "SELECT * FROM cloudtrail", "--format", form] for form in ("table", "jsonl", "csv")),
    ],
    ids=" ".join,
)
def test_nothing_of_a_record_moves_a_terminal(arguments: list[str], tmp_path: Path) -> None:
    """Whatever its members say, in each format; nor does the name of a damaged file beside it."""
    role = {"type": "AssumedRole", "arn": EVIL, "accountId": EVIL, "principalId": EVIL, "userName": EVIL}
    evil = dict.fromkeys(("sourceIPAddress", "userAgent", "errorCode", "errorMessage", "awsRegion"), EVIL)
    asked = {
        "requestParameters": {"name": EVIL, "imagePipelineArn": f"arn:aws:imagebuilder:a:1:image/{EVIL}"}
    }
    events = [record(userIdentity=role, eventName=f"Create{EVIL}", readOnly=False, **evil, **asked)]
    events += [record(eventTime=EVIL), record(eventID=EVIL, requestID=EVIL, recipientAccountId=EVIL)]
    (tmp_path / "a.json.gz").write_bytes(log_file(events))
    (tmp_path / f"{EVIL.replace('/', '')}.json.gz").write_bytes(EVIL.encode())
    command, *more = arguments
    source = ["--source", str(tmp_path)] if command == "query" else [str(tmp_path)]
    shown = OURS.sub("", at_terminal(command, *more, *source))
    assert "owned" in shown
    assert {one for one in shown if not one.isprintable()} <= {"\n"}
