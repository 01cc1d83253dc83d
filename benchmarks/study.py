"""Does the study's analysis find what is true? Simulated raters with known opinions, judged as a study judges people.

    python benchmarks/study.py --runs 1000 --out benchmarks/results/study.json

Every run draws new raters and pictures from a world with known qualities, lets them answer whole sessions as the
server plans them, screens them, and works the answers out. Told are: how often the models come out in their true
order, how often the intervals cover the truth, and who is left out. A rate of 95 of 100 is
itself uncertain: with 1000 runs by about 0.7 points.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stenciltorch.study.analysis import judge
from stenciltorch.study.assignment import MAIN, PAIR
from stenciltorch.study.protocol import Protocol, Session
from stenciltorch.study.screening import screen
from stenciltorch.study.simulation import World, answer, plan_sessions, rehearsal

SESSIONS_FOR = 20
"""Runs that share one plan of sessions; planning takes longer than answering."""


@dataclass(frozen=True)
class Design:
    """Args:
    share: of the runs that are asked for.
    """

    models: int
    pictures: int
    session: Session
    raters: int
    world: World
    share: float = 1.0


DESIGNS = {
    "small: 24 raters, 12 pictures, 4 models": Design(4, 12, Session(12, 30), 24, World((2.2, 2.7, 3.1, 3.6))),
    "each rater half of the pictures: 24 raters, 16 pictures, 4 models": Design(
        4, 16, Session(8, 24), 24, World((2.2, 2.7, 3.1, 3.6)), 0.5
    ),
    "as the paper's: 46 raters, 20 pictures, 5 models, its means": Design(
        5, 20, Session(20, 40), 46, World((1.79, 2.18, 2.83, 3.05, 3.71)), 0.2
    ),
    "one rater in eight clicks at random: 32 raters, 12 pictures, 4 models": Design(
        4, 12, Session(12, 30), 32, World((2.2, 2.7, 3.1, 3.6), careless=0.125), 0.5
    ),
}


def truths(world: World, protocol: Protocol, people: Any, trials: list[Any]) -> dict[str, np.ndarray]:
    return {
        "mos": world.mean_scores(),
        "these_pictures": world.mean_scores_of(people.of_rated(len(protocol.rated)), len(protocol.models)),
        "strength": world.strengths(),
        "won": world.won_of(people, trials, protocol.models),
    }


def one_run(sessions: list[Any], protocol: Protocol, design: Design, rng: np.random.Generator, tally: Any) -> None:
    """Count what one run shows."""
    rows, people = answer(sessions, protocol, design.world, rng)
    verdicts = screen(rows, protocol.screening)
    left_out = {verdict.rater for verdict in verdicts if verdict.broken}
    for rater in range(1, len(sessions) + 1):
        kind = "careless" if people.careless[rater - 1] else "honest"
        tally[f"{kind} raters left out"].append(rater in left_out)
    trials = [row.trial for row in rows if row.trial.role == MAIN and row.trial.block == PAIR]
    known = truths(design.world, protocol, people, trials)
    found = judge(rows, protocol, left_out)
    entries = found["opinions"]["models"], found["pairs"]["models"]
    for kind, part, name in (("opinions", entries[0], "mos"), ("pairs", entries[1], "strength")):
        order = np.argsort([entry[name]["value"] for entry in part])
        tally[f"true order by {kind}"].append(bool((order == np.argsort(design.world.qualities)).all()))
    best = protocol.models.index(protocol.plan.compared)
    for at, (opinion, pair) in enumerate(zip(*entries, strict=True)):
        for entry, names in ((opinion, ("mos", "these_pictures")), (pair, ("strength", "won"))):
            for name in names:
                tally[f"covered: {name}"].append(_covers(entry[name], known[name][at]))
        if at != best:
            for entry, name in ((opinion, "mos"), (pair, "strength")):
                tally[f"covered: difference of {name}"].append(
                    _covers(entry["difference"], known[name][best] - known[name][at])
                )


def _covers(found: dict[str, float] | None, truth: float) -> bool:
    return found is not None and found["low"] <= truth <= found["high"]


def try_design(design: Design, runs: int, seed: int, replicates: int) -> dict[str, Any]:
    protocol = rehearsal(design.models, design.pictures, design.session, replicates=replicates)
    tally: dict[str, list[bool]] = defaultdict(list)
    started = time.process_time()
    for run in range(runs):
        rng = np.random.default_rng((seed, run))
        if run % SESSIONS_FOR == 0:
            sessions = plan_sessions(protocol, design.raters, rng)
        one_run(sessions, protocol, design, rng, tally)
    spent = (time.process_time() - started) / runs
    rates = {name: {"rate": float(np.mean(values)), "of": len(values)} for name, values in tally.items() if values}
    return {"runs": runs, "seconds_a_run": round(spent, 3), "world": asdict(design.world), "rates": rates}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000, help="of the first design; the others have fewer")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--replicates", type=int, default=1000, help="of the bootstrap")
    parser.add_argument("--out", type=Path, help="JSON to write")
    options = parser.parse_args()
    results = {}
    for name, design in DESIGNS.items():
        runs = max(1, round(design.share * options.runs))
        results[name] = try_design(design, runs, options.seed, options.replicates)
        print(f"\n{name} ({runs} runs, {results[name]['seconds_a_run']} s each)")
        for what, found in results[name]["rates"].items():
            print(f"  {what:36s} {100 * found['rate']:6.1f} % of {found['of']}", flush=True)
        if options.out:
            facts = {"seed": options.seed, "replicates": options.replicates, "python": platform.python_version()}
            options.out.write_text(json.dumps(facts | {"numpy": np.__version__, "designs": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
