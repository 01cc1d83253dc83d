"""How well regions are found, on pictures whose regions are known: by colours, by DisNet's heights, by both as judged.

    python benchmarks/regions.py                                 procedural figures and the project's own drawings
    python benchmarks/regions.py --pack pack/                    also art that is filled flat and was held out
    python benchmarks/regions.py --panels out/ PICTURE ...       borders over pictures, side by side, to look at
    python benchmarks/regions.py --sheet docs/images/regions.png --side 360 PICTURE ...          the same, on one sheet

Truth: figures know their regions; the drawings' regions are the areas of their flats; the regions of flat art are its
fills. Every picture is also painted anew with light, texture and damage (`relit`), or shown as lines only (`lines`).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from stenciltorch import files
from stenciltorch.canvas import Illustration, Regions, Size, UInt8Array
from stenciltorch.curation.measures import reduced
from stenciltorch.evaluation.regions import RegionScore, compare_regions
from stenciltorch.synthesis.disnet import DisNet, open_disnet
from stenciltorch.synthesis.figures import draw_figures
from stenciltorch.synthesis.labels import compact, connected_parts
from stenciltorch.synthesis.merging import merge_small
from stenciltorch.synthesis.regions import draw_borders, extract_regions, scaled_area
from stenciltorch.training.disnet.artwork import FILLED, is_held_out
from stenciltorch.training.disnet.flatart import FLAT, art_of, draw_cutting, flat_share, regions_of_fills
from stenciltorch.training.disnet.samples import paint_example, paint_lines
from stenciltorch.training.pack import read_pack

DRAWINGS = Path(__file__).parents[1] / "examples" / "drawings"
SEED = 20_261_122
"""Training draws its examples from other seeds."""

SIZE = Size(448, 448)


@dataclass(frozen=True)
class Case:
    """A picture and its true regions."""

    kind: str
    picture: Illustration
    truth: Regions


def figures(count: int) -> Iterator[Case]:
    for number in range(count):
        rng = np.random.default_rng((SEED, number))
        scene = draw_figures(SIZE, rng)
        yield Case("figures, relit", *paint_example(scene, rng, lines=False))
        yield Case("figures, lines", *paint_lines(scene, rng))


def drawings() -> Iterator[Case]:
    for flats in sorted(DRAWINGS.glob("*-flats.png")):
        name = flats.name.removesuffix("-flats.png")
        truth = regions_of_flats(files.read_illustration(flats).array)
        yield Case("drawings", files.read_illustration(DRAWINGS / f"{name}-illustration.png"), truth)
        lineart = files.read_lineart(DRAWINGS / f"{name}-lineart.png")
        yield Case("drawings, lines", lineart.as_illustration(), truth)


def regions_of_flats(flats: UInt8Array) -> Regions:
    """Connected areas of one colour; small ones, and the blends along edges, join a neighbour."""
    packed = flats.astype(np.int32) @ np.array((65536, 256, 1), np.int32)
    parts = compact(connected_parts(packed)).labels
    merged = merge_small(parts, scaled_area(64, Size.of(flats)))
    return Regions(compact(merged).labels + np.int32(1))


def flat_art(pack: Path, count: int) -> Iterator[Case]:
    """Held-out pictures as they are, and painted anew."""
    entries = [entry for entry in read_pack(pack) if entry.source in FILLED and is_held_out(entry)]
    chosen = np.random.default_rng(SEED).permutation(len(entries))
    taken = 0
    for number in chosen.tolist():
        with np.load(pack / f"{entries[number].id}.npz") as stored:
            picture = Illustration(stored["illustration"])
        if taken == count or flat_share(picture) < FLAT or entries[number].source == "robohash":
            continue
        taken += 1
        truth = regions_of_fills(picture, scaled_area(64, picture.size))
        yield Case("flat art", picture, truth)
        rng = np.random.default_rng((SEED, number))
        scene = draw_cutting(art_of(picture, truth, True), SIZE, rng)
        yield Case("flat art, relit", *paint_example(scene, rng, lines=False))


def score(case: Case, method: Callable[[Illustration], Regions]) -> tuple[RegionScore, float]:
    """Agreement with the truth, once both are free of specks, and seconds."""
    start = time.process_time()
    found = method(case.picture)
    seconds = time.process_time() - start
    labels = merge_small(compact(case.truth.array).labels, scaled_area(64, case.truth.size))
    return compare_regions(found, Regions(compact(labels).labels + np.int32(1))), seconds


def table(cases: Iterator[Case], net: DisNet) -> dict[str, dict[str, dict[str, float]]]:
    """Means by kind of picture and method."""
    methods = methods_of(net)
    rows: dict[str, dict[str, list[tuple[RegionScore, float]]]] = {}
    for case in cases:
        for name, method in methods.items():
            rows.setdefault(case.kind, {}).setdefault(name, []).append(score(case, method))
    return {kind: {name: means(scores) for name, scores in by.items()} for kind, by in rows.items()}


def methods_of(net: DisNet) -> dict[str, Callable[[Illustration], Regions]]:
    """The cut by colours, by DisNet's heights alone, and by both as the judge of borders sees fit."""
    heights = partial(extract_regions, source=net)
    return {"classical": extract_regions, "heights": heights, "disnet": net.regions}


