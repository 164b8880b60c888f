"""The settings of the key that encrypts the logs."""

from __future__ import annotations

from typing import ClassVar

from config.settings.group import Change, Group, setting
from config.settings.values import WholeNumber


class EncryptionKeySettings(Group):
    """How long the key can be rescued."""

    heading: ClassVar[str] = "Encryption key"

    key_deletion_window_days: WholeNumber = setting(
        30,
        "a whole number from 7 to 30",
        "How long the encryption key can still be rescued after its deletion was scheduled.",
        Change.UPDATE,
        ge=7,
        le=30,
    )
