"""What a place with log files must offer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from audit.errors import AuditError
from audit.unpack import DEFAULT_LIMIT


class SourceError(AuditError):
    """The source cannot be read at all; the message says what, where and how to mend it."""


class OversizeError(OSError):
    """An object has more bytes than it may have; no more than these were read of it."""


class Source(Protocol):
    """Lists log files and fetches them. Picklable, because worker processes fetch for themselves."""

    @property
    def local(self) -> bool:
        """Whether listing and fetching are nothing but calls of the operating system."""
        ...

    def keys(self, first: date | None, last: date | None) -> Iterator[str]:
        """The keys of all objects whose day lies in first..last (both included), or that name no day.

        Raises:
            SourceError: the source cannot be listed.

        """
        ...

    def shown(self, key: str) -> str:
        """The key as findings and rows name it: text that any output can write."""
        ...

    def fetch(self, keys: Sequence[str], limit: int = DEFAULT_LIMIT) -> Iterator[tuple[str, bytes | OSError]]:
        """The bytes of each object, in the order of the keys, or why it cannot be read.

        No object is held that has more than `limit` bytes: in its place comes an OversizeError.
        """
        ...
