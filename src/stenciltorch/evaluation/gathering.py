"""Features of all paintings and true pictures, and how far the two sets lie apart (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from stenciltorch.evaluation.colour import Float
from stenciltorch.evaluation.distances import Apart, measure_distance
from stenciltorch.evaluation.judges import FID
from stenciltorch.evaluation.running import Result

SETS: Mapping[str, tuple[str, str]] = {
    "own-frechet": ("own", "frechet"),
    "own-kid": ("own", "kid"),
    "own-mmd": ("own", "mmd"),
    FID: ("fid", "frechet"),
    "FID-clean": ("fid-clean", "frechet"),
    "KID": ("fid", "kid"),
}
"""Figures of sets: the extractor of the features, and the distance."""


@dataclass
class Gathered:
    """Features by extractor, those of the paintings by contender as well."""

    true: dict[str, list[Float]] = field(default_factory=dict)
    found: dict[str, dict[str, list[Float]]] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        for outcome in result.outcomes:
            mine = self.found.setdefault(outcome.contender, {})
            for extractor, vector in outcome.features.items():
                mine.setdefault(extractor, []).append(vector)
        for extractor, vector in result.features.items():
            self.true.setdefault(extractor, []).append(vector)

    def distances(self, contender: str, seed: int = 0) -> dict[str, Apart]:
        """Every figure of sets whose features are here; nothing below two pictures.

        Args:
            seed: the same for all contenders, so that their intervals draw the same pictures.
        """
        mine = self.found.get(contender, {})
        return {
            name: measure_distance(
                distance, np.array(mine[extractor]), np.array(self.true[extractor]), np.random.default_rng(seed)
            )
            for name, (extractor, distance) in SETS.items()
            if len(mine.get(extractor, [])) >= 2
        }
