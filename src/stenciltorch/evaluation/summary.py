"""Many cases -> one row of figures for each contender."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from stenciltorch.evaluation.hints import SCOPES
from stenciltorch.evaluation.statistics import RESAMPLES, Estimate, estimate
from stenciltorch.evaluation.suite import Measured

HIT = 5.0
"""A hint is met from this dE2000 down."""


@dataclass
class Tally:
    """What one contender reached on each case, in the order of the cases."""

    cases: list[Measured] = field(default_factory=list)

    def per_case(self, name: str) -> list[list[float]]:
        """The values of a figure: one a case, or one a hint."""
        if name in SCOPES:
            return [case.hints.get(name, []) for case in self.cases]
        if name.endswith("_hit@5"):
            return [[float(value <= HIT) for value in case] for case in self.per_case(name.removesuffix("_hit@5"))]
        return [[] if (value := case.figures.get(name)) is None else [value] for case in self.cases]

    def names(self) -> list[str]:
        scopes = [scope for scope in SCOPES if any(scope in case.hints for case in self.cases)]
        hits = [f"{scope}_hit@5" for scope in scopes]
        return [*scopes, *hits, *dict.fromkeys(name for case in self.cases for name in case.figures)]

    def estimates(self, seed: int = 0, resamples: int = RESAMPLES) -> dict[str, Estimate | None]:
        """Every figure with its interval; the seed makes contenders' intervals paired."""
        return {name: estimate(self.per_case(name), np.random.default_rng(seed), resamples) for name in self.names()}

    def p90(self) -> dict[str, float]:
        """The 90th percentile over all hints."""
        pooled = {scope: np.concatenate([[], *self.per_case(scope)]) for scope in SCOPES}
        return {f"{scope}_p90": float(np.percentile(values, 90)) for scope, values in pooled.items() if values.size}


def tally(cases: Iterable[Measured]) -> Tally:
    return Tally(list(cases))


def hints_of(cases: Sequence[Measured]) -> int:
    """Strokes that were judged."""
    return sum(len(case.hints.get("stroke", [])) for case in cases)
