"""`stenciltorch weights`: files that others published, which some recipes can use."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from stenciltorch.cli.options import add_common

DESCRIPTION = """\
Weights that others trained. None are needed: StencilTorch has features of its own. Only the layers that are used are
kept, in $STENCILTORCH_WEIGHTS or a folder of yours. Nothing that such a file says is ever executed."""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "weights", help="list, fetch or import published weights", description=DESCRIPTION
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="what is known and what is here", description="What is known and here.")
    listing.set_defaults(run=run_list)
    fetching = actions.add_parser(
        "fetch", help="download, check and keep", description="Download a published file, check it, keep what is used."
    )
    fetching.set_defaults(run=run_fetch)
    importing = actions.add_parser(
        "import",
        help="check and keep a file that you have",
        description="Check a file that you have, keep what is used.",
    )
    importing.set_defaults(run=run_import)
    for action in (fetching, importing):
        action.add_argument("name", metavar="NAME", help="see `stenciltorch weights list`")
    importing.add_argument("file", type=Path, metavar="FILE", help="a .caffemodel, .safetensors or PyTorch file")
    importing.add_argument("--sha256", metavar="HEX", help="what you know the file's sha256 to be")
    for action in (listing, fetching, importing):
        add_common(action)
    return parser


def run_list(_: argparse.Namespace) -> int:
    from stenciltorch.runtime.weights import CATALOGUE, store_folder, stored

    for entry in CATALOGUE.values():
        found = stored(entry.name)
        state = f"here, from {found.file}, {CHECKED[found.checked]}" if found else "not here"
        sys.stdout.write(f"{entry.name}: {state}\n  {entry.title}\n  for {entry.use}\n")
        sys.stdout.write(f"  licence: {entry.licence}\n  from {entry.page}: {entry.file}\n")
        sys.stdout.write(f"  sha256 {entry.sha256 or 'not published; give the one you know with --sha256'}\n")
    sys.stdout.write(f"kept in {store_folder()}\n")
    return 0


CHECKED = {
    "published": "checked against the published sha256",
    "yours": "checked against a sha256 that you gave",
    "nothing": "not checked, for want of a sha256",
}


def run_fetch(options: argparse.Namespace) -> int:
    from stenciltorch.cli.train import check_extra
    from stenciltorch.runtime.weights import fetch, published, store_folder

    check_extra()
    entry = published(options.name)
    file = fetch(entry, store_folder(), progress=_progress if sys.stderr.isatty() else _quiet)
    try:
        return _keep(options.name, file, None)
    finally:
        file.unlink(missing_ok=True)


def run_import(options: argparse.Namespace) -> int:
    from stenciltorch.cli.train import check_extra

    check_extra()
    return _keep(options.name, options.file, options.sha256)


def _keep(name: str, file: Path, sha256: str | None) -> int:
    from stenciltorch.runtime.weights import published, store_folder
    from stenciltorch.training.weights import import_weights

    about = import_weights(published(name), file, sha256)
    sys.stdout.write(f"{store_folder() / name}.safetensors: taken from {file.name}, {CHECKED[about.checked]}\n")
    if about.checked == "nothing":
        sys.stdout.write(f"its sha256 is {about.file_sha256}\n")
    return 0


def _progress(done: int, whole: int) -> None:
    sys.stderr.write(f"\r{done / 1e6:.0f} of {whole / 1e6:.0f} MB")
    sys.stderr.flush()


def _quiet(done: int, whole: int) -> None:
    """Nobody watches."""
