"""How long does the weight-free suite take, models aside? Generated pictures of 512 px, the full plan, two processes.

    python benchmarks/suite_time.py --out benchmarks/results/suite-time.json

Models are replaced by a painter that costs next to nothing and changes every pixel with every request, which is the
dearest answer for the figures. Its time and that of making the pictures do not count; all else does, with our own
features. Figures say processor seconds too, because another's work on the machine lengthens the wall clock only.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from stenciltorch import Illustration, Painting, Size, Stencil
from stenciltorch.evaluation.cases import Case, drawn_case
from stenciltorch.evaluation.contenders import Contender
from stenciltorch.evaluation.running import Job, run_one
from stenciltorch.synthesis.procedural import draw_procedural

SIDE = 512
WANTED = 180.0
"""Seconds that 100 pictures may take on two processors."""


@dataclass(frozen=True)
class Generated:
    """A random picture with known regions and flats."""

    seed: int

    @property
    def name(self) -> str:
        return f"generated {self.seed}"

    def load(self) -> Case:
        rng = np.random.default_rng(self.seed)
        target, regions, flats, _ = draw_procedural(Size(SIDE, SIDE), rng)
        return drawn_case(self.name, target, regions, flats, self.name)


class Cheap:
    """Fills each region with the colour of its hint, shaded; a level up or down everywhere with other hints or base."""

    def __init__(self, case: Case) -> None:
        self.labels, self.count = case.regions.array, case.regions.count + 1
        self.shade = np.linspace(0.8, 1, SIDE, dtype=np.float32)[None, :, None]

    def __call__(self, stencil: Stencil) -> Painting:
        hints = stencil.hints.array
        table = np.full((self.count, 3), 235, np.float32)
        given = hints[..., 3] > 127
        table[self.labels[given]] = hints[given][:, :3]
        step = int(given.sum()) + int(stencil.base.array[::64, ::64].sum())
        colour = (table[self.labels] * self.shade + step % 5).clip(0, 255).astype(np.uint8)
        inked = colour * (stencil.lineart.array[..., None] / np.float32(255))
        shown = np.where(stencil.mask.array[..., None] > 127, inked, stencil.base.array).astype(np.uint8)
        return Painting(Illustration(shown), Illustration(colour), Illustration(colour))


@dataclass(frozen=True)
class Painter(Contender):
    """`Cheap` as a contender."""

    def open(self, case: Case, threads: int) -> Cheap:
        return Cheap(case)


@dataclass(frozen=True)
class Made:
    """A case that is there already: making it does not count."""

    case: Case

    @property
    def name(self) -> str:
        return self.case.name

    def load(self) -> Case:
        return self.case


def timed(seed: int) -> dict[str, float]:
    """Seconds for one picture, by the wall clock and of the processor, without the painter's."""
    cv2.setNumThreads(1)
    made = Made(Generated(seed).load())
    job = Job((Painter("cheap", "classical"),), time.process_time)
    wall, processor = time.perf_counter(), time.process_time()
    result = run_one(made, job)
    spent = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
    painter = sum(result.outcomes[0].seconds)
    return spent | {"processor": spent["processor"] - painter, "painter": painter, "process": os.getpid()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, help="write the figures here")
    options = parser.parse_args()
    before = os.getloadavg()
    with ProcessPoolExecutor(options.processes, multiprocessing.get_context("spawn")) as pool:
        rows = list(pool.map(timed, range(options.pictures)))
    facts = summary(rows, options.processes) | {"load_before": before, "load_after": os.getloadavg()}
    text = json.dumps(facts, indent=2) + "\n"
    sys.stdout.write(text)
    if options.out:
        options.out.write_text(text)
    return 0


def summary(rows: list[dict[str, float]], processes: int) -> dict[str, float]:
    """Of all pictures; a process's wall clock runs while it measures."""
    busy: dict[float, float] = {}
    for row in rows:
        busy[row["process"]] = busy.get(row["process"], 0.0) + row["wall"]
    processor = sum(row["processor"] for row in rows)
    return {
        "pictures": len(rows),
        "side": SIDE,
        "processes": processes,
        "wall_s": round(max(busy.values()), 1),
        "processor_s": round(processor, 1),
        "processor_s_for_each_picture": round(processor / len(rows), 3),
        "s_for_100_pictures_on_two_idle_processors": round(50 * processor / len(rows), 1),
        "wanted_s": WANTED,
        "painter_s": round(sum(row["painter"] for row in rows), 1),
        "processors": os.cpu_count() or 0,
    }


if __name__ == "__main__":
    sys.exit(main())
