"""Features of our own, without weights: what colours, how much texture, what lies where. Not Inception's.

`describe` is what the figures named `own-frechet`, `own-kid` and `own-mmd` are computed on (docs/metrics.md). They
compare within StencilTorch only.
"""

from __future__ import annotations

import cv2
import numpy as np

from stenciltorch.canvas import Illustration
from stenciltorch.evaluation.colour import Float, lab_of

NAME = "stenciltorch-lab-1"
"""Changes whenever the features do."""

LEVELS = ((4, 0.0, 100.0), (6, -60.0, 60.0), (6, -60.0, 60.0))
"""Bins, least and most of L*, a* and b*; colours beyond count in the last bin."""

SCALES = (1.0, 2.0, 4.0, 8.0)
"""Sigma of the Gaussians whose differences are texture, in pixels."""

GRID = 4
"""The picture is laid out in this many rows and columns."""


def describe(picture: Illustration) -> Float:
    """float64 (204,): square roots of the shares of 144 colours, 12 strengths of texture, 48 means of a layout."""
    lab = lab_of(picture)
    return np.concatenate([_colours(lab), _texture(lab), _layout(lab)])


def _colours(lab: Float) -> Float:
    index = np.zeros(lab.shape[:2], np.int64)
    for channel, (bins, least, most) in enumerate(LEVELS):
        level = ((lab[..., channel] - least) / (most - least) * bins).astype(np.int64).clip(0, bins - 1)
        index = index * bins + level
    counts = np.bincount(index.ravel(), minlength=int(np.prod([bins for bins, _, _ in LEVELS])))
    return np.asarray(np.sqrt(counts / index.size))


def _texture(lab: Float) -> Float:
    """Standard deviation of each band of each channel, in tenths."""
    found, finer = [], lab
    for sigma in SCALES:
        coarser = np.asarray(cv2.GaussianBlur(lab, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.float64)
        found.append(cv2.meanStdDev(finer - coarser)[1].ravel() / 10)
        finer = coarser
    return np.concatenate(found)


def _layout(lab: Float) -> Float:
    """Means of Lab, in hundredths."""
    small = cv2.resize(lab, (GRID, GRID), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float64).ravel() / 100
