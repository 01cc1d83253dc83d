"""`stenciltorch colorize`: drawings in, coloured pictures out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stenciltorch.cli.options import add_light, add_model, natural

DESCRIPTION = """\
Colour drawings at their own size. The colours follow your hints; what has none stays paper or takes the colour of
its like. With no hints at all you get a first proposal (more of them: `stenciltorch suggest`). Where the mask is
black, every pixel of the base stays as it is. The lines are never redrawn."""

EPILOG = """\
examples:
  stenciltorch colorize drawing.png                      writes drawing-colored.png beside it
  stenciltorch colorize drawing.png --hints dabs.png -o painted.png
  stenciltorch colorize drawing.png --hint 120,80,#f2c4a0 --hint 300,410,#3a5fcd,12
  stenciltorch colorize drawing.png --base painted.png --mask dress.png --hint 300,410,#aa2222
  stenciltorch colorize drawing.png --hints dabs.png --light 45 --shade 0.5
  stenciltorch colorize project.zip                      the picture that the studio shows
  stenciltorch colorize drawing.psd --line-layer ink --psd painted.psd
  stenciltorch colorize drawing.png --palette mika.json --recolour hair=#aa2222
  stenciltorch colorize pages/ --hints pages-hints/ -o colored/ --json

Given a folder or several drawings, --hints, --mask, --base, --flats, --psd, --ora and -o are folders too; files belong
together when they share a name (page1.png, page1.json). A broken drawing does not stop the others.
exit code: 0 all coloured, 1 some drawings of several failed, 2 nothing could be done"""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "colorize", help="colour drawings, following hints", description=DESCRIPTION, epilog=EPILOG
    )
    parser.set_defaults(run=run)
    _add_files(parser.add_argument)
    add_layers(parser.add_argument)
    add_colours(parser.add_argument)
    add_light(parser)
    parser.add_argument(
        "--no-levels", dest="levels", action="store_false", help="take grey paper as drawn instead of whitening it"
    )
    parser.add_argument("--seed", type=natural, default=0, metavar="N", help="of what is proposed")
    parser.add_argument(
        "--no-proposal", dest="proposal", action="store_false", help="without hints, leave the paper as it is"
    )
    parser.add_argument(
        "--complete", action="store_true", help="colour areas without a hint, too, mostly as hints near by have it"
    )
    parser.add_argument("--json", action="store_true", help="report on standard output as JSON")
    add_model(parser)
    return parser


def _add_files(add: Callable[..., object]) -> None:
    add(
        "drawing",
        type=Path,
        nargs="+",
        metavar="DRAWING",
        help="a line drawing (PNG, JPEG, WebP, PSD, ORA), a project of the studio (.zip), or a folder",
    )
    add("--hints", type=Path, metavar="FILE", help="colours on a transparent picture, or dabs in a .json hint file")
    add("--hint", action="append", default=[], metavar="X,Y,#RRGGBB[,RADIUS]", help="one dab; give as many as you like")
    add("--mask", type=Path, metavar="FILE", help="white where to paint, black where to keep the base")
    add("--base", type=Path, metavar="FILE", help="the picture so far (default: the bare drawing)")
    add("--flats", type=Path, metavar="FILE", help="also write the unshaded colours without lines")
    add("-o", "--output", type=Path, metavar="FILE", help="where to write (default: DRAWING-colored.png beside it)")


def add_layers(add: Callable[..., object]) -> None:
    """Layered documents in and out."""
    add("--psd", type=Path, metavar="FILE", help="also write a layered Photoshop document")
    add("--ora", type=Path, metavar="FILE", help="also write a layered OpenRaster document")
    add("--layers", choices=("colour", "region"), default="colour", help="a layer of flats for each (default: colour)")
    add("--no-clipping", dest="clipping", action="store_false", help="shade and light not clipped, for GIMP 2.10")
    add("--line-layer", metavar="NAME", help="of a PSD or ORA drawing: the layer with the lines")
    add("--hints-layer", metavar="NAME", help="of a PSD or ORA drawing: the layer with the hints")
    add("--mask-layer", metavar="NAME", help="of a PSD or ORA drawing: the layer that says where to paint")


def add_colours(add: Callable[..., object]) -> None:
    """What is done with the painting's colours, and what the file says of them."""
    add(
        "--palette",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="keep to these colours (.gpl, .aco, .ase, character sheet .json); give several to join them",
    )
    add(
        "--recolour",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="change a colour wherever it is, such as #3a5fcd=#aa2222 or hair=#aa2222",
    )
    add("--strip", action="store_true", help="do not write program, model and the hints' hash into the files")


def run(options: argparse.Namespace) -> int:
    from stenciltorch.cli.colouring import check_dabs, colour, finish_of
    from stenciltorch.cli.jobs import DOCUMENTS, PROJECT, Request, plan
    from stenciltorch.cli.report import Reporter
    from stenciltorch.colorizer import OnnxColorizer
    from stenciltorch.files import FORMATS

    request = Request(
        options.drawing,
        options.hints,
        options.mask,
        options.base,
        options.flats,
        options.output,
        options.psd,
        options.ora,
        formats=(*FORMATS, PROJECT, *DOCUMENTS),
    )
    check_dabs(request, options.hint)
    jobs = plan(request)
    colorizer = OnnxColorizer.load(options.model, options.threads)
    finish_of(options, colorizer)  # a palette that cannot be read stops everything before any work
    reporter = Reporter("colouring", request.is_batch, options.json)
    with reporter.watching(len(jobs)):
        for job in jobs:
            with reporter.trying(job):
                colour(job, options, colorizer, reporter)
    return reporter.finish()
