"""`stenciltorch disnet`: train the network that finds regions, or release what was trained."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stenciltorch.cli.options import natural

if TYPE_CHECKING:
    from stenciltorch.training.disnet.loop import DisNetConfig

EPILOG = """\
examples:
  stenciltorch disnet runs/disnet                                   our own drawings only
  stenciltorch disnet runs/disnet --pack pack/                      with the shapes of a training pack
  stenciltorch disnet runs/disnet --danbooregion DanbooRegion2020   with that dataset, as it is unpacked
  stenciltorch disnet runs/disnet --release disnet/                 the trained network as ONNX, with its card
  stenciltorch disnet runs/disnet --release disnet/ --teach --pack pack/     with the judge of borders

The same command goes on after any interruption. Training needs the extra `train`: pip install 'stenciltorch[train]'."""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "disnet",
        help="train the network that finds regions",
        description="Train DisNet, which draws the height map that regions are cut from (paper 3.2).",
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("folder", type=Path, metavar="RUN", help="folder for weights and metrics.jsonl")
    add("--pack", type=Path, metavar="PACK", help="training pack whose shapes are painted anew")
    add("--danbooregion", type=Path, metavar="FOLDER", help="the unpacked DanbooRegion dataset")
    add("--steps", type=natural, metavar="N", help="length of the training")
    add("--seed", type=natural, default=0, metavar="N", help="of all that is random")
    add("--release", type=Path, metavar="FOLDER", help="write disnet.onnx and model.json there instead of training")
    add("--teach", action="store_true", help="also teach the judge of borders that goes with it; takes some minutes")
    add("--licence", default="MIT", metavar="NAME", help="licence that the card names (default: MIT)")
    return parser


def run(options: argparse.Namespace) -> int:
    from stenciltorch.cli.train import check_extra

    check_extra()
    return _release(options) if options.release else _train(options)


def _release(options: argparse.Namespace) -> int:
    from stenciltorch.training.disnet.borders import TeachConfig, teach_beside
    from stenciltorch.training.disnet.release import release_disnet

    data = "procedural figures" + (f", {options.pack.name}" if options.pack else "")
    gap = release_disnet(options.folder, options.release, options.licence, data)
    sys.stdout.write(f"{options.release} (at most {gap} levels from torch)\n")
    if options.teach:
        right = teach_beside(options.release, options.pack, TeachConfig(seed=options.seed), options.licence)
        sys.stdout.write(f"the judge of borders is right on {right:.1%} of what it was taught\n")
    return 0


def _train(options: argparse.Namespace) -> int:
    from stenciltorch.training.disnet.artwork import prepare_art
    from stenciltorch.training.disnet.loop import DisNetRun

    art = options.folder / "art" if options.pack else None
    if art:
        for done, count in prepare_art(options.pack, art):
            if done % 100 == 0 or done == count:
                sys.stdout.write(f"shapes of {done} of {count} pictures\n")
    run = DisNetRun(_config(options), options.folder, art, options.danbooregion, options.threads or 0)
    for progress in run.run():
        sys.stdout.write(f"{progress.step}/{progress.steps}  loss {progress.loss:.4f}\n")
        sys.stdout.flush()
    return 0


def _config(options: argparse.Namespace) -> DisNetConfig:
    from dataclasses import replace

    from stenciltorch.training.disnet.loop import DisNetConfig

    config = DisNetConfig(seed=options.seed)
    return replace(config, steps=options.steps) if options.steps else config
