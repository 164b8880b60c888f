"""The commands of `ibtrail`, by name: where each is, what it does, and what to install for it."""

from __future__ import annotations

from typing import Final

import click

from console.commands import Commands, Lazy

_LOCAL: Final = "image-builder-trail[local]"

COMMANDS: Final = {
    "verify": Lazy("audit.cli:verify", "Make a marked Image Builder call and follow it to its delivery."),
    "history": Lazy("audit.cli:history", "View, search and download Event history."),
    "events": Lazy("audit.cli:events", "List the events delivered to a bucket or folder."),
    "download": Lazy("audit.cli:download", "Copy the log files of a bucket into a folder."),
    "report": Lazy("audit.cli:report", "Say who did what, from where, when, with which result."),
    "query": Lazy("audit.cli:query", "Ask by SQL, in Athena's words, or by a named query."),
    "policies": Lazy("policies.cli:app", "Policies as deployed, explained, and proved."),
    "local": Lazy("localaws.cli:app", "An AWS on this machine, and Pulumi pointed at it.", install=_LOCAL),
    "completion": Lazy("ibtrail.completion:completion", "Print the script for completion in a shell."),
}


@click.group(cls=Commands, lazy=COMMANDS, distributions=("image-builder-trail",))
def app() -> None:
    """An audit trail of EC2 Image Builder: see that it delivers, read it, prove who can do what."""
