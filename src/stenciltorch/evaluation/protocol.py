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
from stenciltorch.evaluation.cells import rows_of, shown, weights_lines
from stenciltorch.evaluation.figures import SETS
from stenciltorch.evaluation.judges import LPIPS
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


SHOWN = ("psnr", "ssim", "ms_ssim", "dE_mean", LPIPS)
"""Figures of single pictures in the table, besides the distances between sets."""


Facts = Mapping[str, Mapping[str, Any]]


def write_protocol(out: Path, facts: Facts) -> str:
    """Write protocol.json and protocol.md; the text of the latter.

    Args:
        facts: what each regime's report holds.
    """
    first = next(iter(facts.values()))
    about = {
        "pictures": first["pictures"],
        "crop": SIDE,
        "regular_hints": {"step": STEP, "radius": RADIUS},
        "features": first["features"],
        "recipes": {regime: found["recipe_sha256"] for regime, found in facts.items()},
        "weights": {name: column["weights"] for name, column in first["contenders"].items()},
        "published_weights": first["published_weights"],
        "figures": {
            regime: {name: _chosen(column) for name, column in found["contenders"].items()}
            for regime, found in facts.items()
        },
        "not_computed": first["not_computed"],
    }
    write_bytes(out / "protocol.json", (json.dumps(about, indent=2) + "\n").encode())
    text = protocol_table(facts)
    write_bytes(out / "protocol.md", text.encode())
    return text


def _chosen(column: Mapping[str, Any]) -> dict[str, Any]:
    rows = rows_of(column)
    return {name: rows[name] for name in (*SHOWN, *(figure.name for figure in SETS)) if name in rows}


def protocol_table(facts: Facts) -> str:
    """A row for each contender and figure, a column for each regime and the plain mean of the three; then what it was
    made with.
    """
    first = next(iter(facts.values()))
    lines = [
        f"{first['pictures']} pictures, centre crops of {SIDE}; regular hints: radius {RADIUS}, every {STEP} px.",
        "95 % bootstrap intervals over pictures. The mean is the mean of the columns.",
        "",
        "| model | figure | " + " | ".join(facts) + " | mean |",
        "|---|---|" + "---|" * (len(facts) + 1),
    ]
    for name in first["contenders"]:
        columns = [_chosen(regime["contenders"][name]) for regime in facts.values()]
        for figure in (*SHOWN, *(one.name for one in SETS)):
            found = [column.get(figure) for column in columns]
            if any(found):
                lines.append(f"| {name} | {figure} | " + " | ".join(map(shown, found)) + f" | {_mean(found)} |")
        for figure, reason in first["not_computed"].items():
            lines.append(f"| {name} | {figure} | " + " | ".join([reason] * (len(facts) + 1)) + " |")
    return "\n".join([*lines, "", *_made_with(facts, first)]) + "\n"


def _mean(found: Sequence[Mapping[str, Any] | None]) -> str:
    """Of the columns; none where one is missing."""
    values = [one.get("mean", one.get("value")) for one in found if one]
    return f"{np.mean(values):.4g}" if len(values) == len(found) else "-"


def _made_with(facts: Facts, first: Mapping[str, Any]) -> list[str]:
    lines = [f"- recipe of {regime}: sha256 {found['recipe_sha256']}" for regime, found in facts.items()]
    for name, column in first["contenders"].items():
        lines += [f"- {name}, {file}: sha256 {digest}" for file, digest in column["weights"].items()]
    return lines + [f"- {line}" for line in weights_lines(first)]
