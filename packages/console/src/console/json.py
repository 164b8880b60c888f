"""Values as JSON, whatever they hold."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_HALF = re.compile(r"\\udc([89a-f][0-9a-f])")


def encode(value: object) -> bytes:
    r"""A value as JSON on one line. A byte of a file name that is not UTF-8 becomes the text `\xff`."""
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:  # Python carries such a byte as half a character, which JSON cannot
        text = json.dumps(msgspec.to_builtins(value, builtin_types=(Decimal,)), default=float)
        return _HALF.sub(r"\\\\x\1", text).encode()
