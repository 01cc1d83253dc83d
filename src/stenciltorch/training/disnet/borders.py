"""Teach the judge of borders: on drawings whose regions are known, by the borders met while their pieces are joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from stenciltorch.canvas import Illustration, Int32Array, Regions, Size
from stenciltorch.errors import DatasetError
from stenciltorch.synthesis.arrays import Float64Array
from stenciltorch.synthesis.disnet import DisNet, open_disnet
from stenciltorch.synthesis.evidence import MEASURES, Evidence, joined_evidence, measures
from stenciltorch.synthesis.figures import draw_figures
from stenciltorch.synthesis.judging import ROUNDS, BorderJudge, write_judge
from stenciltorch.synthesis.labels import compact
from stenciltorch.synthesis.merging import cheap_borders, merge_small
from stenciltorch.synthesis.regions import evidence_of, scaled_area
from stenciltorch.training.config import fingerprint
from stenciltorch.training.disnet.artwork import FILLED, is_held_out
from stenciltorch.training.disnet.flatart import FLAT, art_of, draw_cutting, flat_share, regions_of_fills
from stenciltorch.training.disnet.samples import Example, paint_example, paint_lines
from stenciltorch.training.pack import read_pack

SIZE = Size(448, 448)
STAGES = (1, 2, 3, 4, 6, 8, 11, 15, 20)
"""After how many joinings of a picture its borders are looked at."""

Likelihood = Callable[[Float64Array], Float64Array]


@dataclass(frozen=True)
class TeachConfig:
    """What shapes a judge.

    Args:
        drawings: of each kind: lit figures, figures as lines, flat art as it is, and lit.
        hidden: units of the judge; `steps` of `batch` borders, and `passes` over ever better joinings.
    """

    drawings: int = 200
    hidden: int = 24
    steps: int = 1500
    batch: int = 8192
    rate: float = 0.02
    decay: float = 1e-3
    passes: int = 3
    seed: int = 0


class Lesson(NamedTuple):
    """Pieces of one picture, and how many px of each lie in each true region: (pieces, regions)."""

    evidence: Evidence
    shares: Float64Array


class Met(NamedTuple):
    """Borders: what is measured of them, whether they are true, and how much they count."""

    found: Float64Array
    true: Float64Array
    weight: Float64Array


def teach_beside(folder: Path, pack: Path | None, config: TeachConfig, licence: str) -> float:
    """Teach a judge for the network in `folder` and write it beside it; returns what `teach` says."""
    net = open_disnet(folder, threads=1)
    judge, right = teach([lesson_of(example, net) for example in drawings(pack, config)], config)
    data = "procedural figures" + (", flat art of a pack" if pack else "")
    facts = {"licence": licence, "data": data, "recipe": fingerprint(asdict(config)), "right": round(right, 3)}
    write_judge(folder, judge, facts)
    return right


def drawings(pack: Path | None, config: TeachConfig) -> Iterator[Example]:
    """Pictures and their true regions; without a pack, figures only."""
    for number in range(config.drawings):
        rng = np.random.default_rng((config.seed, 1, number))
        scene = draw_figures(SIZE, rng)
        yield paint_example(scene, rng, lines=False)
        yield paint_lines(scene, rng)
    if pack is not None:
        yield from _flat_art(pack, config)


def _flat_art(pack: Path, config: TeachConfig) -> Iterator[Example]:
    entries = [entry for entry in read_pack(pack) if entry.source in FILLED[:3] and not is_held_out(entry)]
    left = config.drawings
    for number in np.random.default_rng(config.seed).permutation(len(entries)).tolist():
        with np.load(pack / f"{entries[number].id}.npz") as stored:
            picture = Illustration(stored["illustration"])
        if left == 0 or flat_share(picture) < FLAT:
            continue
        left -= 1
        truth = regions_of_fills(picture, scaled_area(64, picture.size))
        yield Example(picture, truth)
        rng = np.random.default_rng((config.seed, 2, number))
        yield paint_example(draw_cutting(art_of(picture, truth, True), SIZE, rng), rng, lines=False)


def lesson_of(example: Example, net: DisNet) -> Lesson:
    """The pieces of a picture and where they truly lie."""
    pieces, evidence = evidence_of(example.picture, net(example.picture))
    true = _without_specks(example.regions)
    count, regions = len(evidence.areas), int(true.max()) + 1
    pairs = np.bincount(pieces.ravel().astype(np.int64) * regions + true.ravel(), minlength=count * regions)
    return Lesson(evidence, pairs.reshape(count, regions).astype(np.float64))


def _without_specks(regions: Regions) -> Int32Array:
    return compact(merge_small(compact(regions.array).labels, scaled_area(64, regions.size))).labels


def borders_met(lesson: Lesson, likelihood: Likelihood) -> Iterator[Met]:
    """The borders of a picture, over and over while pieces are joined; each picture counts about alike."""
    evidence, rounds = lesson.evidence, 0
    for bound in np.linspace(0, 0.5, ROUNDS + 1)[1:]:
        while len(evidence.first):
            found = measures(evidence)
            rounds += 1
            if rounds in STAGES:
                yield _compared(lesson, evidence, found)
            open_ones = cheap_borders(evidence, likelihood(found), bound)
            if not len(open_ones):
                break
            evidence = joined_evidence(evidence, open_ones)


def _compared(lesson: Lesson, evidence: Evidence, found: Float64Array) -> Met:
    """A border is true where its sides lie mostly in two regions; it counts less where they lie in several."""
    shares = np.zeros((len(evidence.areas), lesson.shares.shape[1]))
    np.add.at(shares, evidence.owner, lesson.shares)
    region, pure = shares.argmax(axis=1), shares.max(axis=1) / shares.sum(axis=1)
    true = region[evidence.first] != region[evidence.second]
    purity = np.minimum(pure[evidence.first], pure[evidence.second])
    fair = np.sqrt(evidence.length.sum() * np.sqrt(evidence.areas.sum()))
    return Met(found, true.astype(np.float64), evidence.length * purity**2 / fair)


def teach(lessons: list[Lesson], config: TeachConfig) -> tuple[BorderJudge, float]:
    """The judge, and the share of border (by length) that it judges rightly among those it has met.

    Raises:
        DatasetError: there is nothing to learn from.
    """
    torch.manual_seed(config.seed)
    net = torch.nn.Sequential(
        torch.nn.Linear(len(MEASURES), config.hidden), torch.nn.Tanh(), torch.nn.Linear(config.hidden, 1)
    )
    met: list[Met] = []
    likelihood: Likelihood = _first_guess
    for _ in range(config.passes):
        met += [one for lesson in lessons for one in borders_met(lesson, likelihood)]
        if not met:
            raise DatasetError("None of the drawings has a border; give more drawings to teach the judge.")
        together = Met(*(np.concatenate(column) for column in zip(*met, strict=True)))
        judge = likelihood = _fitted(net, together, config)
    right = (judge(together.found) > 0.5) == (together.true > 0)
    return judge, float((right * together.weight).sum() / together.weight.sum())


def _first_guess(found: Float64Array) -> Float64Array:
    """Before anything is learned: different colours, and a border of the cut by heights."""
    return 0.5 * found[:, MEASURES.index("colour distance")] + 0.5 * found[:, MEASURES.index("seen")]


def _fitted(net: torch.nn.Sequential, met: Met, config: TeachConfig) -> BorderJudge:
    mean, spread = met.found.mean(axis=0), met.found.std(axis=0) + 1e-6
    found = torch.tensor((met.found - mean) / spread, dtype=torch.float32)
    true, weight = (torch.tensor(column, dtype=torch.float32) for column in (met.true, met.weight / met.weight.mean()))
    rule = torch.optim.AdamW(net.parameters(), lr=config.rate, weight_decay=config.decay)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(rule, config.steps)
    for _ in range(config.steps):
        some = torch.randint(len(found), (min(len(found), config.batch),))
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(found[some])[:, 0], true[some], weight[some])
        rule.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        rule.step()
        falling.step()
    inner, outer = net[0], net[2]
    layers = [value.detach().numpy().astype(np.float64) for value in (*inner.parameters(), *outer.parameters())]
    return BorderJudge(mean, spread, layers[0].T.copy(), layers[1], layers[2][0], float(layers[3][0]))
