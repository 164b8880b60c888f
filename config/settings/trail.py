"""The settings of the trail itself."""

from __future__ import annotations

from typing import ClassVar

from config.settings.group import Anew, Change, Group, setting


class TrailSettings(Group):
    """How the trail is called."""

    heading: ClassVar[str] = "Trail"

    trail_name: str = setting(
        "",
        "3 to 128 letters, digits, periods, underscores and dashes, no two marks in a row, "
        "a letter or digit at both ends; or empty",
        "The trail's name. Empty: <project>-<stack>. Roles, the key's alias and an unnamed bucket are named "
        "after it.",
        Change.REPLACEMENT,
        Anew.BOTH,
        pattern=r"^(?=.{3,128}\Z)[A-Za-z0-9]+([._-][A-Za-z0-9]+)*\Z|^\Z",
    )
