"""The one error tree of the command lines: whatever derives from UserError is one line and exit code 2."""

from __future__ import annotations


class UserError(Exception):
    """Bad input. The message is one line: what, where, what is allowed and how to correct it."""


class OutputError(UserError):
    """The result cannot be written where or as asked."""
