"""Measure contenders over cases in one or more processes; the figures are the same either way."""

from __future__ import annotations

import multiprocessing
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

import cv2

from stenciltorch.canvas import Colorizer, Illustration, Painting, Stencil
from stenciltorch.errors import DatasetError
from stenciltorch.evaluation.cases import Case, Source
from stenciltorch.evaluation.colour import Float
from stenciltorch.evaluation.contenders import Contender
from stenciltorch.evaluation.features import describe
from stenciltorch.evaluation.judges import Judges, open_judges
from stenciltorch.evaluation.suite import FIXED, FULL, Measured, Plan, measure

Clock = Callable[[], float]

Step = Callable[[str, str, int], None]
"""Told of a case, a contender, and how often that has painted it so far."""


@dataclass(frozen=True)
class Job:
    """What is measured, and how; small enough to send to another process.

    Args:
        threads: of each process. Figures may differ in the last digit between numbers of threads.
        clock: seconds, for the latency of models; a function that every process can import.
        learned: figures that need published weights, of `judges.at_hand()`.
    """

    contenders: tuple[Contender, ...]
    clock: Clock
    plan: Plan = FULL
    threads: int = 1
    learned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """One contender on one case.

    Args:
        seconds: of each call of the colorizer, in order; the first includes looking at the drawing.
        peak: most memory that the process has held so far, in bytes.
        features: of the painting, by extractor, to compare sets by; none where the truth is not known.
    """

    contender: str
    painting: Painting
    measured: Measured
    seconds: list[float]
    peak: int
    features: dict[str, Float] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """One case, all contenders in order.

    Args:
        features: of the true picture, as those of the outcomes.
    """

    case: Case
    outcomes: list[Outcome]
    features: dict[str, Float] = field(default_factory=dict)


@dataclass
class Timed:
    """Notes how long each call takes, and tells how many there were."""

    colorizer: Colorizer
    clock: Clock
    step: Callable[[int], None] = lambda count: None
    seconds: list[float] = field(default_factory=list)

    def __call__(self, stencil: Stencil) -> Painting:
        start = self.clock()
        painting = self.colorizer(stencil)
        self.seconds.append(self.clock() - start)
        self.step(len(self.seconds))
        return painting


def _untold(case: str, contender: str, count: int) -> None:
    pass


def run(sources: Sequence[Source], job: Job, processes: int = 1, step: Step = _untold) -> Iterator[Result]:
    """One result for each source, in order.

    Args:
        step: called within a case too, where there is one process.

    Raises:
        StencilTorchError: a case or a contender cannot be used.
    """
    if processes == 1:
        yield from (run_one(source, job, step) for source in sources)
        return
    work = partial(run_one, job=job)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        try:
            yield from pool.map(work, sources)
        except BrokenProcessPool as error:
            raise DatasetError("A process ended before its time (out of memory?); use fewer processes.") from error


def run_one(source: Source, job: Job, step: Step = _untold) -> Result:
    case, judges = source.load(), open_judges(job.learned, job.threads)
    outcomes = [_outcome(case, contender, job, judges, step) for contender in job.contenders]
    return Result(case, outcomes, _features(case.target, judges) if case.target else {})


def _features(picture: Illustration, judges: Judges) -> dict[str, Float]:
    learned = judges.inception(picture) if judges.inception else {}
    return {"own": describe(picture)} | learned


def _outcome(case: Case, contender: Contender, job: Job, judges: Judges, step: Step) -> Outcome:
    timed = Timed(contender.open(case, job.threads), job.clock, partial(step, case.name, contender.name))
    painting = timed(case.stencil)
    plan = job.plan if contender.answers_all else replace(FIXED, reaches=job.plan.reaches)
    measured = measure(case, timed, plan, painting, judges.lpips)
    features = _features(painting.illustration, judges) if case.target else {}
    return Outcome(contender.name, painting, measured, timed.seconds, _peak_memory(), features)


def _peak_memory() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(most if sys.platform == "darwin" else most * 1024)


def all_seconds(outcomes: Sequence[Outcome]) -> list[float]:
    return list(chain.from_iterable(outcome.seconds for outcome in outcomes))
