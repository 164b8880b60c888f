"""Plots as inline SVG, each with a text that says the same to who cannot see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT, _FOOT = 600, 160, 22
_MOST_COLUMNS = 168  # a week of hours; more are drawn as days
_MOST_BARS = 12


def activity(hours: Mapping[str, Sequence[int]]) -> str:
    """Columns of events by hour (by day, if there are many hours), failed ones on top of them in red.

    `hours` maps "2026-01-31T13" to [all, failed].
    """
    columns = dict(sorted(hours.items()))
    unit = "hour"
    if len(columns) > _MOST_COLUMNS:
        unit, by_day = "day", dict[str, list[int]]()
        for hour, (count, failed) in columns.items():
            day = by_day.setdefault(hour[:10], [0, 0])
            day[0] += count
            day[1] += failed
        columns = dict(by_day)
    most = max((count for count, _ in columns.values()), default=1)
    step = _WIDTH / max(len(columns), 1)
    floor = _HEIGHT - _FOOT
    shapes = []
    for place, (name, (count, failed)) in enumerate(columns.items()):
        for kind, number in (("all", count), ("bad", failed)):
            height = floor * number / most
            if number:
                shapes.append(
                    f'<rect class="{kind}" x="{place * step:.1f}" y="{floor - height:.1f}" '
                    f'width="{max(step - 1, 0.5):.1f}" height="{height:.1f}">'
                    f"<title>{escape(name)}: {count:,} events, {failed:,} failed</title></rect>"
                )
    names = list(columns) or [""]
    shapes.append(f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{floor}" y2="{floor}"/>')
    shapes.append(f'<text x="0" y="{_HEIGHT - 5}">{escape(names[0])}</text>')
    shapes.append(f'<text x="{_WIDTH}" y="{_HEIGHT - 5}" text-anchor="end">{escape(names[-1])}</text>')
    label = f"Events by {unit}: {len(columns)} {unit}s, {most:,} events in the busiest"
    return _figure(label, _HEIGHT, shapes)


def bars(title: str, counts: Mapping[str, Sequence[int]]) -> str:
    """Bars of the names that occur most; `counts` maps each to [all, failed]."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))[:_MOST_BARS]
    most = max((values[0] for _, values in ranked), default=1)
    shapes = []
    for place, (name, (count, failed)) in enumerate(ranked):
        top = place * 22
        for kind, number in (("all", count), ("bad", failed)):
            if number:
                shapes.append(
                    f'<rect class="{kind}" x="250" y="{top + 3}" '
                    f'width="{280 * number / most:.1f}" height="14"/>'
                )
        short = name if len(name) <= 38 else name[:37] + "…"
        text = f"{escape(short)}<title>{escape(name)}</title>"
        shapes.append(f'<text x="242" y="{top + 14}" text-anchor="end">{text}</text>')
        shapes.append(f'<text x="{256 + 280 * count / most:.1f}" y="{top + 14}">{count:,}</text>')
    return _figure(f"{title}: {len(counts)} in all", max(len(ranked), 1) * 22, shapes)


def _figure(label: str, height: int, shapes: Sequence[str]) -> str:
    return (
        f'<figure><svg role="img" aria-label="{escape(label)}" viewBox="0 0 {_WIDTH} {height}">'
        f"{''.join(shapes)}</svg><figcaption>{escape(label)}; failed ones in red.</figcaption></figure>"
    )
