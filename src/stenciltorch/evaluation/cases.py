"""What models are asked: a request and, where it is known, the truth (docs/metrics.md)."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from stenciltorch.canvas import Hints, Illustration, Lineart, Regions, Size, Stencil, UInt8Array
from stenciltorch.errors import DatasetError
from stenciltorch.evaluation.areas import boxes, enclosed_areas
from stenciltorch.files import FORMATS, fit_hints, read_hints, read_illustration, read_lineart
from stenciltorch.hintfile import draw_hints, read_hint_file
from stenciltorch.scaling import reduce_hints
from stenciltorch.synthesis.flats import flatten, quantise
from stenciltorch.synthesis.lineart import draw_style, extract_lineart
from stenciltorch.synthesis.regions import extract_regions
from stenciltorch.training.pack import read_pack

DABBED = 0.8
"""The share of regions that get a dab."""

LEAST_AREA = 150
"""Regions below this many pixels get no dab."""

LONGEST = 1024
"""Illustrations and linearts in plain folders are brought down to this longest side, in pixels."""


@dataclass(frozen=True)
class Case:
    """A request and, where it is known, the truth.

    Args:
        regions: true ones, or enclosed areas where `flats` is not known.
    """

    name: str
    stencil: Stencil
    regions: Regions
    flats: Illustration | None = None
    target: Illustration | None = None

    def rng(self, purpose: str) -> np.random.Generator:
        """The same numbers for this case and purpose, whatever else runs."""
        return np.random.default_rng([zlib.crc32(self.name.encode()), zlib.crc32(purpose.encode())])


class Source(Protocol):
    """Where a case comes from; small enough to send to another process."""

    @property
    def name(self) -> str: ...

    def load(self) -> Case: ...


@dataclass(frozen=True)
class PackedPicture:
    """A picture of a training pack, its lineart drawn in a style that its hash picks."""

    pack: Path
    id: str
    file: str
    sha256: str

    @property
    def name(self) -> str:
        return self.file.replace("/", "_")

    def load(self) -> Case:
        with np.load(self.pack / f"{self.id}.npz") as stored:
            regions = Regions(stored["regions"].astype(np.int32))
            flats = Illustration(stored["colours"][stored["regions"]])
            target = Illustration(stored["illustration"])
        return drawn_case(self.name, target, regions, flats, self.sha256)


@dataclass(frozen=True)
class Picture:
    """A finished illustration in a plain folder."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    def load(self) -> Case:
        target = Illustration(bounded(read_illustration(self.path).array))
        regions = extract_regions(target)
        flats, _ = quantise(flatten(target, regions), rng=np.random.default_rng(0))
        return drawn_case(self.name, target, regions, flats, hashlib.sha256(target.array.tobytes()).hexdigest())


@dataclass(frozen=True)
class Drawing:
    """A real line drawing with hints that somebody placed: a hint file (docs/hints.md) or a picture."""

    lineart: Path
    hints: Path

    @property
    def name(self) -> str:
        return self.hints.stem

    def load(self) -> Case:
        lineart = read_lineart(self.lineart)
        if self.hints.suffix.lower() == ".json":
            hints = draw_hints(read_hint_file(self.hints), lineart.size)
        else:
            hints = fit_hints(read_hints(self.hints), lineart.size)
        lineart = Lineart(bounded(lineart.array))
        hints = reduce_hints(hints, lineart.size)
        return Case(self.name, Stencil.start(lineart).with_hints(hints), enclosed_areas(lineart))


def drawn_case(name: str, target: Illustration, regions: Regions, flats: Illustration, seed: str) -> Case:
    """The illustration as lineart, with a dab in most regions; style and dabs fixed by the seed."""
    rng = np.random.default_rng(zlib.crc32(seed.encode()))
    lineart = extract_lineart(target, draw_style(rng), rng)
    hints = dabs_in_regions(flats, regions, DABBED, rng)
    return Case(name, Stencil.start(lineart).with_hints(hints), regions, flats, target)


