"""Finds the real Pulumi engine, or gets it: see docs/adr/0003-engine-from-the-go-module.md."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from console.errors import UserError
from console.messages import say as say_line
from localaws.environment import cleaned
from localaws.pulumi.go_tool import GoTool

MODULE: Final = Path(__file__).resolve().parent / "module"
SOURCES_VARIABLE: Final = "LOCALAWS_ENGINE_SOURCES"
SOURCES: Final = ("path", "cache", "installer", "build")
ADVICE: Final = (
    "install the Pulumi CLI (https://www.pulumi.com/docs/install/), or install Go and run this again:"
    " the engine is then built once, in about four minutes"
)
_OLDEST: Final = (3, 200, 0)
_PACKAGE: Final = "github.com/pulumi/pulumi/pkg/v3"


def _cache_folder() -> Path:
    """Where engines are kept: `.tools/` of a checkout, else the user's cache; never the installed package."""
    checkouts = (place for place in MODULE.parents if (place / "packages" / "localaws").is_dir())
    checkout = next(checkouts, None)
    if checkout is not None:
        return checkout / ".tools" / "pulumi"
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))  # to be ignored where it is not absolute
    return (named if named.is_absolute() else Path.home() / ".cache") / "localaws" / "pulumi"


CACHE: Final = _cache_folder()


class EngineError(UserError):
    """There is no engine that can be used; the message is one line that says what to do."""


def find(say: Callable[[str], None] = lambda _line: None) -> Path | None:
    """The engine that is there already: on PATH, else built or installed before. None if there is none.

    `say` is told, in one line, of an engine that is passed over as too old.
    """
    sources = _allowed_sources()
    if "path" in sources and (on_path := shutil.which("pulumi")):
        version = _version(Path(on_path))
        if version is not None and version >= _OLDEST:
            return Path(on_path)
        oldest = ".".join(map(str, _OLDEST))
        say(f"{on_path} is passed over: version {oldest} or newer of Pulumi 3 is needed")
    if "cache" in sources:
        return next((path for path in (_built(), _installed()) if path.is_file()), None)
    return None


def language_host(runtime: str) -> Path | None:
    """The program that runs other programs of a runtime, such as "go": beside the engine, else on PATH."""
    name = f"pulumi-language-{runtime}"
    found = find()
    if found and (beside := found.resolve().with_name(name)).is_file():
        return beside
    on_path = shutil.which(name)
    return Path(on_path) if on_path else None


def find_or_get(say: Callable[[str], None]) -> Path | None:
    """The engine, gotten if need be: by the official installer, else built from its Go module.

    `say` takes lines of progress. None means that no engine is available here.

    Raises:
        EngineError: the cache cannot be written to.

    """
    engine = find(say)
    sources = _allowed_sources()
    try:
        if engine is None and "installer" in sources:
            engine = _install(say)
        if engine is None and "build" in sources and (go := shutil.which("go")):
            engine = _build(go, say)
    except OSError as error:
        raise EngineError(
            f"the engine cannot be kept in {CACHE} ({error.strerror}): make that folder writable,"
            " or install the Pulumi CLI"
        ) from error
    return engine


def pinned_version() -> str:
    """The version that pulumi/module/go.mod pins, such as "v3.250.0"."""
    pinned = re.search(rf"{re.escape(_PACKAGE)} (v\S+)", (MODULE / "go.mod").read_text(encoding="utf-8"))
    if pinned is None:
        raise EngineError(f"{MODULE / 'go.mod'} does not name {_PACKAGE}: restore it from git")
    return pinned.group(1)


def _allowed_sources() -> frozenset[str]:
    """Where to look: all, or those that the environment variable names ("none" for nowhere)."""
    named = os.environ.get(SOURCES_VARIABLE, ",".join(SOURCES)).split(",")
    unknown = sorted({name.strip() for name in named} - {*SOURCES, "none", ""})
    if unknown:
        raise EngineError(
            f"{SOURCES_VARIABLE} names {', '.join(unknown)}; allowed are {', '.join(SOURCES)}, or none"
        )
    return frozenset(name.strip() for name in named)


def _built() -> Path:
    return CACHE / pinned_version() / "pulumi"


def _installed() -> Path:
    return CACHE / "installed" / pinned_version() / "bin" / "pulumi"


def _version(engine: Path) -> tuple[int, ...] | None:
    """The version of a working engine; None if there is none, or it does not run."""
    if not engine.is_file():
        return None
    try:
        with tempfile.TemporaryDirectory(prefix="pulumi-home-") as home:  # it writes logs into the user's
            environment = cleaned(os.environ) | {"PULUMI_HOME": home, "PULUMI_SKIP_UPDATE_CHECK": "true"}
            answer = subprocess.run(
                [engine, "version"],
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
                env=environment,
                stdin=subprocess.DEVNULL,
            )
    except (OSError, subprocess.SubprocessError):
        return None
    numbers = re.match(r"v?(3)\.(\d+)\.(\d+)", answer.stdout.strip())
    return tuple(int(number) for number in numbers.groups()) if numbers else None


def _install(say: Callable[[str], None]) -> Path | None:
    """Run the official installer; without internet it fails at once."""
    from pulumi.automation import PulumiCommand  # noqa: PLC0415 - slow to import, seldom needed
    from semver import VersionInfo  # noqa: PLC0415

    target = _installed()
    say(f"getting Pulumi {pinned_version()} by its official installer")
    try:
        PulumiCommand.install(
            root=str(target.parent.parent), version=VersionInfo.parse(pinned_version().removeprefix("v"))
        )
    except (OSError, subprocess.SubprocessError, ValueError, RuntimeError) as error:
        say(f"the installer cannot be used here ({str(error).splitlines()[0]})")
        return None
    return target if _version(target) is not None else None


def _build(go: str, say: Callable[[str], None]) -> Path | None:
    """Build the engine from its Go module."""
    version = pinned_version()
    engine = GoTool(
        name=f"the Pulumi engine {version}",
        module=MODULE,
        package=f"{_PACKAGE}/cmd/pulumi",
        target=_built(),
        lasts="about four minutes",
        linker_flags=f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={version}",
    )
    return engine.build(go, say, lambda file: _version(file) is not None)


def main() -> int:
    """Find or get the engine and print where it is; exit code 2 where none is available."""
    try:
        engine = find_or_get(say_line)
    except EngineError as error:
        say_line(str(error))
        return 2
    if engine is None:
        say_line(f"no Pulumi engine here: {ADVICE}")
        return 2
    sys.stdout.write(f"{engine}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
