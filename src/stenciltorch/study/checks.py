"""Questions of the study's own whose answers are known, from a file that says what is right (docs/study.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stenciltorch.canvas import Illustration
from stenciltorch.errors import DatasetError, InputError
from stenciltorch.files import read_illustration
from stenciltorch.study.protocol import BETTER, SHOWN, WORSE, Check
from stenciltorch.study.replies import SCORES

SHAPES = ({"picture", "scores"}, {"better", "worse"})
EXPECTED = (
    'expected {"picture": "NAME.png", "scores": [LEAST, MOST]} or {"better": "NAME.png", "worse": "NAME.png"}, '
    'with "beside": "NAME.png" if you like'
)


@dataclass(frozen=True)
class Asked:
    """A question as its author wrote it.

    Args:
        pictures: files by `SHOWN`, or by `BETTER` and `WORSE`.
        beside: what is shown beside.
        scores: the least and the most that is right, where one picture is shown.
    """

    pictures: Mapping[str, Path]
    beside: Path | None = None
    scores: tuple[int, int] | None = None


def read_checks(path: Path) -> list[Asked]:
    """The questions of a JSON file, whose pictures are named as seen from the file's folder.

    Raises:
        InputError: no such file, or no list of such questions.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON ({error}); name a list of questions.") from error
    if not isinstance(entries, list) or not entries:
        raise InputError(f"{path} holds no list of questions; {EXPECTED}.")
    return [_asked(entry, f"Question {number} of {path}", path.parent) for number, entry in enumerate(entries, start=1)]


def _asked(entry: Any, where: str, folder: Path) -> Asked:
    found = set(entry) - {"beside"} if isinstance(entry, dict) else set()
    if found not in SHAPES:
        raise InputError(f"{where} says {json.dumps(entry)[:120]}; {EXPECTED}.")
    names = [entry[key] for key in ("picture", "better", "worse", "beside") if key in entry]
    if not all(isinstance(name, str) and name for name in names):
        raise InputError(f"{where} names a picture by what is no file name; {EXPECTED}.")
    beside = folder / entry["beside"] if "beside" in entry else None
    if "picture" in entry:
        return Asked({SHOWN: folder / entry["picture"]}, beside, _scores(entry["scores"], where))
    return Asked({BETTER: folder / entry["better"], WORSE: folder / entry["worse"]}, beside)


def _scores(found: Any, where: str) -> tuple[int, int]:
    whole = isinstance(found, list) and len(found) == 2 and all(type(score) is int for score in found)
    if not whole or not (SCORES[0] <= found[0] <= found[1] <= SCORES[-1]):
        raise InputError(
            f"{where} calls the scores {json.dumps(found)} right; expected [LEAST, MOST] from {SCORES[0]} to "
            f"{SCORES[-1]}, such as [4, 5]."
        )
    if (found[0], found[1]) == (SCORES[0], SCORES[-1]):
        raise InputError(f"{where} takes any score for right, which tells nothing of who looks; say fewer.")
    return found[0], found[1]


def keep_checks(asked: list[Asked], keep: Callable[[Illustration], str]) -> dict[str, Check]:
    """The questions by names that no file can have, their pictures in the study.

    Args:
        keep: writes a picture into the study; its sha256.

    Raises:
        DatasetError: two pictures that are to be compared differ in size.
        StencilTorchError: a picture cannot be read.
    """
    return {f"check/{number}": _kept(one, keep) for number, one in enumerate(asked, start=1)}


def _kept(asked: Asked, keep: Callable[[Illustration], str]) -> Check:
    pictures = {role: read_illustration(path) for role, path in asked.pictures.items()}
    sizes = {picture.size for picture in pictures.values()}
    if len(sizes) > 1:
        told = " and ".join(f"{path} ({pictures[role].size})" for role, path in asked.pictures.items())
        raise DatasetError(f"{told} differ in size; pictures that are compared must have the same size.")
    size = sizes.pop()
    context = None if asked.beside is None else keep(read_illustration(asked.beside))
    kept = {role: keep(picture) for role, picture in pictures.items()}
    return Check((size.width, size.height), kept, context, asked.scores)
