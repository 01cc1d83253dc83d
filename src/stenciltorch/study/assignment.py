"""Who sees what, in which order: drawn at random, balanced over raters, kept on the server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from stenciltorch.study.protocol import BETTER, DAMAGED, SHOWN, WORSE, Check, Protocol

OPINION, PAIR = "opinion", "pair"
TRAINING, MAIN, GOLDEN, REPEAT = "training", "main", "golden", "repeat"
LEAST_APART = 3
"""Trials between a trial and its repetition, where the session is long enough."""


@dataclass(frozen=True)
class Trial:
    """One question.

    Args:
        block: `OPINION` or `PAIR`.
        role: `MAIN` counts; the others are practice or tell who looks.
        left: a model, or `DAMAGED`; the only one of an opinion.
        right: None for an opinion.
        repeats: position in the session of the trial that is asked again.
    """

    block: str
    role: str
    picture: str
    left: str
    right: str | None = None
    repeats: int | None = None


@dataclass(frozen=True)
class Usage:
    """How often others have been asked: pictures of opinions, and (picture, model, model) of pairs, models sorted."""

    pictures: Counter[str]
    pairs: Counter[tuple[str, str, str]]

    @classmethod
    def none(cls) -> Usage:
        return cls(Counter(), Counter())

    def add(self, trials: Iterable[Trial]) -> None:
        """Count the main trials of a session, each picture of opinions once."""
        main = [trial for trial in trials if trial.role == MAIN]
        self.pictures.update({trial.picture for trial in main if trial.block == OPINION})
        self.pairs.update(pair_of(trial) for trial in main if trial.block == PAIR)


def pair_of(trial: Trial) -> tuple[str, str, str]:
    first, second = sorted((trial.left, str(trial.right)))
    return trial.picture, first, second


def plan_session(protocol: Protocol, usage: Usage, rng: np.random.Generator) -> list[Trial]:
    """The questions of the next rater: opinions first, then pairs; practice begins each block."""
    opinions = _block(protocol, choose_opinions(protocol, usage, rng), OPINION, 0, rng)
    pairs = _block(protocol, choose_pairs(protocol, usage, rng), PAIR, len(opinions), rng)
    return opinions + pairs


def choose_opinions(protocol: Protocol, usage: Usage, rng: np.random.Generator) -> list[Trial]:
    """Every model's version of the pictures that have been asked least."""
    names = list(protocol.rated)
    order = np.lexsort((rng.random(len(names)), np.array([usage.pictures[name] for name in names])))
    chosen = [names[index] for index in order[: protocol.session.pictures]]
    return [Trial(OPINION, MAIN, name, model) for name in chosen for model in protocol.models]


def choose_pairs(protocol: Protocol, usage: Usage, rng: np.random.Generator) -> list[Trial]:
    """The pairs asked least: by models in this session and in all, then by picture; sides alternate at random."""
    cells = [(name, *pair) for name in protocol.rated for pair in combinations(sorted(protocol.models), 2)]
    of_models = np.unique([f"{first}\0{second}" for _, first, second in cells], return_inverse=True)[1]
    of_picture = np.unique([name for name, *_ in cells], return_inverse=True)[1]
    total = np.array([usage.pairs[cell] for cell in cells])
    total_of_models = np.bincount(of_models, total)
    mine, mine_of_picture, mine_of_models = (np.zeros(len(cells)) for _ in range(3))
    chosen = []
    for _ in range(protocol.session.pairs):
        tie = rng.random(len(cells))
        keys = (tie, mine_of_picture[of_picture], total, total_of_models[of_models], mine, mine_of_models[of_models])
        best = np.lexsort(keys)[0]
        chosen.append(cells[best])
        mine[best] += 1
        mine_of_picture[of_picture[best]] += 1
        mine_of_models[of_models[best]] += 1
    swaps = rng.permutation(np.arange(len(chosen)) % 2)
    return [_pair(MAIN, cell, bool(swap)) for cell, swap in zip(chosen, swaps, strict=True)]


