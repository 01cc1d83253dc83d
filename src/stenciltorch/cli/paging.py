"""The work of `stenciltorch batch`: plan, skip what is done, colour, write, remember, show."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from stenciltorch.batch import Ledger, Reference, Work, carry, watch
from stenciltorch.canvas import Lineart
from stenciltorch.cli.colouring import finish_of, in_light, layers_of, read_job, write
from stenciltorch.cli.jobs import DOCUMENTS, PROJECT, Job, Request, plan
from stenciltorch.cli.report import Reporter
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.errors import InputError
from stenciltorch.files import FORMATS, read_illustration, read_lineart, write_illustration
from stenciltorch.files.contact import contact_sheet
from stenciltorch.finishing import Finish, Maker
from stenciltorch.project import Project

CONTACT_SHEET = "contact-sheet.png"
MOST_SHOWN = 200
"""Pictures on a contact sheet: the first ones by name."""


@dataclass
class Batch:
    """One folder to another.

    Args:
        finish: palette, changes and layers for every page.
        reference: a coloured page that hints are carried from.
        settings: all that results depend on beside the pages' own files.
        kept: pages that were done already.
    """

    options: argparse.Namespace
    colorizer: OnnxColorizer
    finish: Finish
    reference: Reference | None
    settings: dict[str, str]
    ledger: Ledger
    reporter: Reporter
    kept: int = 0

    @classmethod
    def open(cls, options: argparse.Namespace) -> Batch:
        """Raises InputError when folders, palette or reference cannot be used."""
        _check_folders(options.pages, options.output)
        colorizer = OnnxColorizer.load(options.model, options.threads)
        finish, reference = finish_of(options, colorizer), _reference(options)
        if reference and finish.palette is None:
            finish = replace(finish, palette=reference.palette)
        reporter = Reporter("colouring", True, options.json)
        settings = _settings(options, finish, Maker.of(colorizer.model))
        return cls(options, colorizer, finish, reference, settings, Ledger(options.output), reporter)

    def run_once(self) -> int:
        jobs = self._jobs()
        with self.reporter.watching(len(jobs)):
            self._colour(jobs)
        self._show(jobs)
        if self.kept and not self.options.json:
            sys.stdout.write(f"{self.kept} done already\n")
        return self.reporter.finish()

    def watch(self) -> int:
        """Until Ctrl-C."""
        try:
            watch(self._look, self._work, lambda: time.sleep(self.options.every))
        except KeyboardInterrupt:
            return self.reporter.finish()

    def _look(self) -> list[Path]:
        """Every file that a page is made of; nothing while the folder is empty."""
        try:
            return [path for job in self._jobs() for path in _inputs(job)]
        except InputError:
            return []

    def _work(self, settled: set[Path]) -> None:
        jobs = [job for job in self._jobs() if settled.issuperset(_inputs(job))]
        if self._colour(jobs):
            self._show(self._jobs())

    def _jobs(self) -> list[Job]:
        options = self.options
        request = Request(
            [options.pages],
            options.hints,
            options.mask,
            options.base,
            None,
            options.output,
            options.output if options.psd else None,
            options.output if options.ora else None,
            formats=(*FORMATS, PROJECT, *DOCUMENTS),
        )
        return plan(request)

    def _colour(self, jobs: Iterable[Job]) -> int:
        """How many pages were not done already."""
        made = 0
        for job in jobs:
            with self.reporter.trying(job):
                made += self._page(job)
        return made

    def _page(self, job: Job) -> bool:
        started, digest = perf_counter(), Work(_inputs(job), self.settings | _roles(job)).digest()
        if self.ledger.has(job.drawing.name, digest):
            self.kept += 1
            return False
        self.ledger.check_untouched(job.drawing.name)
        options = self.options
        read = read_job(job, (), options.levels, self.reporter.notices, layers_of(options))
        project = self._hinted(replace(read, stencil=in_light(read.stencil, options)), job)
        painting = self.colorizer(project.stencil, self.reporter.progress)
        write(job, project, self.finish.settled(painting, project.stencil), self.finish)
        self.ledger.note(job.drawing.name, digest, [path for path, _ in job.outputs])
        self.reporter.done(job, painting.size, perf_counter() - started)
        return True

    def _hinted(self, project: Project, job: Job) -> Project:
        """A page without hints of its own takes those that can be carried over."""
        if self.reference is None or project.stencil.hints.array[..., 3].any():
            return project
        hints = carry(self.reference, project.stencil.lineart)
        if not hints.array[..., 3].any():
            self.reporter.notices.append(
                f"no area of {job.drawing} is like one of the reference; only its palette is used"
            )
        return replace(project, stencil=project.stencil.with_hints(hints))

    def _show(self, jobs: list[Job]) -> None:
        done = [job for job in jobs if job.output.exists()][:MOST_SHOWN]
        if self.options.contact and done:
            sheet = contact_sheet([(job.drawing.stem, read_illustration(job.output)) for job in done])
            write_illustration(self.options.output / CONTACT_SHEET, sheet)
            if not self.options.json:
                sys.stdout.write(f"{self.options.output / CONTACT_SHEET}\n")


def _check_folders(pages: Path, output: Path) -> None:
    if not pages.is_dir():
        raise InputError(f"{pages} is no folder; name the folder that holds the pages.")
    if output.exists() and output.resolve() == pages.resolve():
        raise InputError(f"{output} holds the pages; name another folder for the results with -o.")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"-o {output} cannot be made a folder ({error.strerror}); name another.") from error


def _inputs(job: Job) -> list[Path]:
    return [path for path in (job.drawing, job.hints, job.mask, job.base) if path]


def _roles(job: Job) -> dict[str, str]:
    """Which of the inputs a page has: the same file as hints or as mask is other work."""
    return {"inputs": " ".join(role for role in ("hints", "mask", "base") if getattr(job, role))}


def _settings(options: argparse.Namespace, finish: Finish, maker: Maker) -> dict[str, str]:
    palette = " ".join(f"{entry.hex} {entry.name}" for entry in finish.palette.entries) if finish.palette else ""
    names = (
        "levels",
        "strip",
        "psd",
        "ora",
        "layers",
        "clipping",
        "line_layer",
        "hints_layer",
        "mask_layer",
        "recolour",
        "light",
        "shade",
    )
    settings = {name: repr(getattr(options, name)) for name in names}
    for role in ("reference", "reference_lineart"):
        path = getattr(options, role)
        settings[role] = Work([path], {}).digest() if path else ""
    return settings | {"palette": palette, "model": maker.model_digest, "version": maker.version}


def _reference(options: argparse.Namespace) -> Reference | None:
    """Raises InputError when it cannot be read."""
    if options.reference is None:
        return None
    coloured = read_illustration(options.reference)
    if options.reference_lineart:
        return Reference.of(coloured, read_lineart(options.reference_lineart, options.levels))
    return Reference.of(coloured, _own_lines(options.reference))


def _own_lines(path: Path) -> Lineart:
    """The lines that can be seen in a coloured page: what is darker than both its sides."""
    import numpy as np

    from stenciltorch.synthesis.flats import line_strength

    return Lineart(np.rint(255 * (1 - line_strength(read_illustration(path)))).astype(np.uint8))
