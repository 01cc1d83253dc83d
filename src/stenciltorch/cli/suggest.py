"""`stenciltorch suggest`: several first colourings of a drawing, each with its dabs, to go on from."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stenciltorch.cli.options import add_model, natural, positive

if TYPE_CHECKING:
    from stenciltorch.canvas import UInt8Array

DESCRIPTION = """\
Propose colours for a drawing. Every proposal is a hint file with a dab for each area that has no hint yet, and the
picture painted with it. With --hints, areas take colours of hints near by, so a few dabs make a whole picture to go on
from. Without, this is a first try: the default model knows little of what things are, so the colours are often odd.
Keep what you like: the dabs can be changed one by one, in the studio or by hand."""

EPILOG = """\
examples:
  stenciltorch suggest drawing.png                       writes four proposals into drawing-proposals/
  stenciltorch suggest drawing.png --count 1 --seed 7 -o try/
  stenciltorch suggest drawing.png --palette autumn.gpl  in these colours only
  stenciltorch suggest drawing.png --hints mine.json     fill in what I have left open"""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "suggest", help="propose first colourings of a drawing (experimental)", description=DESCRIPTION, epilog=EPILOG
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("drawing", type=Path, metavar="DRAWING", help="a line drawing (PNG, JPEG, WebP, PSD, ORA) or a project (.zip)")
    add("--count", type=positive, default=4, metavar="N", help="how many proposals (default: 4)")
    add("--seed", type=natural, default=0, metavar="N", help="of the first proposal; the next have the next numbers")
    add("--palette", action="append", default=[], type=Path, metavar="FILE", help="propose these colours only")
    add("--hints", type=Path, metavar="FILE", help="hints that are kept; areas with a hint get no dab")
    add("--mask", type=Path, metavar="FILE", help="white where to paint")
    add("--base", type=Path, metavar="FILE", help="the picture so far")
    add("-o", "--output", type=Path, metavar="FOLDER", help="where to write (default: DRAWING-proposals beside it)")
    add_model(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    import numpy as np

    from stenciltorch.cli.colouring import read_job
    from stenciltorch.cli.jobs import Job, make_folder
    from stenciltorch.colorizer import OnnxColorizer
    from stenciltorch.files import write_bytes, write_illustration
    from stenciltorch.hintfile import draw_hints, format_hint_file
    from stenciltorch.suggestion import propose

    folder = options.output or options.drawing.with_name(f"{options.drawing.stem}-proposals")
    notices: list[str] = []
    job = Job(options.drawing, folder, options.hints, options.mask, options.base)
    stencil = read_job(job, [], True, notices).stencil
    palette = _palette(options.palette)
    colorizer = OnnxColorizer.load(options.model, options.threads)
    sys.stderr.writelines(f"stenciltorch: note: {notice}\n" for notice in notices)
    make_folder(folder, "-o")
    for seed in range(options.seed, options.seed + options.count):
        sheet = propose(colorizer, stencil, np.random.default_rng(seed), palette)
        painting = colorizer(stencil.with_hints(draw_hints(sheet, stencil.size, stencil.hints)))
        name = f"{options.drawing.stem}-{seed}"
        write_bytes(folder / f"{name}.json", format_hint_file(sheet))
        write_illustration(folder / f"{name}.png", painting.illustration)
        sys.stdout.write(f"{folder / name}.png ({len(sheet.marks)} dabs)\n")
    return 0


def _palette(paths: list[Path]) -> UInt8Array | None:
    """The colours of all palettes, (n, 3)."""
    from stenciltorch.palettes import merged, read_swatches

    if not paths:
        return None
    return merged([read_swatches(path) for path in paths]).colours
