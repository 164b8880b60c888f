"""Log files in a folder, laid out as in the bucket or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

from audit.keys import day_of
from audit.sources.source import SourceError


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, or one file. A key is the file's path below the folder, with forward slashes."""

    path: Path
    local: ClassVar[bool] = True
    batch: ClassVar[int] = 4

    def __str__(self) -> str:
        return str(self.path)

    def keys(self, first: date | None, last: date | None) -> Iterator[str]:
        """Walk the folder in order of names, without following links to other folders."""
        if self.path.is_file():
            yield ""
            return
        if not self.path.is_dir():
            raise SourceError(f"{self.path}: no such folder; give a folder or s3://bucket[/prefix]")
        for folder, folders, files in os.walk(self.path, onerror=_refuse):
            folders.sort()
            below = Path(folder).relative_to(self.path).as_posix()
            for name in sorted(files):
                key = name if below == "." else f"{below}/{name}"
                day = day_of(key) if first or last else None
                if day is None or ((first is None or day >= first) and (last is None or day <= last)):
                    yield key

    def fetch(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes | OSError]]:
        """Read files one after another."""
        for key in keys:
            try:
                yield key, (self.path / key if key else self.path).read_bytes()
            except OSError as error:
                yield key, error


def _refuse(error: OSError) -> None:
    raise SourceError(f"{error.filename}: {error.strerror}; every folder of the source must be readable")
