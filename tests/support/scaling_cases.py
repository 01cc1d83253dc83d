"""Inputs and outputs of `stenciltorch.scaling` that its twin in the browser must reproduce.

    python tests/support/scaling_cases.py      writes tests/fixtures/scaling.json

Sizes are [height, width]; pixels are listed row by row, channels together. `plain` are area averages, `hints`
are weighted by their alpha.
"""

import json
from pathlib import Path

import numpy as np

from stenciltorch.canvas import Hints, Size
from stenciltorch.scaling import area_average, reduce_hints, working_size

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "scaling.json"

SIZES = [
    (512, 512),
    (768, 768),
    (769, 768),
    (3000, 4000),
    (4000, 3000),
    (1, 10000),
    (30000, 20),
    (6000, 6666),
]
RESIZES = [
    ((2, 3), (1, 2)),
    ((7, 5), (3, 4)),
    ((9, 13), (9, 6)),
    ((12, 12), (4, 4)),
    ((1, 29), (1, 8)),
    ((23, 2), (5, 1)),
]


def make_fixture():
    rng = np.random.default_rng(2026)
    cases = {"working": [], "plain": [], "hints": []}
    for size in SIZES:
        for work_pixels in (768 * 768, 5000):
            working = working_size(Size(*size), work_pixels)
            cases["working"].append({"size": size, "work_pixels": work_pixels, "working": working})
    for source, target in RESIZES:
        for channels in (1, 3):
            cases["plain"].append(_plain(rng, source, target, channels))
        cases["hints"].append(_hints(rng, source, target))
    return cases


def _plain(rng, source, target, channels):
    pixels = rng.integers(0, 256, (*source, channels), dtype=np.uint8)
    reduced = area_average(pixels, Size(*target))
    return {"channels": channels} | _case(source, target, pixels, reduced)


def _hints(rng, source, target):
    """A third without a wish, a third faint, a third opaque."""
    pixels = rng.integers(0, 256, (*source, 4), dtype=np.uint8)
    kind = rng.integers(0, 3, source)
    pixels[..., 3] = np.choose(kind, (0, rng.integers(0, 9, source), 255))
    return _case(source, target, pixels, reduce_hints(Hints(pixels), Size(*target)).array)


def _case(source, target, pixels, reduced):
    return {
        "source": source,
        "target": target,
        "pixels": pixels.ravel().tolist(),
        "reduced": reduced.ravel().tolist(),
    }


def as_text(cases):
    """One case a line."""
    lists = (
        f' "{name}": [\n' + ",\n".join(f"  {json.dumps(case)}" for case in listed) + "\n ]"
        for name, listed in cases.items()
    )
    return "{\n" + ",\n".join(lists) + "\n}\n"


if __name__ == "__main__":
    FIXTURE.write_text(as_text(make_fixture()), encoding="utf-8")
