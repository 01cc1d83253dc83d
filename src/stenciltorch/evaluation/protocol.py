"""The paper's protocol: no hints, regular hints, full hints, on centre crops of 512 px (paper 4.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from stenciltorch.canvas import Hints, Illustration, Regions, Size
from stenciltorch.evaluation.cases import Case, Source, centre_crop, drawn_case
from stenciltorch.evaluation.colour import Float
from stenciltorch.evaluation.distances import DISTANCES, interval_over_halves
from stenciltorch.evaluation.features import NAME as FEATURES
from stenciltorch.evaluation.features import describe
from stenciltorch.evaluation.running import Result
from stenciltorch.files import write_bytes

SIDE = 512
"""The shortest side is brought to this length, then the middle is cut out."""

STEP = 64
"""Regular hints: a dab at the centre of each square of this side, so 8 x 8 on a crop."""

RADIUS = 5
"""Of a regular dab, in pixels."""

Regime = Literal["none", "regular", "full"]
REGIMES: tuple[Regime, ...] = ("none", "regular", "full")


@dataclass(frozen=True)
class Posed:
    """A picture under one of the three regimes."""

    source: Source
    regime: Regime

    @property
    def name(self) -> str:
        return self.source.name

    def load(self) -> Case:
        """Raises DatasetError when the picture's truth is not known."""
        case = squared(self.source.load())
        assert case.flats is not None
        return replace(case, stencil=case.stencil.with_hints(hints_for(self.regime, case.flats)))


def squared(case: Case) -> Case:
    """The case's picture with its shortest side at 512, its lineart drawn anew, and the middle 512 x 512 of that."""
    assert case.target is not None
    assert case.flats is not None
    size = scaled_size(case.stencil.size)
    shrink = size.pixels < case.stencil.size.pixels
    shape = (size.width, size.height)
    how = cv2.INTER_AREA if shrink else cv2.INTER_CUBIC
    target = Illustration(np.asarray(cv2.resize(case.target.array, shape, interpolation=how), np.uint8))
    labels = cv2.resize(case.regions.array.astype(np.float64), shape, interpolation=cv2.INTER_NEAREST)
    flats = np.asarray(cv2.resize(case.flats.array, shape, interpolation=cv2.INTER_NEAREST), np.uint8)
    whole = drawn_case(case.name, target, Regions(labels.astype(np.int32)), Illustration(flats), case.name)
    return centre_crop(whole, SIDE)


def scaled_size(size: Size) -> Size:
    scale = SIDE / min(size)
    return Size(max(SIDE, round(size.height * scale)), max(SIDE, round(size.width * scale)))


def hints_for(regime: Regime, flats: Illustration) -> Hints:
    """No hints, dabs on the regular grid in the flat colour at their centre, or the whole flats."""
    pixels = np.zeros((*flats.size, 4), np.uint8)
    if regime == "full":
        pixels[..., :3], pixels[..., 3] = flats.array, 255
    elif regime == "regular":
        for row in range(STEP // 2, flats.size.height, STEP):
            for column in range(STEP // 2, flats.size.width, STEP):
                colour = flats.array[row, column].tolist()
                cv2.circle(pixels, (column, row), RADIUS, (*colour, 255), -1)
    return Hints(pixels)


@dataclass
class Gathered:
    """Features of all pictures of one regime."""

    true: list[Float]
    found: dict[str, list[Float]]

    def add(self, result: Result) -> None:
        assert result.case.target is not None
        self.true.append(describe(result.case.target))
        for outcome in result.outcomes:
            self.found.setdefault(outcome.contender, []).append(describe(outcome.painting.illustration))

    def distances(self, seed: int = 0) -> dict[str, dict[str, Any]]:
        """For each contender, `own-frechet`, `own-kid` and `own-mmd` with intervals; nothing below two pictures."""
        if len(self.true) < 2:
            return {name: {} for name in self.found}
        true = np.array(self.true)
        rows: dict[str, dict[str, Any]] = {}
        for name, vectors in self.found.items():
            found = np.array(vectors)
            rows[name] = {
                f"own-{title}": {
                    "value": distance(found, true),
                    "halves": interval_over_halves(distance, found, true, np.random.default_rng(seed)),
                }
                for title, distance in DISTANCES.items()
            }
        return rows


SHOWN = ("psnr", "ssim", "dE_mean")
"""Figures of single pictures in the table, besides the distances between sets."""


Facts = Mapping[str, Mapping[str, Any]]


def write_protocol(out: Path, facts: Facts, distances: Facts) -> str:
    """Write protocol.json and protocol.md; the text of the latter.

    Args:
        facts: what each regime's report holds.
        distances: of each regime, by contender.
    """
    pictures = next(iter(facts.values()))["pictures"]
    about = {
        "pictures": pictures,
        "crop": SIDE,
        "regular_hints": {"step": STEP, "radius": RADIUS},
        "features": FEATURES,
        "recipes": {regime: found["recipe_sha256"] for regime, found in facts.items()},
        "weights": {name: column["weights"] for name, column in next(iter(facts.values()))["contenders"].items()},
        "figures": {
            regime: {name: _means(column) for name, column in found["contenders"].items()}
            for regime, found in facts.items()
        },
        "distances": distances,
        "not_computed": next(iter(facts.values()))["not_computed"],
    }
    write_bytes(out / "protocol.json", (json.dumps(about, indent=2) + "\n").encode())
    text = protocol_table(facts, distances, pictures)
    write_bytes(out / "protocol.md", text.encode())
    return text


def _means(column: Mapping[str, Any]) -> dict[str, Any]:
    return {name: column["figures"].get(name) for name in SHOWN}


def protocol_table(facts: Facts, distances: Facts, pictures: int) -> str:
    """A row for each contender and figure, a column for each regime and their plain mean."""
    lines = [
        f"{pictures} pictures, centre crops of {SIDE}; regular hints: a dab of radius {RADIUS} every {STEP} px.",
        "",
    ]
    lines += ["| model | figure | " + " | ".join(facts) + " | mean |", "|---|---|" + "---|" * (len(facts) + 1)]
    first = next(iter(facts.values()))
    for name in first["contenders"]:
        for figure in SHOWN:
            found = [regime["contenders"][name]["figures"].get(figure) for regime in facts.values()]
            lines.append(_line(name, figure, [one and one["mean"] for one in found]))
        for figure in (f"own-{title}" for title in DISTANCES):
            parts = [distances[regime].get(name, {}).get(figure) for regime in facts]
            lines.append(_line(name, figure, [part and part["value"] for part in parts]))
        for figure, reason in first["not_computed"].items():
            lines.append(f"| {name} | {figure} | " + " | ".join([reason] * (len(facts) + 1)) + " |")
    return "\n".join(lines) + "\n"


def _line(name: str, figure: str, values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    mean = f"{np.mean(known):.4g}" if len(known) == len(values) else "-"
    cells = ["-" if value is None else f"{value:.4g}" for value in values]
    return f"| {name} | {figure} | " + " | ".join(cells) + f" | {mean} |"
