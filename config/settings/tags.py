"""The tags that every resource carries."""

from __future__ import annotations

from typing import ClassVar

from config.settings.group import Change, Group, setting
from config.settings.values import Tags


class TagSettings(Group):
    """Tags of the user's own."""

    heading: ClassVar[str] = "Tags"

    tags: Tags = setting(
        {},
        "a map of up to 40 names (1 to 128 characters, not starting with aws:), each to a text (up to 256), "
        "of letters, digits, spaces and _.:/=+-@",
        "Tags of every resource, besides Project and Stack. Other values for these two change the deployer's "
        "policy too.",
        Change.UPDATE,
        max_length=40,
    )
