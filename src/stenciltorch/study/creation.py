"""Folders of pictures -> a frozen study."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Illustration
from stenciltorch.errors import ConfigError, DatasetError, InputError
from stenciltorch.files import FORMATS, encode_illustration, read_illustration, write_bytes
from stenciltorch.study.checks import keep_checks, read_checks
from stenciltorch.study.protocol import (
    DAMAGED,
    PICTURES,
    Picture,
    Plan,
    Protocol,
    Screening,
    Session,
    check_settings,
    freeze,
    picture_file,
)
from stenciltorch.study.store import Store

Pixels = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.intp]

TILES = 9
"""A damaged picture is cut into so many rows and columns."""


@dataclass(frozen=True)
class Order:
    """What is asked of `create`.

    Args:
        models: name -> folder with one picture per drawing, named alike in all folders.
        compared: the model that the others are compared with; by default the first.
        context: a folder with what is shown beside each picture, named alike.
        training: drawings that are only practised with.
        golden: drawings of which a damaged version is made, to see who looks.
        checks: a file of further questions whose answers are known (`checks.read_checks`).
    """

    title: str
    models: Mapping[str, Path]
    compared: str | None = None
    welcome: str = ""
    contact: str = ""
    context: Path | None = None
    training: int = 2
    golden: int = 3
    checks: Path | None = None
    session: Session = field(default_factory=Session)
    screening: Screening = field(default_factory=Screening)
    level: float = 0.95
    replicates: int = 2000
    most_raters: int = 500
    seed: int = 0


def create(folder: Path, order: Order, created: str, step: Callable[[float], None] = lambda share: None) -> Protocol:
    """Copy the pictures without names, make the damaged ones, freeze the protocol, start the database.

    Args:
        created: ISO 8601.
        step: called with the share that is done.

    Raises:
        ConfigError: settings that do not fit together, or a folder that holds something already.
        DatasetError: folders that do not hold the same drawings.
        InputError: a file of checks that says something else.
    """
    rng = np.random.default_rng(order.seed)
    paths = _matched(order.models)
    asked = [] if order.checks is None else read_checks(order.checks)
    protocol = _draft(order, list(paths), created, rng)
    check_settings(replace(protocol, checks=keep_checks(asked, lambda picture: "")))
    context = {} if order.context is None else _matched({"context": order.context})
    _make_folder(folder)
    pictures = {}
    for number, (name, versions) in enumerate(paths.items()):
        beside = _beside(context, name, order.context)
        pictures[name] = _add(folder, name, versions, beside, name in (*protocol.golden, *protocol.training), rng)
        step((number + 1) / len(paths))
    complete = replace(protocol, pictures=pictures, checks=keep_checks(asked, partial(_keep, folder)))
    Store.create(folder, freeze(folder, complete)).close()
    return complete


def _draft(order: Order, names: list[str], created: str, rng: np.random.Generator) -> Protocol:
    if order.training < 0 or order.golden < 0 or order.training > max(len(names) - 2, 0):
        raise ConfigError(
            f"--training {order.training} leaves too few of the {len(names)} pictures; at least 2 must remain."
        )
    shuffled = [names[index] for index in rng.permutation(len(names))]
    training, rest = shuffled[: order.training], shuffled[order.training :]
    plan = Plan(order.compared or next(iter(order.models), ""), order.level, order.replicates)
    return Protocol(
        title=order.title,
        welcome=order.welcome,
        contact=order.contact,
        models=tuple(order.models),
        pictures=dict.fromkeys(names, Picture((1, 1), {})),
        training=tuple(sorted(training)),
        golden=tuple(sorted(rest[: order.golden])),
        plan=plan,
        session=replace(order.session, pictures=min(order.session.pictures, len(rest))),
        screening=order.screening,
        seed=order.seed,
        most_raters=order.most_raters,
        created=created,
    )


def _matched(models: Mapping[str, Path]) -> dict[str, dict[str, Path]]:
    """Drawing -> model -> file."""
    found = {model: _pictures_in(path) for model, path in models.items()}
    if not found:
        return {}
    first, *others = found.items()
    for model, pictures in others:
        lacking = sorted(set(first[1]) ^ set(pictures))
        if lacking:
            raise DatasetError(
                f"The pictures of {first[0]} and {model} do not match: {_listed(lacking)} is in one folder only; "
                "give every model's version of a drawing the same name."
            )
    return {name: {model: found[model][name] for model in found} for name in sorted(first[1])}


def _pictures_in(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; expected one with pictures.")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in FORMATS and path.name[0] != ".")
    found: dict[str, Path] = {}
    for path in paths:
        if path.stem in found:
            raise DatasetError(f"{found[path.stem]} and {path} have the same name; keep one of them.")
        found[path.stem] = path
    if not found:
        raise DatasetError(f"{folder} holds no pictures; expected {', '.join(FORMATS)} files.")
    return found


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigError(f"{folder} is not empty; name a new folder for the study.")
        (folder / PICTURES).mkdir()
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made ({error.strerror}); name another folder.") from error


def _beside(context: Mapping[str, Mapping[str, Path]], name: str, folder: Path | None) -> Path | None:
    if folder is None:
        return None
    if name not in context:
        raise DatasetError(f"{folder} has no picture named {name}; what is shown beside is needed for every drawing.")
    return context[name]["context"]


def _add(
    folder: Path, name: str, versions: Mapping[str, Path], beside: Path | None, golden: bool, rng: np.random.Generator
) -> Picture:
    pictures = {model: read_illustration(path) for model, path in versions.items()}
    sizes = {picture.size for picture in pictures.values()}
    if len(sizes) > 1:
        told = ", ".join(f"{model} {picture.size}" for model, picture in pictures.items())
        raise DatasetError(f"The versions of {name} differ in size ({told}); all must have the same size.")
    size = sizes.pop()
    files = {model: _keep(folder, picture) for model, picture in pictures.items()}
    source = None
    if golden:
        source = str(rng.choice(list(pictures)))
        files[DAMAGED] = _keep(folder, damaged(pictures[source], rng))
    context = None if beside is None else _keep(folder, read_illustration(beside))
    return Picture((size.width, size.height), files, context, source)


def _keep(folder: Path, picture: Illustration) -> str:
    """Write pixels and nothing else: a file's own notes could name the model."""
    data = encode_illustration(picture, ".png")
    sha256 = hashlib.sha256(data).hexdigest()
    write_bytes(picture_file(folder, sha256), data)
    return sha256


def damaged(picture: Illustration, rng: np.random.Generator) -> Illustration:
    """A version that nobody who looks can like: colours inverted here and there, tiles in disorder."""
    array = picture.array
    rows, columns = (np.array_split(np.arange(side), min(TILES, side)) for side in array.shape[:2])
    changed = array.copy()
    places = [(row, column) for row in rows for column in columns]
    for index, source in enumerate(rng.permutation(len(places))):
        height, width = (len(along) for along in places[index])
        tile = _tile(array, places[source], height, width)
        changed[np.ix_(*places[index])] = 255 - tile if rng.random() < 0.4 else tile
    return Illustration(changed)


def _tile(array: Pixels, place: tuple[Indices, Indices], height: int, width: int) -> Pixels:
    """The tile that begins at these rows and columns, moved so that it has this size."""
    top, left = (
        min(int(along[0]), most)
        for along, most in zip(place, (len(array) - height, array.shape[1] - width), strict=True)
    )
    return array[top : top + height, left : left + width]
