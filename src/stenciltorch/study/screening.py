"""Which raters are left out, by the rules that were frozen with the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

import numpy as np

from stenciltorch.study.assignment import GOLDEN, MAIN, OPINION, PAIR, REPEAT
from stenciltorch.study.protocol import Check, Screening
from stenciltorch.study.records import Floats
from stenciltorch.study.replies import FIRST, NEITHER, SECOND, Row, right_answer

OUTLYING, ONE_SIDED = 0.05, 0.3
"""BT.500: reject above this share of far scores, unless they lie to one side by this share."""
NO_CHECKS: Mapping[str, Check] = MappingProxyType({})
SWAPPED = {FIRST: SECOND, SECOND: FIRST, NEITHER: NEITHER}


@dataclass(frozen=True)
class Verdict:
    """What is known of a rater's care; None where there was nothing to judge by.

    Args:
        broken: names of the rules that the rater broke; none: the rater counts.
    """

    rater: int
    answered: float
    golden: float | None
    repeat_difference: float | None
    repeat_agreement: float | None
    seconds: float | None
    broken: tuple[str, ...]


def screen(rows: Sequence[Row], rules: Screening, checks: Mapping[str, Check] = NO_CHECKS) -> list[Verdict]:
    """A verdict on each rater who answered anything.

    Args:
        rows: by rater and position.
        checks: the protocol's.
    """
    by_rater = {rater: list(own) for rater, own in groupby(rows, key=lambda row: row.rater)}
    present = {rater: own for rater, own in by_rater.items() if any(row.value is not None for row in own)}
    far = bt500(rows) if rules.bt500 else set()
    return [_judge(rater, own, rules, checks, rater in far) for rater, own in present.items()]


def _judge(rater: int, own: list[Row], rules: Screening, checks: Mapping[str, Check], far: bool) -> Verdict:
    given = [row for row in own if row.value is not None]
    counting = [row for row in given if row.trial.role in (MAIN, GOLDEN, REPEAT)]
    answered = len(given) / len(own)
    golden_rows = [(row.trial, int(row.value or 0)) for row in given if row.trial.role == GOLDEN]
    seen = [right_answer(trial, value, rules.golden_score, checks.get(trial.picture)) for trial, value in golden_rows]
    golden = _mean(seen, rules.least)
    difference, agreement = _repeats(own, rules.least)
    seconds = float(np.median([(row.milliseconds or 0) / 1000 for row in counting])) if counting else None
    broken = (
        ("answered", answered < rules.answered),
        ("golden", golden is not None and golden < rules.golden),
        ("repeat_difference", difference is not None and difference > rules.repeat_difference),
        ("repeat_agreement", agreement is not None and agreement < rules.repeat_agreement),
        ("seconds", seconds is not None and seconds < rules.seconds),
        ("bt500", far),
    )
    rules_broken = tuple(name for name, is_broken in broken if is_broken)
    return Verdict(rater, answered, golden, difference, agreement, seconds, rules_broken)


def _repeats(own: list[Row], least: int) -> tuple[float | None, float | None]:
    """Mean difference of repeated scores, and share of repeated pairs decided alike."""
    values = {row.position: row.value for row in own}
    differences: list[float] = []
    alike: list[float] = []
    for row in own:
        first = values.get(row.trial.repeats) if row.trial.repeats is not None else None
        if row.value is None or first is None:
            continue
        if row.trial.block == OPINION:
            differences.append(abs(row.value - first))
        elif row.trial.block == PAIR:
            alike.append(SWAPPED[row.value] == first)
    return _mean(differences, least), _mean(alike, least)


def _mean(values: Sequence[float], least: int) -> float | None:
    """None when there are too few to judge by."""
    return float(np.mean(values)) if len(values) >= max(least, 1) else None


def bt500(rows: Sequence[Row]) -> set[int]:
    """Raters that ITU-R BT.500-14 (annex 1, 2.3.1) rejects: often far from the others, to both sides alike."""
    main = [row for row in rows if row.value is not None and row.trial.role == MAIN and row.trial.block == OPINION]
    raters = sorted({row.rater for row in main})
    pictures = sorted({(row.trial.picture, row.trial.left) for row in main})
    scores = np.full((len(raters), len(pictures)), np.nan)
    at_rater, at_picture = ({name: at for at, name in enumerate(names)} for names in (raters, pictures))
    for row in main:
        scores[at_rater[row.rater], at_picture[row.trial.picture, row.trial.left]] = row.value
    return {raters[at] for at in np.flatnonzero(far_from_others(scores))} if len(raters) > 2 else set()


def far_from_others(scores: Floats) -> np.ndarray:
    """Which rows (raters) of scores by picture are rejected; nan where nothing was said."""
    count = np.isfinite(scores).sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = scores - np.nansum(scores, 0) / count
        second, fourth = np.nansum(centred**2, 0) / count, np.nansum(centred**4, 0) / count
        kurtosis = fourth / second**2
        deviation = np.sqrt(np.nansum(centred**2, 0) / (count - 1))
    reach = np.where((kurtosis >= 2) & (kurtosis <= 4), 2, np.sqrt(20)) * deviation
    usable = (count > 2) & (deviation > 0)
    above, below = ((sign * centred >= reach) & usable for sign in (1, -1))
    high, low, said = above.sum(1), below.sum(1), (np.isfinite(scores) & usable).sum(1)
    far = high + low
    outlying = far / np.maximum(said, 1) > OUTLYING
    return np.asarray(outlying & (np.abs(high - low) / np.maximum(far, 1) < ONE_SIDED))
