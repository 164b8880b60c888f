"""The who-did-what report in the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from audit.facts import Facts

DEED_COLUMNS = ("who", "identity", "action", "result", "region", "from_", "times", "first", "last")


class DeedRow(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """One line of who did what. `times` counts events; `first` and `last` are UTC."""

    who: str
    identity: str
    through: str
    action: str
    result: str
    region: str
    from_: str
    times: int
    first: str
    last: str


def deed_rows(facts: Facts) -> Iterator[DeedRow]:
    """Who did what, ordered by who did it first, then by when."""
    began: dict[str, str] = {}
    for deed, (seen, _) in facts.deeds.items():
        began[deed.who] = min(began.get(deed.who, "~"), seen.first)
    for deed, (seen, addresses) in sorted(
        facts.deeds.items(), key=lambda item: (began[item[0].who], item[0].who, item[1][0].first, item[0])
    ):
        yield DeedRow(
            who=deed.who,
            identity=deed.kind,
            through=deed.service,
            action=deed.action,
            result=deed.result,
            region=deed.region,
            from_=_some(addresses),
            times=seen.count,
            first=seen.first,
            last=seen.last,
        )


def _some(addresses: set[str]) -> str:
    """The first three addresses in order, and how many more there are."""
    names = sorted(addresses)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
