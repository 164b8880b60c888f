"""What stands at the head of a page about a stack: where it is, when it was looked at, and in which state."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime

from config.stack import Stack
from config.stack_file import PLACEHOLDER_ACCOUNT, project_folder
from console.text import html

STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem;
       color: #1b1f24; background: #fff }
table { border-collapse: collapse; width: 100%; font-size: .9rem; table-layout: fixed }
td, th { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d5dae0;
         overflow-wrap: anywhere }
@media screen and (prefers-color-scheme: dark) { body { color: #e6e9ec; background: #14171a } }
@page { size: A4; margin: 14mm 12mm }
@media print {
  body { font-size: 8.5pt; line-height: 1.3; margin: 0; padding: 0; max-width: none }
  table { font-size: 8pt } td, th { padding: 1.2pt 4pt } tr { break-inside: avoid }
  section + section { break-before: page } }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem } dt { font-weight: 600 }
dd { margin: 0; overflow-wrap: anywhere }
"""


def title_block(stack: Stack, commit: str, more: Mapping[str, str]) -> str:
    """Return a list of account, Region, date and commit, and of `more`, as HTML."""
    place = stack.place
    sure = " (a placeholder: give --account-id)" if place.account_id == PLACEHOLDER_ACCOUNT else ""
    facts = {
        "Account": f"{place.account_id}{sure}",
        "Region": f"{place.region}, home of a trail of all Regions",
        "Date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "Commit": commit,
        **more,
    }
    return (
        "<dl>\n"
        + "".join(f"<dt>{name}</dt><dd>{html(value)}</dd>\n" for name, value in facts.items())
        + "</dl>\n"
    )


def commit() -> str:
    """Return the commit of the project in hand, and whether files differ from it."""
    asked = (
        "git",
        "-C",
        str(project_folder()),
        "describe",
        "--always",
        "--dirty=, with changes",
        "--abbrev=12",
    )
    try:
        said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return "none: the project is not under git"
    return said.stdout.strip()
