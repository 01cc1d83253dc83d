"""Made-up raters with known opinions: to rehearse a study, and to see whether the analysis finds what is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.stats import norm

from stenciltorch.study.assignment import OPINION, Trial, Usage, plan_session
from stenciltorch.study.protocol import DAMAGED, Picture, Plan, Protocol, Session, read_frozen
from stenciltorch.study.records import Floats, Ints
from stenciltorch.study.replies import FIRST, NEITHER, SECOND, Row
from stenciltorch.study.store import Store

SCREEN = "390x844@3"
NODES = 31


@dataclass(frozen=True)
class World:
    """What is true. Standard deviations are in score points.

    Args:
        qualities: of the models, before rounding to scores.
        rater: how kind raters are.
        picture: how good pictures turn out with any model.
        rater_model: taste.
        picture_model: how much better a model does on some pictures.
        noise: from one answer of the same person to the next.
        odds: log odds that one score point is worth in a pair.
        tie: log odds of a tie between equals against a win.
        damaged: quality of what was damaged.
        careless: share of raters who click at random.
    """

    qualities: tuple[float, ...]
    rater: float = 0.4
    picture: float = 0.3
    rater_model: float = 0.2
    picture_model: float = 0.25
    noise: float = 0.7
    odds: float = 1.6
    tie: float = -0.7
    damaged: float = 0.6
    careless: float = 0.0

    def mean_scores(self) -> Floats:
        """Mean score of each model over all raters and pictures that could be."""
        spread = np.sqrt(self.rater**2 + self.picture**2 + self.rater_model**2 + self.picture_model**2 + self.noise**2)
        return _mean_score(np.array(self.qualities), float(spread))

    def mean_scores_of(self, people: People, models: int) -> Floats:
        """Mean score of each model over all raters, of these very pictures."""
        spread = np.sqrt(self.rater**2 + self.rater_model**2 + self.noise**2)
        latent = np.array(self.qualities) + people.pictures[:, None] + people.pictures_models[:, :models]
        return np.asarray(_mean_score(latent, float(spread)).mean(0))

    def won_of(self, people: People, trials: list[Trial], models: tuple[str, ...]) -> Floats:
        """Share of these comparisons that each model wins on average over raters, ties as half."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
        places = {name: at for at, name in enumerate(models)}
        sides = np.array([[places[trial.left], places[str(trial.right)]] for trial in trials])
        names = np.array([people.names[trial.picture] for trial in trials])
        latent = np.array(self.qualities)[sides] + people.pictures_models[names[:, None], sides]
        apart = self.odds * (latent[:, 0] - latent[:, 1])
        spread = self.odds * np.sqrt(2) * self.rater_model
        chances = np.exp(_log_chances(apart[:, None] + spread * nodes, self.tie))
        left = (chances[..., 0] + chances[..., 2] / 2) @ weights / weights.sum()
        won = np.bincount(sides[:, 0], left, len(models)) + np.bincount(sides[:, 1], 1 - left, len(models))
        return np.asarray(won / np.bincount(sides.ravel(), minlength=len(models)))

    def strengths(self) -> Floats:
        """What Bradley and Terry's model tends to with ever more raters and pictures; their mean is 0.

        Tastes differ, so this is less than quality x odds: chances are averaged, not log odds.
        """
        count = len(self.qualities)
        chances = {(i, j): self._chances(i, j) for i, j in combinations(range(count), 2)}

        def loss(point: Floats) -> float:
            strengths = np.r_[point[: count - 1], -point[: count - 1].sum()]
            return -sum(
                float(chance @ _log_chances(strengths[i] - strengths[j], point[-1])[0])
                for (i, j), chance in chances.items()
            )

        found = minimize(loss, np.zeros(count), method="BFGS", options={"gtol": 1e-8})
        return np.asarray(np.r_[found.x[: count - 1], -found.x[: count - 1].sum()])

    def _chances(self, first: int, second: int) -> Floats:
        nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
        spread = self.odds * np.sqrt(2 * (self.rater_model**2 + self.picture_model**2))
        middle = self.odds * (self.qualities[first] - self.qualities[second])
        return np.asarray(weights @ np.exp(_log_chances(middle + spread * nodes, self.tie)) / weights.sum())


def _log_chances(difference: float | Floats, tie: float) -> Floats:
    """Of first, second, neither; one row for each difference of strengths."""
    apart = np.atleast_1d(difference)
    odds = np.stack([apart / 2, -apart / 2, np.full_like(apart, tie)], axis=-1) - np.abs(apart[..., None]) / 2
    return np.asarray(odds - np.log(np.exp(odds).sum(-1, keepdims=True)))


def _mean_score(latent: Floats, spread: float) -> Floats:
    """Mean of a normal value rounded to 1 .. 5."""
    limits = np.array([1.5, 2.5, 3.5, 4.5])
    return np.asarray(1 + norm.sf((limits - latent[..., None]) / spread).sum(-1))


