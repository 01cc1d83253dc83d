"""`stenciltorch export`: a training run -> a model folder."""

from __future__ import annotations

import argparse
import sys
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
    from stenciltorch.training.release import release
    from stenciltorch.training.warmstart import write_weights

    parity = release(options.folder, options.model, options.name, options.licence, options.pack)
    write_weights(options.folder, options.model)
    sys.stdout.write(
        f"{options.model}: written; differs from torch by at most {parity.largest} level of 255 "
        f"(mean {parity.mean:.6f}), by {parity.outside_mask} outside the mask\n"
    )
    return 0
