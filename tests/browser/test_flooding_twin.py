"""Floods of colour from the studio's module are Python's, byte for byte."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from stenciltorch.canvas import Hints, Lineart, Mask, Size, Stencil
from stenciltorch.files import read_lineart
from stenciltorch.flooding import flood, survey
from stenciltorch.hintfile import draw_hints, read_hint_file

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests/support/studio/flooding_case.mjs"
DRAWINGS = ROOT / "examples/drawings"
CASES = ("cat", "mage", "noise", "blank", "small", "no hints")


def drawing(name: str) -> Stencil:
    """One of the project's, its lower third kept but for a strip, a stroke over many lines."""
    lineart = read_lineart(DRAWINGS / f"{name}-lineart.png")
    height, width = lineart.size
    hints = draw_hints(read_hint_file(DRAWINGS / f"{name}-hints.json"), lineart.size).array.copy()
    hints[height // 3 : height // 3 + 6, 20 : width - 20] = (90, 140, 60, 255)
    mask = np.full(lineart.size, 255, np.uint8)
    mask[2 * height // 3 :, : width - 30] = 0
    return Stencil.start(lineart).with_hints(Hints(hints)).with_mask(Mask(mask))


def noise(size: Size, inked: float = 0.3, hinted: float = 0.02) -> Stencil:
    rng = np.random.default_rng(5)
    lineart = np.full(size, 255, np.uint8)
    ink = rng.random(size) < inked
    lineart[ink] = rng.integers(0, 256, int(ink.sum()))
    hints = np.zeros((*size, 4), np.uint8)
    placed = rng.random(size) < hinted
    hints[placed] = rng.integers(0, 256, (int(placed.sum()), 4))
    return Stencil.start(Lineart(lineart)).with_hints(Hints(hints))


def make(name: str) -> Stencil:
    if name in ("cat", "mage"):
        return drawing(name)
    if name == "no hints":
        return noise(Size(40, 30), hinted=0.0)
    return noise(Size(7, 3) if name == "small" else Size(131, 97), 0.0 if name == "blank" else 0.3)


def heights_of(lineart: Lineart) -> np.ndarray:
    """Half the size; lines and whatever lies beside them, at many heights."""
    soft = cv2.GaussianBlur(255 - lineart.array, (0, 0), 2.0)
    return np.ascontiguousarray(np.maximum(255 - lineart.array, soft)[::2, ::2])


@pytest.mark.skipif(not shutil.which("node"), reason="Node is not here to run the studio's module")
@pytest.mark.parametrize("name", CASES)
def test_floods_are_pythons(name: str, tmp_path: Path) -> None:
    stencil = make(name)
    size = {"width": stencil.size.width, "height": stencil.size.height}
    heights = heights_of(stencil.lineart)
    (tmp_path / "case.json").write_text(json.dumps({"size": size}))
    (tmp_path / "heights.raw").write_bytes(heights.tobytes())
    for part in ("lineart", "mask", "hints"):
        (tmp_path / f"{part}.raw").write_bytes(getattr(stencil, part).array.tobytes())
    subprocess.run(["node", str(SCRIPT), str(tmp_path)], check=True, timeout=60)
    found = np.frombuffer((tmp_path / "flooded.raw").read_bytes(), np.uint8)
    expected = flood(survey(heights, stencil.lineart, stencil.mask), stencil.hints)
    assert np.array_equal(found, expected.ravel())
    assert expected.any() == (name != "no hints")
