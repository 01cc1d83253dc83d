"""`stenciltorch train`: a pack -> a run folder with weights."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stenciltorch.cli.options import natural

if TYPE_CHECKING:
    from stenciltorch.training.config import TrainConfig
    from stenciltorch.training.trainer import Progress

EPILOG = """\
examples:
  stenciltorch pack art/ pack/
  stenciltorch train pack/ runs/first --minutes 60
  stenciltorch train pack/ runs/first                      goes on where it stopped
  stenciltorch train pack/ runs/large --recipe studio-large-crops --from runs/first
  stenciltorch train pack/ runs/test --set optim.rate=5e-4 --dry-run

The same command goes on after any interruption, and ends with the same weights as without one. Training needs
the extra `train`: pip install 'stenciltorch[train]'."""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "train",
        help="train a model",
        description="Train a model on a pack, on a processor or one GPU.",
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("pack", type=Path, metavar="PACK", help="folder made by `stenciltorch pack`")
    add(
        "folder",
        type=Path,
        metavar="RUN",
        help="folder for weights, metrics.jsonl, TensorBoard events and panels",
    )
    add("--recipe", default="studio", metavar="NAME", help="settings to start from (default: studio)")
    add(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change one setting, e.g. optim.rate=1e-4",
    )
    add(
        "--from",
        dest="start",
        type=Path,
        metavar="RUN",
        help="begin with the averaged weights of another run",
    )
    add("--dry-run", action="store_true", help="print the settings and stop")
    _add_running(parser)
    return parser


def _add_running(parser: argparse.ArgumentParser) -> None:
    """Options that decide how a run is run, not what it computes."""
    add = parser.add_argument
    add(
        "--minutes",
        type=minutes,
        default=0.0,
        metavar="N",
        help="stop after N minutes (default: when all steps are done)",
    )
    add("--workers", type=natural, default=1, metavar="N", help="processes that draw samples (default: 1)")
    add(
        "--device",
        default="auto",
        choices=("auto", "cpu", "cuda"),
        help="where to compute (default: a GPU if there is one)",
    )


def run(options: argparse.Namespace) -> int:
    config = resolve(options.recipe, options.set)
    if options.dry_run:
        sys.stdout.write(json.dumps(config.as_dict(), indent=2) + "\n")
        return 0
    check_extra()
    from stenciltorch.training.trainer import Schedule, train

    schedule = Schedule(
        minutes=options.minutes, workers=options.workers, device=options.device, threads=options.threads or 0
    )
    for progress in train(config, options.pack, options.folder, schedule, options.start):
        sys.stdout.write(line_of(progress) + "\n")
        sys.stdout.flush()
    return 0


def minutes(text: str) -> float:
    """A number from 0."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0.0 <= found < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number from 0, found {text!r}")
    return found


def check_extra() -> None:
    """Raises ConfigError when what only training needs is not installed."""
    from importlib.util import find_spec

    from stenciltorch.errors import ConfigError

    missing = [name for name in ("torch", "onnx", "onnxscript", "safetensors", "tensorboard") if not find_spec(name)]
    if missing:
        raise ConfigError(f"Training needs {', '.join(missing)}; install them: pip install 'stenciltorch[train]'.")


def resolve(name: str, changes: list[str]) -> TrainConfig:
    """The recipe with its changes.

    Raises:
        ConfigError: no such recipe or setting.
    """
    from stenciltorch.errors import ConfigError
    from stenciltorch.training.config import override
    from stenciltorch.training.recipes import recipe

    config = recipe(name)
    for change in changes:
        path, found, value = change.partition("=")
        if not found:
            raise ConfigError(f"--set takes NAME=VALUE, found {change!r}.")
        config = override(config, path, value)
    return config


def line_of(progress: Progress) -> str:
    losses = " ".join(f"{name} {value:.4f}" for name, value in progress.losses.items())
    left = f"{progress.seconds_left / 60:.0f} min left"
    return f"{progress.step}/{progress.steps}  {losses}  {progress.rate:.1f} pictures/s  {left}"