@dataclass(frozen=True)
class People:
    """Raters and pictures drawn from a world; the last column of the interactions belongs to what was damaged."""

    raters: Floats
    pictures: Floats
    raters_models: Floats
    pictures_models: Floats
    careless: npt.NDArray[np.bool_]
    names: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def draw(cls, world: World, protocol: Protocol, raters: int, rng: np.random.Generator) -> People:
        rated = {name: at for at, name in enumerate(protocol.rated)}
        others = {name: len(rated) + at for at, name in enumerate(protocol.training)}
        models, count = len(protocol.models) + 1, len(rated) + len(others)
        return cls(
            rng.normal(0, world.rater, raters),
            rng.normal(0, world.picture, count),
            rng.normal(0, world.rater_model, (raters, models)),
            rng.normal(0, world.picture_model, (count, models)),
            rng.random(raters) < world.careless,
            rated | others,
        )

    def of_rated(self, count: int) -> People:
        """The same with only the pictures that count."""
        kept = self.pictures[:count], self.raters_models, self.pictures_models[:count]
        return People(self.raters, *kept, self.careless, self.names)


def simulate(protocol: Protocol, world: World, raters: int, rng: np.random.Generator) -> tuple[list[Row], People]:
    """Sessions as the server hands them out, answered by people of this world."""
    return answer(plan_sessions(protocol, raters, rng), protocol, world, rng)


def plan_sessions(protocol: Protocol, raters: int, rng: np.random.Generator) -> list[list[Trial]]:
    """One session after another, each planned with those before it in mind."""
    usage, sessions = Usage.none(), []
    for _ in range(raters):
        sessions.append(plan_session(protocol, usage, rng))
        usage.add(sessions[-1])
    return sessions


def answer(
    sessions: list[list[Trial]], protocol: Protocol, world: World, rng: np.random.Generator
) -> tuple[list[Row], People]:
    """What people drawn from this world answer; raters are numbered from 1 on."""
    people = People.draw(world, protocol, len(sessions), rng)
    trials = [trial for session in sessions for trial in session]
    raters = np.repeat(np.arange(len(sessions)), [len(session) for session in sessions])
    positions = [position for session in sessions for position in range(len(session))]
    values = _values(trials, raters, protocol, world, people, rng)
    spent = (1000 * np.exp(rng.normal(1.3, 0.4, len(trials)))).astype(int)
    rows = [
        Row(int(rater) + 1, position, trial, int(value), int(time), SCREEN, "")
        for rater, position, trial, value, time in zip(raters, positions, trials, values, spent, strict=True)
    ]
    return rows, people


def _values(
    trials: list[Trial], raters: Ints, protocol: Protocol, world: World, people: People, rng: np.random.Generator
) -> Ints:
    """One answer to each trial."""
    left, right = (_latent(trials, side, raters, protocol, world, people) for side in ("left", "right"))
    opinion = np.array([trial.block == OPINION for trial in trials])
    scores = np.clip(np.round(left + rng.normal(0, world.noise, len(left))), 1, 5)
    tie = world.tie if protocol.session.ties else -np.inf
    reached = rng.random((len(left), 1)) > np.cumsum(np.exp(_log_chances(world.odds * (left - right), tie)), axis=1)
    choices = np.array([FIRST, SECOND, NEITHER, NEITHER])[reached.sum(1)]
    least = 0 if protocol.session.ties else 1
    blind = np.where(opinion, rng.integers(1, 6, len(left)), rng.integers(least, 3, len(left)))
    return np.where(people.careless[raters], blind, np.where(opinion, scores, choices)).astype(np.intp)


def _latent(trials: list[Trial], side: str, raters: Ints, protocol: Protocol, world: World, people: People) -> Floats:
    """How good each rater finds the picture at this side; 0 where there is none."""
    places = {name: at for at, name in enumerate((*protocol.models, DAMAGED))}
    shown = [getattr(trial, side) for trial in trials]
    models = np.array([places.get(name, -1) for name in shown])
    pictures = np.array([people.names.get(trial.picture, 0) for trial in trials])
    own = people.raters[raters] + people.raters_models[raters, models]
    quality = np.array((*world.qualities, world.damaged))[models]
    latent = quality + own + people.pictures[pictures] + people.pictures_models[pictures, models]
    known = [protocol.checks[trial.picture].worth(name) if trial.picture in protocol.checks else np.nan
             for trial, name in zip(trials, shown, strict=True)]  # fmt: skip
    return np.where(np.isnan(known), np.where(models < 0, 0.0, latent), known)


def rehearsal(models: int, pictures: int, session: Session, golden: int = 3, replicates: int = 2000) -> Protocol:
    """A protocol without files, for simulations."""
    names = [f"picture-{number:02d}" for number in range(pictures + 2)]
    labels = tuple(f"model-{number}" for number in range(models))
    files = dict.fromkeys((*labels, DAMAGED), "")
    entries = {name: Picture((512, 512), files, None, labels[0]) for name in names}
    plan = Plan(labels[-1], replicates=replicates)
    return Protocol("Rehearsal", "", "", labels, entries, tuple(names[:2]), tuple(names[2 : 2 + golden]), plan, session)


def fill(folder: Path, raters: int, careless: float, seed: int) -> int:
    """Answer a study of its own with made-up raters, to whom the models are better one after another; how many answers.

    Raises:
        DatasetError: no study, or one in which people take part.
    """
    from stenciltorch.study.server import utc_now

    protocol, seal = read_frozen(folder)
    store = Store(folder, seal)
    try:
        world = World(tuple(np.linspace(4.0, 2.0, len(protocol.models))), careless=careless)
        rows, _ = simulate(protocol, world, raters, np.random.default_rng(seed))
        store.add_simulated(rows, protocol, utc_now())
    finally:
        store.close()
    return len(rows)
