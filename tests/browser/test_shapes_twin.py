"""Shapes cut by the studio's modules are Python's, pixel by pixel."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from stenciltorch.canvas import Illustration
from stenciltorch.files import read_lineart
from stenciltorch.synthesis.disnet import is_packaged, open_disnet
from stenciltorch.synthesis.labels import compact
from stenciltorch.synthesis.merging import region_graph
from stenciltorch.synthesis.regions import OPEN, THRESHOLD, _basins, merge_open

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests/support/studio/shapes_case.mjs"

Labels = npt.NDArray[np.int32]


def expected_shapes(heights: npt.NDArray[np.float32]) -> Labels:
    """Steps 1 and 2 of the region network's contract."""
    labels = compact(_basins(heights, THRESHOLD)).labels
    colourless = np.zeros((*labels.shape, 3), np.float32)
    graph = merge_open(region_graph(labels, colourless, heights > THRESHOLD, heights), OPEN)
    return np.asarray(graph.owner.astype(np.int32)[labels])


def renumbered(labels: Labels) -> Labels:
    """In the order of their first pixels."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[inverse.ravel()].reshape(labels.shape), np.int32)


@pytest.mark.parametrize("name", ["cat", "mage"])
def test_the_same_shapes(name: str, tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    if not is_packaged():
        pytest.skip("the region network is not installed")
    lineart = read_lineart(ROOT / f"examples/drawings/{name}-lineart.png").array[100:740, 100:740]
    heights = open_disnet()(Illustration(np.repeat(lineart[..., None], 3, axis=2)))
    (tmp_path / "heights.raw").write_bytes(np.rint(heights * 255).astype(np.uint8).tobytes())
    height, width = heights.shape
    done = subprocess.run(
        ["node", SCRIPT, tmp_path, str(width), str(height)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = np.frombuffer((tmp_path / "labels.raw").read_bytes(), np.int32).reshape(height, width)
    expected = expected_shapes(heights)
    assert len(np.unique(expected)) > 20
    assert np.array_equal(renumbered(found), renumbered(expected))
