"""Plots as inline SVG beside the numbers they show, for whoever cannot see or tell apart the shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape

from console.text import shown

_WIDTH, _HEIGHT = 600, 160
_MOST_COLUMNS = 168  # a week of hours; more are drawn as days
_MOST_BARS = 12
_MOST_STEPS = 3660  # ten years of days; who sees further sees a wrong time


def activity(hours: Mapping[str, Sequence[int]]) -> str:
    """Columns of events by hour (by day, if there are many hours), failed ones at their foot in red.

    `hours` maps "2026-01-31T13" to [all, failed]. Hours without events have their place, too.
    """
    if not hours:
        return "<p>None.</p>"
    unit, columns = "hour", _with_quiet(hours, 13)
    if len(columns) > _MOST_COLUMNS:
        by_day: dict[str, list[int]] = {}
        for hour, (count, failed) in hours.items():
            day = by_day.setdefault(hour[:10], [0, 0])
            day[0] += count
            day[1] += failed
        unit, columns = "day", _with_quiet(by_day, 10)
    most = max(count for count, _ in columns.values())
    step = _WIDTH / len(columns)
    shapes = []
    for place, (name, (count, failed)) in enumerate(columns.items()):
        for kind, number in (("all", count), ("bad", failed)):
            height = _HEIGHT * number / most
            if number:
                shapes.append(
                    f'<rect class="{kind}" x="{place * step:.1f}" y="{_HEIGHT - height:.1f}" '
                    f'width="{max(step - 1, 0.5):.1f}" height="{height:.1f}">'
                    f"<title>{escape(shown(name))}: {count:,} events, {failed:,} failed</title></rect>"
                )
    ends = [escape(shown(name)) for name in list(columns)[:: max(len(columns) - 1, 1)]]
    label = f"Events by {unit}: {len(columns)} {unit}s, {most:,} events in the busiest"
    lines = "".join(
        f'<tr><th scope="row">{escape(shown(name))}</th>{_numbers(count, failed)}</tr>'
        for name, (count, failed) in columns.items()
    )
    return (
        f'<figure><svg role="img" aria-label="{escape(label)}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'preserveAspectRatio="none">{"".join(shapes)}</svg>'
        f'<div class="ends" aria-hidden="true"><span>{"</span><span>".join(ends)}</span></div>'
        f"<figcaption>{escape(label)}; failed ones in red, at the foot.</figcaption>"
        f"<details><summary>The numbers</summary>{_table(label, unit, lines)}</details></figure>"
    )


def _with_quiet(counts: Mapping[str, Sequence[int]], letters: int) -> dict[str, Sequence[int]]:
    """The counts in order of time, zeros in between; `letters` of a time name an hour (13) or a day (10)."""
    plain = {name: counts[name] for name in sorted(counts)}
    step = timedelta(hours=1) if letters == 13 else timedelta(days=1)
    try:
        first, last = map(datetime.fromisoformat, (min(counts), max(counts)))
        steps = range(min(round((last - first) / step), _MOST_STEPS) + 1)
        names = [(first + number * step).isoformat()[:letters] for number in steps]
    except (ValueError, TypeError, OverflowError):  # an eventTime that is none
        return plain
    filled = {name: counts.get(name, (0, 0)) for name in names}
    return filled if filled.keys() >= plain.keys() else plain


def bars(what: str, counts: Sequence[tuple[str, int, int]], whole: str) -> str:
    """A table of the names that occur most, with bars; `counts` are (name, all, failed).

    Where not all have a place in it, a link leads to the section `whole`, which lists them.
    """
    if not counts:
        return ""
    ranked = sorted(counts, key=lambda item: (-item[1], item[0]))[:_MOST_BARS]
    most = ranked[0][1]
    lines = "".join(
        f'<tr><th scope="row">{escape(shown(name))}{_bar(count / most, failed / most)}</th>'
        f"{_numbers(count, failed)}</tr>"
        for name, count, failed in ranked
    )
    cut = len(counts) > len(ranked)
    number = f"{len(ranked)} of {len(counts):,} shown" if cut else f"{len(counts)} in all"
    caption = f"Events by {what}: {number}; failed ones in red, at the left"
    link = f'<p><a href="#{whole}">All {len(counts):,}</a></p>' if cut else ""
    return f"<div>{_table(caption, what, lines)}{link}</div>"


def _bar(whole: float, failed: float) -> str:
    parts = (("all", whole), ("bad", failed))
    shapes = "".join(
        f'<rect class="{kind}" width="{part * 100:.1f}" height="1"/>' for kind, part in parts if part
    )
    return (
        f'<svg class="bar" aria-hidden="true" viewBox="0 0 100 1" preserveAspectRatio="none">{shapes}</svg>'
    )


def _numbers(count: int, failed: int) -> str:
    return f'<td class="number">{count:,}</td><td class="number">{failed:,}</td>'


def _table(caption: str, what: str, lines: str) -> str:
    heads = "".join(f'<th scope="col">{head}</th>' for head in (what.capitalize(), "Events", "Failed"))
    return (
        f'<table class="plot"><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )
