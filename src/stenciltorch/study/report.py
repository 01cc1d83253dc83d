"""An analysis as JSON, Markdown and one HTML page."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from stenciltorch.files import write_bytes
from stenciltorch.study.analysis import Analysis
from stenciltorch.study.plots import intervals, raters, stacked
from stenciltorch.study.tables import (
    Table,
    interval,
    models,
    number,
    opinion_table,
    pair_table,
    paper_table,
    rater_table,
)

OPINIONS = """\
{answers} scores (1 bad to 5 excellent) by {raters} raters on {pictures} pictures. Means, intervals and p come from a
linear mixed model with random effects of rater, picture, rater x model and picture x model (REML, Satterthwaite's
degrees of freedom), so they hold for other raters and other pictures of this kind. The intervals for these pictures
draw only the raters anew (bootstrap-t)."""
AGREEMENT = """\
Beside what the models differ by, {share:.0f} % of the variance of a single score belongs to the picture and how a model
did on it; the rest is the rater's taste and chance."""
PAPER = """\
STD is the standard deviation of the mean scores of the pictures (or of the raters), p is Welch's t over those same
means, adjusted by Holm. These tests ignore that the units are matched, and each ignores one source of chance; the
mixed model above does not."""
PAIRS = """\
{answers} comparisons by {raters} raters on {pictures} pictures; {ties:.0f} % without a difference, which counts as
half in what was won."""
STRENGTHS = """\
Strengths are log odds by Bradley and Terry's model with Davidson's ties and an advantage of the left side (here
{side}); the intervals allow for alike answers of one rater and to one picture. "Preferred" is among decided pairs."""
RATERS = "{answered} answered, {counted} count{gone}. The rules were frozen with the protocol: {rules}."

STYLE = """
body{max-width:820px;margin:0 auto;padding:32px 20px 60px;font:15px/1.6 system-ui,sans-serif;color:#2b2a28}
html{background:#f7f5f1}h1{font-size:26px}h2{margin-top:36px;font-size:19px}svg{width:100%;height:auto;margin:12px 0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}.wide{overflow-x:auto}
th,td{padding:6px 10px;border-bottom:1px solid #d9d5cc;text-align:right}td{white-space:nowrap}
th:first-child,td:first-child{text-align:left}code,p{overflow-wrap:anywhere}
.warn{padding:10px 16px;border-left:4px solid #a3380f;background:#fff}.quiet{color:#6a665e}
"""


@dataclass(frozen=True)
class Section:
    heading: str
    words: list[str]
    table: Table | None = None
    plot: str = ""


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


def sections(analysis: Analysis) -> list[Section]:
    return [_opinions(analysis), _paper(analysis), _pairs(analysis), _raters(analysis), _unscreened(analysis)]


def _opinions(analysis: Analysis) -> Section:
    part, heading = analysis.opinions, "Mean opinion scores"
    if "not_computed" in part:
        return Section(heading, [f"Not computed: {part['not_computed']}."])
    words = [_plain(OPINIONS, **part), _plain(AGREEMENT, share=100 * part["agreement"])]
    rows = [(entry["model"], entry["mos"]) for entry in reversed(models(part))]
    plot = intervals(rows, 1, 5, "Mean opinion scores with intervals", analysis.study["plan"]["compared"])
    return Section(heading, words, opinion_table(analysis), plot)


def _paper(analysis: Analysis) -> Section:
    heading = "In the form of the paper's Table 2"
    if "not_computed" in analysis.opinions:
        return Section(heading, ["Not computed."])
    rows = [(entry["model"], entry["scores"]) for entry in reversed(models(analysis.opinions))]
    return Section(heading, [_plain(PAPER)], paper_table(analysis), stacked(rows, "How often each score was given"))


def _pairs(analysis: Analysis) -> Section:
    part, heading = analysis.pairs, "Pairs"
    if "not_computed" in part:
        return Section(heading, [f"Not computed: {part['not_computed']}."])
    words = [_plain(PAIRS, **part | {"ties": 100 * part["ties"]})]
    if "strengths_not_computed" in part:
        words.append(f"Strengths are not computed: {part['strengths_not_computed']}.")
        return Section(heading, words, pair_table(analysis))
    words.append(_plain(STRENGTHS, side=number(part["side"])))
    found = [(entry["model"], entry["strength"]) for entry in reversed(models(part))]
    reach = max(1.0, *(abs(strength[end]) for _, strength in found for end in ("low", "high")))
    compared = analysis.study["plan"]["compared"]
    plot = intervals(found, -reach, reach, "Strengths with intervals", compared)
    return Section(heading, words, pair_table(analysis), plot)


def _raters(analysis: Analysis) -> Section:
    told = analysis.raters
    gone = f"; {told['withdrawn']} withdrew, and their answers are deleted" if told.get("withdrawn") else ""
    rules = ", ".join(f"{name} {value}" for name, value in analysis.study["screening"].items())
    words = [_plain(RATERS, **told | {"gone": gone, "rules": rules})]
    plot = raters(told["verdicts"], "Golden trials and repeated scores of each rater")
    return Section("Raters", words, rater_table(analysis) if told["left_out"] else None, plot)


def _unscreened(analysis: Analysis) -> Section:
    heading = "With nobody left out"
    if not analysis.unscreened:
        return Section(heading, ["Nobody was left out."])
    found = models(analysis.unscreened["opinions"])
    told = [f"{entry['model']} {number(entry['mos']['value'])} {interval(entry['mos'])}" for entry in found]
    return Section(heading, ["Mean opinion scores: " + "; ".join(told) + "."] if told else ["Not computed."])


def _plain(template: str, **values: object) -> str:
    return template.replace("\n", " ").format(**values)


def _facts(analysis: Analysis) -> list[str]:
    study = analysis.study
    facts = [f"Protocol frozen {study['created'] or 'at an unknown time'}, sha256 {study.get('sha256', 'unknown')}."]
    if study.get("simulated"):
        facts.insert(0, "These answers are SIMULATED. No person was asked.")
    return facts


def as_markdown(analysis: Analysis) -> str:
    parts = [f"# {analysis.study['title']}", *_facts(analysis)]
    for section in sections(analysis):
        table = [_markdown_table(section.table)] if section.table else []
        parts += [f"## {section.heading}", *section.words, *table]
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
    for section in sections(analysis):
        parts += [f"<h2>{escape(section.heading)}</h2>", *(f"<p>{escape(word)}</p>" for word in section.words)]
        parts += [section.plot, _html_table(section.table) if section.table else ""]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f"<title>{title}</title><style>{STYLE}</style>"
    body = "\n".join(part for part in parts if part)
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _html_table(table: Table) -> str:
    head, rows = table
    cells = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f'<div class="wide"><table><thead><tr>{cells}</tr></thead><tbody>\n{body}</tbody></table></div>'
