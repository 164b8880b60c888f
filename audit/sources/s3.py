"""Log files in an S3 bucket: listed by day prefix in parallel, fetched over many connections at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from audit.aws import Aws
from audit.keys import ObjectKind, kind_of
from audit.sources.source import SourceError

CONNECTIONS = 32
# What botocore would do for each of many small objects, a fifth of its time, and nobody needs: look through
# parameters that came from S3 itself, check sums beside those of gzip, and put its user agent together anew.
_LEAN: dict[str, Any] = {
    "parameter_validation": False,
    "response_checksum_validation": "when_required",
    "user_agent": "image-builder-trail-audit",
}
_DAY_FOLDER = re.compile(r"/(\d{4})/(?:(\d{2})/(?:(\d{2})/)?)?$")


@dataclass(frozen=True)
class Bucket:
    """A bucket and the prefix below which the logs lie: a trail's key prefix, down to one object."""

    name: str
    prefix: str = ""
    aws: Aws = field(default_factory=Aws)
    local: ClassVar[bool] = False
    batch: ClassVar[int] = 3 * CONNECTIONS

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    @cached_property
    def _client(self) -> Any:
        return self.aws.client("s3", connections=CONNECTIONS, **_LEAN)

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "prefix": self.prefix, "aws": self.aws}

    def keys(self, first: date | None, last: date | None) -> Iterator[str]:
        """Follow the folders (plain, prefixed and organization layouts alike), then list all days at once."""
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            start = self.prefix if self.prefix.endswith("/") or not self.prefix else self.prefix + "/"
            level, leaves, found = [start], list[str](), list[str]()
            while level:
                below = list(pool.map(self._list_folder, level))
                found += [key for keys, _ in below for key in keys]
                folders = [name for _, names in below for name in names if _may_hold(name, first, last)]
                leaves += [name for name in folders if _is_day(name)]
                level = [name for name in folders if not _is_day(name)]
            if not found and not leaves and self.prefix:
                found = [key for key in self._list_all(self.prefix) if key == self.prefix]
            yield from sorted(found)
            leaves.sort()
            for begin in range(0, len(leaves), 4 * CONNECTIONS):
                for keys in pool.map(self._list_all, leaves[begin : begin + 4 * CONNECTIONS]):
                    yield from keys

    def fetch(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes | OSError]]:
        """Fetch objects over many connections; results come in the order of the keys."""
        with ThreadPoolExecutor(min(CONNECTIONS, len(keys) or 1)) as pool:
            yield from zip(keys, pool.map(self._fetch_one, keys), strict=True)

    def _fetch_one(self, key: str) -> bytes | OSError:
        try:
            body: bytes = self._client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            return OSError(str(error))
        return body

    def _list_folder(self, prefix: str) -> tuple[list[str], list[str]]:
        """The keys and the folders right below a prefix."""
        keys, folders = list[str](), list[str]()
        for page in self._pages(Prefix=prefix, Delimiter="/"):
            keys += [item["Key"] for item in page.get("Contents", ())]
            folders += [item["Prefix"] for item in page.get("CommonPrefixes", ())]
        return keys, folders

    def _list_all(self, prefix: str) -> list[str]:
        return [item["Key"] for page in self._pages(Prefix=prefix) for item in page.get("Contents", ())]

    def _pages(self, **parameters: str) -> Iterator[dict[str, Any]]:
        try:
            yield from self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, **parameters)
        except (BotoCoreError, ClientError) as error:
            raise SourceError(
                f"s3://{self.name}/{parameters['Prefix']}: {error}; "
                "check the bucket's name, the credentials, and s3:ListBucket on it"
            ) from error


def _is_day(folder: str) -> bool:
    found = _DAY_FOLDER.search(folder)
    return found is not None and found.group(3) is not None


def _may_hold(folder: str, first: date | None, last: date | None) -> bool:
    """Whether a folder may hold log files of the days first..last, told from its name."""
    if kind_of(folder) in (ObjectKind.DIGEST, ObjectKind.INSIGHT):
        return False
    found = _DAY_FOLDER.search(folder)
    if not found:
        return True
    named = "".join(part for part in found.groups() if part)
    return not (
        (first is not None and named < f"{first:%Y%m%d}"[: len(named)])
        or (last is not None and named > f"{last:%Y%m%d}"[: len(named)])
    )
