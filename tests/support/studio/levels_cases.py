"""Cases that pin the paper's white point for Python and the browser alike.

Writes the fixture anew:  PYTHONPATH=tests/support python -m studio.levels_cases
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Lineart
from stenciltorch.files.levels import level_paper, white_point

FIXTURE = Path(__file__).parents[2] / "fixtures/levels.json"
SIZE = 4000


def pages(rng: np.random.Generator) -> list[npt.NDArray[np.uint8]]:
    """Scans with grey and grainy paper, clean white pages, pages of ink, and noise."""
    found: list[npt.NDArray[np.uint8]] = []
    for paper in (140, 180, 215, 240, 252, 255):
        for grain in (0.0, 2.0, 6.0):
            page = rng.normal(paper, grain, SIZE)
            page[: SIZE // 20] = rng.normal(30, 10, SIZE // 20)
            found.append(np.clip(np.rint(page), 0, 255).astype(np.uint8))
    white_beside_grey = np.full(SIZE, 200, np.uint8)
    white_beside_grey[:400] = 255
    noise = rng.integers(0, 256, SIZE, dtype=np.uint8)
    return [*found, white_beside_grey, noise, np.zeros(SIZE, np.uint8), np.full(SIZE, 230, np.uint8)]


def cases() -> list[dict[str, Any]]:
    return [_case(page) for page in pages(np.random.default_rng(7))]


def _case(page: npt.NDArray[np.uint8]) -> dict[str, Any]:
    counts = np.bincount(page, minlength=256)
    table = np.zeros(256, np.int64)
    after = level_paper(Lineart(page[None])).array[0]
    table[page] = after
    seen = np.flatnonzero(counts)
    return {
        "counts": {str(level): int(counts[level]) for level in seen},
        "white": int(white_point(counts)),
        "levelled": {str(level): int(table[level]) for level in seen},
    }


if __name__ == "__main__":
    FIXTURE.write_text(json.dumps(cases(), indent=None, separators=(",", ":")).replace("},{", "},\n{") + "\n")
