"""Log files made to fill a reader's memory, each kind in a folder of its own."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

GIB = 2**30


def sparse(folder: Path) -> None:
    """A plain file of 3 GiB, and as many zeros in 3 MB of gzip."""
    with (folder / "plain.json").open("wb") as file:
        file.truncate(3 * GIB)
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    with (folder / "zeros.json.gz").open("wb") as file:
        for _ in range(3 * 1024):
            file.write(packer.compress(bytes(2**20)))
        file.write(packer.flush())


def empty_records(folder: Path) -> None:
    """22 million records with nothing in them, in 64 KB of gzip, and a file of 16 KB."""
    for name, number in (("most", 22_000_000), ("few", 5_600_000)):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        with (folder / f"{name}.json.gz").open("wb") as file:
            file.write(packer.compress(b'{"Records":[{}'))
            for _ in range(number // 1000):
                file.write(packer.compress(b",{}" * 1000))
            file.write(packer.compress(b"]}") + packer.flush())


def empty_members(folder: Path) -> None:
    """3 million gzip members without content, before one with a record."""
    (folder / "members.json.gz").write_bytes(
        gzip.compress(b"") * 3_000_000 + gzip.compress(b'{"Records":[]}')
    )


def damaged_files(folder: Path) -> None:
    """200,000 small files, each with something wrong."""
    for number in range(200_000):
        below = folder / f"{number // 1000:03}"
        below.mkdir(exist_ok=True)
        (below / f"{number:06}.json").write_bytes(b'{"Records":[{},{},{}]}')


def one_record(folder: Path) -> None:
    """One record of 60 MB."""
    text = (
        '{"eventSource":"imagebuilder.amazonaws.com","eventName":"A","eventTime":"2026-01-01T00:00:00Z","x":"'
    )
    (folder / "long.json.gz").write_bytes(
        gzip.compress(b'{"Records":[%s%s"}]}' % (text.encode(), b"x" * 60_000_000), 1)
    )


def identities(folder: Path) -> None:
    """4 GB of a million events, each with an identity, address, error and resource of its own."""
    for number in range(1000):
        records = ",".join(_events(number * 1000, 1000))
        below = folder / f"AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/{1 + number // 50:02}"
        below.mkdir(parents=True, exist_ok=True)
        (below / f"{number:04}.json.gz").write_bytes(gzip.compress(f'{{"Records":[{records}]}}'.encode(), 1))


def _events(begin: int, count: int) -> Iterator[str]:
    for number in range(begin, begin + count):
        account, session = f"{number % 50:012}", f"session-{number}"
        made = f"arn:aws:imagebuilder:us-east-1:{account}:component/c-{number}/1.0.0/1"
        role = f"arn:aws:iam::{account}:role/team/role-{number}"
        yield json.dumps(
            {
                "eventVersion": "1.11",
                "userIdentity": {
                    "type": "AssumedRole",
                    "principalId": f"AROA{number}:{session}",
                    "arn": f"arn:aws:sts::{account}:assumed-role/role-{number}/{session}",
                    "accountId": account,
                    "sessionContext": {
                        "sessionIssuer": {
                            "type": "Role",
                            "arn": role,
                            "accountId": account,
                            "userName": f"role-{number}",
                        }
                    },
                },
                "eventTime": f"{2000 + number // 9000:04}-{1 + number % 12:02}-{1 + number % 28:02}"
                f"T{number % 24:02}:00:00Z",
                "eventSource": "imagebuilder.amazonaws.com",
                "eventName": "CreateComponent",
                "awsRegion": "us-east-1",
                "sourceIPAddress": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
                "userAgent": "x",
                "errorCode": f"Error{number}" if number % 2 else None,
                "requestParameters": {"name": f"component-{number}", "data": "x" * 2600},
                "responseElements": {"componentBuildVersionArn": made},
                "requestID": f"{number}",
                "eventID": f"{number}",
                "readOnly": False,
                "eventType": "AwsApiCall",
                "managementEvent": True,
                "recipientAccountId": account,
                "eventCategory": "Management",
            }
        )


KINDS: dict[str, Callable[[Path], None]] = {
    "3 GiB, plain and packed": sparse,
    "empty records, 64 KB of gzip": empty_records,
    "3 million empty gzip members": empty_members,
    "one record of 60 MB": one_record,
    "200,000 damaged files": damaged_files,
    "a million identities, 4 GB": identities,
}
