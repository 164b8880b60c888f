"""`python -m tests.clients`: build the programs of the stories; exit code 2 where one that CI needs fails."""

from __future__ import annotations

import sys

from tests.clients.programs import PROGRAMS

_OPTIONAL = frozenset({"java"})


def main() -> int:
    """Build each, and print where it is."""
    failed = False
    for name, program in PROGRAMS.items():
        absent = program.absent()
        if absent is None and program.built(lambda line: print(line, file=sys.stderr, flush=True)):  # noqa: T201
            sys.stdout.write(f"{name}: {program.folder}\n")
            continue
        sys.stdout.write(f"{name}: none{f' ({absent})' if absent else ''}\n")
        failed = failed or name not in _OPTIONAL
    return 2 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
