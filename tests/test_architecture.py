"""The walls between the packages, held by the imports, and the caps on size, held as a signal."""
# ruff: noqa: D103 - each name says the property

from __future__ import annotations

import ast
import re
import statistics
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("console", "iam_evaluation", "localaws")
ROOMS = {
    **{name: ROOT / name for name in ("config", "components", "policies", "audit", "vending", "ibtrail")},
    **{name: ROOT / "packages" / name / "src" / name for name in PACKAGES},
}
GUARD = ROOT / "policies" / "guard"
FILES = sorted(path for room in ROOMS.values() for path in room.rglob("*.py"))

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MEDIAN_FUNCTION = 10

# What is longer for a reason: one line each, so that a reader can doubt it.
LONG_FOR_A_REASON = {
    "packages/localaws/src/localaws/pulumi/resources/bucket_settings.py": "side resources, all alike",
}


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted names of all modules that the file at `path` imports, at its top or later."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def importers(room: str, *forbidden: str) -> list[str]:
    """Return which files of a package, the guard pack aside, import one of the `forbidden` packages."""
    files = [path for path in FILES if path.is_relative_to(ROOMS[room]) and not path.is_relative_to(GUARD)]
    return imported(files, *forbidden)


def imported(files: list[Path], *forbidden: str) -> list[str]:
    """Return which of the files import one of the `forbidden` packages."""
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in imports(path)
        if name.partition(".")[0] in forbidden
    ]


def functions() -> Iterator[tuple[str, int]]:
    """Yield each function's place and its number of lines, docstring apart."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                said = node.body[0] if ast.get_docstring(node) else None
                docstring = said.end_lineno - said.lineno + 1 if said and said.end_lineno else 0
                yield (
                    f"{path.relative_to(ROOT)}:{node.name}",
                    (node.end_lineno or 0) - node.lineno + 1 - docstring,
                )


def test_documents_settings_and_names_are_plain_values() -> None:
    impure = ("pulumi", "pulumi_aws", "boto3", "botocore", "components", "audit", "localaws", "vending")
    own = ROOMS["config"] / "pulumi_config.py"
    pure = [path for path in FILES if path.is_relative_to(ROOMS["config"]) and path != own]
    pure += [path for path in FILES if path.is_relative_to(ROOMS["policies"] / "documents")]
    assert imported(pure, *impure) == []


def test_policies_know_the_program_only_to_see_what_it_registers() -> None:
    assert importers("policies", "pulumi", "pulumi_aws", "boto3", "botocore", "audit", "localaws") == []
    assert importers("policies", "components") == [
        "policies/commands/controls.py imports components.registered"
    ]


def test_the_guard_pack_knows_no_other_room_so_that_it_fits_any_program() -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in GUARD.rglob("*.py")
        for name in imports(path)
        if name.partition(".")[0] in {"boto3", *ROOMS} and not name.startswith("policies.guard")
    ]
    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_names_whatever_it_imports(package: str) -> None:
    """A package that comes in only because another one needs it may go when that one changes its mind."""
    project = tomllib.loads((ROOT / "packages" / package / "pyproject.toml").read_text("utf-8"))["project"]
    extras = chain.from_iterable(project.get("optional-dependencies", {}).values())
    named = {re.split(r"[^\w.-]", one)[0] for one in (*project["dependencies"], *extras)}
    holders = packages_distributions()
    unnamed = {
        module
        for path in ROOMS[package].rglob("*.py")
        for module in (name.partition(".")[0] for name in imports(path))
        if module not in sys.stdlib_module_names
        and module != package
        and named.isdisjoint(name.lower().replace("_", "-") for name in holders.get(module, [module]))
    }
    assert unnamed == set()


def test_the_signer_and_its_checker_never_meet() -> None:
    assert importers("audit", "localaws") == []
    assert importers("localaws", "audit") == []


def test_the_local_aws_takes_from_the_other_rooms_nothing_but_the_policies() -> None:
    assert importers("localaws", "config", "components", "vending") == []


def test_the_shared_packages_know_no_other_room() -> None:
    for package in ("console", "iam_evaluation"):
        assert importers(package, *(room for room in ROOMS if room != package)) == []


def test_config_and_components_know_no_local_aws_and_no_audit() -> None:
    for room in ("config", "components"):
        assert importers(room, "localaws", "audit", "vending", "boto3", "botocore") == []


def test_only_the_settings_read_the_stack_configuration() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in [*FILES, ROOT / "__main__.py"]
        if not path.is_relative_to(ROOMS["localaws"])
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Attribute) and ast.unparse(node) == "pulumi.Config")
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "pulumi.runtime"
            and "config" in ast.unparse(node)
        )
        or (isinstance(node, ast.ImportFrom) and node.module == "pulumi" and "Config" in ast.unparse(node))
    }
    assert readers == {"config/pulumi_config.py"}


def test_boto3_stays_with_those_that_talk_to_aws() -> None:
    for room in ("config", "components", "policies"):
        assert importers(room, "boto3") == []


@pytest.mark.parametrize("text", ["import boto3", "def f():\n    from boto3.session import Session"])
def test_an_import_is_found_wherever_it_stands(text: str, tmp_path: Path) -> None:
    file = tmp_path / "file.py"
    file.write_text(text, "utf-8")
    assert [name.partition(".")[0] for name in imports(file)] == ["boto3"]


def messages(path: Path) -> Iterator[str]:
    """Yield the places in a file that write to standard error past `console.messages`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        given = {one.arg: ast.unparse(one.value) for one in node.keywords}
        if (
            called.startswith(("sys.stderr.write", "traceback.print_"))
            or given.get("file") == "sys.stderr"
            or (called == "click.echo" and "err" in given)
        ):
            yield f"{path}:{node.lineno}: {called}"


@pytest.mark.parametrize(
    "text",
    [
        "print('x', file=sys.stderr)",
        "sys.stderr.write('x')",
        "traceback.print_exc()",
        "click.echo('x', err=True)",
    ],
)
def test_a_message_past_the_one_function_is_found(text: str, tmp_path: Path) -> None:
    file = tmp_path / "file.py"
    file.write_text(text, "utf-8")
    assert len(list(messages(file))) == 1


def test_whatever_is_said_goes_through_the_one_function_that_makes_it_safe() -> None:
    others = [path for path in FILES if not path.is_relative_to(ROOMS["console"])]
    programs = [*others, *(ROOT / "examples").glob("*.py"), *(ROOT / "tools").glob("*.py")]
    assert [place for path in programs for place in messages(path)] == []


def test_no_page_is_written_without_the_skeleton_that_forbids_scripts() -> None:
    pages = [path for path in FILES if "<!doctype" in path.read_text("utf-8").lower()]
    assert pages == [ROOMS["console"] / "page.py"]


def test_no_file_outgrows_a_reader() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {
        path: count for path, count in lines.items() if count > LONGEST_FILE and path not in LONG_FOR_A_REASON
    } == {}


def test_no_function_outgrows_a_screen() -> None:
    long = {place: lines for place, lines in functions() if lines > LONGEST_FUNCTION}
    assert {place: lines for place, lines in long.items() if place not in LONG_FOR_A_REASON} == {}


def test_most_functions_are_short() -> None:
    assert statistics.median(lines for _, lines in functions()) <= MEDIAN_FUNCTION
