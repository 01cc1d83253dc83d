"""Measured values -> reasons to drop a picture. Pure: the same measures and thresholds give the same reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from stenciltorch.curation.config import ScorerRule, Thresholds
from stenciltorch.curation.measures import Measures

UNREADABLE = ("not-a-picture", "broken", "too-large", "poison", "failed")
"""Reasons that no hand can overrule: there are no pixels."""


@dataclass(frozen=True)
class Reason:
    """Why a picture is dropped.

    Args:
        reason: one word, such as "too-small".
        value: what was measured.
        limit: what it was held against.
        note: a sentence or a file name where a number says too little.
    """

    reason: str
    value: float | None = None
    limit: float | None = None
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Without what is not set."""
        return {key: value for key, value in asdict(self).items() if value is not None}


def reasons_of(measures: Measures, limits: Thresholds) -> list[Reason]:
    """Every reason that applies, in a fixed order; none = the picture is kept."""
    return [*_of_size(measures, limits), *_of_light(measures, limits), *_of_content(measures, limits)]


def _of_size(found: Measures, limits: Thresholds) -> Iterator[Reason]:
    if found.shorter < limits.least_side:
        yield Reason("too-small", found.shorter, limits.least_side)
    if found.height * found.width > limits.most_pixels:
        yield Reason("too-large", found.height * found.width, limits.most_pixels)


def _of_light(found: Measures, limits: Thresholds) -> Iterator[Reason]:
    if found.light < limits.light:
        yield Reason("too-dark", found.light, limits.light)


def _of_content(found: Measures, limits: Thresholds) -> Iterator[Reason]:
    """An empty picture has no colours to judge, and the noise of a photo looks like letters."""
    if found.content < limits.content:
        yield Reason("near-empty", found.content, limits.content)
        return
    if found.colour < limits.colour:
        drawn = found.paper >= limits.paper
        yield Reason("line-only" if drawn else "greyscale", found.colour, limits.colour)
    if found.entropy > limits.entropy and found.smooth < limits.smooth:
        yield Reason("photo-like", found.smooth, limits.smooth, f"{found.entropy} bits of colour")
    elif found.text > limits.text:
        yield Reason("text-heavy", found.text, limits.text)


def reasons_of_scores(scores: Mapping[str, float], rules: tuple[ScorerRule, ...]) -> list[Reason]:
    """A reason named like the scorer for every score outside its bounds."""
    reasons = []
    for rule in rules:
        value = scores.get(rule.name)
        if value is not None and not rule.least <= value <= rule.most:
            reasons.append(Reason(rule.name, value, rule.least if value < rule.least else rule.most))
    return reasons


def reasons_of_licence(licence: str | None, wanted: tuple[str, ...]) -> list[Reason]:
    """`licence` when some are wanted and this is none of them."""
    if not wanted or (licence or "").casefold() in {name.casefold() for name in wanted}:
        return []
    return [Reason("licence", note=licence or "none stated")]
