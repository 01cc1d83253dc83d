"""`stenciltorch train`: a pack -> a run folder; `stenciltorch train finetune`: your pictures -> a model."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any

from stenciltorch.cli.options import Parser, add_common, natural, positive

if TYPE_CHECKING:
    from stenciltorch.training.config import TrainConfig
    from stenciltorch.training.trainer import Progress, Schedule

INTERRUPTED = 130
"""The exit code of a process that SIGINT ends."""

EPILOG = """\
examples:
  stenciltorch pack art/ pack/
  stenciltorch train pack/ runs/first --minutes 60
  stenciltorch train pack/ runs/first                      goes on where it stopped
  stenciltorch train pack/ runs/large --recipe studio-large-crops --from runs/first
  stenciltorch train pack/ runs/test --set optim.rate=5e-4 --dry-run
  stenciltorch train finetune --data my-pictures/ my-style       see `stenciltorch train finetune --help`
  torchrun --nproc-per-node 4 -m stenciltorch.cli train pack/ runs/paper --recipe paper-guide

The same command goes on after any interruption, and ends with the same weights as without one. Training needs
the extra `train`: pip install 'stenciltorch[train]'."""

FINETUNE = """\
Teach the default model your own style. FOLDER holds finished, coloured pictures, a dozen or more; their linearts
are drawn from them. OUTPUT gets the prepared pictures, the run and, in OUTPUT/model, the finished model:

  stenciltorch train finetune --data my-pictures/ my-style
  stenciltorch studio --model my-style/model

