"""One job of `stenciltorch colorize`: files -> stencil -> painting -> files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from time import perf_counter

from stenciltorch.canvas import Hints, Size, Stencil
from stenciltorch.cli.jobs import Job, Request
from stenciltorch.cli.report import Reporter
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.errors import InputError
from stenciltorch.files import (
    fit_hints,
    fit_mask,
    read_hints,
    read_illustration,
    read_lineart,
    read_mask,
    write_illustration,
)
from stenciltorch.hintfile import HintSheet, draw_hints, parse_dab, read_hint_file


def check_dabs(request: Request, dabs: Sequence[str]) -> None:
    """Raises InputError when dabs are unreadable, or given for several drawings."""
    for dab in dabs:
        parse_dab(dab)
    if dabs and request.is_batch:
        raise InputError("--hint is for one drawing; for several, give a folder of hint files with --hints.")


def colour(job: Job, options: argparse.Namespace, colorizer: OnnxColorizer, reporter: Reporter) -> None:
    started = perf_counter()
    stencil = read_stencil(job, options.hint, options.levels, reporter.notices)
    painting = colorizer(stencil, reporter.progress)
    write_illustration(job.output, painting.illustration)
    if job.flats:
        write_illustration(job.flats, painting.flats)
    reporter.done(job, painting.size, perf_counter() - started)


def read_stencil(job: Job, dabs: Sequence[str], levels: bool, notices: list[str]) -> Stencil:
    """The job's files as one request.

    Raises:
        InputError: a file that cannot be used, or sizes that do not fit together.
    """
    lineart = read_lineart(job.drawing, levels, notices)
    stencil = Stencil.start(lineart).with_hints(_hints(job, lineart.size, dabs, notices))
    if job.mask:
        stencil = stencil.with_mask(fit_mask(read_mask(job.mask, notices), lineart.size))
    if job.base:
        stencil = stencil.with_base(read_illustration(job.base, notices))
    return stencil


def _hints(job: Job, size: Size, dabs: Sequence[str], notices: list[str]) -> Hints:
    """The file's hints with the dabs on top."""
    if job.hints is None:
        hints = Hints.filled(size)
    elif job.hints.suffix.lower() == ".json":
        hints = draw_hints(read_hint_file(job.hints), size)
    else:
        hints = fit_hints(read_hints(job.hints, notices), size)
    return draw_hints(HintSheet(tuple(map(parse_dab, dabs))), size, hints) if dabs else hints
