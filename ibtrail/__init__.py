"""The console script `ibtrail`: everything that this project does, from one command line."""

import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run `ibtrail`. Nothing else is imported before, so that an interrupt finds somebody to take it."""
    try:
        from console.runner import run  # noqa: PLC0415
        from ibtrail.commands import app  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.exit(130)
    if "_IBTRAIL_COMPLETE" in os.environ:
        from console.completion import complete  # noqa: PLC0415

        complete(app, "ibtrail")
    run(app, "ibtrail")