def dabs_in_regions(flats: Illustration, regions: Regions, share: float, rng: np.random.Generator) -> Hints:
    """One round dab in the middle of this share of the regions, in the region's colour; small regions get none."""
    pixels = np.zeros((*regions.size, 4), np.uint8)
    for label, box in boxes(regions):
        inside = (regions.array[box] == label).astype(np.uint8)
        if int(inside.sum()) < LEAST_AREA or rng.random() > share:
            continue
        room = cv2.distanceTransform(np.pad(inside, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
        row, column = (int(part) for part in np.unravel_index(int(room.argmax()), room.shape))
        row, column = row + box[0].start, column + box[1].start
        colour = [int(value) for value in flats.array[row, column]]
        cv2.circle(pixels, (column, row), int(np.clip(0.6 * room.max(), 1, 8)), (*colour, 255), -1)
    return Hints(pixels)


def bounded(pixels: UInt8Array, longest: int = LONGEST) -> UInt8Array:
    """Brought down by area average until no side is longer."""
    scale = longest / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    wanted = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, wanted, interpolation=cv2.INTER_AREA), np.uint8)


def pack_pictures(pack: Path, limit: int | None = None) -> list[PackedPicture]:
    """The validation pictures of a training pack, in the order of their hashes.

    Raises:
        DatasetError: no pack, or none of its pictures is for validation.
    """
    kept = [entry for entry in read_pack(pack) if entry.split == "validation"]
    if not kept:
        raise DatasetError(f"{pack} has no pictures for validation; make the pack from more characters.")
    kept.sort(key=lambda entry: entry.sha256)
    return [PackedPicture(pack, entry.id, entry.file, entry.sha256) for entry in kept[:limit]]


def folder_pictures(folder: Path, limit: int | None = None) -> list[Picture]:
    """The pictures of a plain folder, by name.

    Raises:
        DatasetError: there are none.
    """
    found = _files(folder, FORMATS)
    if not found:
        raise DatasetError(f"{folder} holds no pictures; expected files that end in {', '.join(FORMATS)}.")
    return [Picture(path) for path in found[:limit]]


def hinted_drawings(linearts: Path, hints: Path, limit: int | None = None) -> tuple[list[Drawing], list[str]]:
    """Linearts paired with hint files of the same name, or NAME-lineart.png with NAME-hints.json and the like.

    Where both lie in one folder only .json files are hints.

    Returns:
        the pairs by name, and the names of hint files without a lineart.

    Raises:
        DatasetError: nothing pairs.
    """
    drawings = {path.stem: path for path in _files(linearts, FORMATS)}
    sheets = _files(hints, (".json",) if linearts.resolve() == hints.resolve() else (".json", *FORMATS))
    found = {sheet: _drawing_for(sheet, drawings) for sheet in sheets}
    pairs = [Drawing(drawing, sheet) for sheet, drawing in found.items() if drawing]
    missing = [sheet.stem for sheet, drawing in found.items() if not drawing]
    if not pairs:
        raise DatasetError(
            f"No file in {hints} is named like a drawing in {linearts}; name hints NAME.json for NAME.png."
        )
    return pairs[:limit], missing


def _drawing_for(sheet: Path, drawings: Mapping[str, Path]) -> Path | None:
    stem = sheet.stem.rpartition("-hints")[0]
    return drawings.get(sheet.stem) or (drawings.get(f"{stem}-lineart") if stem else None)


def _files(folder: Path, suffixes: Sequence[str] | dict[str, str]) -> list[Path]:
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a folder; name the folder that holds the pictures.")
    wanted = tuple(suffixes)
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in wanted and not path.name.startswith("."))


def centre_crop(case: Case, side: int = 512) -> Case:
    """The middle of a case, at most `side` x `side`."""
    window = _middle(case.stencil.size, side)
    stencil = case.stencil
    cut = Stencil(
        Lineart(stencil.lineart.array[window]),
        Hints(stencil.hints.array[window]),
        type(stencil.mask)(stencil.mask.array[window]),
        Illustration(stencil.base.array[window]),
    )
    flats, target = (part and Illustration(part.array[window]) for part in (case.flats, case.target))
    return replace(case, stencil=cut, regions=Regions(case.regions.array[window]), flats=flats, target=target)


def _middle(size: Size, side: int) -> tuple[slice, slice]:
    starts = [max(0, (length - side) // 2) for length in size]
    return slice(starts[0], starts[0] + side), slice(starts[1], starts[1] + side)
