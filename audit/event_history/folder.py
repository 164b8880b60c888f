"""A folder that is ours alone: nobody else can have put there what is read from it, or led a write elsewhere.

Every file is opened below the folder's own descriptor and without following links, so that what stands in
its place later, or stood there before, is neither read nor changed.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Literal

from audit.errors import AuditError

_OTHERS = 0o077  # the permission bits of everybody else
_NO_LINKS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # and no waiting at a pipe


class NotOursError(AuditError):
    """The folder, or a file in it, may be another's work; the message says which and the way out."""


class OwnFolder:
    """A folder of this user, closed to all others; it is made where there is none."""

    def __init__(self, path: Path) -> None:
        """Open the folder, or make it.

        Raises:
            NotOursError: it is a link or a file, another user's, or open to others.
            OSError: it cannot be made or opened.

        """
        self.path = path
        with suppress(FileExistsError):
            path.mkdir(0o700)
        try:
            self._handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _NO_LINKS)
        except OSError as error:
            if error.errno in {errno.ENOTDIR, errno.ELOOP}:
                raise self._refused(path, "is no folder") from error
            raise
        found = os.fstat(self._handle)
        if found.st_uid != os.geteuid() or found.st_mode & _OTHERS:
            self.close()
            raise self._refused(path, "belongs to another user, or others may look into it or write there")

    def opened(self, name: str, flags: int, mode: Literal["rb", "r+b", "wb", "ab"]) -> BinaryIO:
        """Open a file of the folder; with os.O_CREAT in `flags`, it is made where there is none.

        Raises:
            NotOursError: it is a link or no plain file, or has a second name, or others may write it.
            OSError: it cannot be opened.

        """
        try:
            handle = os.open(name, flags | _NO_LINKS, 0o600, dir_fd=self._handle)
        except OSError as error:
            if error.errno in {errno.ELOOP, errno.ENXIO}:  # a symbolic link; a pipe that nobody reads
                raise self._refused(self.path / name, "is no plain file") from error
            raise
        found = os.fstat(handle)
        plain = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
        if not plain or found.st_uid != os.geteuid() or found.st_mode & _OTHERS:
            os.close(handle)
            raise self._refused(self.path / name, "is no plain file that only this user can reach")
        return os.fdopen(handle, mode)

    def hold(self) -> BinaryIO | None:
        """Take the folder's lock, which the returned file holds until it is closed; None if it is taken."""
        lock = self.opened("lock", os.O_RDWR | os.O_CREAT, "r+b")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        if self._in_place():
            return lock
        lock.close()
        return None

    def replace(self, name: str, content: bytes) -> None:
        """Give a file this content, all or nothing."""
        new = f"{name}.new"
        self.remove(new)
        with self.opened(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, "wb") as file:
            file.write(content)
        os.rename(new, name, src_dir_fd=self._handle, dst_dir_fd=self._handle)

    def names(self) -> list[str]:
        """What is in the folder."""
        return os.listdir(self._handle)  # noqa: PTH208 - a descriptor, not a path

    def remove(self, name: str) -> None:
        """Delete a file of the folder, if it is there."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._handle)

    def vanish(self) -> None:
        """Delete the folder, if it is empty and still in its place."""
        if self._in_place():
            with suppress(OSError):
                self.path.rmdir()

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._handle)

    def _in_place(self) -> bool:
        """Whether the folder still stands under its name: the one who held the lock may have deleted it."""
        with suppress(FileNotFoundError):
            return os.path.samestat(self.path.lstat(), os.fstat(self._handle))
        return False

    def _refused(self, path: Path, why: str) -> NotOursError:
        return NotOursError(
            f"{path} {why}: what a download keeps must be this user's alone; delete {self.path},"
            " or give another --output"
        )
