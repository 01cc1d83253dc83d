"""`stenciltorch batch`: the pages of a comic or the frames of a scene, coloured alike, one folder to another."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from stenciltorch.cli.options import add_light, add_model, positive

DESCRIPTION = """\
Colour all pages of a folder into another. Pages that are done already, from the same files with the same
options, are left alone: a run that was stopped goes on where it was. A contact sheet shows all of them."""

EPILOG = """\
examples:
  stenciltorch batch pages/ -o coloured/
  stenciltorch batch pages/ -o coloured/ --hints hints/          page1.png with hints/page1.png or page1.json
  stenciltorch batch pages/ -o coloured/ --palette mika.json     only the character sheet's colours
  stenciltorch batch pages/ -o coloured/ --reference page1-coloured.png --reference-lineart page1.png
  stenciltorch batch pages/ -o coloured/ --watch                 until Ctrl-C: new and changed pages too

exit code: 0 all coloured, 1 some pages failed, 2 nothing could be done"""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "batch", help="colour a folder of pages", description=DESCRIPTION, epilog=EPILOG
    )
    parser.set_defaults(run=run)
    _add_files(parser)
    _add_colours(parser)
    add_light(parser)
    parser.add_argument("--watch", action="store_true", help="go on looking for new and changed pages until Ctrl-C")
    parser.add_argument("--every", type=positive, default=2, metavar="SECONDS", help="between looks (default: 2)")
    parser.add_argument(
        "--no-levels", dest="levels", action="store_false", help="take grey paper as drawn instead of whitening it"
    )
    parser.add_argument("--strip", action="store_true", help="do not write program, model and hints' hash into files")
    parser.add_argument("--json", action="store_true", help="report on standard output as JSON")
    add_model(parser)
    return parser


def _add_files(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("pages", type=Path, metavar="FOLDER", help="line drawings: PNG, JPEG, WebP, PSD, ORA, or projects")
    add("-o", "--output", type=Path, required=True, metavar="FOLDER", help="where to write")
    add("--hints", type=Path, metavar="FOLDER", help="hints named like the pages")
    add("--mask", type=Path, metavar="FOLDER", help="masks named like the pages")
    add("--base", type=Path, metavar="FOLDER", help="pictures so far, named like the pages")
    add("--psd", action="store_true", help="also write layered Photoshop documents")
    add("--ora", action="store_true", help="also write layered OpenRaster documents")
    add("--layers", choices=("colour", "region"), default="colour", help="a layer of flats for each (default: colour)")
    add("--no-clipping", dest="clipping", action="store_false", help="shade and light not clipped, for GIMP 2.10")
    add("--line-layer", metavar="NAME", help="of PSD or ORA pages: the layer with the lines")
    add("--hints-layer", metavar="NAME", help="of PSD or ORA pages: the layer with the hints")
    add("--mask-layer", metavar="NAME", help="of PSD or ORA pages: the layer that says where to paint")
    add("--no-contact-sheet", dest="contact", action="store_false", help="do not write contact-sheet.png")


def _add_colours(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--reference", type=Path, metavar="FILE", help="a coloured page of the same characters")
    add(
        "--reference-lineart",
        type=Path,
        metavar="FILE",
        help="the drawing of that page (default: the reference's own lines)",
    )
    add("--palette", action="append", default=[], type=Path, metavar="FILE", help="keep to these colours")
    add("--recolour", action="append", default=[], metavar="OLD=NEW", help="change a colour wherever it is")


def run(options: argparse.Namespace) -> int:
    from stenciltorch.cli.paging import Batch

    batch = Batch.open(options)
    if not options.watch:
        return batch.run_once()
    sys.stderr.write(f"stenciltorch: watching {options.pages}; Ctrl-C stops it.\n")
    return batch.watch()
