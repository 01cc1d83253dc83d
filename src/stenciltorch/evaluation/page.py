"""The page with all pictures side by side, worst cases first. It loads nothing but the pictures beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from stenciltorch.evaluation.figures import BY_NAME, FIGURES


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
            f"<h1>{escape(title)}</h1>",
            f"<p><label>Worst first by {_menu('by', names, chosen)}</label>",
            f"<label>of {_menu('who', people)}</label></p>",
            "<main>",
            *(_section(card) for card in ranked),
            "</main>",
            f"<script type='application/json' id='facts'>{_embedded(facts, names)}</script>",
            f"<script>{SCRIPT}</script></html>",
        ]
    )


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
    figures = "".join(_figure(shown) for shown in card.pictures)
    return (
        f"<section data-name='{escape(card.name, quote=True)}'><h2>{escape(card.name)}</h2>"
        f"<div class='row'>{figures}</div></section>"
    )


def _figure(shown: Shown) -> str:
    told = ", ".join(f"{name} {shown.figures[name]:.3g}" for name in IN_CAPTIONS if name in shown.figures)
    caption = escape(shown.title) + (f"<br>{escape(told)}" if told else "")
    address = escape(shown.address, quote=True)
    return (
        f"<figure><a href='{address}'><img loading='lazy' src='{address}' alt='{escape(shown.title, quote=True)}'></a>"
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _embedded(facts: Mapping[str, Any], names: Sequence[str]) -> str:
    """JSON that may stand inside a script element."""
    ways = {name: {"better": BY_NAME[name].better, "ideal": BY_NAME[name].ideal} for name in names}
    return json.dumps({"cases": facts["cases"], "figures": ways}).replace("<", "\\u003c")
