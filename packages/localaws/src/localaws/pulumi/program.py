"""Runs a Pulumi program in a process of its own: `python -P program.py`, with its settings as JSON on stdin.

What `pulumi-language-python-exec` is to the language host that ships with the Pulumi CLI. It knows nothing of
the rest of this project, so that a program sees its own folder and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pulumi
from pulumi import runtime

ALREADY_SAID = 32  # exit code: the program failed, and has told the engine why


def main() -> int:
    """Run the program that the settings on stdin describe, and return its exit code."""
    settings = json.load(sys.stdin)
    entry = Path(settings["program_directory"]) / settings["entry_point"]
    entry = entry / "__main__.py" if entry.is_dir() else entry
    os.chdir(settings["working_directory"])
    sys.path.insert(0, str(entry.parent))
    sys.argv = [str(entry)]
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # the engine reports what failed
    runtime.configure(
        runtime.Settings(
            project=settings["project"],
            stack=settings["stack"],
            monitor=settings["monitor"],
            engine=settings["engine"],
            parallel=settings["parallel"],
            dry_run=settings["dry_run"],
            organization=settings["organization"],
            root_directory=settings["root_directory"],
        )
    )
    runtime.set_all_config(settings["config"], settings["secret_keys"])
    return _run(entry, settings["parallel"])


def _run(entry: Path, parallel: int) -> int:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(max_workers=max(parallel, 1) * 4))
    loop.set_exception_handler(_pass_over_lost_monitor)
    try:
        loop.run_until_complete(runtime.run_in_stack(lambda: _execute(entry)))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except grpc.RpcError as error:
        if error.code() == grpc.StatusCode.UNAVAILABLE:  # the engine is on its way out already
            return ALREADY_SAID
        pulumi.log.error(f"RPC error: {error.details()}")
    except SystemExit as exit_request:
        return _exit_code(exit_request.code)
    except Exception as error:  # noqa: BLE001 - whatever the program raises is told to the engine
        shown = "".join(traceback.format_list(_own_frames(error)) + traceback.format_exception_only(error))
        pulumi.log.error(f"Program failed with an unhandled exception:\n{shown}")
    else:
        return 0
    finally:
        _end(loop)
    return ALREADY_SAID


def _own_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames of the program itself: those after the ones that started it."""
    frames = list(traceback.extract_tb(error.__traceback__))
    starting = [place for place, frame in enumerate(frames) if frame.filename == "<frozen runpy>"]
    return frames[starting[-1] + 1 :] if starting else frames


def _execute(entry: Path) -> None:
    runpy.run_path(str(entry), run_name="__main__")


def _end(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what is left over, so that nothing complains of being destroyed while pending."""
    for task in asyncio.all_tasks(loop):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
    loop.close()
    sys.stdout.flush()
    sys.stderr.flush()


def _pass_over_lost_monitor(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if isinstance(context.get("exception"), grpc.RpcError):
        loop.stop()
    else:
        loop.default_exception_handler(context)


def _exit_code(code: str | int | None) -> int:
    if isinstance(code, str):
        pulumi.log.error(code)
        return ALREADY_SAID
    return code or 0


if __name__ == "__main__":
    sys.exit(main())
