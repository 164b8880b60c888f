"""Commands that are loaded late, the options that all share, and the script for completion."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from console.commands import Commands, Lazy
from console.completion import completion_of
from console.errors import OutputError
from console.options import chosen, output_option, takes_output
from console.output import DATA_FORMATS, LIST_FORMATS, Format


def group() -> Commands:
    """A group with a command that is loaded late."""
    app = Commands("app", lazy={"completion": Lazy("test_commands:completion", "Print a script.")})

    @app.command()
    @takes_output(*LIST_FORMATS)
    @output_option("A page.", "--html")
    def show(format: Format, output: Path | None, html: Path | None) -> None:
        """Show what was asked for.

        Example: {command} --format csv
        """
        click.echo(f"{format} {output and output.name} {html and html.name}")

    return app


def invoke(*arguments: str) -> str:
    """What a command prints."""
    return CliRunner().invoke(group(), arguments, prog_name="app", catch_exceptions=False).output


def test_listing_commands_loads_none() -> None:
    """Help shows what the table says of them, in its order."""
    assert "  completion  Print a script.\n  show" in invoke("--help")


def test_an_example_is_what_the_user_would_type() -> None:
    """On one line, to be copied."""
    assert "\n  Example: app show --format csv\n" in invoke("show", "--help")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "table None None"),
        (["--format", "csv"], "csv None None"),
        (["--output", "a.json"], "json a.json None"),
        (["--output", "a.JSONL"], "jsonl a.JSONL None"),
        (["--output", "a.json", "--format", "csv"], "csv a.json None"),
        (["--output", "a.txt", "--html", "b.html"], "table a.txt b.html"),
    ],
)
def test_the_name_of_the_output_decides_where_no_format_is_given(
    arguments: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for a.json gets JSON, and --format decides over that."""
    monkeypatch.chdir(tmp_path)
    assert invoke("show", *arguments) == f"{expected}\n"


def test_an_output_called_after_another_format_is_refused() -> None:
    """A table in a.parquet would be a surprise."""
    with pytest.raises(
        OutputError, match=r"a\.parquet: \.parquet is no format .* in \.json, \.jsonl, \.csv or"
    ):
        chosen(None, Path("a.parquet"), LIST_FORMATS)
    assert chosen("table", Path("a.parquet"), LIST_FORMATS) is Format.TABLE
    assert chosen(None, Path("a.parquet"), DATA_FORMATS) is Format.PARQUET


@pytest.mark.parametrize("name", ["k.csv.gz", "a.xlsx", "e.tsv"])
def test_an_output_called_after_no_format_is_refused(name: str) -> None:
    """A table in it would be a surprise; the endings that there are, are named."""
    with pytest.raises(OutputError, match=rf"{name}: .* end the name in \.json, \.jsonl, \.csv or \.txt"):
        chosen(None, Path(name), LIST_FORMATS)
    assert chosen("csv", Path(name), LIST_FORMATS) is Format.CSV


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_standard_output_has_names(name: str) -> None:
    """As for other tools; a command sees that it is no file."""
    assert invoke("show", "--output", name) == "table None None\n"


@pytest.mark.parametrize("option", ["--output", "--html"])
def test_an_output_that_cannot_be_written_is_refused_before_the_work(option: str, tmp_path: Path) -> None:
    """Not after an hour of reading."""
    with pytest.raises(OutputError, match=f"{option} .* is a folder; give the name of a file in it"):
        invoke("show", option, str(tmp_path))
    with pytest.raises(OutputError, match=f"{option} .*: no file can be made in .*nowhere; give a path"):
        invoke("show", option, str(tmp_path / "nowhere" / "a"))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_each_shell(shell: str) -> None:
    """It names the program and the variable by which it asks."""
    script = CliRunner().invoke(completion_of("my-tool"), [shell]).output
    assert "my-tool" in script
    assert "_MY_TOOL_COMPLETE" in script
