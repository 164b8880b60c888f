"""The one error tree of the command lines: whatever derives from UserError is one line and exit code 2."""

from __future__ import annotations


class UserError(Exception):
    """Bad input: what, where, what is allowed and how to correct it.

    The message is one line, or an argument for each line where several things are wrong at once.
    """

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))


class OutputError(UserError):
    """The result cannot be written where or as asked."""
