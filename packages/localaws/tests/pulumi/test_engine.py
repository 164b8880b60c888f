"""Where the engine comes from, and what happens where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from console.errors import UserError
from localaws.pulumi import cli, engine

SOURCES = Path(engine.__file__).resolve().parents[1]
FAKE_ENGINE = "#!/bin/sh\necho {version}\n"
FAKE_GO = """#!{python}
import pathlib, sys
arguments = sys.argv[1:]
log = pathlib.Path({log!r})
log.write_text((log.read_text() if log.exists() else "") + "built\\n")
if {fails}:
    sys.exit("tools: no such module")
target = pathlib.Path(arguments[arguments.index("-o") + 1])
target.write_text("#!/bin/sh\\necho v3.250.0\\n")
target.chmod(0o755)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own: an empty PATH folder and an empty cache."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(engine, "CACHE", tmp_path / "cache")
    monkeypatch.setenv(engine.SOURCES_VARIABLE, "path,cache,build")
    return folder


def executable(file: Path, content: str) -> Path:
    """Write a program."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    file.chmod(0o755)
    return file


def fake_go(place: Path, *, fails: bool = False) -> Path:
    """Write a `go` that builds at once, and return the file that tells how often it did."""
    log = place.parent / "go.log"
    executable(place / "go", FAKE_GO.format(python=sys.executable, log=str(log), fails=fails))
    return log


def test_an_engine_on_path_is_used(place: Path) -> None:
    """The engine that the user has installed comes first."""
    on_path = executable(place / "pulumi", FAKE_ENGINE.format(version="v3.250.0"))
    executable(engine.CACHE / engine.pinned_version() / "pulumi", FAKE_ENGINE.format(version="v3.250.0"))
    assert engine.find() == on_path


@pytest.mark.parametrize("version", ["v2.25.0", "v3.100.0", "v4.0.0", "nonsense"])
def test_an_unfit_engine_on_path_is_passed_over(place: Path, version: str) -> None:
    """An engine that is too old, or of another major version, is passed over, and the user is told."""
    executable(place / "pulumi", FAKE_ENGINE.format(version=version))
    said: list[str] = []
    assert engine.find(said.append) is None
    assert "passed over" in said[0]


def test_a_built_engine_is_found_again(place: Path) -> None:
    """What was built before is used, and nothing is built."""
    log = fake_go(place)
    built = executable(
        engine.CACHE / engine.pinned_version() / "pulumi", FAKE_ENGINE.format(version="v3.250.0")
    )
    assert engine.find_or_get(lambda _line: None) == built
    assert not log.exists()


def test_it_is_built_where_there_is_none(place: Path) -> None:
    """Where there is only Go, the engine is built once and then found."""
    log = fake_go(place)
    said: list[str] = []
    built = engine.find_or_get(said.append)
    assert built == engine.CACHE / engine.pinned_version() / "pulumi"
    assert engine.find() == built
    assert log.read_text() == "built\n"
    assert any("building the Pulumi engine" in line for line in said)


def test_builders_at_the_same_time_build_once(place: Path) -> None:
    """Of several that need the engine at once, one builds it and the others wait for it."""
    log = fake_go(place)
    found: list[Path | None] = []
    builders = [
        threading.Thread(target=lambda: found.append(engine.find_or_get(lambda _: None))) for _ in range(4)
    ]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    assert len(set(found)) == 1
    assert log.read_text() == "built\n"


def test_a_failed_build_leaves_nothing_and_may_be_repeated(place: Path) -> None:
    """A build that fails says why and leaves no half engine; the next one starts afresh."""
    fake_go(place, fails=True)
    said: list[str] = []
    assert engine.find_or_get(said.append) is None
    assert "no such module" in said[-1]
    assert list((engine.CACHE / engine.pinned_version()).glob("*")) == [
        engine.CACHE / engine.pinned_version() / "build.lock"
    ]
    fake_go(place)
    assert engine.find_or_get(said.append) is not None


def test_without_any_source_there_is_one_line_and_exit_code_2(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no engine, the command says so in one line, with how to get one."""
    monkeypatch.setenv(engine.SOURCES_VARIABLE, "none")
    with pytest.raises(UserError, match=r"no Pulumi engine here: .*https://www\.pulumi\.com/docs/install/"):
        cli.run(["up"], None)


