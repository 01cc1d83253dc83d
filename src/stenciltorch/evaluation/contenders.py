"""Who is measured: model folders, the classical baseline, pictures that another program made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from stenciltorch.canvas import Colorizer, Illustration, Painting, Stencil
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.errors import InputError, ModelError
from stenciltorch.evaluation.cases import Case
from stenciltorch.evaluation.classical import ClassicalColorizer
from stenciltorch.files import FORMATS, read_illustration
from stenciltorch.runtime import find_model

CLASSICAL = "classical"
"""The name by which the baseline without learning is asked for."""

DEFAULT = "default"
"""The name by which the model that came with StencilTorch is asked for."""


class FixedPicture:
    """A picture that another program made for one request; it can answer nothing else."""

    def __init__(self, stencil: Stencil, picture: Illustration) -> None:
        self.stencil, self.picture = stencil, picture

    def __call__(self, stencil: Stencil) -> Painting:
        """Raises InputError when asked for anything but its own request."""
        if stencil != self.stencil:
            raise InputError("A picture that is there already cannot answer another request; leave such figures out.")
        return Painting(self.picture, self.picture, self.picture)


@dataclass(frozen=True)
class Contender:
    """One column of the table; small enough to send to another process.

    Args:
        folder: of a model, or of pictures; None for the classical baseline.
    """

    name: str
    kind: Literal["model", "classical", "pictures"]
    folder: Path | None = None

    @property
    def answers_all(self) -> bool:
        """Whether it can be asked for more than one picture of each case."""
        return self.kind != "pictures"

    def open(self, case: Case, threads: int) -> Colorizer:
        """Raises InputError or ModelError when it cannot answer this case."""
        if self.kind == "classical":
            return ClassicalColorizer()
        if self.kind == "model":
            return _open_model(self.folder, threads)
        assert self.folder is not None
        return FixedPicture(case.stencil, _picture_of(case, self.folder))


@cache
def _open_model(folder: Path | None, threads: int) -> OnnxColorizer:
    """One session for each process; graphs are read-only."""
    return OnnxColorizer.load(folder, threads)


def _picture_of(case: Case, folder: Path) -> Illustration:
    for suffix in FORMATS:
        path = folder / f"{case.name}{suffix}"
        if path.is_file():
            picture = read_illustration(path)
            if picture.size != case.stencil.size:
                raise InputError(
                    f"{path} has {picture.size} pixels, expected {case.stencil.size}; paint the request as is."
                )
            return picture
    raise InputError(f"{folder} has no picture for {case.name}; expected {case.name}.png, one for each request.")


def find_contenders(named: list[str]) -> list[Contender]:
    """`classical`, `default`, a model folder, or a folder of pictures named like the cases.

    Raises:
        ModelError: neither; or two with one name.
    """
    found = [_contender(text) for text in named]
    names = [contender.name for contender in found]
    if len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise ModelError(f"Two models are named {double!r}; rename one of the folders.")
    return found


def _contender(text: str) -> Contender:
    if text == CLASSICAL:
        return Contender(CLASSICAL, "classical")
    if text == DEFAULT:
        return Contender(DEFAULT, "model", find_model())
    folder = Path(text)
    if (folder / "model.json").is_file():
        return Contender(folder.resolve().name, "model", folder)
    if folder.is_dir() and any(path.suffix.lower() in FORMATS for path in folder.iterdir()):
        return Contender(folder.resolve().name, "pictures", folder)
    raise ModelError(
        f"{text!r} is no model; give {CLASSICAL!r}, {DEFAULT!r}, a folder with model.json, or a folder of pictures."
    )
