"""DanbooRegion as it is unpacked: `train/N.image.png` beside `train/N.region.png` (Zhang et al. 2020)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from stenciltorch import files
from stenciltorch.canvas import Illustration, Regions, Size
from stenciltorch.errors import DatasetError
from stenciltorch.synthesis.labels import compact, connected_parts
from stenciltorch.training.disnet.samples import Example

IMAGE, REGION = ".image.png", ".region.png"
SMALLEST, LARGEST = 520, 1024
"""The shorter side is brought to a length between these, as the data's authors do when they train."""


@dataclass(frozen=True)
class RegionPair:
    """An illustration and the map in which each of its regions has a colour."""

    image: Path
    region: Path


def find_pairs(folder: Path, split: str = "train") -> list[RegionPair]:
    """All pairs of `folder/split`, or of `folder` itself, by name.

    Raises:
        DatasetError: no pair is there, or a picture lacks its map.
    """
    place = folder / split if (folder / split).is_dir() else folder
    pairs = [
        RegionPair(image, image.with_name(image.name.removesuffix(IMAGE) + REGION))
        for image in sorted(place.glob(f"*{IMAGE}"))
    ]
    missing = [pair for pair in pairs if not pair.region.is_file()]
    if missing:
        raise DatasetError(f"{missing[0].image} has no {missing[0].region.name} beside it; unpack DanbooRegion anew.")
    if not pairs:
        raise DatasetError(f"{place} holds no N{IMAGE} with N{REGION}; name the folder that DanbooRegion unpacks to.")
    return pairs


def read_pair(pair: RegionPair) -> Example:
    """The picture and its regions: connected areas of one colour in the map.

    Raises:
        InputError: a file cannot be read.
        DatasetError: the sizes differ.
    """
    picture = files.read_illustration(pair.image)
    coloured = files.read_illustration(pair.region)
    if picture.size != coloured.size:
        raise DatasetError(
            f"{pair.region} has {coloured.size} pixels but its picture {picture.size}; unpack DanbooRegion anew."
        )
    packed = coloured.array.astype(np.int32) @ np.array((65536, 256, 1), np.int32)
    return Example(picture, Regions(compact(connected_parts(packed)).labels + np.int32(1)))


def draw_crop(example: Example, size: Size, rng: np.random.Generator) -> Example:
    """A window of the picture, brought to a random scale: nearest labels, averaged colours."""
    short = min(example.picture.size)
    factor = max(float(rng.uniform(SMALLEST, LARGEST)) / short, size.height / short, size.width / short)
    height, width = example.picture.size
    wanted = (max(size.width, round(width * factor)), max(size.height, round(height * factor)))
    pixels = cv2.resize(example.picture.array, wanted, interpolation=cv2.INTER_AREA)
    labels = cv2.resize(example.regions.array.astype(np.float32), wanted, interpolation=cv2.INTER_NEAREST)
    top, left = (int(rng.integers(0, have - want + 1)) for have, want in zip(labels.shape, size, strict=True))
    window = np.s_[top : top + size.height, left : left + size.width]
    return Example(
        Illustration(np.ascontiguousarray(pixels[window])),
        Regions(compact(labels[window].astype(np.int32)).labels + np.int32(1)),
    )
