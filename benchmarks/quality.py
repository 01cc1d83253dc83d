"""How well does a model follow hints? Runs the exported files on three sets and prints one table.

    python benchmarks/quality.py --pack PACK --art FOLDER_OF_LINEARTS --out OUT

- `validation`: pictures of a training pack that were held out by character, drawn as lineart by xDoG, one dab in
most regions
  (place, size and style fixed by the picture's name); here regions and flats are known, so bleed and PSNR are
  measured too.
- `linearts`: real drawings that no model has seen, with the hints of `benchmarks/hints`; regions are the areas that
lines enclose.
- `drawings`: this project's own drawings with their hints; regions from their flats.

Sets whose files are missing are left out and named. Definitions: docs/metrics.md.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from stenciltorch import Hints, Illustration, Lineart, OnnxColorizer, Regions, Stencil
from stenciltorch.evaluation.hints import HintError, hint_errors
from stenciltorch.evaluation.lines import bleed, line_contrast
from stenciltorch.files import read_lineart, write_illustration
from stenciltorch.hintfile import draw_hints, read_hint_file
from stenciltorch.synthesis.lineart import draw_style, extract_lineart

HERE = Path(__file__).resolve().parent
DRAWINGS = HERE.parent / "examples" / "drawings"


@dataclass(frozen=True)
class Case:
    """A request and, where it is known, the truth."""

    name: str
    stencil: Stencil
    regions: Regions | None
    flats: Illustration | None = None
    target: Illustration | None = None


def enclosed_areas(lineart: Lineart, gap: int = 2) -> Regions:
    """The areas that lines enclose, after gaps of up to about 2 x `gap` px are closed; lines join the nearest area."""
    ink = (lineart.array < 200).astype(np.uint8)
    closed = cv2.dilate(ink, np.ones((2 * gap + 1, 2 * gap + 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    labels = labels.astype(np.int32)
    labels[(stats[:, cv2.CC_STAT_AREA] < 25)[labels]] = 0
    return Regions(cv2.watershed(lineart.as_illustration().array.copy(), labels).clip(0))


def dabs_in_regions(flats: Illustration, regions: Regions, share: float, rng: np.random.Generator) -> Hints:
    """One round dab in the middle of most regions, in the region's colour; regions under 150 px get none."""
    pixels = np.zeros((*regions.size, 4), np.uint8)
    for label, area in zip(*np.unique(regions.array, return_counts=True), strict=True):
        if label == 0 or area < 150 or rng.random() > share:
            continue
        room = cv2.distanceTransform(np.pad((regions.array == label).astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
        row, column = np.unravel_index(int(room.argmax()), room.shape)
        colour = [int(value) for value in flats.array[row, column]]
        cv2.circle(pixels, (int(column), int(row)), int(np.clip(0.6 * room.max(), 1, 8)), (*colour, 255), -1)
    return Hints(pixels)


def validation_cases(pack: Path, limit: int) -> Iterator[Case]:
    from stenciltorch.training.pack import read_pack

    entries = [entry for entry in read_pack(pack) if entry.split == "validation"]
    for entry in sorted(entries, key=lambda entry: entry.sha256)[:limit]:
        rng = np.random.default_rng(zlib.crc32(entry.sha256.encode()))
        with np.load(pack / f"{entry.id}.npz") as stored:
            target = Illustration(stored["illustration"])
            regions = Regions(stored["regions"].astype(np.int32))
            flats = Illustration(stored["colours"][stored["regions"]])
        lineart = extract_lineart(target, draw_style(rng), rng)
        stencil = Stencil.start(lineart).with_hints(dabs_in_regions(flats, regions, 0.8, rng))
        yield Case(entry.file.replace("/", "_"), stencil, regions, flats, target)


def lineart_cases(art: Path) -> Iterator[Case]:
    for hints in sorted((HERE / "hints").glob("*.json")):
        lineart = read_lineart(art / f"{hints.stem}.png")
        sheet = draw_hints(read_hint_file(hints), lineart.size)
        yield Case(hints.stem, Stencil.start(lineart).with_hints(sheet), enclosed_areas(lineart))


def drawing_cases() -> Iterator[Case]:
    for path in sorted(DRAWINGS.rglob("*-hints*.json")):
        stem = path.name.split("-hints")[0]
        lineart = read_lineart(path.with_name(f"{stem}-lineart.png"))
        stencil = Stencil.start(lineart).with_hints(draw_hints(read_hint_file(path), lineart.size))
        yield Case(path.stem, stencil, enclosed_areas(lineart))


def measure(case: Case, colorizer: OnnxColorizer) -> tuple[list[HintError], dict[str, float | None], np.ndarray]:
    """Hint errors, picture-wise figures, and a strip to look at: lineart with hints, flats, result."""
    painting = colorizer(case.stencil)
    errors = hint_errors(painting.illustration, case.stencil.hints, case.stencil.lineart, case.regions)
    again = colorizer(case.stencil.continue_from(painting))
    drift = np.abs(again.illustration.array.astype(int) - painting.illustration.array).mean()
    facts: dict[str, float | None] = {
        "line_contrast": line_contrast(painting.illustration, case.stencil.lineart),
        "second_pass_levels": float(drift),
    }
    if case.flats and case.target and case.regions:
        facts["bleed@6"] = bleed(painting.illustration, case.flats, case.regions, case.stencil.lineart)
        error = painting.colour.array.astype(float) - case.target.array
        paper = case.stencil.lineart.array > 200
        facts["psnr_paper"] = float(10 * np.log10(255**2 / max(1e-9, (error[paper] ** 2).mean())))
    alpha = case.stencil.hints.array[..., 3:] / 255.0
    dabbed = case.stencil.base.array * (1 - alpha) + case.stencil.hints.array[..., :3] * alpha
    strip = [dabbed.astype(np.uint8), painting.flats.array, painting.illustration.array]
    if case.target:
        strip.append(case.target.array)
    return errors, facts, np.concatenate(strip, axis=1)


def summarise(errors: list[HintError], facts: list[dict[str, float | None]]) -> dict[str, float | int]:
    row: dict[str, float | int] = {"pictures": len(facts), "hints": len(errors)}
    for scope in ("stroke", "region", "gap", "region_chroma"):
        values = [value for error in errors if (value := getattr(error, scope)) is not None]
        if values:
            row[scope] = float(np.mean(values))
            row[f"{scope}_p90"] = float(np.percentile(values, 90))
            row[f"{scope}_hit@5"] = float(np.mean(np.array(values) <= 5))
    for name in sorted({name for fact in facts for name in fact}):
        values = [value for fact in facts if (value := fact.get(name)) is not None]
        if values:
            row[name] = float(np.mean(values))
    return row


def run(name: str, cases: Iterator[Case], colorizer: OnnxColorizer, out: Path | None) -> dict[str, float | int]:
    errors: list[HintError] = []
    facts = []
    for case in cases:
        found, fact, strip = measure(case, colorizer)
        errors, facts = errors + found, [*facts, fact]
        if out:
            (out / name).mkdir(parents=True, exist_ok=True)
            write_illustration(out / name / f"{case.name}.png", Illustration(np.ascontiguousarray(strip)))
    return summarise(errors, facts)


def table(rows: dict[str, dict[str, float | int]]) -> str:
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = ["| figure | " + " | ".join(rows) + " |", "|---|" + "---|" * len(rows)]
    for name in names:
        cells = [row.get(name) for row in rows.values()]
        shown = ["-" if cell is None else f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells]
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="model folder (default: the one that ships)")
    parser.add_argument("--pack", type=Path, help="training pack with a validation split")
    parser.add_argument("--art", type=Path, help="folder with the real linearts")
    parser.add_argument("--limit", type=int, default=40, help="validation pictures (default: 40)")
    parser.add_argument("--out", type=Path, help="write strips to look at and quality.json here")
    options = parser.parse_args()
    colorizer = OnnxColorizer.load(options.model)
    sets: dict[str, Iterator[Case]] = {"drawings": drawing_cases()}
    if options.pack:
        sets["validation"] = validation_cases(options.pack, options.limit)
    if options.art:
        sets["linearts"] = lineart_cases(options.art)
    rows = {name: run(name, cases, colorizer, options.out) for name, cases in sets.items()}
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "quality.json").write_text(json.dumps(rows, indent=2) + "\n")
    print(table(rows))


if __name__ == "__main__":
    main()
