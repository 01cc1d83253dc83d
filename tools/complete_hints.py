"""Give this project's drawings the dabs that colour all of them: `python tools/complete_hints.py`.

`tools/draw.py` writes the few hints that an artist begins with, to `*-hints.json` and, in the drawing's second palette,
to `*-hints-2.json`. This adds what is missing, in the drawing's own flat colours, in two stages:

1. a dab in every area that lines enclose and that has none;
2. a dab wherever the default model's flats still miss those of the drawing by more than is seen at a glance, again
   and again until nothing is missed or no dab fits (`--areas-only` leaves this out; `--model` takes another model).

What stage 2 adds hangs on the model, so run it anew when the default model changes; dabs are never taken away.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch import Colorizer, OnnxColorizer, Stencil
from stenciltorch.canvas import Illustration, Lineart, Mask
from stenciltorch.evaluation.colour import delta_e, to_lab
from stenciltorch.files import read_illustration, read_lineart
from stenciltorch.hintfile import HintSheet, Mark, draw_hints, format_hint_file, read_hint_file
from stenciltorch.suggestion import find_areas

FOLDER = Path(__file__).parents[1] / "examples" / "drawings"
SMALLEST = 0.0006
"""Areas below this share of the drawing are left out of stage 1."""

FAR = 12.0
"""dE2000 from which on the model's flats miss the drawing's."""

PAPER = 200
"""Lineart brighter than this is judged."""

SPECK = 9
"""What is missed counts where a square of this side fits into it, in pixels."""

LEAST_MISSED = 700
"""Pixels that a missed area has at least."""

ROUNDS, PER_ROUND = 4, 8
"""Stage 2 asks the model this often at most, and adds so many dabs at most each time, the largest misses first."""

LARGEST = 9.0
"""Radius of a dab at most, in pixels."""

Colour = tuple[int, int, int]
Codes = npt.NDArray[np.int64]
Place = tuple[float, float]
"""Column and row."""


@dataclass(frozen=True)
class Page:
    """A drawing, and what a sheet of hints asks of it.

    Args:
        codes: the drawing's flat colours as numbers, (H, W).
        palette: what is asked for in place of each flat colour; others are not judged.
    """

    lineart: Lineart
    codes: Codes
    palette: dict[int, Colour]
    sheet: HintSheet

    def stencil(self) -> Stencil:
        return Stencil.start(self.lineart).with_hints(draw_hints(self.sheet, self.lineart.size))

    def with_marks(self, marks: Sequence[Mark]) -> Page:
        return replace(self, sheet=HintSheet((*self.sheet.marks, *marks), self.sheet.size))


def read_page(path: Path) -> Page:
    """A `*-hints.json`, which asks for the drawing's own flat colours, or `*-hints-2.json`, for those it names."""
    name = path.parent / path.name.split("-")[0]
    sheet, codes = read_hint_file(path), codes_of(read_illustration(Path(f"{name}-flats.png")))
    own = {} if path.stem.endswith("-2") else {code: _levels(code) for code in np.unique(codes).tolist()}
    return Page(read_lineart(Path(f"{name}-lineart.png")), codes, named_in(sheet, codes) | own, sheet)


def codes_of(flats: Illustration) -> Codes:
    return np.asarray(flats.array.astype(np.int64) @ np.array([65536, 256, 1]))


def _levels(code: int) -> Colour:
    return code >> 16, code >> 8 & 255, code & 255


def named_in(sheet: HintSheet, codes: Codes) -> dict[int, Colour]:
    """Which colour a sheet gives to each flat colour that it names."""
    places = [tuple(round(value) for value in mark.points[0]) for mark in sheet.marks]
    return {int(codes[row, column]): mark.colour for (column, row), mark in zip(places, sheet.marks, strict=True)}


def for_areas(page: Page) -> list[Mark]:
    """Stage 1: dabs for the areas without a hint, where a disc of one flat colour fits."""
    stencil = page.stencil()
    _, areas = find_areas(page.lineart, Mask.filled(page.lineart.size, 255), stencil.hints, SMALLEST)
    return [mark for area in areas if (mark := dab(page, area.place, area.depth, least=1))]


def dab(page: Page, place: Place, depth: float, least: float) -> Mark | None:
    """A disc of half this depth; None where it is smaller than `least`, or would cover two flat colours or one that
    the sheet does not name."""
    column, row = place
    radius = round(min(0.5 * depth, LARGEST), 1)
    rows, columns = np.ogrid[: page.codes.shape[0], : page.codes.shape[1]]
    disc = page.codes[(rows - row) ** 2 + (columns - column) ** 2 <= (radius + 1) ** 2]
    flat = int(disc[0])
    if radius < least or (disc != flat).any() or flat not in page.palette:
        return None
    return Mark(((float(column), float(row)),), page.palette[flat], radius)


def for_misses(page: Page, colorizer: Colorizer) -> list[Mark]:
    """Stage 2: dabs where what comes out is not what was asked for."""
    added: list[Mark] = []
    for _ in range(ROUNDS):
        asked = page.with_marks(added)
        missed = missed_by(asked, colorizer(asked.stencil()).flats)
        more = [mark for place, depth in deepest(missed) if (mark := dab(page, place, depth, least=2))]
        added += more
        if not more:
            break
    return added


def missed_by(page: Page, flats: Illustration) -> npt.NDArray[np.bool_]:
    """Where flats are not in the colour that was asked for, specks left out, (H, W)."""
    wanted, known = np.zeros_like(flats.array), np.zeros(page.codes.shape, np.bool_)
    for code, colour in page.palette.items():
        here = page.codes == code
        wanted[here], known = colour, known | here
    far = delta_e(to_lab(flats.array), to_lab(wanted)) > FAR
    judged = known & (page.lineart.array > PAPER)
    square = np.ones((SPECK, SPECK), np.uint8)
    return np.asarray(cv2.morphologyEx((far & judged).astype(np.uint8), cv2.MORPH_OPEN, square) > 0)


def deepest(missed: npt.NDArray[np.bool_]) -> Iterator[tuple[Place, float]]:
    """The place farthest from its border of each area that is large enough, and how far that is; the largest first."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(missed.astype(np.uint8))
    sizes = stats[1:, cv2.CC_STAT_AREA]
    for label in np.argsort(-sizes, kind="stable")[:PER_ROUND] + 1:
        if stats[label, cv2.CC_STAT_AREA] < LEAST_MISSED:
            return
        framed = np.pad((labels == label).astype(np.uint8), 1)
        depth = cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1]
        row, column = np.unravel_index(depth.argmax(), depth.shape)
        yield (float(column), float(row)), float(depth.max())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the drawings and their hint files")
    parser.add_argument("--areas-only", action="store_true", help="stage 1 only, which needs no model")
    parser.add_argument("--model", type=Path, help="for stage 2, if not the default model")
    options = parser.parse_args(arguments)
    colorizer = None if options.areas_only else OnnxColorizer.load(options.model, threads=1)
    for path in sorted(options.folder.glob("*-hints*.json")):
        page = read_page(path)
        areas = for_areas(page)
        misses = for_misses(page.with_marks(areas), colorizer) if colorizer else []
        if areas or misses:
            path.write_bytes(format_hint_file(page.with_marks([*areas, *misses]).sheet))
        print(f"{path.name}: {len(page.sheet.marks)} hints, {len(areas)} for areas, {len(misses)} for misses")
    return 0


if __name__ == "__main__":
    sys.exit(main())
