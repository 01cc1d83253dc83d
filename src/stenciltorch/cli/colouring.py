"""One job of `stenciltorch colorize`: files -> project -> painting -> files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np

from stenciltorch.canvas import Hints, Light, Painting, Stencil
from stenciltorch.cli.jobs import DOCUMENTS, PROJECT, Job, Request
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
    write_bytes,
    write_illustration,
)
from stenciltorch.finishing import Finish, Maker
from stenciltorch.hintfile import HintSheet, draw_hints, parse_dab, read_hint_file
from stenciltorch.layers import Choice, read_document, stencil_of
from stenciltorch.palettes import merged, parse_change, read_swatches
from stenciltorch.project import Project, read_project
from stenciltorch.suggestion import complete, makes_proposals


def check_dabs(request: Request, dabs: Sequence[str]) -> None:
    """Raises InputError when dabs are unreadable, or given for several drawings."""
    for dab in dabs:
        parse_dab(dab)
    if dabs and request.is_batch:
        raise InputError("--hint is for one drawing; for several, give a folder of hint files with --hints.")


def colour(job: Job, options: argparse.Namespace, colorizer: OnnxColorizer, reporter: Reporter) -> None:
    started = perf_counter()
    read = read_job(job, options.hint, options.levels, reporter.notices, layers_of(options))
    project = replace(read, stencil=in_light(read.stencil, options))
    if options.complete:
        project = completed(project, options.seed, colorizer)
    elif options.proposal and job.drawing.suffix.lower() != PROJECT:
        project = proposed(project, options.seed, colorizer)
    finish = finish_of(options, colorizer)
    painting = finish.settled(colorizer(project.stencil, reporter.progress), project.stencil)
    write(job, project, painting, finish)
    reporter.done(job, painting.size, perf_counter() - started)


def proposed(project: Project, seed: int, colorizer: OnnxColorizer) -> Project:
    """Where nobody has asked for anything yet, with dabs to begin with; not over a picture that is begun."""
    stencil = project.stencil
    begun = stencil.hints.array[..., 3].any() or stencil.base != stencil.lineart.as_illustration()
    if begun or not makes_proposals(colorizer):
        return project
    return completed(project, seed, colorizer)


def completed(project: Project, seed: int, colorizer: OnnxColorizer) -> Project:
    """With a dab in every area that has none.

    Raises:
        ModelError: the model makes no proposals.
    """
    return replace(project, stencil=complete(colorizer, project.stencil, np.random.default_rng(seed)))


def write(job: Job, project: Project, painting: Painting, finish: Finish) -> None:
    """Every file that the job asks for."""
    provenance = finish.provenance(project.stencil.hints)
    result = project.retouched(painting.illustration)
    write_illustration(job.output, result, provenance)
    if job.flats:
        write_illustration(job.flats, painting.flats, provenance)
    if job.psd or job.ora:
        stack = finish.stack(project.stencil, painting, project.retouches, result)
        for path in filter(None, (job.psd, job.ora)):
            write_bytes(path, finish.layered(stack, path.suffix, provenance))


def in_light(stencil: Stencil, options: argparse.Namespace) -> Stencil:
    """The request, in the light that the options ask for.

    Raises:
        InputError: there is no such light.
    """
    own = stencil.light
    angle = own.angle if options.light is None else options.light
    return stencil.with_light(Light(angle, own.strength if options.shade is None else options.shade))


def layers_of(options: argparse.Namespace) -> Choice:
    return Choice(options.line_layer, options.hints_layer, options.mask_layer)


def finish_of(options: argparse.Namespace, colorizer: OnnxColorizer) -> Finish:
    """What is done after painting.

    Raises:
        InputError: a palette or a change of colour that cannot be read.
    """
    palette = merged([read_swatches(path) for path in options.palette]) if options.palette else None
    changes = tuple(parse_change(text, palette) for text in options.recolour)
    return Finish(
        palette,
        changes,
        options.layers,
        options.clipping,
        None if options.strip else Maker.of(colorizer.model),
    )


def read_job(job: Job, dabs: Sequence[str], levels: bool, notices: list[str], choice: Choice | None = None) -> Project:
    """The job's files as one request; hints, mask and base go before those of a project file or a document.

    Raises:
        InputError: a file that cannot be used, or sizes that do not fit together.
    """
    project = _begin(job.drawing, levels, notices, choice or Choice())
    stencil = project.stencil.with_hints(_hints(job, project.stencil.hints, dabs, notices))
    if job.mask:
        stencil = stencil.with_mask(fit_mask(read_mask(job.mask, notices), stencil.size))
    if job.base:
        stencil = stencil.with_base(read_illustration(job.base, notices))
    return replace(project, stencil=stencil)


def _begin(drawing: Path, levels: bool, notices: list[str], choice: Choice) -> Project:
    if drawing.suffix.lower() in DOCUMENTS:
        return Project(stencil_of(read_document(drawing), choice, levels, notices))
    if drawing.suffix.lower() == PROJECT:
        return read_project(drawing, notices)
    return Project(Stencil.start(read_lineart(drawing, levels, notices)))


def _hints(job: Job, present: Hints, dabs: Sequence[str], notices: list[str]) -> Hints:
    """The file's hints, or those that are present, with the dabs on top."""
    if job.hints is None:
        hints = present
    elif job.hints.suffix.lower() == ".json":
        hints = draw_hints(read_hint_file(job.hints), present.size)
    else:
        hints = fit_hints(read_hints(job.hints, notices), present.size)
    return draw_hints(HintSheet(tuple(map(parse_dab, dabs))), present.size, hints) if dabs else hints
