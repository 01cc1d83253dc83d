"""Colour differences for assertions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from skimage.color import deltaE_ciede2000, rgb2lab


def largest_difference(found: npt.NDArray[np.uint8], expected: npt.NDArray[np.uint8]) -> float:
    """The largest CIEDE2000 of two sRGB pictures (height, width, 3)."""
    assert found.shape == expected.shape
    return float(deltaE_ciede2000(rgb2lab(found), rgb2lab(expected)).max())
