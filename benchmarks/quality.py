"""How good is a model? Runs the exported files on fixed sets, prints one table, and compares with the last release.

    python benchmarks/quality.py --pack PACK --art FOLDER_OF_LINEARTS --out OUT [--model FOLDER]

- `drawings`: this project's own drawings with the hint files beside them; regions are the areas that lines enclose.
- `validation` (with --pack): pictures of a training pack that were held out by character, drawn as lineart by xDoG, one
  dab in most regions (place, size and style fixed by the picture's sha256), as many as the last release's figures are
  of; here regions, flats and the picture itself are known, so bleeding, shading and PSNR are measured too. The column
  `validation (classical)` is the baseline that learns nothing, on the same requests.
- `linearts` (with --art): real drawings that no model has seen, with the hints of `benchmarks/hints`; regions are the
  areas that lines enclose.

`inked_stroke` and `inked_stroke_hit@5` are those of the wishes themselves, laid under the drawing's lines and greys.

Sets and drawings that are missing are left out and named. Definitions: docs/metrics.md. The figures of the last
release lie in benchmarks/results/quality.json; the exit code is 1 when one of them is worse by more than its tolerance.
The test suite compares what one painting of each drawing tells (tests/evaluation/test_quality_guard.py).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from stenciltorch import Illustration
from stenciltorch.errors import StencilTorchError
from stenciltorch.evaluation.cases import Case, Drawing, Source, hinted_drawings, pack_pictures
from stenciltorch.evaluation.contenders import Contender
from stenciltorch.evaluation.hints import hint_errors
from stenciltorch.evaluation.running import Job, Result, run
from stenciltorch.evaluation.suite import Measured, Plan, inked
from stenciltorch.evaluation.summary import hints_of, tally
from stenciltorch.files import write_illustration
from stenciltorch.runtime import find_model

HERE = Path(__file__).resolve().parent
DRAWINGS = HERE.parent / "examples" / "drawings"
RELEASE = HERE / "results" / "quality.json"
PLAN = Plan(edits=2, passes=2, counts=(0, 32), messy=False, mask=True, order=False, reaches=(6,))
SHORT = replace(PLAN, counts=())
"""For sets whose truth is not known."""

TOLERANCES = {
    "stroke": 0.3, "region_chroma": 0.3, "gap_chroma": 0.4, "stroke_hit@5": 0.02, "bleed@6": 0.01,
    "line_contrast": 0.003, "edit_locality": 0.03, "drift@2": 0.2, "shading_ratio": 0.08, "psnr_paper": 0.3,
    "psnr@32_hints": 0.3, "mask_error": 0.0, "seam": 1.0,
}  # fmt: skip
"""By how much a figure may be worse than the last release's."""

HIGHER_IS_BETTER = ("hit@5", "line_contrast", "edit_locality", "psnr", "shading_ratio")

Row = dict[str, float | int]


@dataclass(frozen=True)
class Set:
    """Cases with one title."""

    title: str
    sources: Sequence[Source]
    contenders: tuple[Contender, ...]
    plan: Plan


def drawings() -> list[Drawing]:
    found = []
    for path in sorted(DRAWINGS.rglob("*-hints*.json")):
        stem = path.name.split("-hints")[0]
        found.append(Drawing(path.with_name(f"{stem}-lineart.png"), path))
    return found


def find_sets(options: argparse.Namespace) -> list[Set]:
    """The sets that are there; what is missing is named on stderr."""
    model = Contender("model", "model", find_model(options.model))
    baseline = Contender("classical", "classical")
    sets = [Set("drawings", drawings(), (model,), SHORT)]
    if options.pack:
        limit = options.limit or released(options.release, "validation")
        sets.append(Set("validation", pack_pictures(options.pack, limit), (model, baseline), PLAN))
    else:
        say("validation: left out; name a training pack with --pack")
    if options.art:
        found, missing = hinted_drawings(options.art, HERE / "hints")
        sets.append(Set("linearts", found, (model,), SHORT))
        for name in missing:
            say(f"linearts: {options.art} has no drawing {name}")
    else:
        say("linearts: left out; name the folder of line drawings with --art")
    return sets


def released(release: Path, title: str) -> int | None:
    """How many pictures of a set the last release's figures are of."""
    before: dict[str, Row] = json.loads(release.read_text()) if release.is_file() else {}
    return int(before[title]["pictures"]) if title in before else None


def say(line: str) -> None:
    sys.stderr.write(f"quality: {line}\n")


def strip_of(result: Result) -> Illustration:
    """To look at: drawing with hints, flats, result, and the original where it is known."""
    stencil, painting = result.case.stencil, result.outcomes[0].painting
    alpha = stencil.hints.array[..., 3:] / 255.0
    dabbed = stencil.base.array * (1 - alpha) + stencil.hints.array[..., :3] * alpha
    strip = [dabbed.astype(np.uint8), painting.flats.array, painting.illustration.array]
    if result.case.target:
        strip.append(result.case.target.array)
    return Illustration(np.ascontiguousarray(np.concatenate(strip, axis=1)))


