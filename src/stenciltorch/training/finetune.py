"""Fine-tuning on one's own pictures: a plain folder in, a model folder out."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from stenciltorch.errors import ConfigError, DatasetError
from stenciltorch.files import FORMATS
from stenciltorch.training.checkpoint import LATEST, State, load
from stenciltorch.training.config import ShapeConfig, TrainConfig
from stenciltorch.training.pack import Entry, build_pack, read_pack
from stenciltorch.training.warmstart import read_weights

SOURCE = "own"
HELD_OUT = 12
"""With at least twice as many pictures, one in so many is kept for validation."""
COLOURFUL = 6.0
"""Mean distance of a picture's channels from grey, in levels, from which on it counts as coloured."""


def find_pictures(folder: Path) -> list[Path]:
    """All pictures in a folder and the folders in it, by name.

    Raises:
        DatasetError: there are none.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder} is no folder; name the folder with your finished, coloured pictures.")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in FORMATS and path.is_file())
    if not found:
        raise DatasetError(f"{folder} holds no pictures; expected files that end in {', '.join(FORMATS)}.")
    return found


def pack_folder(folder: Path, work: Path) -> Iterator[tuple[int, int]]:
    """Make the pack `work/pack` of a plain folder of pictures; yields (done, all). Goes on where it stopped.

    Raises:
        DatasetError: no picture can be read, or hardly any has colours.
    """
    pictures, listing = find_pictures(folder), work / "art"
    listing.mkdir(parents=True, exist_ok=True)
    with (listing / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["file", "source", "sha256"])
        table.writerows([path.resolve(), SOURCE, hashlib.sha256(path.read_bytes()).hexdigest()] for path in pictures)
    yield from build_pack(listing, work / "pack")
    entries = read_pack(work / "pack")
    if not entries:
        raise DatasetError(f"None of the {len(pictures)} pictures in {folder} can be read; are they damaged?")
    _check_colours(work / "pack", entries, folder)
    _split(work / "pack", entries)


def _check_colours(pack: Path, entries: list[Entry], folder: Path) -> None:
    """Raises DatasetError when most pictures are grey: then the folder holds linearts, or both mixed up."""
    grey = sum(not _is_coloured(pack, entry) for entry in entries)
    if 2 * grey > len(entries):
        raise DatasetError(
            f"{grey} of the {len(entries)} pictures in {folder} have no colours; fine-tuning learns from finished "
            "pictures and draws their linearts itself, so name a folder with coloured pictures only."
        )


def _is_coloured(pack: Path, entry: Entry) -> bool:
    with np.load(pack / f"{entry.id}.npz") as stored:
        pixels = stored["illustration"][::4, ::4].astype(np.float32)
    return bool(np.abs(pixels - pixels.mean(axis=2, keepdims=True)).mean() >= COLOURFUL)


def _split(pack: Path, entries: list[Entry]) -> None:
    """A few of many pictures are for validation, all of a few for training."""
    ordered = sorted(entries, key=lambda entry: entry.sha256)
    many = len(ordered) >= 2 * HELD_OUT
    rows = [
        asdict(replace(entry, split="validation" if many and number % HELD_OUT == 0 else "train"))
        for number, entry in enumerate(ordered)
    ]
    temporary = pack / "pack.json.tmp"
    temporary.write_text(json.dumps(rows, indent=0), encoding="utf-8")
    temporary.replace(pack / "pack.json")


def beginning(model: Path | None, run: Path | None) -> State:
    """The weights to start from: a run's, or those beside a model.

    Raises:
        ConfigError, ModelError: there are none.
    """
    if run is not None:
        return load(run / LATEST)
    from stenciltorch.runtime import find_model

    return read_weights(find_model(model))


def fitted(config: TrainConfig, start: State) -> TrainConfig:
    """The recipe with the shape of the net that is trained further.

    Raises:
        ConfigError: the weights are no studio net's of this version.
    """
    try:
        shape: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in start.config["shape"].items()
        }
        return replace(config, shape=ShapeConfig(**shape))
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            "Only the studio net of this version can be fine-tuned; begin with a model or a run of it."
        ) from error
