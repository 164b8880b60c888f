"""The AWS CLI as one long session: in the environment of `awscli`, with commands on stdin, a JSON line each.

Starting `aws` anew costs a second of processor time for each command; this is the same code without that.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import awscli  # type: ignore[import-not-found]
from awscli.clidriver import create_clidriver  # type: ignore[import-not-found]


def run(arguments: list[str], folder: str, region: str) -> dict[str, Any]:
    """Run one command in a folder and a Region; what it writes and its exit code are the answer."""
    os.chdir(folder)
    os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"] = region
    written = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
    with redirect_stdout(written[0]), redirect_stderr(written[1]):
        try:
            code = create_clidriver().main(arguments)
        except SystemExit as stop:
            code = stop.code
    stdout, stderr = (stream.buffer.getvalue().decode() for stream in written)
    return {"returncode": code, "stdout": stdout, "stderr": stderr}


def main() -> None:
    """Say where the documented examples are, then answer commands until stdin ends."""
    answers = sys.stdout
    print(Path(awscli.__file__).parent / "examples", file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(run(**json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
