"""Plots as SVG text: no library, no script, readable in both themes and in print."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

WIDTH = 720
LABEL = 170
ROW = 34
COLOURS = ("#b2433a", "#d98a5b", "#c9b458", "#7fae7a", "#3d7f76")
"""Of the scores 1 to 5."""
INK, QUIET, ACCENT = "#2b2a28", "#77736b", "#a3380f"


def intervals(rows: Sequence[tuple[str, dict[str, Any]]], low: float, high: float, title: str, mark: str = "") -> str:
    """Points with intervals, one line a model.

    Args:
        low, high: ends of the axis.
        mark: the row that stands out.
    """
    body = [_axis(low, high, len(rows), _ticks(low, high))]
    for at, (name, found) in enumerate(rows):
        middle = ROW * at + ROW / 2 + 8
        colour = ACCENT if name == mark else INK
        body.append(_label(name, middle, name == mark))
        left, right = (_place(found[end], low, high) for end in ("low", "high"))
        body.append(_line(left, right, middle, colour))
        body.append(f'<circle cx="{_place(found["value"], low, high):.1f}" cy="{middle}" r="5" fill="{colour}"/>')
        text = f"{found['value']:.2f} [{found['low']:.2f}, {found['high']:.2f}]"
        body.append(f"<title>{escape(name)}: {text}</title>")
    return _svg(body, len(rows), title)


def stacked(rows: Sequence[tuple[str, Sequence[int]]], title: str) -> str:
    """How often each score was given, one bar a model."""
    body = []
    for at, (name, counts) in enumerate(rows):
        total, left, top = max(1, sum(counts)), float(LABEL), ROW * at + 12
        body.append(_label(name, top + 11, False))
        for score, (count, colour) in enumerate(zip(counts, COLOURS, strict=True), 1):
            wide = (WIDTH - LABEL - 20) * count / total
            body.append(
                f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="22" fill="{colour}">'
                f"<title>{escape(name)}: {count} x {score}</title></rect>"
            )
            if wide > 26:
                share = f"{100 * count / total:.0f} %" if wide > 44 else str(score)
                body.append(_text(left + wide / 2, top + 15, share, "#fff", "middle", 11))
            left += wide
    for score, colour in enumerate(COLOURS, 1):
        at_left = LABEL + 60 * (score - 1)
        body.append(f'<rect x="{at_left}" y="{ROW * len(rows) + 14}" width="12" height="12" fill="{colour}"/>')
        body.append(_text(at_left + 18, ROW * len(rows) + 24, str(score), QUIET, "start", 12))
    return _svg(body, len(rows), title)


def raters(verdicts: Sequence[dict[str, Any]], title: str) -> str:
    """Each rater's golden trials against the difference of repeated scores; crosses are left out."""
    shown = [v for v in verdicts if v["golden"] is not None and v["repeat_difference"] is not None]
    if not shown:
        return ""
    high = max([2.0, *(v["repeat_difference"] for v in shown)])
    body = [_axis(0, high, 6, _ticks(0, high))]
    body.append(_text(WIDTH - 20, 6 * ROW + 42, "mean difference of repeated scores", QUIET, "end", 12))
    body += [_text(LABEL - 8, _height(step / 4) + 4, f"{25 * step} %", QUIET, "end", 12) for step in range(5)]
    body.append(_text(14, 112, "golden right", QUIET, "start", 12))
    for number, verdict in enumerate(shown):
        left = _place(verdict["repeat_difference"], 0, high)
        top = _height(verdict["golden"]) + (number * 7 % 11 - 5)
        told = f"rater {verdict['rater']}" + "".join(f", {rule}" for rule in verdict["broken"])
        body.append(_sign(left, top, bool(verdict["broken"]), told))
    return _svg(body, 6, title)


def _height(share: float) -> float:
    return 6 * ROW - 6 - share * (6 * ROW - 24)


def _sign(left: float, top: float, out: bool, told: str) -> str:
    title = f"<title>{escape(told)}</title>"
    if not out:
        return f'<circle cx="{left:.1f}" cy="{top:.1f}" r="4" fill="{INK}" fill-opacity="0.55">{title}</circle>'
    cross = f"M{left - 4:.1f} {top - 4:.1f}l8 8m0 -8l-8 8"
    return f'<path d="{cross}" stroke="{ACCENT}" stroke-width="2">{title}</path>'


def _svg(body: Sequence[str], rows: int, title: str) -> str:
    high = rows * ROW + 44
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}" role="img" aria-label="{escape(title)}"'
    )
    return f'{head} font-family="system-ui, sans-serif">\n' + "\n".join(body) + "\n</svg>\n"


def _axis(low: float, high: float, rows: int, ticks: Sequence[float]) -> str:
    bottom = rows * ROW + 14
    lines = [
        f'<line x1="{_place(tick, low, high):.1f}" x2="{_place(tick, low, high):.1f}" y1="6" y2="{bottom}" '
        f'stroke="{QUIET}" stroke-opacity="0.3"/>'
        + _text(_place(tick, low, high), bottom + 16, f"{tick:g}", QUIET, "middle", 12)
        for tick in ticks
    ]
    return "\n".join(lines)


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers, four to eight of them."""
    steps = [step for step in (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10) if (high - low) / step <= 8] or [(high - low) / 4]
    first = -(-low // steps[0])
    return [round((first + at) * steps[0], 6) for at in range(int((high - first * steps[0]) / steps[0] + 1e-9) + 1)]


def _place(value: float, low: float, high: float) -> float:
    return LABEL + (WIDTH - LABEL - 20) * (min(max(value, low), high) - low) / (high - low)


def _line(left: float, right: float, middle: float, colour: str) -> str:
    return f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{middle}" y2="{middle}" stroke="{colour}" stroke-width="2.5"/>'


def _label(name: str, middle: float, strong: bool) -> str:
    shown = name if len(name) < 24 else name[:22] + "…"
    return _text(LABEL - 12, middle + 4, shown, ACCENT if strong else INK, "end", 13)


def _text(left: float, top: float, text: str, colour: str, anchor: str, size: int) -> str:
    place = f'x="{left:.1f}" y="{top:.1f}" fill="{colour}" text-anchor="{anchor}" font-size="{size}"'
    return f"<text {place}>{escape(text)}</text>"
