"""Workers never share a connection, a client or a lock, whatever the process that starts them has open."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from audit import logs
from audit.records import Record
from audit.selection import Selection
from audit.sources.s3 import Bucket
from localaws.testing import LocalAws
from tests.audit.test_scan import record
from tests.corpus import log_file

FILES = 400
ROUNDS = 12


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
