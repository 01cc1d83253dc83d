"""`stenciltorch lineart`: finished illustrations in, line drawings out."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from stenciltorch.cli.options import natural

if TYPE_CHECKING:
    import numpy as np

    from stenciltorch.cli.jobs import Job
    from stenciltorch.cli.report import Reporter
    from stenciltorch.synthesis.lineart import LineStyle

SUFFIX = "-lineart"
STYLES = ("authors", "thin", "clean", "thick", "ink", "grey", "soft", "broken", "pencil")

EPILOG = f"""\
styles: {", ".join(STYLES)}

examples:
  stenciltorch lineart picture.png                       writes picture-lineart.png beside it
  stenciltorch lineart pictures/ --style pencil -o lines/
  stenciltorch lineart picture.png --seed 7              a random style, the same for the same seed"""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "lineart",
        help="turn finished illustrations into line drawings",
        description="Draw the lines of finished illustrations, in the styles that models are trained on.",
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add(
        "image",
        type=Path,
        nargs="+",
        metavar="IMAGE",
        help="an illustration (PNG, JPEG, WebP) or a folder of them",
    )
    add(
        "--style",
        choices=STYLES,
        metavar="NAME",
        help="how lines are drawn (default: clean, or random with --seed)",
    )
    add("--seed", type=natural, metavar="N", help="of all that is random in a style")
    add(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="where to write (default: IMAGE-lineart.png beside it)",
    )
    add("--json", action="store_true", help="report on standard output as JSON")
    return parser


def run(options: argparse.Namespace) -> int:
    import cv2
    import numpy as np

    from stenciltorch.cli.jobs import Request, plan
    from stenciltorch.cli.report import Reporter

    if options.threads:
        cv2.setNumThreads(options.threads)
    request = Request(options.image, output=options.output, suffix=SUFFIX)
    jobs = plan(request)
    reporter = Reporter("drawing lines", request.is_batch, options.json)
    with reporter.watching(len(jobs)):
        for index, job in enumerate(jobs):
            with reporter.trying(job):
                _draw(job, options, reporter, np.random.default_rng((options.seed or 0, index)))
    return reporter.finish()


def _draw(job: Job, options: argparse.Namespace, reporter: Reporter, rng: np.random.Generator) -> None:
    from stenciltorch.files import read_illustration, write_lineart
    from stenciltorch.synthesis.lineart import extract_lineart

    started = perf_counter()
    illustration = read_illustration(job.drawing, reporter.notices)
    lineart = extract_lineart(illustration, _style(options, rng), rng)
    write_lineart(job.output, lineart)
    reporter.done(job, lineart.size, perf_counter() - started)


def _style(options: argparse.Namespace, rng: np.random.Generator) -> LineStyle:
    from stenciltorch.synthesis.lineart import STYLES as by_name
    from stenciltorch.synthesis.lineart import draw_style

    if options.style is None and options.seed is not None:
        return draw_style(rng)
    return by_name[options.style or "clean"]
