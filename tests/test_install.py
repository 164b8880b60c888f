"""What is installed works, outside the checkout, with no more than it says that it needs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localaws.testing import LocalAws
from tests import ROOT
from tests.audit.test_scan import record
from tests.corpus import log_file

UV = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
PACKAGES = sorted(path.parent.name for path in ROOT.glob("packages/*/pyproject.toml"))
_LOOKED = "looked at 1 log file, 1 record\n"
OWN = {"console", "iam-evaluation", "localaws"}
IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
    importlib.import_module(module.name)
    print(module.name)
"""

pytestmark = pytest.mark.skipif(UV is None, reason="uv is not here; `make setup` installs it")


def uv(*arguments: str, **variables: str) -> None:
    """Run uv: from its cache, and only where something is missing there by the network."""
    command = [str(UV), *arguments, "--quiet"]
    environment = {**os.environ, **variables}
    done = subprocess.run(
        [*command, "--offline"], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    if done.returncode:
        subprocess.run(command, cwd=ROOT, env=environment, check=True)


@dataclass(frozen=True)
class Installed:
    """A virtual environment and an empty folder to work in."""

    environment: Path
    folder: Path

    @classmethod
    def made(cls, folder: Path, *requirements: str, constraints: Path) -> Installed:
        """Install requirements, at the locked versions, into an environment of their own."""
        environment = folder / "venv"
        uv("venv", str(environment), "--python", sys.executable)
        python = str(environment / "bin" / "python")
        uv("pip", "install", "--python", python, "--constraint", str(constraints), *requirements)
        empty = folder / "empty"
        empty.mkdir()
        return cls(environment, empty)

    def run(
        self, *command: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one of its programs in the empty folder, with nothing of this checkout in reach."""
        hidden = ("PYTHONPATH", "VIRTUAL_ENV", "IBTRAIL_DEBUG")
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        return subprocess.run(
            [str(self.environment / "bin" / command[0]), *command[1:]],
            cwd=self.folder,
            env={**environment, **(variables or {})},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def constraints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The locked versions."""
    file = tmp_path_factory.mktemp("locked") / "constraints.txt"
    uv(
        "export",
        "--frozen",
        "--all-extras",
        "--no-dev",
        "--no-emit-workspace",
        "--no-hashes",
        "-o",
        str(file),
    )
    return file


def built(folder: Path, **variables: str) -> Path:
    """The wheel of this checkout."""
    uv("build", "--wheel", "-o", str(folder), **variables)
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that everybody else installs."""
    return built(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def reader(wheel: Path, constraints: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """What an analyst installs who only reads logs."""
    return Installed.made(tmp_path_factory.mktemp("reader"), str(wheel), constraints=constraints)


@pytest.fixture
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one event."""
    folder = tmp_path_factory.mktemp("logs")
    (folder / "a.json.gz").write_bytes(log_file([record(eventID="1", eventName="ListImages")]))
    return folder


def test_reading_needs_neither_pulumi_nor_moto_nor_flask(reader: Installed) -> None:
    """They are not installed, and the package is imported without them."""
    script = (
        "import importlib.util, audit, audit.logs, policies, iam_evaluation\n"
        "names = ('pulumi', 'pulumi_aws', 'moto', 'flask', 'grpc')\n"
        "print([name for name in names if importlib.util.find_spec(name)])"
    )
    done = reader.run("python", "-c", script)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_events_report_and_query_work_from_an_empty_folder(reader: Installed, logs: Path) -> None:
    """With the data files that they need."""
    events = reader.run("ibtrail", "events", str(logs), "--format", "jsonl")
    assert (events.returncode, json.loads(events.stdout)["eventID"], events.stderr) == (0, "1", _LOOKED)
    page = reader.folder / "page.html"
    report = reader.run("ibtrail", "report", str(logs), "--html", str(page))
    assert (report.returncode, report.stderr) == (0, _LOOKED)
    assert "ListImages" in page.read_text()
    query = reader.run("ibtrail", "query", "failures-by-identity", "--source", str(logs), "--format", "json")
    assert (query.returncode, json.loads(query.stdout), query.stderr) == (0, [], _LOOKED)


def test_verify_works_from_an_empty_folder(reader: Installed, local_aws: LocalAws) -> None:
    """It finds the account, and that there is no trail."""
    done = reader.run("ibtrail", "verify", "--timeout", "1", variables=dict(local_aws.environment()))
    assert done.returncode == 1
    assert "no trail" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_a_command_says_what_to_install_for_it(reader: Installed) -> None:
    """In one line, with the name of the extra."""
    done = reader.run("ibtrail", "local", "serve")
    assert (done.returncode, done.stdout) == (2, "")
    said = "ibtrail: serve needs moto, which is not installed: pip install 'image-builder-trail[local]'\n"
    assert done.stderr == said


def test_policies_look_for_the_project_in_the_folder_where_they_are_run(reader: Installed) -> None:
    """The stacks are not in the wheel: outside a project there are none."""
    done = reader.run("ibtrail", "policies", "render")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Pulumi.yaml" in done.stderr
    linted = reader.run("ibtrail", "policies", "lint", str(ROOT / "policies/rendered/dev/key.json"))
    assert (linted.returncode, linted.stderr) == (0, "")


def test_the_wheel_has_the_data_and_no_stack_of_ours(wheel: Path) -> None:
    """Neither settings of this project's stacks nor tests are in it."""
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "audit/page/page.html",
        "policies/controls.yaml",
        "localaws/pulumi/module/go.mod",
        "ibtrail/__init__.py",
    ):
        assert needed in names
    assert [name for name in names if name.startswith("audit/queries/") and name.endswith(".sql")]
    assert not [
        name for name in names if ("Pulumi." in name and not name.startswith("localaws")) or "test_" in name
    ]
    launcher = zipfile.ZipFile(wheel).getinfo("localaws/pulumi/launchers/pulumi-analyzer-policy-python")
    assert launcher.external_attr >> 16 & 0o111


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")
def test_the_c_reader_is_in_the_wheel_where_there_is_a_compiler(reader: Installed, wheel: Path) -> None:
    """And the wheel then is one for this platform alone."""
    assert not wheel.name.endswith("-any.whl")
    done = reader.run("python", "-c", "import audit.native; print(audit.native.NATIVE is not None)")
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_without_a_compiler_the_wheel_is_pure_python_and_reads_all_the_same(
    tmp_path: Path, constraints: Path, logs: Path
) -> None:
    """Only slower."""
    pure = built(tmp_path / "dist", CC="no-such-compiler")
    assert pure.name.endswith("-py3-none-any.whl")
    installed = Installed.made(tmp_path, str(pure), constraints=constraints)
    done = installed.run("ibtrail", "events", str(logs), "--format", "jsonl")
    assert (done.returncode, json.loads(done.stdout)["eventID"], done.stderr) == (0, "1", _LOOKED)


def test_the_extras_bring_the_local_aws(wheel: Path, constraints: Path, tmp_path: Path) -> None:
    """`pip install '.[deploy,local]'` is all that a platform engineer needs."""
    installed = Installed.made(tmp_path, f"{wheel}[deploy,local]", constraints=constraints)
    with serving(installed) as endpoint:
        variables = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
        variables["AWS_REGION"] = "us-east-1"
        done = installed.run("ibtrail", "history", "--format", "json", variables=variables)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
    assert done.stderr.startswith("looked at 1 Region: no event is as wanted")


class serving:  # noqa: N801 - reads as a verb
    """The local AWS of an installation, while it serves."""

    def __init__(self, installed: Installed) -> None:
        command = [str(installed.environment / "bin" / "ibtrail"), "local", "serve", "--port", "0"]
        self._process = subprocess.Popen(command, cwd=installed.folder, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().removeprefix("ready ").strip()

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        assert self._process.wait(60) == 0


def is_a_whole_clone() -> bool:
    """Whether this checkout can be cloned again."""
    done = subprocess.run(
        ["git", "rev-parse", "--is-shallow-repository"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() == "false"


@pytest.mark.skipif(not is_a_whole_clone(), reason="this is not a whole git clone")
def test_uv_tool_install_from_a_git_url(tmp_path: Path, logs: Path) -> None:
    """As from anybody's server: the last commit, by name, in a folder of its own."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    variables = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    uv("tool", "install", "--python", sys.executable, f"git+{clone.as_uri()}", **variables)
    done = subprocess.run(
        [tmp_path / "bin" / "ibtrail", "events", str(logs), "--format", "jsonl"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)["eventID"], done.stderr) == (0, "1", _LOOKED)


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_works_with_what_it_declares_and_no_more(
    package: str, constraints: Path, tmp_path: Path
) -> None:
    """Every module of it is imported where nothing else is installed: this is what holds the walls."""
    installed = Installed.made(tmp_path, f"./packages/{package}", constraints=constraints)
    done = installed.run("python", "-c", IMPORT_ALL, package)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) > 3


def project(path: Path) -> dict[str, Any]:
    """The project table of a pyproject.toml."""
    found: dict[str, Any] = tomllib.loads((path / "pyproject.toml").read_text("utf-8"))["project"]
    return found


def test_the_extra_local_is_what_the_local_aws_declares() -> None:
    """One distribution holds all packages, so it repeats what they need: each line of it, and no other."""
    declared = {one for name in PACKAGES for one in project(ROOT / "packages" / name)["dependencies"]} - OWN
    ours = project(ROOT)
    local, base = set(ours["optional-dependencies"]["local"]), set(ours["dependencies"])
    needed = set(project(ROOT / "packages" / "localaws")["dependencies"]) - OWN
    assert local == needed
    assert declared <= local | base


def test_the_packages_of_our_own_are_all_in_the_wheel() -> None:
    """A new package in packages/ is named in pyproject.toml."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    named = table["targets"]["wheel"]["packages"]
    assert {f"packages/{name}/src/{name}" for name in PACKAGES} <= set(named)


def installed_names(installed: Installed) -> Iterator[str]:
    """The distributions in an environment."""
    return (
        path.name.partition("-")[0] for path in installed.environment.glob("lib/*/site-packages/*.dist-info")
    )


def test_reading_installs_few_distributions(reader: Installed) -> None:
    """Each more is something to trust and to update."""
    assert len(set(installed_names(reader))) <= 25
