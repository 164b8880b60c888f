"""The most that each reader holds in memory: over 4.5 GB of logs, from S3, and over files made to fill it.

python -m benchmarks.memory [--events N] [--only TEXT]

Memory is the largest resident sum of the whole process tree, shared pages counted once, sampled.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from audit.queries import named_queries
from benchmarks.hostile import KINDS
from benchmarks.reading import measured, slow_s3
from tests.corpus import cached

TARGET = 300
AUDIT = (sys.executable, "-m", "audit")
ALL = ("--event-source", "all")
SQL = "SELECT eventsource, eventname, count(*) FROM cloudtrail GROUP BY 1, 2 ORDER BY 3 DESC"


def readers(source: str, folder: Path) -> Iterator[tuple[str, ...]]:
    """Every command that reads logs, in every form in which it answers."""
    for services in ((), ALL):
        for format in ("table", "jsonl", "json", "csv", "parquet"):
            output = ("--output", str(folder / f"events.{format}")) if format == "parquet" else ()
            yield "events", source, "--format", format, *output, *services
        yield "report", source, *services
        yield "report", source, "--html", str(folder / "report.html"), *services
        for query in (*named_queries(), SQL):
            yield "query", query, "--source", source, *services
    yield "report", source, "--format", "jsonl"


def few_readers(source: str, folder: Path) -> Iterator[tuple[str, ...]]:
    """One command for each way of reading."""
    limit = ("--max-file-mib", "1") if "sparse" in source else ()
    yield "events", source, *limit
    yield "events", source, "--format", "jsonl", *ALL, *limit
    yield "report", source, "--html", str(folder / "report.html"), *limit
    yield "query", SQL, "--source", source, *ALL, *limit


def compare(
    source: str,
    commands: Callable[[str, Path], Iterator[tuple[str, ...]]],
    only: str,
    environment: dict[str, str] | None = None,
) -> bool:
    """A line for each command; whether all keep to the target."""
    kept = True
    with tempfile.TemporaryDirectory() as name:
        for arguments in commands(source, Path(name)):
            shown = " ".join(part if "SELECT" not in part else "SELECT …" for part in arguments)
            shown = shown.replace(f" {source}", "").replace(" --source", "").replace(f"{name}/", "")
            if only not in shown:
                continue
            cost = measured((*AUDIT, *arguments), environment, accepted=(0, 1))
            over = "" if cost.memory < TARGET * 1e6 else "   over the target"
            print(f"  {shown:66}{cost.memory / 1e6:7.0f} MB{cost.wall:8.1f} s{over}", flush=True)
            kept = kept and not over
    return kept


def hostile(parent: Path, only: str) -> bool:
    """Each kind of hostile files in turn; they are deleted before the next."""
    kept = True
    for title, make in KINDS.items():
        folder = parent / make.__name__
        folder.mkdir()
        make(folder)
        print(f"\n{title}")
        kept = compare(str(folder), few_readers, only) and kept
        shutil.rmtree(folder)
    return kept


def main() -> None:
    """Measure all, or what the flags ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=800_000, help="read four times: 800,000 are 4.5 GB")
    parser.add_argument("--only", default="", help="commands with this in them")
    parser.add_argument("--parts", default="folder,s3,hostile", help="which parts")
    values = parser.parse_args()
    folder, truth = cached(values.events)
    kept = True
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        logs = Path(name, "logs")
        for number in range(4):
            shutil.copytree(folder, logs / f"{number}", copy_function=os.link)
        size = f"{4 * truth.events:,} events, {4 * truth.size / 1e9:.2f} GB of JSON"
        if "folder" in values.parts:
            print(f"{size} in a folder; target: under {TARGET} MB")
            kept = compare(str(logs), readers, values.only) and kept
        if "s3" in values.parts:
            print(f"\n{size} in S3")
            with slow_s3(logs, 0) as environment:
                kept = compare("s3://logs", few_readers, values.only, environment) and kept
        if "hostile" in values.parts:
            kept = hostile(Path(name), values.only) and kept
    print(f"\nall under {TARGET} MB" if kept else f"\nnot all under {TARGET} MB")


if __name__ == "__main__":
    main()