def row_of(measured: list[Measured]) -> Row:
    counted = tally(measured)
    row: Row = {"pictures": len(measured), "hints": hints_of(measured)}
    for name, found in counted.estimates(resamples=1).items():
        if found is not None:
            row[name] = found.mean
    return row | counted.p90()


def wished(case: Case) -> Measured:
    """The strokes' own errors, were each painted just as wished: the drawing's greys over it are all that is wrong."""
    hints = case.stencil.hints
    colour = Illustration(np.where(hints.array[..., 3:] > 0, hints.array[..., :3], case.stencil.base.array))
    found = hint_errors(inked(colour, case.stencil.lineart), hints, case.stencil.lineart)
    return Measured({}, {"stroke": [error.stroke for error in found if error.stroke is not None]})


def bound_of(measured: list[Measured]) -> Row:
    """What no colorizer that keeps the drawing's lines can beat, but by colours that only the lines make right."""
    counted = tally(measured).estimates(resamples=1)
    return {f"inked_{name}": found.mean for name, found in counted.items() if found is not None}


def measure_set(chosen: Set, processes: int, out: Path | None) -> dict[str, Row]:
    """One row for each contender: the set's title for the model, the baseline with its name added."""
    measured: dict[str, list[Measured]] = {contender.name: [] for contender in chosen.contenders}
    bounds: list[Measured] = []
    for number, result in enumerate(
        run(chosen.sources, Job(chosen.contenders, time.perf_counter, chosen.plan), processes)
    ):
        say(f"{chosen.title}: {number + 1} of {len(chosen.sources)}, {result.case.name}")
        bounds.append(wished(result.case))
        for outcome in result.outcomes:
            measured[outcome.contender].append(outcome.measured)
        if out:
            (out / chosen.title).mkdir(parents=True, exist_ok=True)
            write_illustration(out / chosen.title / f"{result.case.name}.png", strip_of(result))
    titles = {name: chosen.title if name == "model" else f"{chosen.title} ({name})" for name in measured}
    return {titles[name]: row_of(cases) | bound_of(bounds) for name, cases in measured.items()}


def table(rows: dict[str, Row]) -> str:
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = ["| figure | " + " | ".join(rows) + " |", "|---|" + "---|" * len(rows)]
    for name in names:
        cells = [row.get(name) for row in rows.values()]
        shown = ["-" if cell is None else f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in cells]
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def losses(rows: dict[str, Row], before: dict[str, Row]) -> list[str]:
    """What is worse than the last release by more than its tolerance, on sets of the same pictures and hints."""
    found = []
    for title in rows.keys() & before.keys():
        now, then = rows[title], before[title]
        if not comparable(now, then) or "(" in title:
            continue
        for name, tolerance in TOLERANCES.items():
            if name in now and name in then and _loss(name, now[name], then[name]) > tolerance + 1e-9:
                found.append(f"{title}: {name} was {then[name]:.3f}, is {now[name]:.3f} (tolerance {tolerance})")
    return sorted(found)


def _loss(name: str, now: float, then: float) -> float:
    better = 1 if any(part in name for part in HIGHER_IS_BETTER) else -1
    return better * (then - now)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="model folder (default: the one that ships)")
    parser.add_argument("--pack", type=Path, help="training pack with a validation split")
    parser.add_argument("--art", type=Path, help="folder with the real linearts")
    parser.add_argument("--limit", type=int, help="validation pictures (default: as many as in the last release)")
    parser.add_argument("--out", type=Path, help="write strips to look at and quality.json here")
    parser.add_argument("--processes", type=int, default=1, help="default: 1; the figures are the same")
    parser.add_argument("--release", type=Path, default=RELEASE, help="figures to compare with")
    parser.add_argument("--keep", action="store_true", help="make these figures the release's, instead of comparing")
    return parser.parse_args(arguments)


def main() -> int:
    options = parse()
    rows: dict[str, Row] = {}
    try:
        for chosen in find_sets(options):
            rows |= measure_set(chosen, options.processes, options.out)
    except StencilTorchError as error:
        say(str(error))
        return 2
    print(table(rows))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "quality.json").write_text(json.dumps(rows, indent=2) + "\n")
    if options.keep:
        options.release.write_text(json.dumps(rows, indent=2) + "\n")
        return 0
    return compare(rows, options.release)


def compare(rows: dict[str, Row], release: Path) -> int:
    """Say what is worse, and what could not be compared; the exit code."""
    if not release.is_file():
        say(f"no comparison: there is no {release}")
        return 0
    before = json.loads(release.read_text())
    for title in rows:
        if not comparable(rows[title], before.get(title, {})):
            say(f"{title}: not compared; the last release's figures are of other pictures or hints")
    worse = losses(rows, before)
    for line in worse:
        say(f"worse than the last release: {line}")
    return 1 if worse else 0


def comparable(now: Row, then: Row) -> bool:
    """Of the same number of pictures and hints."""
    return all(now[name] == then.get(name) for name in ("pictures", "hints"))


if __name__ == "__main__":
    sys.exit(main())
