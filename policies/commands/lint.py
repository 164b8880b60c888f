"""`policies lint`: policy documents held against AWS's service reference, each problem one line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from console.output import write_text
from console.text import safe
from iam_evaluation import DocumentKind, PolicyError
from policies.reference import find_problems


def lint(files: Sequence[Path], kind: DocumentKind, partition: str) -> int:
    """Print the problems of each document; return 1 if there is any, else 0.

    Raises:
        PolicyError: a file cannot be read as JSON.

    """
    problems = [f"{file}: {problem}" for file in files for problem in _problems(file, kind, partition)]
    write_text("".join(f"{safe(problem)}\n" for problem in problems), None)
    return 1 if problems else 0


def _problems(file: Path, kind: DocumentKind, partition: str) -> list[str]:
    try:
        document: Any = json.loads(file.read_bytes())
    except OSError as error:
        raise PolicyError(f"{file}: {error.strerror}; name a file that holds a policy as JSON") from error
    except ValueError as error:
        raise PolicyError(f"{file}: not JSON: {error}") from error
    return list(find_problems(document, kind, partition=partition))
