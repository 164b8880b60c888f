"""Files that are never seen half-written."""

from __future__ import annotations

import os
from pathlib import Path

from console.files import replacing


def replace_file(file: Path, content: str, new_mode: int = 0o600) -> None:
    """Write a file whole or not at all, with the permissions that it had; what it says already is left alone.

    A link stays: what it leads to is replaced.
    """
    target = file.resolve()
    encoded = content.encode()
    try:
        if target.read_bytes() == encoded:
            return
        mode = target.stat().st_mode & 0o7777
    except FileNotFoundError:
        mode = new_mode
    with replacing(target) as new:
        new.write(encoded)
        os.fchmod(new.fileno(), mode)
