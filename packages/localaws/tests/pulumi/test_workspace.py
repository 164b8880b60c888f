"""The engine's own copy of a project."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from localaws.pulumi.project import Project, around
from localaws.pulumi.workspace import Workspace
from localaws.pulumi.yaml_text import DocumentError

OWN = "encryptionsalt: v1:own\n"


def workspace(folder: Path, settings: str | None, project: str = "name: a\nruntime: python\n") -> Workspace:
    """A copy, up to date, of a project with one stack."""
    (folder / "Pulumi.yaml").write_text(project)
    if settings is not None:
        (folder / "Pulumi.dev.yaml").write_text(settings)
    made = Workspace(folder / ".localaws" / "copy", Project(folder / "Pulumi.yaml"))
    made.renew()
    return made


@pytest.mark.parametrize(
    "value", ["012345670123", "on", "12:30", "1_000", "'yes'", "2024-01-01", "[1, {a: no}]"]
)
def test_settings_are_copied_as_they_are_written(tmp_path: Path, value: str) -> None:
    """No value is read as something else on the way: what looks like a number may be an account."""
    made = workspace(tmp_path, f"config:\n  a:key: {value}\n")
    copied = yaml.load(made.settings("dev").read_text(), Loader=yaml.BaseLoader)  # noqa: S506 - texts only
    original = yaml.load((tmp_path / "Pulumi.dev.yaml").read_text(), Loader=yaml.BaseLoader)  # noqa: S506
    assert copied == original


def test_what_encrypts_for_aws_is_not_copied(tmp_path: Path) -> None:
    """Secrets, and what encrypts them, stay behind; a setting with a secret in it is one."""
    made = workspace(
        tmp_path,
        "secretsprovider: awskms://a\nencryptedkey: b\nencryptionsalt: c\nconfig:\n  a:plain: 1\n"
        "  a:hidden: {secure: x}\n  a:inside: {b: [{secure: x}]}\n",
    )
    assert yaml.safe_load(made.settings("dev").read_text()) == {"config": {"a:plain": 1}}
    assert made.unreadable("dev") == ["a:hidden", "a:inside"]


def test_the_copys_own_secrets_stay_and_the_rest_follows_the_project(tmp_path: Path) -> None:
    """A change of the project's settings arrives; the local AWS's salt and secrets are kept."""
    made = workspace(tmp_path, "config:\n  a:x: 1\n  a:y: {secure: for-aws}\n")
    made.settings("dev").write_text(f"{OWN}config:\n  a:x: 1\n  a:y: {{secure: own}}\n  a:z: 3\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  a:x: 2\n  a:y: {secure: for-aws}\n")
    made.renew()
    assert yaml.safe_load(made.settings("dev").read_text()) == {
        "encryptionsalt": "v1:own",
        "config": {"a:x": 2, "a:y": {"secure": "own"}},
    }
    assert made.unreadable("dev") == []


def test_a_stack_without_settings_keeps_its_salt_alone(tmp_path: Path) -> None:
    """Where the project has no settings, or none any more, the copy has none either."""
    made = workspace(tmp_path, None)
    made.settings("dev").write_text(f"{OWN}config:\n  a:x: 1\n")
    made.renew()
    assert made.settings("dev").read_text() == OWN


def test_a_project_that_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    """An engine that is reading meanwhile sees the same file."""
    made = workspace(tmp_path, "config:\n  a:x: 1\n")
    before = made.settings("dev").stat()
    made.renew()
    assert made.settings("dev").stat() == before


def test_the_copy_leads_to_the_program(tmp_path: Path) -> None:
    """Program, packages and plugins are found where they are; settings lie beside the copy."""
    made = workspace(
        tmp_path,
        None,
        "name: a\nruntime: yaml\nmain: src\nstackConfigDir: stacks\nbackend: {url: s3://states}\n"
        "packages: {here: ../lib, named: aws@7.0.0}\nplugins: {providers: [{name: p, path: ./bin}]}\n"
        "config: {a:x: {default: on}}\n",
    )
    copied = yaml.load((made.folder / "Pulumi.yaml").read_text(), Loader=yaml.BaseLoader)  # noqa: S506
    assert copied == {
        "name": "a",
        "runtime": "yaml",
        "main": str(tmp_path / "src"),
        "packages": {"here": str(tmp_path.parent / "lib"), "named": "aws@7.0.0"},
        "plugins": {"providers": [{"name": "p", "path": str(tmp_path / "bin")}]},
        "config": {"a:x": {"default": "on"}},
    }


@pytest.mark.parametrize(
    ("described", "folder"),
    [("stackConfigDir: a/b", "a/b"), ("config: old", "old"), ("config: {a: {}}", ".")],
)
def test_settings_lie_where_the_project_says(tmp_path: Path, described: str, folder: str) -> None:
    """The settings' folder has two names, of which one also means something else."""
    (tmp_path / "Pulumi.yaml").write_text(f"name: a\nruntime: python\n{described}\n")
    found = around(tmp_path)
    assert found is not None
    assert found.settings("dev") == tmp_path / folder / "Pulumi.dev.yaml"


@pytest.mark.parametrize("content", ["[", "- a", "text", "a: b: c"])
def test_settings_that_are_none_are_told_in_one_line(tmp_path: Path, content: str) -> None:
    """A file that is no mapping is named, in one line."""
    with pytest.raises(DocumentError, match=r"Pulumi\.dev\.yaml") as refused:
        workspace(tmp_path, content)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"])
def test_a_project_is_found_from_below(tmp_path: Path, name: str) -> None:
    """Whatever the suffix, the project is that of the nearest folder above."""
    (tmp_path / name).write_text('{"name": "a", "runtime": "python"}')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    found = around(below)
    assert found is not None
    assert found.file == tmp_path / name
