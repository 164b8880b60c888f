"""What a value that is not allowed was evidently meant to be.

A correction is copied and run as it stands. It therefore never says the opposite of what was meant, and never
guesses: where the meaning is not plain, there is no answer.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

Accepts = Callable[[Any], bool]
_SWITCHED = {True: ("true", "yes", "on", "1", "y", "t"), False: ("false", "no", "off", "0", "n", "f")}
_NUMBER = re.compile(r"\+?(\d{1,9})(?:\.0*)?\s*(d|days?|w|weeks?)?", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7}
_NEAR_SWITCH = 0.7
_NEAR_WORD = 0.85  # GLACIER is not GLACIER_IR, but GOVERNACE is GOVERNANCE


def meant(given: Any, field: FieldInfo, accepts: Accepts) -> Any:
    """Return the value that `given` was evidently meant to be, or None.

    `accepts` tells whether the field takes a value.
    """
    if accepts(given):
        return given
    if isinstance(field.default, tuple):
        return next((one for one in _lists(given) if accepts(one)), None)
    if isinstance(field.default, dict) or not isinstance(given, str | int | float):
        return None
    text = str(given).strip()
    if isinstance(field.default, bool):
        return _switch(text)
    candidates = _numbers(text) if isinstance(field.default, int) else _texts(text, _words(field))
    return next((one for one in candidates if one != "" and accepts(one)), None)


def nearest(word: str, words: Sequence[str], cutoff: float = 0.6) -> str | None:
    """Return the one of `words` that `word` is most like; None where none is, or two are alike."""
    likeness = {one: difflib.SequenceMatcher(None, word, one).ratio() for one in words}
    best = max(likeness.values(), default=0.0)
    found = [one for one, ratio in likeness.items() if ratio == best >= cutoff]
    return found[0] if len(found) == 1 else None


def _switch(text: str) -> bool | None:
    for value, spelled in _SWITCHED.items():
        if text.lower() in spelled:
            return value
    near = nearest(text.lower(), ("true", "false"), _NEAR_SWITCH)
    return None if near is None else near == "true"


def _numbers(text: str) -> Iterator[int]:
    """The number of days; months and years have no fixed number of them."""
    if found := _NUMBER.fullmatch(text):
        yield int(found[1]) * _DAYS[(found[2] or "d")[0].lower()]


def _texts(text: str, words: Sequence[str]) -> Iterator[str]:
    """The allowed word that is meant, or the text with the marks set right."""
    if words:
        yield nearest(re.sub(r"[\s-]", "_", text.upper()), words, _NEAR_WORD) or ""
        return
    single = re.sub(r"([/._-])\1+", r"\1", text)
    ends = single.strip("/")
    yield from (text, single, ends, ends.lower(), re.sub(r"[._]+", "-", ends.lower()))


def _words(field: FieldInfo) -> tuple[str, ...]:
    """The words of a field that takes no others."""
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def _lists(given: Any) -> Iterator[list[str]]:
    """One item that stands without a list, or several with commas between."""
    if isinstance(given, str) and not _is_json(given):
        yield [one.strip() for one in given.split(",")]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
