"""The flags of a `pulumi` command line, and what becomes of them where the engine runs in another folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

_VALUED: Final = frozenset(
    {
        "-C",
        "--cwd",
        "--color",
        "-v",
        "--verbose",
        "--stack",
        "-s",
        "--config-file",
        "--tracing",
        "--otel-traces",
    }
    | {"--profiling", "--memprofilerate", "--type"}
)
_FOLDER: Final = ("--cwd", "-C")
# Flags whose value is a file or folder. What a test reads from the engine's own pages must be in here.
PATHS: Final = frozenset(
    {"--config-file", "--event-log", "--file", "--generate-resources", "--import-file", "--out", "--plan"}
    | {"--policy-pack", "--policy-pack-config", "--profiling", "--save-plan"}
)
_URLS: Final = frozenset({"--otel-traces", "--tracing"})  # `file:` before a path, or something else
_PATHS_OF: Final = {"import": frozenset({"-f", "-o"}), "watch": frozenset({"--path"})}


def named_stack(args: list[str]) -> str | None:
    """The stack that `--stack NAME` names, without its organization. None if there is no such flag."""
    name = _value(args, "--stack", "-s")
    return None if name is None else name.rsplit("/", 1)[-1]


def named_settings(args: list[str]) -> str | None:
    """The file that `--config-file FILE` names."""
    return _value(args, "--config-file")


def folder(args: list[str], here: Path) -> Path:
    """The folder that the command is run in: that of `-C`, else the one that the user is in."""
    return (here / (_value(args, *_FOLDER) or ".")).resolve()


def without_folder(args: list[str]) -> list[str]:
    """The command line without `-C FOLDER`."""
    kept: list[str] = []
    rest = iter(args)
    for word in rest:
        if word in _FOLDER:
            next(rest, None)
        elif not word.startswith(("--cwd=", "-C")):
            kept.append(word)
    return kept


def with_settings(args: list[str], file: Path) -> list[str]:
    """The command line with `--config-file FILE`, whatever it named before."""
    kept: list[str] = []
    rest = iter(args)
    for word in rest:
        if word == "--config-file":
            next(rest, None)
        elif not word.startswith("--config-file="):
            kept.append(word)
    place = kept.index("--") if "--" in kept else len(kept)
    return [*kept[:place], "--config-file", str(file), *kept[place:]]


def with_absolute_paths(args: list[str], start: Path) -> list[str]:
    """The command line for an engine that runs elsewhere: paths relative to `start` become absolute."""
    others = _PATHS_OF.get(command(args), frozenset())
    changed: list[str] = []
    pending: Callable[[str], str] | None = None
    for word in args:
        name, is_joined, value = word.partition("=")
        change = _change_of(name, others, start)
        if pending is not None:
            changed.append(pending(word))
            pending = None
        elif change is not None and is_joined:
            changed.append(f"{name}={change(value)}")
        else:
            changed.append(word)
            pending = change
    if words(args)[:2] == ["stack", "graph"] and len(words(args)) > 2:
        target = words(args)[2]
        changed[changed.index(target, changed.index("graph") + 1)] = str(start / target)
    return changed


def _change_of(name: str, others: frozenset[str], start: Path) -> Callable[[str], str] | None:
    if name in _URLS:
        return lambda value: _absolute_url(value, start)
    if name in {"--policy-pack", "--policy-pack-config"}:
        return lambda value: ",".join(_if_there(one, start) for one in value.split(","))
    if name in PATHS or name in others:
        return lambda value: str(start / value) if value else value
    return None


def _if_there(value: str, start: Path) -> str:
    """A path if there is something; else it may be the name of a policy pack."""
    return str(start / value) if value and (start / value).exists() else value


def _absolute_url(value: str, start: Path) -> str:
    if not value.startswith("file:"):
        return value
    path = value.removeprefix("file://") if value.startswith("file://") else value.removeprefix("file:")
    return f"{value.removesuffix(path)}{start / path}"


def _value(args: list[str], *names: str) -> str | None:
    """The value of a flag, given as `--flag VALUE`, `--flag=VALUE` or `-fVALUE`; "" where it is missing."""
    given = flags(args)
    for word, following in zip(given, [*given[1:], ""], strict=True):
        if word in names:
            return following
        for name in names:
            if word.startswith(f"{name}="):
                return word.removeprefix(f"{name}=")
            if len(name) == 2 and word.startswith(name):
                return word.removeprefix(name)
    return None


def flags(args: list[str]) -> list[str]:
    """The words before `--`, after which all are values."""
    return args[: args.index("--")] if "--" in args else args


def command(args: list[str]) -> str:
    """The first word that is neither a flag nor the value of one; "" if there is none."""
    return next(iter(words(args)), "")


def words(args: list[str]) -> list[str]:
    """The words that are neither a flag nor the value of one."""
    found = []
    rest = iter(flags(args))
    for word in rest:
        if word in _VALUED:
            next(rest, None)
        elif not word.startswith("-"):
            found.append(word)
    return found
