"""Log files in an S3 bucket: listed by day prefix in parallel, fetched over many connections at once."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from audit.aws import Aws
from audit.keys import ObjectKind, kind_of
from audit.sources import lean_s3
from audit.sources.source import OversizeError, SourceError
from audit.unpack import DEFAULT_LIMIT

CONNECTIONS = 32
_ATTEMPTS = 3  # at an answer that breaks off or that nobody understands; botocore knows only of lost calls
_AHEAD = 2 * 2**20  # bytes of an object that are fetched before its turn: a larger one waits for it
_STEP = 2**16
_PATIENCE_SECONDS, _SLOWEST = 60, 2**16  # a body may take that long, and a second more for so many bytes
_DAY = len("2026/01/31/")
_DAY_FOLDER = re.compile(r"/(\d{4})/(?:(\d{2})/(?:(\d{2})/)?)?$")
# Answers that are none of S3's: what stands between may send a page, or numbers and dates that are no such.
_GARBLED = (ResponseParserError, HTTPError, ValueError, LookupError)


@dataclass(frozen=True)
class Bucket:
    """A bucket and the prefix below which the logs lie: a trail's key prefix, down to one object."""

    name: str
    prefix: str = ""
    aws: Aws = field(default_factory=Aws)
    local: ClassVar[bool] = False

    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    @cached_property
    def _client(self) -> Any:
        """The client of this process alone: connections are never handed to another one."""
        return lean_s3.client(self.aws, CONNECTIONS)

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "prefix": self.prefix, "aws": self.aws}

    def keys(self, first: date | None, last: date | None) -> Iterator[str]:
        """Follow the folders (plain, prefixed and organization layouts alike); then list the days."""
        assert self._client  # noqa: S101 - made before threads ask for it
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
            leaves.sort(key=lambda folder: (folder[-_DAY:], folder))
            for begin in range(0, len(leaves), 4 * CONNECTIONS):
                for keys in pool.map(self._list_all, leaves[begin : begin + 4 * CONNECTIONS]):
                    yield from keys

    def shown(self, key: str) -> str:
        """The key itself."""
        return key

    def fetch(self, keys: Sequence[str], limit: int = DEFAULT_LIMIT) -> Iterator[tuple[str, bytes | OSError]]:
        """Fetch objects over many connections; results come in the order of the keys.

        Large ones come one after another, when it is their turn, so that few bytes wait at a time.
        """
        assert self._client  # noqa: S101 - made before threads ask for it
        ahead = min(_AHEAD, limit)
        coming = iter(keys)
        with ThreadPoolExecutor(min(CONNECTIONS, len(keys) or 1)) as pool:
            begun: deque[tuple[str, Future[bytes | OSError]]] = deque()
            try:
                for key in islice(coming, CONNECTIONS):
                    begun.append((key, pool.submit(self._get, key, ahead)))
                while begun:
                    key, future = begun.popleft()
                    data = future.result()
                    for more in islice(coming, 1):
                        begun.append((more, pool.submit(self._get, more, ahead)))
                    if isinstance(data, OversizeError) and limit > ahead:
                        data = self._get(key, limit)
                    yield key, data
            finally:
                for _, future in begun:
                    future.cancel()

    def _get(self, key: str, most: int) -> bytes | OSError:
        """An object's bytes. What breaks off or makes no sense is asked for again."""
        fault: Exception = OSError("not asked for")
        for _ in range(_ATTEMPTS):
            try:
                body = self._client.get_object(Bucket=self.name, Key=key)["Body"]
            except (BotoCoreError, ClientError) as error:  # botocore has tried again where that may help
                return OSError(str(error))
            except _GARBLED as error:
                fault = error
                continue
            try:
                return _read(body, most)
            except OversizeError as error:
                return error
            except (*_GARBLED, OSError) as error:
                fault = error
        return OSError(f"the answer breaks off or is no answer of S3, {_ATTEMPTS} times: {fault}")

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
        token: str | None = ""
        while token is not None:
            page = self._page(parameters, token)
            yield page
            token = page["NextContinuationToken"] if page["IsTruncated"] else None

    def _page(self, parameters: dict[str, str], token: str) -> dict[str, Any]:
        """The page of a listing to which a token leads.

        Raises:
            SourceError: there is none to be got.

        """
        fault = "the answer is no listing of S3; is a proxy in the way?"
        more = {"ContinuationToken": token} if token else {}
        for _ in range(_ATTEMPTS):
            try:
                page: dict[str, Any] = self._client.list_objects_v2(Bucket=self.name, **parameters, **more)
            except (BotoCoreError, ClientError) as error:
                fault = str(error)
                break
            except _GARBLED:
                continue
            if _is_listing(page, token):
                return page
        raise SourceError(
            f"s3://{self.name}/{parameters['Prefix']}: {fault}; "
            "check the bucket's name, the credentials, and s3:ListBucket on it"
        )


def _read(body: Any, most: int) -> bytes:
    """What a body holds, in bounded memory and time.

    Raises:
        OversizeError: it holds more than `most` bytes.
        HTTPError, TimeoutError: it breaks off, or trickles.

    """
    pieces, size, begin = list[bytes](), 0, time.monotonic()
    with body as stream:
        stream.enforce_content_length = True  # botocore leaves that to a reading of its own
        while piece := stream.read1(_STEP):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise OversizeError(f"more than {most:,} bytes")
            if time.monotonic() - begin > _PATIENCE_SECONDS + size / _SLOWEST:
                raise TimeoutError(f"{size:,} bytes in {_PATIENCE_SECONDS} seconds and more")
    return b"".join(pieces)


def _is_listing(page: dict[str, Any], token: str) -> bool:
    """Whether the answer names what there is, and where it goes on if it does."""
    named = all("Key" in item for item in page.get("Contents", ()))
    named = named and all("Prefix" in item for item in page.get("CommonPrefixes", ()))
    goes_on = page.get("IsTruncated")
    return (
        named and goes_on is not None and (not goes_on or page.get("NextContinuationToken", token) != token)
    )


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
