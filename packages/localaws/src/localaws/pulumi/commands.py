"""What the words of a `pulumi` command line mean, as far as this launcher must know."""

from __future__ import annotations

from typing import Final

from localaws.pulumi.arguments import command, flags, words

_CHANGING: Final = frozenset({"up", "update", "destroy", "down", "dn", "refresh"})
_DEPLOYING: Final = _CHANGING | {"preview", "pre", "import", "watch"}
_RUNNING: Final = frozenset({"up", "update", "preview", "pre", "watch"})
_PLAIN: Final = frozenset(
    {
        "cancel",
        "completion",
        "config",
        "gen-completion",
        "help",
        "schema",
        "stack",
        "state",
        "version",
        "whoami",
    }
)
# About no stack: these work on files and folders that the user names, so they run where the user is.
_STACKLESS: Final = frozenset(
    {
        "completion",
        "convert",
        "gen-completion",
        "help",
        "install",
        "package",
        "plugin",
        "policy",
        "schema",
        "version",
    }
)
_NEW: Final = "a project is made by `pulumi new --generate-only`, without the local AWS"
_REFUSED: Final = {
    "login": "the state of a local AWS is always in .localaws/, so there is nothing to log in to",
    "logout": "the state of a local AWS is always in .localaws/, so there is nothing to log out of",
    "new": _NEW,
    "project": _NEW,
}
_REFUSED_SETTINGS: Final = {
    word: f"`config {word}` would write a local stack's settings over the project's file:"
    " edit that file, or set a value with `config set`"
    for word in ("copy", "cp", "refresh")
}
_EDITS: Final = frozenset({"set", "set-all", "remove", "rm", "remove-all", "rm-all"})
_REMOVALS: Final = frozenset({"remove", "rm", "remove-all", "rm-all"})


def changes_resources(args: list[str]) -> bool:
    """Whether the command changes a stack's resources, or its picture of them."""
    return command(args) in _CHANGING


def works_on_a_stack(args: list[str]) -> bool:
    """Whether the command needs a stack to exist, and the project's program or provider."""
    return command(args) in _DEPLOYING


def runs_a_program(args: list[str]) -> bool:
    """Whether the command runs the project's program for certain."""
    return command(args) in _RUNNING


def is_plain(args: list[str]) -> bool:
    """Whether the command needs neither provider nor language host."""
    return command(args) in {*_PLAIN, ""}


def is_stackless(args: list[str]) -> bool:
    """Whether the command is about files that the user names, and about no stack."""
    return command(args) in {*_STACKLESS, ""}


def refusal(args: list[str]) -> str | None:
    """Why a command is not for a local AWS; None if it is."""
    name, following = (*words(args), "", "")[:2]
    if name == "config" and following in _REFUSED_SETTINGS:
        return _REFUSED_SETTINGS[following]
    return _REFUSED.get(name)


def edits_settings(args: list[str]) -> bool:
    """Whether the command changes plain settings of a stack."""
    name, following = (*words(args), "", "")[:2]
    return name == "config" and following in _EDITS and not sets_secret(args)


def removes_settings(args: list[str]) -> bool:
    """Whether the command removes settings of a stack."""
    return edits_settings(args) and words(args)[1] in _REMOVALS


def sets_secret(args: list[str]) -> bool:
    """Whether the command sets a setting that is encrypted."""
    name, following = (*words(args), "", "")[:2]
    given = [word for word in flags(args) if word == "--secret" or word.startswith("--secret=")]
    return name == "config" and following in _EDITS and bool(given) and given[-1] != "--secret=false"


def watches(args: list[str]) -> bool:
    """Whether the command watches files for changes, and names none."""
    return command(args) == "watch" and not any(word.split("=")[0] == "--path" for word in flags(args))


def sets_for_one_run(args: list[str]) -> bool:
    """Whether a command that deploys is given settings of its own."""
    names = ("-c", "--config", "--config=")
    return works_on_a_stack(args) and any(
        word in names or word.startswith(names[2]) or (word.startswith("-c") and not word.startswith("--"))
        for word in flags(args)
    )
