"""Pictures to learn from, and crops of them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from stenciltorch.training.config import DataConfig


@dataclass(frozen=True)
class Picture:
    """One unpacked picture: illustration, its regions and each region's flat colour."""

    illustration: np.ndarray
    regions: np.ndarray
    colours: np.ndarray


def crop(picture: Picture, side: int, data: DataConfig, rng: np.random.Generator) -> Picture:
    """A square of the picture at a random place, scale and orientation, brought to `side` pixels."""
    height, width = picture.regions.shape
    short = min(height, width)
    share = np.exp(rng.uniform(np.log(data.smallest), np.log(data.largest)))
    taken = int(np.clip(share * short, 0.5 * side, max(height, width)))
    top = int(rng.integers(min(0, height - taken), max(0, height - taken) + 1))
    left = int(rng.integers(min(0, width - taken), max(0, width - taken) + 1))
    illustration, regions = _cut(picture.illustration, picture.regions, top, left, taken)
    if rng.random() < 0.5:
        illustration, regions = illustration[:, ::-1], regions[:, ::-1]
    method = cv2.INTER_AREA if taken > side else cv2.INTER_CUBIC
    return Picture(
        cv2.resize(np.ascontiguousarray(illustration), (side, side), interpolation=method),
        cv2.resize(np.ascontiguousarray(regions), (side, side), interpolation=cv2.INTER_NEAREST),
        picture.colours,
    )


def _cut(
    illustration: np.ndarray, regions: np.ndarray, top: int, left: int, side: int
) -> tuple[np.ndarray, np.ndarray]:
    """A square that may reach over the edge, where the edge pixels go on."""
    height, width = regions.shape
    rows = np.clip(np.arange(top, top + side), 0, height - 1)
    columns = np.clip(np.arange(left, left + side), 0, width - 1)
    return illustration[rows[:, None], columns], regions[rows[:, None], columns]


def labelled(illustration: np.ndarray, regions: np.ndarray, flats: np.ndarray) -> Picture:
    """A picture whose flats (H, W, 3) are known pixel by pixel; one colour a region."""
    colours = np.zeros((int(regions.max()) + 1, 3), np.uint8)
    colours[regions.ravel()] = flats.reshape(-1, 3)
    return Picture(illustration, regions, colours)
