"""The paper's ablation on a small budget: Table 1's rows and the four earlier systems, trained alike, measured alike.

    python benchmarks/ablation.py --pack PACK --out OUT                  train all rows, export, measure, write
    python benchmarks/ablation.py --pack PACK --out OUT --rows paper ci2018 --train-only

Every row sees the same number of pictures, in batches and crops of the same size, with one rate; what is unlike is what
its recipe says (networks, losses, hints, masks). The networks are narrower than their recipes', by about half for the
paper's and to like sizes for the others. Rows that are done are not trained again; a row that was stopped goes on.
Two calls with different --rows may run side by side.

What is measured are the exported files, on pictures held out by character, under the paper's three regimes: no, regular
and full hints. The shipped default model and the baseline that learns nothing answer the same requests. OUT/ablation.md
holds the table, --results the figures.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from stenciltorch.canvas import Illustration, Regions, Size
from stenciltorch.errors import ConfigError, StencilTorchError
from stenciltorch.evaluation.cases import Case, Source, drawn_case, pack_pictures
from stenciltorch.evaluation.cells import rows_of
from stenciltorch.evaluation.contenders import CLASSICAL, Contender
from stenciltorch.evaluation.judges import at_hand, lacking
from stenciltorch.evaluation.protocol import REGIMES, Posed
from stenciltorch.evaluation.report import Report
from stenciltorch.evaluation.running import Job, run
from stenciltorch.evaluation.suite import FIXED
from stenciltorch.files import write_bytes
from stenciltorch.networks.measure import count_parameters
from stenciltorch.runtime import find_model
from stenciltorch.scaling import reduce_hints
from stenciltorch.training.baselines.release import release_baseline
from stenciltorch.training.config import TrainConfig, fingerprint, override
from stenciltorch.training.place import Place
from stenciltorch.training.recipes import recipe
from stenciltorch.training.task import build_task
from stenciltorch.training.tasks.paper_release import release_paper
from stenciltorch.training.trainer import Schedule, train

NARROW: dict[str, dict[str, int]] = {
    "adversarial": {"features": 16, "critic_features": 16},
    "zhang2017": {"width": 16},
    "paintschainer": {"width": 8},
    "ci2018": {"width": 16, "critic_width": 16},
    "paintstorch2019": {"width": 16, "critic_width": 16},
}
"""Widths by the kind of task."""

ROWS = {
    "paper": "StencilTorch",
    "paper-bn": "StencilTorch + BN",
    "paper-guide": "StencilTorch + G",
    "paper-guide-curriculum": "StencilTorch + G + C",
    "zhang2017": "Zhang et al.",
    "paintschainer": "PaintsChainer",
    "ci2018": "Ci et al.",
    "paintstorch2019": "PaintsTorch",
}
"""Recipes, and what Table 1 calls them."""

OTHERS = {"default": "the default model (trained at length)", CLASSICAL: "flood fill, learns nothing"}

COLUMNS = {
    "dE_mean": "dE, less",
    "psnr": "PSNR, more",
    "ssim": "SSIM, more",
    "own-frechet": "own Frechet, less",
    "own-kid": "own KID, less",
    "own-mmd": "own MMD, less",
}
"""Figures in the table: of single pictures, and between sets."""


@dataclass(frozen=True)
class Budget:
    """What every row is given.

    Args:
        pictures: seen in training.
        crop: side of a training crop, which covers `share` of a picture's short side.
    """

    pictures: int = 256
    batch: int = 2
    crop: int = 128
    share: float = 0.5
    rate: float = 1e-3


@dataclass(frozen=True)
class Small:
    """A picture of the paper's protocol at a smaller side, its lineart drawn at that size."""

    posed: Posed
    side: int

    @property
    def name(self) -> str:
        return self.posed.name

    def load(self) -> Case:
        case = self.posed.load()
        assert case.target is not None
        assert case.flats is not None
        shape = (self.side, self.side)
        target = cv2.resize(case.target.array, shape, interpolation=cv2.INTER_AREA)
        flats = cv2.resize(case.flats.array, shape, interpolation=cv2.INTER_NEAREST)
        labels = cv2.resize(case.regions.array.astype(np.float64), shape, interpolation=cv2.INTER_NEAREST)
        small = drawn_case(
            self.name,
            Illustration(np.asarray(target, np.uint8)),
            Regions(labels.astype(np.int32)),
            Illustration(np.asarray(flats, np.uint8)),
            self.name,
        )
        hints = reduce_hints(case.stencil.hints, Size(self.side, self.side))
        return replace(small, stencil=small.stencil.with_hints(hints))