The same command goes on after any interruption. Less than an hour on a laptop, minutes on a GPU."""


class _TrainParser(Parser):
    """Hands `finetune` as first word to a parser of its own, which argparse cannot tell from a PACK."""

    finetune: argparse.ArgumentParser

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        if args and args[0] == "finetune":
            return self.finetune.parse_known_args(args[1:], namespace)
        return super().parse_known_args(args, namespace)


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: _TrainParser = commands.add_parser(
        "train",
        help="train a model, or teach it your style",
        description="Train a model on a pack, on a processor or on GPUs.",
        epilog=EPILOG,
    )
    parser.__class__ = _TrainParser
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("pack", type=Path, metavar="PACK", help="folder made by `stenciltorch pack`")
    add("folder", type=Path, metavar="RUN", help="folder for weights, metrics, TensorBoard events and panels")
    add("--recipe", default="studio", metavar="NAME", help="settings to start from (default: studio)")
    add("--from", dest="start", type=Path, metavar="RUN", help="begin with the weights of another run or of a model")
    _add_settings(parser)
    _add_running(parser, 0.0)
    parser.finetune = _finetune_parser(parser.prog)
    return parser


def _finetune_parser(prog: str) -> argparse.ArgumentParser:
    parser = Parser(prog=f"{prog} finetune", description=FINETUNE)
    parser.set_defaults(run=run_finetune)
    add = parser.add_argument
    add("folder", type=Path, metavar="OUTPUT", nargs="?", default=Path("my-style"), help="default: my-style")
    add("--data", type=Path, required=True, metavar="FOLDER", help="your finished, coloured pictures")
    add("--model", type=Path, metavar="FOLDER", help="model to begin with (default: as for `stenciltorch colorize`)")
    add("--from", dest="start", type=Path, metavar="RUN", help="begin with a training run instead of a model")
    add("--recipe", default="finetune", metavar="NAME", help="settings to start from (default: finetune)")
    add("--name", default=None, metavar="NAME", help="what the model calls itself (default: OUTPUT's name)")
    add("--licence", default="yours", metavar="NAME", help="licence that the model names (default: yours)")
    _add_settings(parser)
    _add_running(parser, 55.0)
    add_common(parser)
    return parser


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change one setting, e.g. optim.rate=1e-4",
    )
    parser.add_argument("--dry-run", action="store_true", help="print the settings and stop")


def _add_running(parser: argparse.ArgumentParser, limit: float) -> None:
    """Options that decide how a run is run, not what it computes."""
    add = parser.add_argument
    usual = f"{limit:.0f}" if limit else "when all steps are done"
    add("--minutes", type=minutes, default=limit, metavar="N", help=f"stop after N minutes (default: {usual})")
    add("--workers", type=natural, default=1, metavar="N", help="processes that draw samples (default: 1)")
    add(
        "--device",
        default="auto",
        choices=("auto", "cpu", "cuda"),
        help="where to compute (default: a GPU if there is one)",
    )
    add(
        "--precision",
        default="auto",
        choices=("auto", "float32", "bfloat16"),
        help="of convolutions (default: bfloat16 on a GPU that has it)",
    )
    add("--channels-last", action="store_true", help="lay pictures out pixel by pixel; quicker on most GPUs")
    add("--compile", action="store_true", help="let torch compile the networks; slow to start, then quicker")
    add("--save-every", type=positive, default=200, metavar="N", help="steps between checkpoints (default: 200)")


def run(options: argparse.Namespace) -> int:
    config = resolve(options.recipe, options.set)
    if options.dry_run:
        return _show(_settled(config, options.pack))
    check_extra()
    from stenciltorch.training.trainer import train

    with _stopping() as stop:
        for progress in train(config, options.pack, options.folder, schedule_of(options), options.start, stop):
            _say(line_of(progress))
    return INTERRUPTED if stop() else 0


def run_finetune(options: argparse.Namespace) -> int:
    config = resolve(options.recipe, options.set)
    if options.dry_run:
        return _show(config)
    check_extra()
    from stenciltorch.training.finetune import beginning, fitted, pack_folder
    from stenciltorch.training.release import release
    from stenciltorch.training.trainer import train
    from stenciltorch.training.warmstart import write_weights

    home, start = options.folder, beginning(options.model, options.start)
    config = fitted(config, start)
    done = 0
    for done, count in pack_folder(options.data, home):
        if done % 10 == 0 or done == count:
            _say(f"prepared {done} of {count} pictures")
    with _stopping() as stop:
        for progress in train(config, home / "pack", home / "run", schedule_of(options), start, stop):
            _say(line_of(progress))
    if stop():
        return INTERRUPTED
    parity = release(home / "run", home / "model", options.name or home.resolve().name, options.licence, home / "pack")
    write_weights(home / "run", home / "model")
    _say(f"written; differs from torch by at most {parity.largest} level of 255")
    _say(f"use it: stenciltorch studio --model {home / 'model'}")
    return 0


def _show(config: TrainConfig) -> int:
    _say(json.dumps(config.as_dict(), indent=2))
    return 0


def _settled(config: TrainConfig, pack: Path) -> TrainConfig:
    """With its number of steps where that follows from a pack that is there."""
    from stenciltorch.training.pack import read_pack

    if not config.optim.epochs or not (pack / "pack.json").is_file():
        return config
    return config.settled(sum(entry.split == "train" for entry in read_pack(pack)))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def schedule_of(options: argparse.Namespace) -> Schedule:
    from stenciltorch.training.place import Numerics
    from stenciltorch.training.trainer import Schedule

    return Schedule(
        minutes=options.minutes,
        save_every=options.save_every,
        workers=options.workers,
        device=options.device,
        threads=getattr(options, "threads", None) or 0,
        numerics=Numerics(options.precision, options.channels_last, options.compile),
    )


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C or SIGTERM came: the step in hand is finished and stored. A second one is obeyed at once."""
    asked: list[int] = []

    def ask(number: int, _: object) -> None:
        asked.append(number)
        for kind, handler in before.items():
            signal.signal(kind, handler)

    kinds = (signal.SIGINT, signal.SIGTERM) if current_thread() is main_thread() else ()
    before = {kind: signal.getsignal(kind) for kind in kinds}
    for kind in kinds:
        signal.signal(kind, ask)
    try:
        yield lambda: bool(asked)
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            from stenciltorch.training.ranks import leave

            leave()


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
