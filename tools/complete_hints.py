"""Give every open area of this project's drawings a dab: `python tools/complete_hints.py`.

`tools/draw.py` writes the few hints that an artist begins with; this adds what is missing to colour the whole drawing,
in the flat colours of the drawing (or of its second palette), to `*-hints.json` and `*-hints-2.json`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stenciltorch.canvas import Mask
from stenciltorch.files import read_illustration, read_lineart
from stenciltorch.hintfile import HintSheet, Mark, draw_hints, format_hint_file, read_hint_file
from stenciltorch.suggestion import Area, find_areas

FOLDER = Path(__file__).parents[1] / "examples" / "drawings"
SMALLEST = 0.0006
"""Areas below this share of the drawing are left out."""


def missing(sheet: HintSheet, name: str, palette: dict[int, tuple[int, int, int]]) -> list[Mark]:
    """Dabs for the areas without a hint, where a disc of one flat colour fits."""
    lineart = read_lineart(FOLDER / f"{name}-lineart.png")
    flats = read_illustration(FOLDER / f"{name}-flats.png").array
    hints = draw_hints(sheet, lineart.size)
    _, areas = find_areas(lineart, Mask.filled(lineart.size, 255), hints, SMALLEST)
    packed = flats.astype(np.int64) @ np.array([65536, 256, 1])
    return [mark for area in areas if (mark := dab(area, packed, palette))]


def dab(area: Area, packed: np.ndarray, palette: dict[int, tuple[int, int, int]]) -> Mark | None:
    """A disc at the area's deepest place; None where it would cover two flat colours, or a colour without a name."""
    column, row = area.place
    radius = round(min(0.5 * area.depth, 9.0), 1)
    rows, columns = np.ogrid[: packed.shape[0], : packed.shape[1]]
    disc = packed[(rows - row) ** 2 + (columns - column) ** 2 <= (radius + 1) ** 2]
    flat = int(disc[0])
    if radius < 1 or (disc != flat).any() or flat not in palette:
        return None
    return Mark(((float(column), float(row)),), palette[flat], radius)


def palette_of(first: HintSheet, second: HintSheet, flats: np.ndarray) -> dict[int, tuple[int, int, int]]:
    """Which colour the second sheet gives to each flat colour that it names."""
    named = {}
    for mark in second.marks:
        column, row = (round(value) for value in mark.points[0])
        red, green, blue = (int(level) for level in flats[row, column])
        named[red << 16 | green << 8 | blue] = mark.colour
    return named


def _levels(code: int) -> tuple[int, int, int]:
    return code >> 16, code >> 8 & 255, code & 255


def main() -> None:
    for path in sorted(FOLDER.glob("*-hints*.json")):
        name = path.name.split("-")[0]
        sheet = read_hint_file(path)
        flats = read_illustration(FOLDER / f"{name}-flats.png").array
        palette = palette_of(sheet, sheet, flats)
        if not path.stem.endswith("-2"):
            palette |= {
                int(code): tuple(code.to_bytes(3))
                for code in np.unique(flats.astype(np.int64) @ [65536, 256, 1]).tolist()
            }
        added = missing(sheet, name, palette)
        path.write_bytes(format_hint_file(HintSheet((*sheet.marks, *added), sheet.size)))
        print(f"{path.name}: {len(sheet.marks)} hints and {len(added)} more")


if __name__ == "__main__":
    main()
