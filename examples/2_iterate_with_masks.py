"""Colour a drawing in two passes: the second changes one colour and keeps every other pixel.

python examples/2_iterate_with_masks.py [FOLDER]      writes 1.png, mask.png and 2.png there
"""

import sys
from pathlib import Path

import numpy as np

from stenciltorch import Illustration, Mask, OnnxColorizer, Stencil, files
from stenciltorch.hintfile import HintSheet, Mark, draw_hints, read_hint_file

DRAWINGS = Path(__file__).parent / "drawings"
RIBBON = (530, 110)
"""A place on the ribbon: column and row."""
GREEN = (47, 165, 142)


def mask_like(flats: Illustration, place: tuple[int, int], tolerance: int = 40) -> Mask:
    """Open where the flat colour is about that of one place. (Any picture will do as a mask: paint it by hand.)"""
    column, row = place
    gap = np.abs(flats.array.astype(int) - flats.array[row, column]).max(axis=2)
    return Mask(np.where(gap <= tolerance, 255, 0).astype(np.uint8))


def main(folder: str = ".") -> None:
    colorizer = OnnxColorizer.load()
    stencil = Stencil.start(files.read_lineart(DRAWINGS / "ribbon-lineart.png"))
    stencil = stencil.with_hints(draw_hints(read_hint_file(DRAWINGS / "ribbon-hints.json"), stencil.size))
    first = colorizer(stencil)
    files.write_illustration(Path(folder, "1.png"), first.illustration)

    mask = mask_like(first.flats, RIBBON)
    green = draw_hints(HintSheet((Mark((RIBBON,), GREEN, radius=14),)), stencil.size)
    second = colorizer(stencil.continue_from(first).with_mask(mask).with_hints(green))
    files.write_mask(Path(folder, "mask.png"), mask)
    files.write_illustration(Path(folder, "2.png"), second.illustration)

    changed = (first.illustration.array != second.illustration.array).any(axis=2)
    print(f"{changed.sum()} of {stencil.size.pixels} pixels changed, {changed[mask.array == 0].sum()} outside the mask")


if __name__ == "__main__":
    main(*sys.argv[1:])
