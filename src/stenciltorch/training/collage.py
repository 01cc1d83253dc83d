"""Collages: a figure cut out of its blank paper and laid on something else. Most pictures to learn from are single
figures on white (docs/data.md), but an artist hints what lies behind a figure, too.
"""

from __future__ import annotations

import cv2
import numpy as np

from stenciltorch.canvas import Size
from stenciltorch.synthesis.noise import smooth_noise
from stenciltorch.synthesis.palettes import draw_colours
from stenciltorch.synthesis.procedural import draw_procedural
from stenciltorch.training.picture import Picture, labelled

BLANK = 240
"""Paper is at least this bright in every channel."""

RIM = 0.05
"""An area of paper lies behind the figure when it holds this share of the picture's rim."""

FEWEST = 0.05
"""Figures that leave less than this share of the crop, or take less than this, are not cut out."""

SMOOTH = 7
"""Crumbs along a cut that do not fill half of a square of this side are left out."""

SOFT = 1.0
"""Standard deviation of a cut's edge, in pixels."""


def surroundings(picture: Picture) -> np.ndarray:
    """Which labels are blank paper behind a figure: bool, one for each of the picture's colours."""
    regions = picture.regions
    rim = np.concatenate([regions[0], regions[-1], regions[1:-1, 0], regions[1:-1, -1]])
    shares = np.bincount(rim, minlength=len(picture.colours)) / rim.size
    return np.asarray((shares >= RIM) & (picture.colours.min(axis=1) >= BLANK))


def collage(picture: Picture, behind: np.ndarray, other: Picture, rng: np.random.Generator) -> Picture:
    """The picture's figure on another picture, on shapes of our own, or (every second time) on one colour.

    Args:
        behind: `surroundings` of the picture before it was cropped.
        other: of the same size.

    Returns:
        the picture as it was when it has no blank surroundings, or hardly anything else.
    """
    figure = (~behind[picture.regions]).astype(np.uint8)
    cut_out = (figure > 0) & (cv2.medianBlur(figure, SMOOTH) > 0)
    if not FEWEST <= cut_out.mean() <= 1.0 - FEWEST:
        return picture
    return laid_on(picture, cut_out, _backdrop(other, rng))


def laid_on(picture: Picture, cut_out: np.ndarray, backdrop: Picture) -> Picture:
    """The part of the picture where `cut_out` (H, W) holds, over the backdrop; labels of both stay apart."""
    alpha = cv2.GaussianBlur(cv2.erode(cut_out.astype(np.float32), np.ones((3, 3), np.uint8)), (0, 0), SOFT)[..., None]
    mixed = picture.illustration * alpha + backdrop.illustration * (1.0 - alpha)
    after = backdrop.regions.astype(np.int32) + len(picture.colours)
    return Picture(
        np.rint(mixed).astype(np.uint8),
        np.where(cut_out, picture.regions, after).astype(np.int32),
        np.concatenate([picture.colours, backdrop.colours]),
    )


def _backdrop(other: Picture, rng: np.random.Generator) -> Picture:
    kind = rng.random()
    height, width = other.regions.shape
    if kind < 0.5:
        return _wash(Size(height, width), rng)
    if kind < 0.75:
        return other
    illustration, regions, flats, _ = draw_procedural(Size(height, width), rng)
    return labelled(illustration.array, regions.array, flats.array)


def _wash(size: Size, rng: np.random.Generator) -> Picture:
    """One colour, uneven by a few levels."""
    colour = draw_colours(1, rng)[0]
    uneven = rng.uniform(0.0, 24.0) * (smooth_noise(size, max(8.0, size.width / 3), rng) - 0.5)
    levels = np.clip(colour + uneven[..., None], 0, 255)
    return Picture(np.rint(levels).astype(np.uint8), np.zeros((size.height, size.width), np.int32), colour[None])
