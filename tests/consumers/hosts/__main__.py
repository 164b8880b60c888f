"""`python -m tests.consumers.hosts`: find the language hosts, or build them; exit code 2 where that fails."""

from __future__ import annotations

import shutil
import sys

from tests.consumers.hosts import found


def main() -> int:
    """Print where the host of each runtime is."""
    go = shutil.which("go")
    if go is not None:
        found.build(go, lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
    folders = {runtime: found.folder_of(runtime) for runtime in found.RUNTIMES}
    for runtime, folder in folders.items():
        place = folder / f"pulumi-language-{runtime}" if folder else "none (install the Pulumi CLI, or Go)"
        sys.stdout.write(f"{runtime}: {place}\n")
    return 0 if all(folders.values()) else 2


if __name__ == "__main__":
    sys.exit(main())
