"""`policies lint`: policy documents held against AWS's service reference, each problem one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from config.stack_file import project_folder, read_stack, stack_names
from console.messages import say
from console.output import Format, write_rows, write_text
from console.text import safe
from iam_evaluation import DocumentKind, PolicyError
from policies.documents import all_cards
from policies.reference import find_problems

_DEFAULT_PARTITION = "aws"
_STANDARD_INPUT = Path("-")


class LintRow(msgspec.Struct, frozen=True):
    """One problem of a document, which was looked at as one of that kind, meant for that partition."""

    file: str
    kind: str
    partition: str
    problem: str


def lint(
    files: Sequence[Path],
    kind: DocumentKind | None,
    partition: str | None,
    format: Format,
    output: Path | None,
) -> int:
    """Print the problems of each document; return 1 if there is any, else 0.

    Without `files`, those are looked at that the project in hand has rendered, each for its stack's
    partition. A file called "-" is standard input. Without `kind`, a document that has the name of a
    rendered one is of that one's kind, and the elements of any other tell its kind. A table is a line for
    each problem, and nothing where there is none.

    Raises:
        PolicyError: a file cannot be read as JSON.
        OutputError: the output file cannot be written.

    """
    asked = [(file, partition or _DEFAULT_PARTITION) for file in files] or list(_own(partition))
    rows = [row for file, meant_for in asked for row in _rows(file, kind, meant_for)]
    if format is Format.TABLE:
        write_text("".join(f"{safe(f'{row.file}: {row.problem}')}\n" for row in rows), output)
    else:
        write_rows(rows, LintRow.__struct_fields__, format, output)
    if not files:
        say(f"{len(asked)} rendered documents, {len(rows)} problem(s)")
    return 1 if rows else 0


def _own(partition: str | None) -> Iterator[tuple[Path, str]]:
    folder = project_folder() / "policies" / "rendered"
    for name in stack_names():
        for file in sorted((folder / name).glob("*.json")):
            yield file, partition or read_stack(name).place.partition


def _kind(file: Path, document: Any) -> DocumentKind:
    """Return the kind of the rendered document of that name; else what the document's elements say."""
    kinds = {card.name: card.kind for card in all_cards()}
    if file.stem in kinds:
        return kinds[file.stem]
    listed = document.get("Statement") if isinstance(document, dict) else None
    statements = listed if isinstance(listed, list) else [listed]
    elements = {name for one in statements if isinstance(one, dict) for name in one}
    if not elements & {"Principal", "NotPrincipal"}:
        return DocumentKind.IDENTITY
    return DocumentKind.RESOURCE if elements & {"Resource", "NotResource"} else DocumentKind.TRUST


def _rows(file: Path, kind: DocumentKind | None, partition: str) -> Iterator[LintRow]:
    twice: list[str] = []

    def noting(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice.extend(dict.fromkeys(name for name in names if names.count(name) > 1))
        return dict(pairs)

    try:
        content = sys.stdin.buffer.read() if file == _STANDARD_INPUT else file.read_bytes()
        document: Any = json.loads(content, object_pairs_hook=noting)
    except OSError as error:
        raise PolicyError(f"{file}: {error.strerror}; name a file that holds a policy as JSON") from error
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"{file}: not JSON: {error}") from error
    looked_at = kind or _kind(file, document)
    told = (f'the key "{name}" stands twice in one object; only the last counts: keep one' for name in twice)
    for problem in (*told, *find_problems(document, looked_at, partition=partition)):
        yield LintRow(str(file), looked_at.value, partition, problem)
