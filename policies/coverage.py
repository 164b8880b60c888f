"""Which actions a statement's patterns mean."""

from __future__ import annotations

import fnmatch
from functools import lru_cache


@lru_cache(maxsize=200_000)
def covers(patterns: tuple[str, ...], action: str) -> bool:
    """Whether one of the patterns, which may hold wildcards, is or includes the action."""
    return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