def means(scores: list[tuple[RegionScore, float]]) -> dict[str, float]:
    found = [one for one, _ in scores]
    return {
        "pictures": len(found),
        "boundary_f": round(float(np.mean([one.boundary_f for one in found])), 3),
        "precision": round(float(np.mean([one.precision for one in found])), 3),
        "recall": round(float(np.mean([one.recall for one in found])), 3),
        "iou": round(float(np.mean([one.iou for one in found])), 3),
        "count_ratio": round(float(np.exp(np.mean([np.log(one.count_ratio) for one in found]))), 2),
        "cpu_seconds": round(float(np.mean([seconds for _, seconds in scores])), 2),
    }


def panel(picture: Illustration, net: DisNet) -> UInt8Array:
    """Picture, borders by each method, height map."""
    shown = [picture.array]
    counts = ["picture"]
    for name, method in methods_of(net).items():
        regions = method(picture)
        shown.append(draw_borders(picture, regions).array)
        counts.append(f"{name}: {regions.count}")
    height = (net(picture) * 255).astype(np.uint8)
    shown.append(np.repeat(height[..., None], 3, axis=2))
    return np.hstack([_titled(view, text) for view, text in zip(shown, [*counts, "height map"], strict=True)])


def _titled(view: UInt8Array, text: str) -> UInt8Array:
    strip = np.full((18, view.shape[1], 3), 255, np.uint8)
    cv2.putText(strip, text, (4, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 1, cv2.LINE_AA)
    return np.vstack((strip, view))


def small_panel(path: Path, net: DisNet, side: int) -> UInt8Array:
    """The panel of a picture file that is brought down to at most `side` px first."""
    return panel(Illustration(reduced(files.read_illustration(path).array, side)), net)


def look(pictures: list[Path], folder: Path, net: DisNet, side: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in pictures:
        files.write_illustration(folder / f"{path.stem}-regions.png", Illustration(small_panel(path, net, side)))


def sheet(pictures: list[Path], net: DisNet, side: int) -> Illustration:
    """The panels of all pictures, one below the other."""
    rows = [small_panel(path, net, side) for path in pictures]
    width = max(row.shape[1] for row in rows)
    wide = [np.pad(row, ((0, 6), (0, width - row.shape[1]), (0, 0)), constant_values=255) for row in rows]
    return Illustration(np.vstack(wide))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", nargs="*", type=Path, help="pictures to draw panels of")
    parser.add_argument("--net", type=Path, help="folder of another network than the packaged one")
    parser.add_argument("--pack", type=Path, help="training pack with held-out pictures")
    parser.add_argument("--panels", type=Path, help="folder for panels")
    parser.add_argument("--sheet", type=Path, help="PNG file for all panels")
    parser.add_argument("--side", type=int, default=512, help="px of a picture on a panel")
    parser.add_argument("--count", type=int, default=24, help="pictures of each kind")
    parser.add_argument("-o", "--output", type=Path, help="JSON file to write")
    options = parser.parse_args()
    net = open_disnet(options.net, threads=1)
    if options.panels:
        look(options.pictures, options.panels, net, options.side)
    if options.sheet:
        files.write_illustration(options.sheet, sheet(options.pictures, net, options.side))
    if options.panels or options.sheet:
        return
    cases = [*figures(options.count), *drawings()]
    if options.pack:
        cases += flat_art(options.pack, options.count)
    found = json.dumps(table(iter(cases), net), indent=2)
    print(found)
    if options.output:
        options.output.write_text(found + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
