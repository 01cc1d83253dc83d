"""The page with the figures and all pictures side by side, worst cases first. It loads only the pictures beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from stenciltorch.evaluation.cells import known_figures, rows_of, shown, timing_lines, weights_lines
from stenciltorch.evaluation.figures import BY_NAME, FIGURES, Figure
from stenciltorch.evaluation.judges import FID, LPIPS


@dataclass(frozen=True)
class Shown:
    """One picture of a case: its title, its address relative to the page, and its figures."""

    title: str
    address: str
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Card:
    """One case."""

    name: str
    pictures: Sequence[Shown]


FIRST_BY = ("dE_mean", "region_chroma", "stroke")
"""The page opens sorted by the first of these that is known."""

IN_CAPTIONS = ("dE_mean", "stroke", "region_chroma", "bleed@6", "edit_locality", "psnr")

STYLE = """
:root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 110rem; padding: 1rem; }
section { border-top: 1px solid #8886; padding: .8rem 0; }
h2 { font-size: 1rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
.row { display: flex; flex-wrap: wrap; gap: .6rem; }
figure { margin: 0; flex: 1 1 15rem; max-width: 28rem; }
img { width: 100%; height: auto; background: #888; display: block; }
figcaption { font-size: .8rem; font-variant-numeric: tabular-nums; }
select { font: inherit; max-width: 100%; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
td, th { padding: .1rem .5rem; text-align: left; border-bottom: 1px solid #8884; }
.wide { overflow-x: auto; }
.value { white-space: nowrap; }
.asks { min-width: 14rem; }
.best { font-weight: 700; }
th { font-weight: 500; }
ul { font-size: .8rem; padding-left: 1.2rem; overflow-wrap: anywhere; }
summary { cursor: pointer; margin: .5rem 0; }
"""

SCRIPT = """
const by = document.querySelector('#by'), who = document.querySelector('#who'), list = document.querySelector('main');
const facts = JSON.parse(document.querySelector('#facts').textContent);
function badness(section) {
  const value = (facts.cases[section.dataset.name][who.value] || {})[by.value];
  if (value === undefined) return -Infinity;
  const figure = facts.figures[by.value];
  return figure.better === 'near' ? Math.abs(value - figure.ideal) : figure.better === 'less' ? value : -value;
}
function sort() {
  const sections = [...list.children].map(section => [badness(section), section]);
  sections.sort((one, other) => other[0] - one[0]);
  list.append(...sections.map(pair => pair[1]));
}
by.addEventListener('change', sort); who.addEventListener('change', sort);
"""


def page(title: str, cards: Sequence[Card], facts: Mapping[str, Any]) -> str:
    """The whole page as HTML; cases worst first by the first contender."""
    people = list(facts["contenders"])
    known = {name for figures in facts["cases"].values() for found in figures.values() for name in found}
    chosen = next((name for name in FIRST_BY if name in known), "")
    ranked = worst_first(cards, facts["cases"], people[0] if people else "", chosen)
    names = [figure.name for figure in FIGURES if figure.name in known]
    return "\n".join(
        [
            "<!doctype html><html lang='en'><meta charset='utf-8'>",
            "<meta name='viewport' content='width=device-width, initial-scale=1'>",
            f"<title>{escape(title)}</title><style>{STYLE}</style>",
            f"<h1>Evaluation: {escape(title)}</h1>",
            *_summary(facts),
            "<h2>Pictures</h2>",
            f"<p><label>Worst first by {_menu('by', names, chosen)}</label>",
            f"<label>of {_menu('who', people)}</label></p>",
            "<main>",
            *(_section(card) for card in ranked),
            "</main>",
            f"<script type='application/json' id='facts'>{_embedded(facts, names)}</script>",
            f"<script>{SCRIPT}</script></html>",
        ]
    )


READING = """Mean and 95 % bootstrap interval over pictures; the best of each row is bold, which does not say that
the difference is more than chance. docs/metrics.md defines every figure and says what a good value looks like, and what
it cannot see."""

IN_SHORT = (
    "stroke", "region_chroma", "bleed@6", "line_contrast", "edit_locality", "mask_error", "drift@2", "shading_ratio",
    "dE_mean", "psnr", LPIPS, FID, "own-frechet",
)  # fmt: skip
"""The rows that are seen before all others are asked for."""


def _summary(facts: Mapping[str, Any]) -> list[str]:
    figures = known_figures(facts)
    short = [figure for figure in figures if figure.name in IN_SHORT]
    notes = [f"{name}: {reason}" for name, reason in facts["not_computed"].items()]
    notes += [*weights_lines(facts), *timing_lines(facts["timing"]), f"recipe {facts['recipe_sha256']}"]
    return [
        f"<p>{READING}</p>",
        _table(short, facts),
        f"<details><summary>All {len(figures)} figures</summary>{_table(figures, facts)}</details>",
        "<ul>" + "".join(f"<li>{_with_commands(note)}</li>" for note in notes) + "</ul>",
    ]


def _with_commands(note: str) -> str:
    """What stands between backticks as code."""
    return re.sub("`([^`]*)`", r"<code>\1</code>", escape(note))


def _table(figures: Sequence[Figure], facts: Mapping[str, Any]) -> str:
    heads = "".join(
        f"<th scope='col'>{escape(name)}</th>" for name in ("figure", *facts["contenders"], "better", "asks")
    )
    rows = "".join(_row(figure, list(facts["contenders"].values())) for figure in figures)
    return f"<div class='wide'><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"


def _row(figure: Figure, columns: Sequence[Mapping[str, Any]]) -> str:
    found = [rows_of(column).get(figure.name) for column in columns]
    badness = [figure.badness(one.get("mean", one.get("value"))) if one else float("inf") for one in found]
    best = min(badness) if len(set(badness)) > 1 else None
    cells = "".join(
        f"<td class='value{' best' if bad == best else ''}'>{escape(shown(one))}</td>"
        for one, bad in zip(found, badness, strict=True)
    )
    told = f"<td class=value>{figure.wanted}</td><td class=asks>{escape(figure.asks)}</td>"
    return f"<tr><th scope='row'>{escape(figure.name)}</th>{cells}{told}</tr>"


def worst_first(
    cards: Sequence[Card], cases: Mapping[str, Mapping[str, Mapping[str, float]]], who: str, name: str
) -> list[Card]:
    """Cases without the figure come last; equals keep their order."""

    def badness(card: Card) -> float:
        value = cases[card.name].get(who, {}).get(name)
        return -float("inf") if value is None else BY_NAME[name].badness(value)

    return sorted(cards, key=badness, reverse=True)


def _menu(name: str, choices: Sequence[str], chosen: str = "") -> str:
    options = "".join(f"<option{' selected' if one == chosen else ''}>{escape(one)}</option>" for one in choices)
    return f"<select id='{name}'>{options}</select>"


def _section(card: Card) -> str:
    figures = "".join(_figure(picture) for picture in card.pictures)
    return (
        f"<section data-name='{escape(card.name, quote=True)}'><h2>{escape(card.name)}</h2>"
        f"<div class='row'>{figures}</div></section>"
    )


def _figure(picture: Shown) -> str:
    told = ", ".join(f"{name} {picture.figures[name]:.3g}" for name in IN_CAPTIONS if name in picture.figures)
    caption = escape(picture.title) + (f"<br>{escape(told)}" if told else "")
    address, title = (escape(text, quote=True) for text in (picture.address, picture.title))
    return (
        f"<figure><a href='{address}'><img loading='lazy' src='{address}' alt='{title}'></a>"
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _embedded(facts: Mapping[str, Any], names: Sequence[str]) -> str:
    """JSON that may stand inside a script element."""
    ways = {name: {"better": BY_NAME[name].better, "ideal": BY_NAME[name].ideal} for name in names}
    return json.dumps({"cases": facts["cases"], "figures": ways}).replace("<", "\\u003c")
