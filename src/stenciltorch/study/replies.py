"""The words between page, database and analysis: questions, answers, rows, and what can be wrong with them."""

from __future__ import annotations

from dataclasses import dataclass

from stenciltorch.errors import InputError
from stenciltorch.study.assignment import OPINION, Trial
from stenciltorch.study.protocol import DAMAGED, WORSE, Check

FIRST, SECOND, NEITHER = 1, 2, 0
"""Answers to a pair: left, right, no difference."""
SCORES = range(1, 6)


class UnknownRaterError(InputError):
    """A code that belongs to nobody, or to somebody who has withdrawn."""


class FullError(InputError):
    """No more raters are wanted."""


class OutOfTurnError(InputError):
    """An answer to a question that was not asked, or that was answered otherwise."""


@dataclass(frozen=True)
class Question:
    """What a rater's page is told of a trial: nothing of models or roles but whether it is practice.

    Args:
        pictures: opaque names; one, or left and right.
        context: opaque name of what is shown beside.
    """

    position: int
    total: int
    block: str
    practice: bool
    pictures: tuple[str, ...]
    context: str | None
    picture: str


@dataclass(frozen=True)
class Given:
    """An answer on its way in.

    Args:
        value: a score, or `FIRST`, `SECOND` or `NEITHER`.
        milliseconds: from the picture's appearance.
        screen: the page's size, as "390x844@3".
        ties: the protocol allows `NEITHER`.
    """

    value: int
    milliseconds: int = 0
    screen: str = ""
    ties: bool = True


@dataclass(frozen=True)
class Row:
    """One answered or open trial for the analysis."""

    rater: int
    position: int
    trial: Trial
    value: int | None
    milliseconds: int | None
    screen: str
    answered: str


def check_value(asked: Question, given: Given) -> None:
    choices = (NEITHER, FIRST, SECOND) if given.ties else (FIRST, SECOND)
    known = tuple(SCORES) if asked.block == OPINION else choices
    if given.value not in known:
        raise InputError(f"The answer to this question is one of {', '.join(map(str, known))}, found {given.value}.")


def right_answer(trial: Trial, value: int, most: int, check: Check | None = None) -> bool:
    """Whether a golden trial was seen for what it is.

    Args:
        most: score that a damaged picture may get.
        check: the question, where it is one of the study's own.
    """
    if trial.right is None:
        least, most = (check and check.scores) or (0, most)
        return least <= value <= most
    return value == (SECOND if trial.left in (DAMAGED, WORSE) else FIRST)
