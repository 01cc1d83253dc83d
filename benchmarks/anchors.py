"""What the figures say about pictures whose quality is known: two sheets and two tables for docs/metrics.md.

    python benchmarks/anchors.py --out docs/pictures

The pictures are one of this project's own drawings, its true colours, and the same with one defect each. The second
sheet is about further requests: masks, edits, passes, fewer hints. Its painters fill regions with their hints' colours,
and one thing about each may be wrong.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from stenciltorch import Illustration, Painting, Regions, Stencil
from stenciltorch.evaluation import requests
from stenciltorch.evaluation.cases import Case, bounded
from stenciltorch.evaluation.classical import ClassicalColorizer
from stenciltorch.evaluation.contenders import FixedPicture
from stenciltorch.evaluation.edits import passes
from stenciltorch.evaluation.hints import find_strokes
from stenciltorch.evaluation.report import case_figures
from stenciltorch.evaluation.suite import FIXED, Plan, measure
from stenciltorch.files import read_illustration, read_lineart, write_illustration
from stenciltorch.hintfile import draw_hints, read_hint_file
from stenciltorch.scaling import reduce_hints

DRAWING = Path(__file__).resolve().parents[1] / "examples" / "drawings" / "ribbon"
SIDE = 512
NAMES = (
    "stroke", "stroke_hit@5", "region", "gap_chroma", "bleed@6", "line_retention", "phantom_lines", "shading_ratio",
    "tint_a", "psnr", "ssim", "ms_ssim", "palette_distance",
)  # fmt: skip

Picture = np.ndarray


def part(name: str) -> Picture:
    return bounded(read_illustration(DRAWING.with_name(f"ribbon-{name}.png")).array, SIDE)


def the_case() -> Case:
    """Regions are the connected areas of the true flats."""
    lineart = read_lineart(DRAWING.with_name("ribbon-lineart.png"))
    hints = draw_hints(read_hint_file(DRAWING.with_name("ribbon-hints.json")), lineart.size)
    small = type(lineart)(bounded(lineart.array, SIDE))
    whole = read_illustration(DRAWING.with_name("ribbon-flats.png")).array
    flats = cv2.resize(whole, (small.size.width, small.size.height), interpolation=cv2.INTER_NEAREST)
    stencil = Stencil.start(small).with_hints(reduce_hints(hints, small.size))
    return Case("ribbon", stencil, connected(flats), Illustration(flats), Illustration(part("illustration")))


def connected(flats: Picture, least: int = 60) -> Regions:
    """Connected areas of one colour, 1..n; smoothed edges between them belong to none."""
    packed = flats.astype(np.int64) @ np.array([65536, 256, 1])
    codes, counts = np.unique(packed, return_counts=True)
    labels, last = np.zeros(packed.shape, np.int32), 0
    for code in codes[counts >= least]:
        found, areas = cv2.connectedComponents((packed == code).astype(np.uint8), connectivity=4)
        labels[areas > 0] = areas[areas > 0] + last
        last += found - 1
    _, nearest = cv2.distanceTransformWithLabels(
        (labels == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, np.int32)
    owner[nearest[labels > 0]] = labels[labels > 0]
    return Regions(owner[nearest])


def inked(colours: Picture, lineart: Picture, strength: float = 1.0) -> Picture:
    ink = strength * (1 - lineart[..., None] / 255.0)
    return np.asarray(np.clip(colours * (1 - ink), 0, 255).astype(np.uint8))


def defects(case: Case) -> dict[str, Picture]:
    lineart, flats, colour = case.stencil.lineart.array, case.flats.array, part("colour")
    ignored = flats.copy()
    for label in np.unique(case.regions.array[case.stencil.hints.array[..., 3] > 127])[::4]:
        ignored[case.regions.array == label] = (225, 225, 225)
    dabs = np.where(case.stencil.hints.array[..., 3:] > 127, case.stencil.hints.array[..., :3], 235).astype(np.uint8)
    make: dict[str, Callable[[], Picture]] = {
        "the artist's own": lambda: case.target.array,
        "true flats": lambda: inked(flats, lineart),
        "colour spills 6 px": lambda: inked(np.roll(colour, 6, axis=1), lineart),
        "blurred by 5 px": lambda: inked(cv2.GaussianBlur(colour, (0, 0), 5), lineart),
        "every 4th region ignored": lambda: inked(ignored, lineart),
        "colour does not travel": lambda: inked(dabs, lineart),
        "faint lines": lambda: inked(colour, lineart, 0.35),
        "salmon tint": lambda: inked(np.clip(colour + np.array((22, 2, -6)), 0, 255), lineart),
        "classical flood": lambda: ClassicalColorizer()(case.stencil).illustration.array,
    }
    return {title: draw() for title, draw in make.items()}


class Filler:
    """Each region in its hint's colour, paper without one; `spoil` makes the colours worse.

    Args:
        spoil: given the colours without lines and the stencil.
    """

    def __init__(self, case: Case, spoil: Callable[[Picture, Stencil], Picture] = lambda colour, _: colour) -> None:
        self.labels, self.count, self.spoil = case.regions.array, case.regions.count + 1, spoil

    def __call__(self, stencil: Stencil) -> Painting:
        hints = stencil.hints.array
        colours = np.full((self.count, 3), 245, np.uint8)
        given = hints[..., 3] > 127
        colours[self.labels[given]] = hints[given][:, :3]
        plain = self.spoil(colours[self.labels], stencil)
        share = stencil.mask.array[..., None] / 255.0
        shown = inked(plain, stencil.lineart.array) * share + stencil.base.array * (1 - share)
        flats = Illustration(np.ascontiguousarray(plain))
        return Painting(Illustration(shown.round().astype(np.uint8)), flats, flats)


def paler(colour: Picture, stencil: Stencil) -> Picture:
    return np.asarray((colour * 0.6 + 255 * 0.4).astype(np.uint8))


def tinted_by_hints(colour: Picture, stencil: Stencil) -> Picture:
    wished = stencil.hints.array[stencil.hints.array[..., 3] > 127][:, :3]
    return np.asarray((colour * 0.75 + wished.mean(axis=0) * 0.25).astype(np.uint8))


def remembering(colour: Picture, stencil: Stencil) -> Picture:
    return np.asarray((colour * 0.5 + cv2.GaussianBlur(stencil.base.array, (0, 0), 3) * 0.45).astype(np.uint8))


def requests_sheet(case: Case) -> tuple[list[Picture], list[str]]:
    """Tiles and rows of the table: what each painter answers to the request that shows its defect."""
    plain, first = Filler(case), Filler(case)(case.stencil)
    mask = requests.partial_mask(case, case.rng("mask"))
    edit = requests.draw_edits(case, 2, case.rng("edits"))[1]
    few = requests.shuffled(find_strokes(case.stencil.hints), case.rng("curve"))
    flat_case = replace(case, target=first.illustration)
    tiles, rows = [], []

    def show(title: str, painter: Filler, stencil: Stencil, names: tuple[str, ...], plan: Plan) -> None:
        found = measure(flat_case, painter, plan).figures
        told = ", ".join(f"{name} {found[name]:.3g}" for name in names)
        tiles.append(titled(painter(stencil).illustration.array, title))
        rows.append(f"| {title} | {told} |")

    masked = case.stencil.with_base(first.illustration).with_mask(mask)
    only = replace(FIXED, reaches=())
    seams, edits = (
        ("mask_error", "seam", "raw_leak", "psnr_in_mask"),
        ("edit_locality", "edit_outside", "edit_response"),
    )
    show("half repainted", plain, masked, seams, replace(only, mask=True))
    show("half repainted, paler", Filler(case, paler), masked, seams, replace(only, mask=True))
    recoloured = case.stencil.with_hints(edit.after)
    show("one region recoloured", plain, recoloured, edits, replace(only, edits=2))
    show("the same, felt everywhere", Filler(case, tinted_by_hints), recoloured, edits, replace(only, edits=2))
    memory = Filler(case, remembering)
    later = case.stencil.with_base(passes(memory, case.stencil, memory(case.stencil), 7)[-1])
    show(
        "pass 8 of a blurry memory",
        memory,
        later,
        ("drift@2", "drift@8", "order_gap"),
        replace(only, passes=8, order=True),
    )
    show("8 hints of all", plain, requests.with_strokes(case.stencil, few[:8]), CURVE, replace(only, counts=(0, 8)))
    return tiles, rows


CURVE = ("region_chroma@0_hints", "region_chroma@8_hints", "region_chroma@all_hints")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for metrics-anchors.png and metrics-requests.png"
    )
    options = parser.parse_args()
    case = the_case()
    print("| picture | " + " | ".join(NAMES) + " |\n|---|" + "---|" * len(NAMES))
    tiles = []
    for title, pixels in defects(case).items():
        picture = Illustration(np.ascontiguousarray(pixels))
        measured = measure(case, FixedPicture(case.stencil, picture), FIXED)
        hits = [float(value <= 5) for value in measured.hints["stroke"]]
        found = case_figures(measured) | {"stroke_hit@5": float(np.mean(hits))}
        print(f"| {title} | " + " | ".join(f"{found[name]:.3g}" if name in found else "-" for name in NAMES) + " |")
        tiles.append(titled(pixels, title))
    options.out.mkdir(parents=True, exist_ok=True)
    write_illustration(options.out / "metrics-anchors.png", sheet(tiles))
    tiles, rows = requests_sheet(case)
    print("\n| picture | figures |\n|---|---|\n" + "\n".join(rows))
    write_illustration(options.out / "metrics-requests.png", sheet(tiles))


def sheet(tiles: list[Picture]) -> Illustration:
    """Three in a row."""
    rows = [np.concatenate(tiles[start : start + 3], axis=1) for start in range(0, len(tiles), 3)]
    return Illustration(np.concatenate(rows))


def titled(pixels: Picture, title: str) -> Picture:
    small = bounded(np.ascontiguousarray(pixels), 360)
    tile = np.full((small.shape[0] + 26, small.shape[1] + 8, 3), 255, np.uint8)
    tile[22:-4, 4:-4] = small
    cv2.putText(tile, title, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (30, 30, 30), 1, cv2.LINE_AA)
    return tile


if __name__ == "__main__":
    main()
