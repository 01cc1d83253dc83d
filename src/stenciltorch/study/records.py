"""Rows of the database -> arrays for the analysis, and a table for everybody else."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import StringIO

import numpy as np
import numpy.typing as npt

from stenciltorch.study.assignment import MAIN, OPINION, PAIR
from stenciltorch.study.replies import FIRST, NEITHER, Row

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

COLUMNS = ("rater", "position", "block", "role", "picture", "left", "right", "repeats", "value", "milliseconds",
           "screen", "answered")  # fmt: skip
OUTCOMES = {FIRST: 1.0, NEITHER: 0.5}


@dataclass(frozen=True)
class Opinions:
    """Scores that count, one an entry: numbers of rater and picture (from 0, no gaps) and of the model, the score."""

    rater: Ints
    picture: Ints
    model: Ints
    score: Floats
    models: tuple[str, ...]


@dataclass(frozen=True)
class Pairs:
    """Comparisons that count: numbers of rater, picture and of the models at both sides; `outcome` is 1 when left won,
    0 when right did, 0.5 when there was no difference."""

    rater: Ints
    picture: Ints
    left: Ints
    right: Ints
    outcome: Floats
    models: tuple[str, ...]


def opinions_of(rows: Sequence[Row], models: tuple[str, ...], without: Collection[int] = ()) -> Opinions:
    """The answered main opinions.

    Args:
        without: raters that are left out.
    """
    kept = _main(rows, OPINION, without)
    model = _numbers([row.trial.left for row in kept], models)
    score = np.array([row.value for row in kept], float)
    return Opinions(
        _dense([row.rater for row in kept]), _dense([row.trial.picture for row in kept]), model, score, models
    )


def pairs_of(rows: Sequence[Row], models: tuple[str, ...], without: Collection[int] = ()) -> Pairs:
    """The answered main pairs."""
    kept = _main(rows, PAIR, without)
    left, right = (_numbers([str(getattr(row.trial, side)) for row in kept], models) for side in ("left", "right"))
    outcome = np.array([OUTCOMES.get(row.value or 0, 0.0) for row in kept], float)
    rater, picture = _dense([row.rater for row in kept]), _dense([row.trial.picture for row in kept])
    return Pairs(rater, picture, left, right, outcome, models)


def _main(rows: Sequence[Row], block: str, without: Collection[int]) -> list[Row]:
    return [
        row
        for row in rows
        if row.value is not None and row.trial.role == MAIN and row.trial.block == block and row.rater not in without
    ]


def _numbers(names: Sequence[str], known: tuple[str, ...]) -> Ints:
    places = {name: at for at, name in enumerate(known)}
    return np.array([places[name] for name in names], np.intp)


def _dense(labels: Sequence[object]) -> Ints:
    return np.unique(np.array(labels), return_inverse=True)[1].astype(np.intp).ravel()


def as_csv(rows: Sequence[Row]) -> str:
    """Every trial with its answer; a rater is a number and nothing else. The times are left out but for the day."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        trial = row.trial
        asked = (trial.block, trial.role, trial.picture, trial.left, trial.right, trial.repeats)
        writer.writerow((row.rater, row.position, *asked, row.value, row.milliseconds, row.screen, row.answered[:10]))
    return text.getvalue()