def test_an_unknown_source_is_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt source is refused with what is allowed."""
    monkeypatch.setenv(engine.SOURCES_VARIABLE, "cach")
    with pytest.raises(engine.EngineError, match="names cach; allowed are path, cache, installer, build"):
        engine.find()


@pytest.mark.parametrize(
    ("endpoint", "complaint"),
    [
        ("http://example.com:4566", "is not on this machine"),
        ("https://s3.amazonaws.com", "is not on this machine"),
        ("127.0.0.1:4566", "is not on this machine"),
        ("http://127.0.0.1:1", "nothing answers"),
    ],
)
def test_an_endpoint_that_is_no_local_aws_is_refused(place: Path, endpoint: str, complaint: str) -> None:
    """An endpoint elsewhere, or where nothing answers, is refused in one line, and nothing is run."""
    executable(place / "pulumi", FAKE_ENGINE.format(version="v3.250.0"))
    with pytest.raises(UserError, match=complaint):
        cli.run(["version"], endpoint)


def test_the_pinned_version_is_that_of_the_module() -> None:
    """The pinned version is read from go.mod, where the module's own tools would change it."""
    assert engine.pinned_version() == "v3.250.0"


def test_the_module_prints_where_the_engine_is(place: Path) -> None:
    """`python -m localaws.pulumi.engine` prints the engine's place alone on stdout."""
    on_path = executable(place / "pulumi", FAKE_ENGINE.format(version="v3.250.0"))
    answer = subprocess.run(
        [sys.executable, "-m", "localaws.pulumi.engine"], capture_output=True, text=True, check=True
    )
    assert answer.stdout == f"{on_path}\n"


@pytest.mark.parametrize(
    ("cache", "expected"),
    [("/my/cache", "/my/cache"), ("", "{home}/.cache"), ("not/absolute", "{home}/.cache")],
)
def test_an_installed_package_keeps_engines_in_the_users_cache(
    tmp_path: Path, cache: str, expected: str
) -> None:
    """Outside a checkout, engines are kept as XDG says, and never inside the package."""
    package = tmp_path / "lib"
    shutil.copytree(SOURCES, package / "localaws", ignore=shutil.ignore_patterns("__pycache__"))
    answer = subprocess.run(
        [sys.executable, "-c", "from localaws.pulumi import engine; print(engine.__file__, engine.CACHE)"],
        env={**os.environ, "PYTHONPATH": str(package), "HOME": str(tmp_path), "XDG_CACHE_HOME": cache},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    file, place = answer.stdout.split()
    assert file.startswith(str(package))
    assert place == f"{expected.format(home=tmp_path)}/localaws/pulumi"


def test_a_build_writes_nothing_into_the_package(place: Path) -> None:
    """The module that is built may be on a disk that cannot be written to: Go is told so."""
    log = place.parent / "flags.log"
    executable(place / "go", f"#!/bin/sh\necho $GOFLAGS > {log}\nexit 1\n")
    assert engine.find_or_get(lambda _line: None) is None
    assert log.read_text() == "-mod=readonly\n"


def test_a_cache_that_cannot_be_written_is_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be kept, one line says so, instead of a traceback."""
    fake_go(place)
    blocked = place.parent / "file"
    blocked.write_text("")
    monkeypatch.setattr(engine, "CACHE", blocked / "cache")
    with pytest.raises(engine.EngineError, match="cannot be kept in"):
        engine.find_or_get(lambda _line: None)


def test_asking_for_the_version_touches_nothing_of_the_users(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that is only asked for its version writes no log into the user's own folder."""
    told = place.parent / "told"
    executable(place / "pulumi", f"#!/bin/sh\nenv > {told}\necho v3.250.0\n")
    monkeypatch.setenv("PULUMI_HOME", "/the/users/own")
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "real")
    assert engine.find() is not None
    assert "/the/users/own" not in told.read_text()
    assert "PULUMI_ACCESS_TOKEN" not in told.read_text()
    assert "PULUMI_HOME=" in told.read_text()