def budgeted(name: str, budget: Budget) -> TrainConfig:
    """A row's recipe on the budget."""
    config = recipe(name)
    data = replace(config.data, crop=budget.crop, smallest=budget.share, largest=budget.share)
    steps = max(1, budget.pictures // budget.batch)
    optim = replace(config.optim, epochs=0.0, steps=steps, batch=budget.batch, rate=budget.rate)
    config = replace(config, data=data, optim=optim)
    for setting, width in NARROW[config.task.kind].items():
        config = override(config, f"task.{setting}", str(width))
    return config


def is_done(folder: Path, config: TrainConfig) -> bool:
    """Whether this very row was trained and exported."""
    try:
        about = json.loads((folder / "row.json").read_text())
    except FileNotFoundError:
        return False
    return bool(about["recipe_sha256"] == fingerprint(config.as_dict()))


def train_row(name: str, config: TrainConfig, pack: Path, folder: Path) -> None:
    """Train, export and describe one row; goes on where it stopped."""
    begun, seen, losses = time.process_time(), 0, dict[str, float]()
    schedule = Schedule(save_every=25, log_every=10, panel_every=100, device="cpu", threads=1)
    for progress in train(config, pack, folder / "run", schedule):
        seen, losses = seen or progress.step, progress.losses
        print(f"{name} {progress.step}/{progress.steps} total {losses['total']:.4f}", flush=True)
    spent = time.process_time() - begun
    release = release_paper if config.task.kind == "adversarial" else release_baseline
    levels = release(folder / "run", folder / name, name, "MIT", pack)
    task = build_task(config, Place())
    about = {
        "recipe_sha256": fingerprint(config.as_dict()),
        "recipe": config.as_dict(),
        "parameters": count_parameters(task.modules["average"]),
        "trained_parameters": sum(count_parameters(part) for key, part in task.modules.items() if key != "average"),
        "pictures": config.optim.steps * config.optim.batch,
        "last_call_processor_seconds": round(spent, 1),
        "losses": losses,
        "levels_from_torch": levels,
    }
    write_bytes(folder / "row.json", (json.dumps(about, indent=2) + "\n").encode())


def train_rows(rows: Sequence[str], budget: Budget, pack: Path, out: Path) -> None:
    for name in rows:
        config, folder = budgeted(name, budget), out / name
        if is_done(folder, config):
            print(f"{name}: done already", flush=True)
        else:
            train_row(name, config, pack, folder)


def contenders_of(rows: Sequence[str], out: Path, default: Path | None) -> list[Contender]:
    found = [Contender(name, "model", out / name / name) for name in rows]
    return [*found, Contender("default", "model", find_model(default)), Contender(CLASSICAL, "classical")]


def measure(contenders: Sequence[Contender], sources: Sequence[Source], side: int, out: Path) -> dict[str, Any]:
    """What each regime's report holds; the pictures lie in OUT/measured/REGIME."""
    job, facts = Job(tuple(contenders), time.perf_counter, FIXED, learned=at_hand()), dict[str, Any]()
    for regime in REGIMES:
        folder = out / "measured" / regime
        folder.mkdir(parents=True, exist_ok=True)
        report = Report(folder, contenders, FIXED, {"regime": regime, "side": side}, lacking())
        for result in run([Small(Posed(source, regime), side) for source in sources], job):
            report.add(result)
            print(f"measured {regime} {result.case.name}", flush=True)
        facts[regime] = report.finish()
    return facts


def value_of(facts: Mapping[str, Any], regime: str, who: str, figure: str) -> float | None:
    """A mean over the pictures, or a distance between the sets."""
    found = rows_of(facts[regime]["contenders"][who]).get(figure)
    return found and float(found["mean"] if "mean" in found else found["value"])


def table(facts: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]]) -> str:
    """A row for each system; in each cell no hints / regular hints / full hints."""
    first = facts[REGIMES[0]]
    missing = first["not_computed"]
    head = ["system", "parameters", *COLUMNS.values(), *missing]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for who in first["contenders"]:
        counted = f"{rows[who]['parameters'] / 1e6:.2f} M" if who in rows else "-"
        cells = [" / ".join(_shown(value_of(facts, regime, who, name)) for regime in REGIMES) for name in COLUMNS]
        lines.append("| " + " | ".join([{**ROWS, **OTHERS}[who], counted, *cells, *missing.values()]) + " |")
    return "\n".join(lines) + "\n"


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def results(
    facts: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]], budget: Budget, side: int
) -> dict[str, Any]:
    """What is stored of an ablation."""
    first = facts[REGIMES[0]]
    return {
        "budget": asdict(budget),
        "measured": {"side": side, "pictures": first["pictures"], "names": sorted(first["cases"])},
        "rows": dict(rows),
        "weights": {who: column["weights"] for who, column in first["contenders"].items()},
        "figures": {
            regime: {who: rows_of(column) for who, column in part["contenders"].items()}
            for regime, part in facts.items()
        },
        "not_computed": first["not_computed"],
    }


def compare(rows: Sequence[str], options: argparse.Namespace, budget: Budget) -> None:
    """Raises ConfigError when a row was not trained."""
    missing = [name for name in rows if not is_done(options.out / name, budgeted(name, budget))]
    if missing:
        raise ConfigError(f"Not trained on this budget yet: {', '.join(missing)}; leave --measure-only out.")
    about = {name: json.loads((options.out / name / "row.json").read_text()) for name in rows}
    facts = measure(
        contenders_of(rows, options.out, options.default),
        pack_pictures(options.pack, options.measured),
        options.side,
        options.out,
    )
    if options.results:
        stored = results(facts, about, budget, options.side)
        write_bytes(options.results, (json.dumps(stored, indent=1) + "\n").encode())
    text = table(facts, about)
    write_bytes(options.out / "ablation.md", text.encode())
    print(text)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--pack", type=Path, required=True, help="made by `stenciltorch pack`")
    add("--out", type=Path, required=True, help="folder for runs, models, pictures")
    add("--rows", nargs="+", choices=tuple(ROWS), default=tuple(ROWS))
    add("--pictures", type=int, default=Budget.pictures, help="that each row sees in training")
    add("--crop", type=int, default=Budget.crop, help="side of a training crop, in pixels")
    add("--batch", type=int, default=Budget.batch)
    add("--measured", type=int, default=8, help="held-out pictures to measure")
    add("--side", type=int, default=256, help="of those, in pixels")
    add("--default", type=Path, help="default model, if not the one that came with StencilTorch")
    add("--results", type=Path, help="JSON file to write")
    add("--train-only", action="store_true")
    add("--measure-only", action="store_true")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    budget = Budget(options.pictures, options.batch, options.crop)
    try:
        if not options.measure_only:
            train_rows(options.rows, budget, options.pack, options.out)
        if not options.train_only:
            compare(options.rows, options, budget)
    except StencilTorchError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
