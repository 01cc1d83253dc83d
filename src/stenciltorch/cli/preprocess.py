"""`stenciltorch preprocess`: a curated dataset -> shards that training streams from."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from stenciltorch.cli.engine import add_engine, bar, engine_of
from stenciltorch.cli.options import positive

DESCRIPTION = """\
Find regions, flat colours and palette of every picture that DATASET keeps, once, and pack them into SHARDS: WebDataset
tar files with an index, for `stenciltorch train SHARDS RUN`. Run it again after an interruption, or after curating more
pictures: nothing is done twice. The shards' bytes do not depend on the number of workers."""

EPILOG = """\
examples:
  stenciltorch preprocess dataset/ shards/
  stenciltorch preprocess dataset/ shards/ --regions classical --workers 8
  stenciltorch preprocess dataset/ shards/ --engine ray --ray-address auto"""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "preprocess", help="prepare a curated dataset for training", description=DESCRIPTION, epilog=EPILOG
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("dataset", type=Path, metavar="DATASET", help="folder made by `stenciltorch curate`")
    add("shards", type=Path, metavar="SHARDS", help="folder to write; made if it is not there")
    add("--source", type=Path, metavar="FOLDER", help="where the pictures lie now (default: where they were curated)")
    add("--longest", type=positive, default=640, metavar="N", help="pixels of the longer side (default: 640)")
    add("--regions", default="disnet", metavar="NAME", help="disnet (default), classical, or MODULE:FUNCTION")
    add("--per-shard", type=positive, default=1000, metavar="N", help="pictures of a shard, about (default: 1000)")
    add_engine(parser)
    add("--json", action="store_true", help="report on standard output as JSON")
    return parser


def run(options: argparse.Namespace) -> int:
    from stenciltorch.curation.curating import source_of
    from stenciltorch.curation.sharding import Sharding

    source = options.source or source_of(options.dataset)
    sharding = Sharding(
        options.dataset,
        source,
        options.shards,
        options.longest,
        options.regions,
        engine_of(options),
        options.per_shard,
    )
    with bar() as show:
        for step in sharding.run():
            show(step)
    listing = sharding.listing
    if options.json:
        sys.stdout.write(json.dumps(listing, indent=2, sort_keys=True) + "\n")
    else:
        sys.stdout.write(f"{options.shards}: {listing['pictures']} pictures in {len(listing['shards'])} shards\n")
    if listing["quarantined"]:
        sys.stderr.write(
            f"stenciltorch: {listing['quarantined']} pictures could not be prepared; "
            f"{options.shards / 'quarantine.jsonl'} says why.\n"
        )
    return 1 if listing["quarantined"] else 0
