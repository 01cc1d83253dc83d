"""Which drawings to colour, with what, and where the results go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from stenciltorch.errors import InputError
from stenciltorch.files import FORMATS

HINT_FORMATS = (*FORMATS, ".json")
PROJECT = ".zip"
"""The ending of the studio's project files."""
DOCUMENTS = (".psd", ".psb", ".ora", ".kra")
"""Endings of layered documents."""


@dataclass(frozen=True)
class Request:
    """What the user named; every path may be a folder.

    Args:
        suffix: added to a drawing's name when no output is named.
        formats: endings of the drawings in a folder.
    """

    drawings: Sequence[Path]
    hints: Path | None = None
    mask: Path | None = None
    base: Path | None = None
    flats: Path | None = None
    output: Path | None = None
    psd: Path | None = None
    ora: Path | None = None
    suffix: str = "-colored"
    formats: tuple[str, ...] = tuple(FORMATS)

    @property
    def is_batch(self) -> bool:
        return len(self.drawings) > 1 or self.drawings[0].is_dir()


@dataclass(frozen=True)
class Job:
    """One drawing; every path is a file."""

    drawing: Path
    output: Path
    hints: Path | None = None
    mask: Path | None = None
    base: Path | None = None
    flats: Path | None = None
    psd: Path | None = None
    ora: Path | None = None

    @property
    def outputs(self) -> list[tuple[Path, tuple[str, ...]]]:
        """Each file to write, and the endings that it may have."""
        pictures = [(path, tuple(FORMATS)) for path in (self.output, self.flats) if path]
        return [*pictures, *((path, (ending,)) for path, ending in ((self.psd, ".psd"), (self.ora, ".ora")) if path)]


def plan(request: Request) -> list[Job]:
    """One job for each drawing, in the order named, by name within a folder.

    Raises:
        InputError: nothing to do, files that pair with nothing, results that would cover other files.
    """
    jobs = _plan_batch(request) if request.is_batch else [_plan_one(request)]
    taken: dict[Path, Path] = {}
    for job in jobs:
        _check_outputs(job)
        for output, _ in job.outputs:
            if (other := taken.setdefault(output.resolve(), job.drawing)) != job.drawing:
                raise InputError(f"{other} and {job.drawing} would both be written to {output}; rename one of them.")
    return jobs


def _plan_one(request: Request) -> Job:
    drawing = request.drawings[0]
    output = request.output or _beside(drawing, request.suffix)
    return Job(
        drawing,
        _inside(output, drawing) if output.is_dir() else output,
        request.hints,
        request.mask,
        request.base,
        _named(request.flats, drawing),
        _named(request.psd, drawing, ".psd"),
        _named(request.ora, drawing, ".ora"),
    )


def _named(path: Path | None, drawing: Path, ending: str = ".png") -> Path | None:
    """A file inside when a folder is named."""
    return _inside(path, drawing, ending) if path and path.is_dir() else path


def _plan_batch(request: Request) -> list[Job]:
    drawings = [drawing for named in request.drawings for drawing in _expand(named, request)]
    hints = _pairs(request.hints, "--hints", drawings, HINT_FORMATS)
    masks = _pairs(request.mask, "--mask", drawings)
    bases = _pairs(request.base, "--base", drawings)
    folders = {"-o": request.output, "--flats": request.flats, "--psd": request.psd, "--ora": request.ora}
    for option, folder in folders.items():
        if folder:
            make_folder(folder, option)
    return [
        Job(
            drawing,
            _inside(request.output, drawing) if request.output else _beside(drawing, request.suffix),
            hints.get(drawing),
            masks.get(drawing),
            bases.get(drawing),
            _inside(request.flats, drawing) if request.flats else None,
            _inside(request.psd, drawing, ".psd") if request.psd else None,
            _inside(request.ora, drawing, ".ora") if request.ora else None,
        )
        for drawing in drawings
    ]


def _beside(drawing: Path, suffix: str) -> Path:
    return drawing.with_name(f"{drawing.stem}{suffix}.png")


def _inside(folder: Path, drawing: Path, ending: str = ".png") -> Path:
    return folder / f"{drawing.stem}{ending}"


def _expand(named: Path, request: Request) -> list[Path]:
    """A folder's pictures by name, without results of an earlier run and layered documents of the same picture."""
    if not named.is_dir():
        return [named]
    pictures = _pictures(named, request.formats)
    results = {_beside(picture, request.suffix).name for picture in pictures}
    flat = {picture.stem for picture in pictures if picture.suffix.lower() not in DOCUMENTS}
    drawings = [
        picture
        for picture in pictures
        if picture.name not in results and (picture.stem not in flat or picture.suffix.lower() not in DOCUMENTS)
    ]
    if not drawings:
        raise InputError(f"{named} holds no pictures; expected files that end in {', '.join(request.formats)}.")
    return drawings


def _pictures(folder: Path, suffixes: Iterable[str]) -> list[Path]:
    wanted = tuple(suffixes)
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in wanted and not path.name.startswith("."))


def _pairs(
    folder: Path | None, option: str, drawings: Sequence[Path], suffixes: Iterable[str] = FORMATS
) -> dict[Path, Path]:
    """The file in `folder` that is named like each drawing; not every drawing needs one."""
    if folder is None:
        return {}
    if not folder.is_dir():
        raise InputError(f"{option} must be a folder with files named like the drawings, found {folder}.")
    pairs: dict[str, Path] = {}
    for path in _pictures(folder, suffixes):
        if pairs.setdefault(path.stem, path) != path:
            raise InputError(f"{pairs[path.stem]} and {path} are both named like one drawing; remove one of them.")
    matched = {drawing: pairs[drawing.stem] for drawing in drawings if drawing.stem in pairs}
    if not matched:
        raise InputError(f"No file in {folder} is named like a drawing; {option} pairs {drawings[0].stem}.* by name.")
    return matched


def make_folder(folder: Path, option: str) -> None:
    """Raises InputError, which names the option, when it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{option} {folder} cannot be made a folder ({error.strerror}); name another.") from error


def _check_outputs(job: Job) -> None:
    """Before any work: results have a folder and a known format, and cover no input and not each other."""
    inputs = [path for path in (job.drawing, job.hints, job.mask, job.base) if path]
    seen: dict[Path, Path] = {}
    for output, endings in job.outputs:
        if output.suffix.lower() not in endings:
            raise InputError(f"{output} must end in {', '.join(endings)}, so that its format is known.")
        if not output.parent.is_dir():
            raise InputError(f"{output} cannot be written: there is no folder {output.parent}; make it first.")
        covered = next((path for path in inputs if path.resolve() == output.resolve()), None)
        if covered:
            raise InputError(f"{output} would replace {covered}, which is an input; name another output with -o.")
        if seen.setdefault(output.resolve(), output) is not output:
            raise InputError(f"The picture and its flats would both be written to {output}; name them differently.")
