"""`stenciltorch regions`: pictures in, their regions out."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stenciltorch.canvas import Illustration, Regions
    from stenciltorch.cli.jobs import Job
    from stenciltorch.cli.report import Reporter
    from stenciltorch.curation.preparing import RegionSource

SUFFIX = "-regions"
METHODS = ("disnet", "classical")
VIEWS = ("map", "borders", "flats")

EPILOG = """\
views:
  map       every region in a colour of its own: no two regions of a picture share one
  borders   the borders drawn over the picture
  flats     every region in its median colour

examples:
  stenciltorch regions picture.png                     writes picture-regions.png beside it
  stenciltorch regions drawing.png -o cut.png --view borders
  stenciltorch regions pictures/ -o maps/ --method classical"""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "regions",
        help="cut pictures into their regions",
        description="Cut illustrations or line drawings into regions.",
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("image", type=Path, nargs="+", metavar="IMAGE", help="a picture (PNG, JPEG, WebP) or a folder of them")
    add(
        "--method",
        choices=METHODS,
        help="the trained network, or edges and drawn lines (default: disnet where its weights are installed)",
    )
    add("--view", choices=VIEWS, default="map", help="what to write (default: map)")
    add("--net", type=Path, metavar="FOLDER", help="another network than the installed one")
    add("-o", "--output", type=Path, metavar="FILE", help="where to write (default: IMAGE-regions.png beside it)")
    add("--json", action="store_true", help="report on standard output as JSON")
    return parser


def run(options: argparse.Namespace) -> int:
    from stenciltorch.cli.jobs import Request, plan
    from stenciltorch.cli.report import Reporter

    jobs = plan(Request(options.image, output=options.output, suffix=SUFFIX))
    find = _source(options)
    reporter = Reporter("cutting", len(jobs) > 1, options.json)
    with reporter.watching(len(jobs)):
        for job in jobs:
            with reporter.trying(job):
                _cut(job, options.view, find, reporter)
    return reporter.finish()


def _source(options: argparse.Namespace) -> RegionSource:
    """Raises ModelError when the network that is asked for cannot be used."""
    from stenciltorch.synthesis.disnet import is_packaged, open_disnet
    from stenciltorch.synthesis.regions import extract_regions

    if options.method == "classical":
        return extract_regions
    if options.method is None and options.net is None and not is_packaged():
        return extract_regions
    return open_disnet(options.net, options.threads or None).regions


def _cut(job: Job, view: str, find: RegionSource, reporter: Reporter) -> None:
    from stenciltorch.files import read_illustration, write_illustration

    started = perf_counter()
    picture = read_illustration(job.drawing, reporter.notices)
    regions = find(picture)
    write_illustration(job.output, _view(view, picture, regions))
    reporter.notices.append(f"{job.drawing}: {regions.count} regions")
    reporter.done(job, regions.size, perf_counter() - started)


def _view(view: str, picture: Illustration, regions: Regions) -> Illustration:
    from stenciltorch.synthesis.flats import flatten
    from stenciltorch.synthesis.regions import draw_borders, draw_map

    if view == "flats":
        return flatten(picture, regions)
    return draw_map(regions) if view == "map" else draw_borders(picture, regions)
