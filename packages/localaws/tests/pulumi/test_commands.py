"""What the words of a `pulumi` command line mean."""

from __future__ import annotations

import pytest

from localaws.pulumi import arguments, commands


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("up --stack dev", "dev"),
        ("up -s dev --yes", "dev"),
        ("--stack=dev up", "dev"),
        ("up --stack organization/project/dev", "dev"),
        ("up --yes", None),
        ("up --stack", ""),
    ],
)
def test_the_stack_that_a_command_names(line: str, name: str | None) -> None:
    """The stack is what follows --stack or -s, without its organization."""
    assert arguments.named_stack(line.split()) == name


@pytest.mark.parametrize(
    ("line", "changes", "works", "plain"),
    [
        ("up --yes", True, True, False),
        ("--color never destroy", True, True, False),
        ("--stack up preview", False, True, False),
        ("config set key up", False, False, True),
        ("stack init dev", False, False, True),
        ("", False, False, True),
        ("about", False, False, False),
    ],
)
def test_what_a_command_needs(line: str, changes: bool, works: bool, plain: bool) -> None:
    """Which commands change resources, need a stack, or need neither provider nor language host."""
    words = line.split()
    assert commands.changes_resources(words) is changes
    assert commands.works_on_a_stack(words) is works
    assert commands.is_plain(words) is plain