def _pair(role: str, cell: tuple[str, str, str], swap: bool) -> Trial:
    picture, first, second = cell
    return Trial(PAIR, role, picture, second, first) if swap else Trial(PAIR, role, picture, first, second)


def _block(protocol: Protocol, main: list[Trial], block: str, start: int, rng: np.random.Generator) -> list[Trial]:
    """Practice, then the rest in random order.

    Args:
        start: position of the block's first trial in the session.
    """
    if not main:
        return []
    practice = _practice(protocol, block, rng)
    golden = [_golden(protocol, name, block, GOLDEN, rng) for name in protocol.golden]
    asked = [_check(name, check, rng) for name, check in protocol.checks.items()]
    golden += [trial for trial in asked if trial.block == block]
    order = _insert(spread(main, rng), golden, rng)
    return practice + _with_repeats(order, protocol.session.repeats, start + len(practice), rng)


def _practice(protocol: Protocol, block: str, rng: np.random.Generator) -> list[Trial]:
    """Each picture for practice damaged and as some model made it, so that the whole scale is seen."""
    trials = []
    for name in protocol.training:
        trials.append(_golden(protocol, name, block, TRAINING, rng))
        left, right = (str(model) for model in rng.choice(protocol.models, 2, replace=False))
        trials.append(Trial(block, TRAINING, name, left, right if block == PAIR else None))
    return [trials[index] for index in rng.permutation(len(trials))]


def _golden(protocol: Protocol, name: str, block: str, role: str, rng: np.random.Generator) -> Trial:
    if block == OPINION:
        return Trial(block, role, name, DAMAGED)
    whole = str(protocol.pictures[name].damaged_from)
    return _pair(role, (name, DAMAGED, whole), bool(rng.random() < 0.5))


def _check(name: str, check: Check, rng: np.random.Generator) -> Trial:
    if check.scores is not None:
        return Trial(OPINION, GOLDEN, name, SHOWN)
    return _pair(GOLDEN, (name, BETTER, WORSE), bool(rng.random() < 0.5))


def spread(trials: Sequence[Trial], rng: np.random.Generator) -> list[Trial]:
    """In random order, versions of one picture apart where that can be."""
    left: dict[str, list[Trial]] = {trial.picture: [] for trial in trials}
    for index in rng.permutation(len(trials)):
        left[trials[index].picture].append(trials[index])
    order: list[Trial] = []
    while any(left.values()):
        last = order[-1].picture if order else None
        names = [name for name, rest in left.items() if rest and name != last] or [str(last)]
        most = max(len(left[name]) for name in names)
        crowded = sum(len(rest) for rest in left.values()) <= 2 * most
        names = [name for name in names if len(left[name]) == most] if crowded else names
        weights = np.array([len(left[name]) for name in names], float)
        order.append(left[str(rng.choice(names, p=weights / weights.sum()))].pop())
    return order


def _insert(order: list[Trial], golden: list[Trial], rng: np.random.Generator) -> list[Trial]:
    """Golden trials anywhere but at the very beginning."""
    mixed = list(order)
    for trial in golden:
        mixed.insert(int(rng.integers(min(2, len(mixed)), len(mixed) + 1)), trial)
    return mixed


def _with_repeats(order: list[Trial], share: float, start: int, rng: np.random.Generator) -> list[Trial]:
    """Some trials of the first half come again in the second, well apart; pairs with sides exchanged."""
    main = [index for index, trial in enumerate(order) if trial.role == MAIN]
    early = main[: max(1, len(main) // 2)]
    count = min(round(share * len(main)), len(early))
    chosen = sorted(int(index) for index in rng.choice(early, count, replace=False)) if count else []
    mixed = list(order)
    for index in chosen:
        least = min(max(len(order) // 2, chosen[-1] + 1 + LEAST_APART), len(mixed))
        mixed.insert(int(rng.integers(least, len(mixed) + 1)), _again(order[index], start + index))
    return mixed


def _again(trial: Trial, position: int) -> Trial:
    if trial.right is None:
        return replace(trial, role=REPEAT, repeats=position)
    return replace(trial, role=REPEAT, repeats=position, left=trial.right, right=trial.left)
