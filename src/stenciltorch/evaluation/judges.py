"""Which figures need published weights, whether those are here, and the networks that use them (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

from stenciltorch.canvas import Illustration
from stenciltorch.evaluation.colour import Float
from stenciltorch.runtime.weights import CATALOGUE, stored

FID, LPIPS = "FID", "LPIPS (AlexNet)"

NEEDS: Mapping[str, tuple[str, ...]] = {FID: ("fid-inception",), LPIPS: ("alexnet", "lpips-alex")}
"""Names in the catalogue of published weights."""

MISSING = "not computed: weights missing"
NO_TORCH = "not computed: torch missing"
NO_TRUTH = "not computed: no true pictures"
TOO_FEW = "not computed: needs two pictures"


@dataclass(frozen=True)
class Judges:
    """Networks that look at paintings; None where their weights are not here.

    Args:
        inception: a picture -> its features, by the way it was brought to size.
        lpips: a painting and the true picture -> how different they look.
    """

    inception: Callable[[Illustration], dict[str, Float]] | None = None
    lpips: Callable[[Illustration, Illustration], float | None] | None = None


def lacking() -> dict[str, str]:
    """The figures that cannot be computed here, and why."""
    absent = {figure: _absent(names) for figure, names in NEEDS.items()}
    found = {figure: MISSING for figure, names in absent.items() if names}
    if not all(find_spec(name) for name in ("torch", "safetensors")):
        found = dict.fromkeys(NEEDS, NO_TORCH) | found
    return found


def at_hand() -> tuple[str, ...]:
    """The figures whose weights are here."""
    without = lacking()
    return tuple(figure for figure in NEEDS if figure not in without)


def remedies(without: Mapping[str, str]) -> list[str]:
    """What to do about each missing figure, a sentence each."""
    lines = []
    for figure, reason in without.items():
        steps = [_way(name) for name in _absent(NEEDS.get(figure, ()))] if reason == MISSING else []
        if reason == NO_TORCH:
            steps = ["`pip install 'stenciltorch[train]'`"]
        if steps:
            lines.append(f"For {figure}: {', then '.join(steps)}.")
    return lines


def _way(name: str) -> str:
    entry = CATALOGUE[name]
    if entry.url:
        return f"`stenciltorch weights fetch {name}`"
    return f"`stenciltorch weights import {name} {entry.file}` with the file of {entry.page}"


def _absent(names: Iterable[str]) -> list[str]:
    return [name for name in names if stored(name) is None]


def provenance(figures: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What is known of the weights behind these figures: published file, its sha256, against what it was checked."""
    names = dict.fromkeys(name for figure in figures for name in NEEDS[figure])
    return {name: asdict(found) for name in names if (found := stored(name))}


@cache
def open_judges(figures: tuple[str, ...], threads: int = 1) -> Judges:
    """One of each for each process; they keep nothing of what they see.

    Raises:
        ModelError: their weights are not here, or were changed.
    """
    if not figures:
        return Judges()
    from stenciltorch.training.judges import InceptionJudge, LpipsJudge

    return Judges(
        InceptionJudge(threads) if FID in figures else None,
        LpipsJudge(threads) if LPIPS in figures else None,
    )
