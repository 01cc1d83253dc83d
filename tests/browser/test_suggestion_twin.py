"""Proposals from the studio's modules are Python's: the same dabs, for the same draws."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stenciltorch.canvas import Hints, Lineart, Mask, Stencil
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.files import read_lineart
from stenciltorch.hintfile import HintSheet
from stenciltorch.scaling import reduce_hints
from stenciltorch.suggestion import COLOURS, SMALLEST, find_areas, suggest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests/support/studio/suggestion_case.mjs"
MODEL = ROOT / "src/stenciltorch/models"
DRAWINGS = ("cat", "mage")
BEGUN = ("plain", "begun")
"""One hinted area, or several with the background among them, some in two colours."""
SEEDS = (1, 2, 77)
PALETTE = [[250, 240, 230], [30, 20, 60], [240, 190, 160], [60, 130, 90], [200, 60, 70], [90, 110, 200]]
BITS = 2**32


class Draws:
    """Stands in for a random generator, with the studio's draws (core/chance.js)."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def random(self) -> float:
        self._state = (self._state + 0x6D2B79F5) % BITS
        mixed = (self._state ^ (self._state >> 15)) * (self._state | 1) % BITS
        mixed ^= (mixed + (mixed ^ (mixed >> 7)) * (mixed | 61)) % BITS
        return (mixed ^ (mixed >> 14)) / BITS

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self.random()

    def choice(self, options: Sequence[Any], p: Sequence[float] | None = None) -> Any:
        shares = np.cumsum(p if p is not None else [1 / len(options)] * len(options))
        return options[min(int(np.searchsorted(shares, self.random(), side="right")), len(options) - 1)]

    def permutation(self, count: int) -> Any:
        places = list(range(count))
        for last in range(count - 1, 0, -1):
            other = math.floor(self.random() * (last + 1))
            places[last], places[other] = places[other], places[last]
        return np.array(places)

    def normal(self, size: tuple[int, ...]) -> Any:
        return np.array([self._normal() for _ in range(math.prod(size))]).reshape(size)

    def _normal(self) -> float:
        first, second = self.random(), self.random()
        return math.sqrt(-2 * math.log(1 - first)) * math.cos(2 * math.pi * second)


def make(name: str, begun: bool) -> Stencil:
    """A drawing whose right rim is kept, and one hinted area or a good many."""
    stencil = Stencil.start(read_lineart(ROOT / f"examples/drawings/{name}-lineart.png"))
    height, width = stencil.size
    mask = np.full(stencil.size, 255, np.uint8)
    mask[:, int(0.9 * width) :] = 0
    hints = np.zeros((height, width, 4), np.uint8)
    hints[height // 2 : height // 2 + 12, width // 2 : width // 2 + 12] = (200, 30, 30, 255)
    if begun:
        rng = np.random.default_rng(3)
        hints[4:12, 4:12] = (220, 235, 250, 255)
        for _ in range(24):
            row, column = rng.integers(0, height - 10), rng.integers(0, width - 10)
            hints[row : row + 8, column : column + 8] = (*rng.integers(0, 256, 3), 255)
    return stencil.with_mask(Mask(mask)).with_hints(Hints(hints))


def marks_of(sheet: HintSheet) -> list[dict[str, Any]]:
    return [
        {"x": mark.points[0][0], "y": mark.points[0][1], "radius": mark.radius, "colour": list(mark.colour)}
        for mark in sheet.marks
    ]


def fact_of(mark: dict[str, Any], labels: Any) -> tuple[Any, ...]:
    """Area, colour and depth. Of places equally deep either may be chosen: OpenCV rounds distances in its own way."""
    return int(labels[mark["y"], mark["x"]]), mark["colour"], round(mark["radius"], 3)


@pytest.mark.parametrize("begun", BEGUN)
@pytest.mark.parametrize("name", DRAWINGS)
def test_the_same_dabs(name: str, begun: str, tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    whole = make(name, begun == "begun")
    drawing = OnnxColorizer.load(MODEL).look(whole)
    lineart, mask = Lineart(drawing.given["lineart"].numpy()), Mask(drawing.given["mask"].numpy())
    hints = reduce_hints(whole.hints, drawing.working)
    taste = np.asarray(drawing.opaque["taste"].numpy(), np.float32)
    pictures = {"lineart": lineart.array, "mask": mask.array, "hints": hints.array}
    for key, array in (pictures | {"taste": taste}).items():
        (tmp_path / f"{key}.raw").write_bytes(np.ascontiguousarray(array).tobytes())
    labels, _ = find_areas(lineart, mask, hints, SMALLEST)
    runs = [{"seed": seed, "palette": palette} for seed in SEEDS for palette in (None, PALETTE)]
    size = {"width": drawing.working.width, "height": drawing.working.height}
    (tmp_path / "case.json").write_text(json.dumps({"size": size, "colours": len(COLOURS), "runs": runs}))
    done = subprocess.run(["node", SCRIPT, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for run, found in zip(runs, json.loads((tmp_path / "found.json").read_text()), strict=True):
        rng: Any = Draws(int(str(run["seed"])))
        palette = None if run["palette"] is None else np.array(run["palette"], np.uint8)
        expected = marks_of(suggest(lineart, mask, hints, taste, rng, palette))
        assert len(expected) >= 8
        assert [fact_of(mark, labels) for mark in found] == [fact_of(mark, labels) for mark in expected]
