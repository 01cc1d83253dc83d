"""`stenciltorch export`: a training run -> a model folder."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

DESCRIPTION = """\
Write the averaged weights of a run as the three ONNX files that colouring uses, and compare them with torch:
a model that differs is refused. The weights themselves lie beside them, for `stenciltorch train finetune`."""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "export", help="turn a training run into a model", description=DESCRIPTION
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("folder", type=Path, metavar="RUN", help="folder of a training run")
    add(
        "model",
        type=Path,
        metavar="MODEL",
        help="folder to write; use it with --model or $STENCILTORCH_MODEL",
    )
    add(
        "--name",
        default=None,
        metavar="NAME",
        help="what the model calls itself (default: the recipe's name)",
    )
    add("--licence", default="MIT", metavar="NAME", help="licence of the weights (default: MIT)")
    add(
        "--pack",
        type=Path,
        metavar="PACK",
        help="the pack it was trained on, to record the hash of its pictures",
    )
    return parser


def run(options: argparse.Namespace) -> int:
    from stenciltorch.cli.train import check_extra

    check_extra()
    from stenciltorch.training.checkpoint import LATEST, load

    kind = load(options.folder / LATEST).config.get("task", {}).get("kind", "studio")
    sys.stdout.write(f"{options.model}: written; {RELEASES.get(kind, _studio)(options)}\n")
    return 0


def _studio(options: argparse.Namespace) -> str:
    from stenciltorch.training.release import release
    from stenciltorch.training.warmstart import write_weights

    parity = release(options.folder, options.model, options.name, options.licence, options.pack)
    write_weights(options.folder, options.model)
    return (
        f"differs from torch by at most {parity.largest} level of 255 (mean {parity.mean:.6f}), "
        f"by {parity.outside_mask} outside the mask"
    )


def _paper(options: argparse.Namespace) -> str:
    from stenciltorch.training.tasks.paper_release import release_paper

    levels = release_paper(options.folder, options.model, options.name, options.licence, options.pack)
    return f"differs from torch by at most {levels} level of 255, by 0 outside the mask"


def _baseline(options: argparse.Namespace) -> str:
    from stenciltorch.training.baselines.release import release_baseline

    levels = release_baseline(options.folder, options.model, options.name, options.licence, options.pack)
    return f"differs from torch by at most {levels} level of 255, by 0 outside the mask"


RELEASES: dict[str, Callable[[argparse.Namespace], str]] = {
    "adversarial": _paper,
    "ci2018": _baseline,
    "paintschainer": _baseline,
    "paintstorch2019": _baseline,
    "studio": _studio,
    "zhang2017": _baseline,
}
"""How a run of each kind of task is exported; what it says."""
