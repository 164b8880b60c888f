"""Parts of ARNs that somebody sent, which may be none."""

from __future__ import annotations


def account_of(arn: str) -> str:
    """The account that an ARN names; empty where there is none, or where the text is no ARN."""
    return _part(arn, 4)


def region_of(arn: str) -> str:
    """The Region that an ARN names; empty where there is none, or where the text is no ARN."""
    return _part(arn, 3)


def _part(arn: str, place: int) -> str:
    parts = arn.split(":", 5)
    return parts[place] if len(parts) == 6 and parts[0] == "arn" else ""
