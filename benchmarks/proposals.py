"""How often does a proposal say what the picture shows? Pictures held out by character, a share of their areas hinted.

    python benchmarks/proposals.py --pack PACK [--pictures 80] [--keep]

Areas are those that lines enclose, each with the median of its true flats; areas of several colours are not judged.
Hinted areas get a dab of that colour, and `suggest` proposes for the rest: going on with those dabs, or (`scheme`)
as if there were none. Reported: the share of areas within 10 dE2000, and the mean error. Then what it is worth in the
picture: PSNR against the original with a few of its hints, painted as they are, with a proposal for the rest, and both
once more by the classical baseline (flood fill).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from stenciltorch.canvas import Colorizer, Hints, Stencil
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.errors import StencilTorchError
from stenciltorch.evaluation.cases import Case, pack_pictures
from stenciltorch.evaluation.classical import ClassicalColorizer
from stenciltorch.evaluation.colour import delta_e, to_lab
from stenciltorch.evaluation.hints import find_strokes
from stenciltorch.evaluation.pixels import psnr
from stenciltorch.evaluation.requests import shuffled, with_strokes
from stenciltorch.hintfile import HintSheet
from stenciltorch.runtime import find_model
from stenciltorch.suggestion import SMALLEST, Area, complete, find_areas, suggest

RESULTS = Path(__file__).resolve().parent / "results" / "proposals.json"
SHARES = (0.1, 0.2, 0.5)
"""Of the areas that are hinted."""

NEAR = 10.0
"""dE2000 up to which a proposal says what the picture shows."""

PURE = 0.6
"""An area has one colour when this share of its pixels lies within `NEAR` of their median."""


COUNTS = (8, 32)
"""Hints that the artist gives, of all that a picture has."""


@dataclass(frozen=True)
class Known:
    """A drawing of which every area's colour is known; uint8 (areas, 3), and which areas have one colour."""

    stencil: Stencil
    labels: np.ndarray
    areas: list[Area]
    colours: np.ndarray
    pure: np.ndarray
    taste: np.ndarray


def known(case: Case, colorizer: OnnxColorizer) -> Known:
    bare = case.stencil.with_hints(Hints(np.zeros_like(case.stencil.hints.array)))
    labels, areas = find_areas(bare.lineart, bare.mask, bare.hints, SMALLEST)
    assert case.flats is not None
    colours, pure = np.zeros((len(areas), 3), np.uint8), np.zeros(len(areas), bool)
    for number, area in enumerate(areas):
        inside = case.flats.array[labels == area.label]
        colours[number] = np.median(inside, axis=0)
        pure[number] = (_gap(inside, colours[number]) <= NEAR).mean() >= PURE
    drawing = colorizer.look(bare)
    if drawing.working != bare.lineart.size:
        raise StencilTorchError(f"{case.name} is larger than the model's working size.")
    return Known(bare, labels, areas, colours, pure, np.asarray(drawing.opaque["taste"].numpy(), np.float32))


def _gap(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    return np.asarray(delta_e(to_lab(found), np.broadcast_to(to_lab(wanted[None]), found.shape)))


def dabbed(drawing: Known, hinted: np.ndarray) -> Hints:
    pixels = np.zeros_like(drawing.stencil.hints.array)
    for area, colour in zip(np.array(drawing.areas, object)[hinted], drawing.colours[hinted], strict=True):
        radius = max(2, int(min(0.6 * area.depth, 8)))
        cv2.circle(pixels, area.place, radius, (*colour.tolist(), 255), -1)
    return Hints(pixels)


def errors(drawing: Known, sheet: HintSheet, judged: np.ndarray) -> Iterator[float]:
    """dE2000 of what is proposed for each judged area."""
    proposed = {int(drawing.labels[int(y), int(x)]): mark.colour for mark in sheet.marks for x, y in mark.points}
    for number in np.flatnonzero(judged):
        found = np.array([proposed[drawing.areas[number].label]], np.uint8)
        yield float(_gap(found, drawing.colours[number])[0])


def compare(drawings: list[Known], share: float) -> dict[str, dict[str, float]]:
    """Nothing where no area is left to judge."""
    found: dict[str, list[float]] = {"going on": [], "scheme": []}
    for number, drawing in enumerate(drawings):
        hinted = np.random.default_rng([number, round(100 * share)]).random(len(drawing.areas)) < share
        if not hinted.any():
            continue
        for name, hints in (("going on", dabbed(drawing, hinted)), ("scheme", drawing.stencil.hints)):
            given = (drawing.stencil.lineart, drawing.stencil.mask, hints, drawing.taste)
            sheet = suggest(*given, np.random.default_rng(number))
            found[name].extend(errors(drawing, sheet, ~hinted & drawing.pure))
    return {
        name: {"areas": len(some), "near": float(np.mean(np.array(some) <= NEAR)), "mean": float(np.mean(some))}
        for name, some in found.items()
        if some
    }


def psnr_by_count(cases: list[Case], colorizer: OnnxColorizer) -> dict[str, dict[str, float]]:
    """Mean PSNR of the whole picture, lines on, for each of `COUNTS`."""
    painters: dict[str, Colorizer] = {"model": colorizer, "flood fill": ClassicalColorizer()}
    found: dict[str, dict[str, float]] = {}
    for count in COUNTS:
        heights: dict[str, list[float]] = {}
        for case in cases:
            assert case.target is not None
            order = shuffled(find_strokes(case.stencil.hints), case.rng("curve"))
            few = with_strokes(case.stencil, order[:count])
            for manner, stencil in (("", few), (", completed", complete(colorizer, few, np.random.default_rng(0)))):
                for name, paint in painters.items():
                    heights.setdefault(name + manner, []).append(psnr(paint(stencil).illustration, case.target))
        found[str(count)] = {name: float(np.mean(some)) for name, some in heights.items()}
    return found


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True, help="training pack with a validation split")
    parser.add_argument("--model", type=Path, help="model folder (default: the one that ships)")
    parser.add_argument("--pictures", type=int, default=80)
    parser.add_argument("--keep", action="store_true", help="write benchmarks/results/proposals.json")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    try:
        colorizer = OnnxColorizer.load(find_model(options.model), 1)
        cases = [source.load() for source in pack_pictures(options.pack, options.pictures)]
        drawings = [known(case, colorizer) for case in cases]
        areas = {str(share): compare(drawings, share) for share in SHARES}
        rows = {"areas": areas, "psnr": psnr_by_count(cases, colorizer)}
    except StencilTorchError as error:
        sys.stderr.write(f"proposals: {error}\n")
        return 2
    print(tables(rows))
    if options.keep:
        RESULTS.write_text(json.dumps(rows, indent=2) + "\n")
    return 0


def tables(rows: dict[str, Any]) -> str:
    lines = ["| areas hinted | proposal | areas judged | within 10 dE2000 | mean |", "|---|---|---|---|---|"]
    for share, row in rows["areas"].items():
        for name, figures in row.items():
            lines.append(f"| {share} | {name} | {figures['areas']} | {figures['near']:.3f} | {figures['mean']:.1f} |")
    names = list(next(iter(rows["psnr"].values())))
    lines += ["", "| hints | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for count, row in rows["psnr"].items():
        lines.append(f"| {count} | " + " | ".join(f"{row[name]:.2f}" for name in names) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
