"""`stenciltorch pack`: a folder of pictures -> a training pack."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

DESCRIPTION = """\
Find the regions and flat colours of every picture once, so that training only crops and draws. ART holds
manifest.csv with the columns file, source and sha256. Run it again to go on after an interruption: pictures that are
packed already are not done twice."""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "pack", help="prepare pictures for training", description=DESCRIPTION
    )
    parser.set_defaults(run=run)
    parser.add_argument("art", type=Path, metavar="ART", help="folder with manifest.csv and the pictures it lists")
    parser.add_argument("pack", type=Path, metavar="PACK", help="folder to write")
    parser.add_argument(
        "--regions",
        metavar="NAME",
        help="disnet, classical, or MODULE:FUNCTION (default: as the pack was begun; a new one: disnet)",
    )
    return parser


def run(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import Progress

    from stenciltorch.training.pack import build_pack, read_pack

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("packing", total=None)
        for done, count in build_pack(options.art, options.pack, options.regions):
            bar.update(task, completed=done, total=count)
    entries = read_pack(options.pack)
    held = sum(entry.split == "validation" for entry in entries)
    sys.stdout.write(f"{options.pack}: {len(entries)} pictures, {held} of them for validation\n")
    return 0
