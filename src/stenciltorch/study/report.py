"""An analysis as JSON, Markdown and one HTML page."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path

from stenciltorch.files import write_bytes
from stenciltorch.study.analysis import Analysis, Entry
from stenciltorch.study.plots import intervals, raters, stacked

Table = tuple[Sequence[str], list[list[str]]]
RULES = {
    "answered": "answered too little",
    "golden": "missed damaged pictures",
    "repeat_difference": "scored repeated pictures differently",
    "repeat_agreement": "decided repeated pairs differently",
    "seconds": "answered too fast",
    "bt500": "BT.500: far from the others, to both sides",
}

STYLE = """
body{max-width:820px;margin:0 auto;padding:32px 20px 60px;font:15px/1.6 system-ui,sans-serif;color:#2b2a28;background:#f7f5f1}
h1{font-size:26px}h2{margin-top:36px;font-size:19px}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}th,td{padding:6px 10px;border-bottom:1px solid #d9d5cc;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}svg{width:100%;height:auto;margin:12px 0}
.warn{padding:10px 16px;border-left:4px solid #a3380f;background:#fff}.quiet{color:#6a665e}code{overflow-wrap:anywhere}
"""


def write_report(analysis: Analysis, base: Path) -> list[Path]:
    """Write BASE.json, BASE.md and BASE.html; their paths."""
    texts = {".md": as_markdown(analysis), ".html": as_html(analysis), ".json": as_json(analysis)}
    for suffix, text in texts.items():
        write_bytes(base.with_name(base.name + suffix), text.encode())
    return [base.with_name(base.name + suffix) for suffix in texts]


def as_json(analysis: Analysis) -> str:
    return json.dumps(asdict(analysis), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def summary(analysis: Analysis) -> str:
    """A few lines for the terminal."""
    counted, answered = analysis.raters["counted"], analysis.raters["answered"]
    head = f"{counted} of {answered} raters count{' (SIMULATED)' if analysis.study.get('simulated') else ''}\n"
    lines = [f"  {row[0]}: {row[1]} {row[2]}\n" for row in opinion_table(analysis)[1]]
    return head + ("mean opinion scores\n" + "".join(lines) if lines else "")


def number(value: float | None, places: int = 2) -> str:
    return "—" if value is None else f"{value:.{places}f}".replace("-", "−")


def interval(found: Entry | None, places: int = 2) -> str:
    return "—" if found is None else f"[{number(found['low'], places)}, {number(found['high'], places)}]"


def p_value(value: float | None) -> str:
    """As in papers: 0.034, or 6.0e−23."""
    if value is None or math.isnan(value):
        return "—"
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1e}".replace("e-0", "e-").replace("-", "−")


def _models(part: Entry) -> list[Entry]:
    """Best last, as in the paper."""
    key = "mos" if any("mos" in entry for entry in part.get("models", [])) else "strength"
    return sorted(part.get("models", []), key=lambda entry: (entry.get(key) or {}).get("value", 0.0))


def paper_table(analysis: Analysis) -> Table:
    """In the form of the paper's Table 2, with the unit of analysis said."""
    head = ("Model", "MOS ↑", "STD ↓ (pictures)", "p ↓ (Welch, pictures)", "STD (raters)", "p (Welch, raters)")
    rows = [
        [entry["model"], number(entry["mos"]["value"]), number(entry["std_pictures"]),
         p_value(entry.get("welch_pictures_holm")), number(entry["std_raters"]), p_value(entry.get("welch_raters_holm"))]
        for entry in _models(analysis.opinions)
    ]  # fmt: skip
    return head, rows


def opinion_table(analysis: Analysis) -> Table:
    level = f"{100 * analysis.study['plan']['level']:g} %"
    compared = analysis.study["plan"]["compared"]
    head = ("Model", "MOS", level, f"these pictures, {level}", f"{compared} is better by", level, "p (Holm)")
    rows = []
    for entry in _models(analysis.opinions):
        difference = entry.get("difference")
        better = "—" if difference is None else number(difference["value"])
        rows.append([entry["model"], number(entry["mos"]["value"]), interval(entry["mos"]),
                     interval(entry["these_pictures"]), better, interval(difference), p_value(entry.get("p_holm"))])  # fmt: skip
    return head, rows


def pair_table(analysis: Analysis) -> Table:
    level = f"{100 * analysis.study['plan']['level']:g} %"
    compared = analysis.study["plan"]["compared"]
    head = ("Model", "won", f"{level} (raters)", "strength", level, f"{compared} preferred", level, "p (Holm)")
    rows = []
    for entry in _models(analysis.pairs):
        won, strength, difference = entry["won"], entry.get("strength"), entry.get("difference")
        share = (
            None
            if difference is None
            else {end: 100 * odds_to_share(difference[end]) for end in ("value", "low", "high")}
        )
        rows.append([entry["model"], "—" if won is None else f"{100 * won['value']:.0f} %", _percent(won),
                     number(strength and strength["value"]), interval(strength),
                     "—" if share is None else f"{share['value']:.0f} %",
                     interval(share, 0), p_value(entry.get("p_holm"))])  # fmt: skip
    return head, rows


def odds_to_share(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def _percent(found: Entry | None) -> str:
    return "—" if found is None else f"[{100 * found['low']:.0f}, {100 * found['high']:.0f}]"


def rater_table(analysis: Analysis) -> Table:
    rows = [
        [str(verdict["rater"]), ", ".join(RULES[rule] for rule in verdict["broken"])]
        for verdict in analysis.raters["left_out"]
    ]
    return ("Rater", "Left out because"), rows


def _sections(analysis: Analysis) -> list[tuple[str, list[str], Table | None, str]]:
    """Heading, paragraphs, table and plot of each section."""
    return [
        ("Mean opinion scores", _opinion_words(analysis), *_opinion_parts(analysis)),
        ("In the form of the paper's Table 2", _paper_words(analysis),
         paper_table(analysis) if "models" in analysis.opinions else None, _histogram(analysis)),
        ("Pairs", _pair_words(analysis), *_pair_parts(analysis)),
        ("Raters", _rater_words(analysis), rater_table(analysis) if analysis.raters["left_out"] else None,
         raters(analysis.raters["verdicts"], "Golden trials and repeated scores of each rater")),
        ("With nobody left out", _unscreened_words(analysis), None, ""),
    ]  # fmt: skip


def _opinion_parts(analysis: Analysis) -> tuple[Table | None, str]:
    if "models" not in analysis.opinions:
        return None, ""
    rows = [(entry["model"], entry["mos"]) for entry in reversed(_models(analysis.opinions))]
    plot = intervals(rows, 1, 5, "Mean opinion scores with intervals", analysis.study["plan"]["compared"])
    return opinion_table(analysis), plot


def _histogram(analysis: Analysis) -> str:
    rows = [(entry["model"], entry["scores"]) for entry in reversed(_models(analysis.opinions))]
    return stacked(rows, "How often each score was given") if rows else ""


def _pair_parts(analysis: Analysis) -> tuple[Table | None, str]:
    entries = _models(analysis.pairs)
    if not entries:
        return None, ""
    found = [(entry["model"], entry["strength"]) for entry in reversed(entries) if "strength" in entry]
    reach = max([1.0, *(abs(strength[end]) for _, strength in found for end in ("low", "high"))])
    plot = (
        intervals(found, -reach, reach, "Strengths with intervals", analysis.study["plan"]["compared"]) if found else ""
    )
    return pair_table(analysis), plot


def _opinion_words(analysis: Analysis) -> list[str]:
    part = analysis.opinions
    if "not_computed" in part:
        return [f"Not computed: {part['not_computed']}."]
    return [
        (
            f"{part['answers']} scores (1 bad to 5 excellent) by {part['raters']} raters on {part['pictures']} pictures. Means, "
            "intervals and p come from a linear mixed model with random effects of rater, picture, rater x model and "
            "picture x model (REML, Satterthwaite's degrees of freedom), so they hold for other raters and other pictures of "
            "this kind. The intervals for these pictures draw only the raters anew (bootstrap-t)."
        ),
        (
            f"Of the variance of a single score {100 * part['agreement']:.0f} % belongs to the picture and its colouring "
            "beside what the models differ by."
        ),
    ]


def _paper_words(analysis: Analysis) -> list[str]:
    if "not_computed" in analysis.opinions:
        return []
    return [
        (
            "STD is the standard deviation of the mean scores of the pictures (or of the raters), p is Welch's t over those "
            "same means, adjusted by Holm. These tests ignore that the units are matched, and each ignores one source of "
            "chance; the mixed model above does not."
        )
    ]


def _pair_words(analysis: Analysis) -> list[str]:
    part = analysis.pairs
    if "not_computed" in part:
        return [f"Not computed: {part['not_computed']}."]
    words = [(f"{part['answers']} comparisons by {part['raters']} raters on {part['pictures']} pictures; "
             f"{100 * part['ties']:.0f} % without a difference (counted as half in what was won).")]  # fmt: skip
    if "strengths_not_computed" in part:
        return [*words, f"Strengths are not computed: {part['strengths_not_computed']}."]
    return [
        *words,
        (
            "Strengths are log odds by Bradley and Terry's model with Davidson's ties and an advantage of the left side "
            f"(here {number(part['side'])}); the intervals allow for alike answers of one rater and to one picture."
        ),
    ]


def _rater_words(analysis: Analysis) -> list[str]:
    told = analysis.raters
    gone = f"; {told['withdrawn']} withdrew, and their answers are deleted" if told.get("withdrawn") else ""
    return [
        f"{told['answered']} answered, {told['counted']} count{gone}. The rules were frozen with the protocol: "
        + ", ".join(f"{name} {value}" for name, value in analysis.study["screening"].items()) + "."
    ]  # fmt: skip


def _unscreened_words(analysis: Analysis) -> list[str]:
    if not analysis.unscreened:
        return ["Nobody was left out."]
    told = [f"{entry['model']} {number(entry['mos']['value'])} {interval(entry['mos'])}"
            for entry in _models(analysis.unscreened["opinions"])]  # fmt: skip
    return ["Mean opinion scores: " + "; ".join(told) + "."] if told else ["Not computed."]


def _facts(analysis: Analysis) -> list[str]:
    study = analysis.study
    facts = [f"Protocol frozen {study['created'] or 'at an unknown time'}, sha256 {study.get('sha256', 'unknown')}."]
    if study.get("simulated"):
        facts.insert(0, "These answers are SIMULATED. No person was asked.")
    return facts


def as_markdown(analysis: Analysis) -> str:
    parts = [f"# {analysis.study['title']}", *_facts(analysis)]
    for heading, words, table, _ in _sections(analysis):
        parts += [f"## {heading}", *words] + ([_markdown_table(table)] if table else [])
    return "\n\n".join(parts) + "\n"


def _markdown_table(table: Table) -> str:
    head, rows = table
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def as_html(analysis: Analysis) -> str:
    title = escape(analysis.study["title"])
    parts = [f"<h1>{title}</h1>"]
    for at, fact in enumerate(_facts(analysis)):
        warns = at == 0 and analysis.study.get("simulated")
        parts.append(f'<p class="{"warn" if warns else "quiet"}">{escape(fact)}</p>')
    for heading, words, table, plot in _sections(analysis):
        parts.append(f"<h2>{escape(heading)}</h2>")
        parts += [f"<p>{escape(word)}</p>" for word in words]
        parts += [plot] if plot else []
        parts += [_html_table(table)] if table else []
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head>\n<body>\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _html_table(table: Table) -> str:
    head, rows = table
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f'<div class="wide"><table><thead><tr>{cells}</tr></thead><tbody>\n{body}</tbody></table></div>'
