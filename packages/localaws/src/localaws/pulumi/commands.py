"""What the words of a `pulumi` command line mean, as far as this launcher must know."""

from __future__ import annotations

from typing import Final

_CHANGING: Final = frozenset({"up", "update", "destroy", "down", "dn", "refresh"})
_DEPLOYING: Final = _CHANGING | {"preview", "pre", "import"}
_RUNNING: Final = frozenset({"up", "update", "preview", "pre"})
_PLAIN: Final = frozenset(
    {"cancel", "completion", "config", "help", "login", "logout", "stack", "state", "version", "whoami"}
)


def changes_resources(args: list[str]) -> bool:
    """Whether the command changes a stack's resources, or its picture of them."""
    return _command(args) in _CHANGING


def works_on_a_stack(args: list[str]) -> bool:
    """Whether the command needs a stack to exist, and the project's program or provider."""
    return _command(args) in _DEPLOYING


def runs_a_program(args: list[str]) -> bool:
    """Whether the command runs the project's program for certain."""
    return _command(args) in _RUNNING


def is_plain(args: list[str]) -> bool:
    """Whether the command needs neither provider nor language host."""
    return _command(args) in {*_PLAIN, ""}


def named_stack(args: list[str]) -> str | None:
    """The stack that `--stack NAME` names, without its organization. None if there is no such flag."""
    for word, following in zip(args, [*args[1:], ""], strict=True):
        if word in {"--stack", "-s"}:
            return following.rsplit("/", 1)[-1]
        if word.startswith(("--stack=", "-s=")):
            return word.split("=", 1)[1].rsplit("/", 1)[-1]
    return None


def _command(args: list[str]) -> str:
    """The first word that is neither a flag nor the value of one that stands before commands."""
    words = iter(args)
    for word in words:
        if word in {"-C", "--cwd", "--color", "-v", "--verbose", "--stack", "-s"}:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""
