"""The tables of a report, as text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stenciltorch.study.analysis import Analysis, Entry

Table = tuple[Sequence[str], list[list[str]]]
NOTHING = "—"
RULES = {
    "answered": "answered too little",
    "golden": "missed questions whose answer is known",
    "repeat_difference": "scored repeated pictures differently",
    "repeat_agreement": "decided repeated pairs differently",
    "seconds": "answered too fast",
    "bt500": "BT.500: far from the others, to both sides",
}


def number(value: float | None, places: int = 2) -> str:
    return NOTHING if value is None else f"{value:.{places}f}".replace("-", "−")


def interval(found: Entry | None, places: int = 2) -> str:
    return NOTHING if found is None else f"[{number(found['low'], places)}, {number(found['high'], places)}]"


def percent(found: Entry | None) -> Entry | None:
    """The same in percent."""
    return found and {end: 100 * found[end] for end in ("value", "low", "high")}


def p_value(value: float | None) -> str:
    """As in papers: 0.034, or 6.0e−23."""
    if value is None or math.isnan(value):
        return NOTHING
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1e}".replace("e-0", "e-").replace("-", "−")


def models(part: Entry) -> list[Entry]:
    """Best last, as in the paper."""
    return sorted(part.get("models", []), key=_worth)


def _worth(entry: Entry) -> float:
    found = entry.get("mos") or entry.get("strength") or entry.get("won")
    return float(found["value"]) if found else 0.0


def _told(found: Entry | None, places: int = 2, unit: str = "") -> list[str]:
    """Value and interval."""
    return [NOTHING if found is None else number(found["value"], places) + unit, interval(found, places)]


def _level(analysis: Analysis) -> str:
    return f"{100 * analysis.study['plan']['level']:g} %"


def paper_table(analysis: Analysis) -> Table:
    """In the form of the paper's Table 2, with the unit of analysis said."""
    head = ("Model", "MOS ↑", "STD ↓ (pictures)", "p ↓ (Welch, pictures)", "STD (raters)", "p (Welch, raters)")
    rows = []
    for entry in models(analysis.opinions):
        row = [entry["model"], number(entry["mos"]["value"])]
        for unit in ("pictures", "raters"):
            row += [number(entry[f"std_{unit}"]), p_value(entry.get(f"welch_{unit}_holm"))]
        rows.append(row)
    return head, rows


def opinion_table(analysis: Analysis) -> Table:
    level, compared = _level(analysis), analysis.study["plan"]["compared"]
    head = ("Model", "MOS", level, f"these pictures, {level}", f"{compared} is better by", level, "p (Holm)")
    rows = []
    for entry in models(analysis.opinions):
        row = [entry["model"], *_told(entry["mos"]), interval(entry["these_pictures"])]
        rows.append([*row, *_told(entry.get("difference")), p_value(entry.get("p_holm"))])
    return head, rows


def pair_table(analysis: Analysis) -> Table:
    level, compared = _level(analysis), analysis.study["plan"]["compared"]
    head = ("Model", "won", f"these pictures, {level}", "strength", level, f"{compared} preferred", level, "p (Holm)")
    rows = []
    for entry in models(analysis.pairs):
        row = [entry["model"], *_told(percent(entry["won"]), 0, " %"), *_told(entry.get("strength"))]
        chosen = percent(preferred(entry.get("difference")))
        rows.append([*row, *_told(chosen, 0, " %"), p_value(entry.get("p_holm"))])
    return head, rows


def preferred(difference: Entry | None) -> Entry | None:
    """From log odds to the share of decided comparisons."""
    return difference and {end: 1 / (1 + math.exp(-difference[end])) for end in ("value", "low", "high")}


def rater_table(analysis: Analysis) -> Table:
    out = analysis.raters["left_out"]
    rows = [[str(verdict["rater"]), ", ".join(RULES[rule] for rule in verdict["broken"])] for verdict in out]
    return ("Rater", "Left out because"), rows
