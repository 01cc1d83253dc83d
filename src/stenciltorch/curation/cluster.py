"""The Ray engine: the same function over Ray Data, on this machine or on a cluster that can read the same paths.

Ray runs a task again when its worker dies, and would do so for ever with a picture that kills it. A ledger, one small
actor, counts how often each picture was begun and not ended; one begun twice is given up instead of begun again.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from typing import Any

from stenciltorch.curation.pool import FAILED, POISON, STRIKES, Outcome, Work
from stenciltorch.errors import ConfigError, StencilTorchError

BLOCK = 8
"""Pictures of one Ray task: what is done again when a worker dies."""
WINDOW = 20_000
"""Tasks that are handed to Ray at a time, so that memory does not grow with their number."""
NAMESPACE = "stenciltorch"


def check_ray() -> None:
    """Raises ConfigError when Ray Data is not installed."""
    if not (find_spec("ray") and find_spec("pyarrow")):
        raise ConfigError("--engine ray needs Ray Data; install it: pip install 'stenciltorch[scale]'.")


class Ledger:
    """How often each picture was begun and not ended."""

    def __init__(self) -> None:
        self._begun: dict[Any, int] = {}

    def begin(self, task: Any) -> bool:
        """False for a picture that was begun too often without coming to an end."""
        begun = self._begun.get(task, 0)
        self._begun[task] = begun + 1
        return begun < STRIKES

    def end(self, task: Any) -> None:
        self._begun.pop(task, None)


@dataclass(frozen=True)
class Step:
    """What Ray runs on each row {"task": bytes of a task}."""

    work: Work
    ledger: Any

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        import pickle

        return {"outcome": pickle.dumps(self._outcome(pickle.loads(row["task"])))}

    def _outcome(self, task: Any) -> Outcome | StencilTorchError:
        import ray

        if not ray.get(self.ledger.begin.remote(task)):
            return Outcome(task, failure=POISON, note=f"its worker died, {STRIKES} times")
        outcome = _tried(self.work, task)
        ray.get(self.ledger.end.remote(task))
        return outcome


def _tried(work: Work, task: Any) -> Outcome | StencilTorchError:
    """As the local pool does: a function that fails is tried twice."""
    from stenciltorch.curation.pool import settle_worker

    settle_worker()
    note = ""
    for _ in range(STRIKES):
        try:
            return Outcome(task, work(task))
        except StencilTorchError as error:
            return error
        except Exception as error:
            note = f"{type(error).__name__}: {error}"
    return Outcome(task, failure=FAILED, note=f"{note}, {STRIKES} times")


@dataclass(frozen=True)
class Cluster:
    """Runs a function over tasks with Ray Data.

    Args:
        work: picklable.
        workers: cores to use where Ray is started here; a cluster that runs already decides itself.
        address: of a cluster; None starts Ray on this machine, unless RAY_ADDRESS names one.
    """

    work: Work
    workers: int
    address: str | None = None

    def run(self, tasks: Iterable[Any]) -> Iterator[Outcome]:
        """Outcomes as they are ready, in no fixed order.

        Raises:
            ConfigError: Ray is not installed; a StencilTorchError of the function itself is raised too.
        """
        check_ray()
        waiting = iter(tasks)
        with redirect_stdout(sys.stderr), _ray(self.workers, self.address) as ray:  # Ray reports deaths on stdout
            ledger = ray.remote(num_cpus=0)(Ledger).remote()
            while window := list(islice(waiting, WINDOW)):
                yield from self._window(window, ledger)

    def _window(self, window: list[Any], ledger: Any) -> Iterator[Outcome]:
        import pickle

        import ray.data

        rows = [{"task": pickle.dumps(task)} for task in window]
        blocks = max(1, -(-len(rows) // BLOCK))
        done = ray.data.from_items(rows, override_num_blocks=blocks).map(Step(self.work, ledger), num_cpus=1)
        for row in done.iter_rows():
            outcome = pickle.loads(row["outcome"])
            if isinstance(outcome, StencilTorchError):
                raise outcome
            yield outcome


@contextmanager
def _ray(workers: int, address: str | None) -> Iterator[Any]:
    """Ray, quiet; ended afterwards if it was started here."""
    import ray
    import ray.data

    ours = not ray.is_initialized()
    if ours:
        _start(ray, workers, address)
    context = ray.data.DataContext.get_current()
    before = context.enable_progress_bars, context.print_on_execution_start
    context.enable_progress_bars, context.print_on_execution_start = False, False
    logger = logging.getLogger("ray.data")
    level, logger.level = logger.level, logging.ERROR
    try:
        yield ray
    finally:
        logger.level = level
        context.enable_progress_bars, context.print_on_execution_start = before
        if ours:
            ray.shutdown()


def _start(ray: Any, workers: int, address: str | None) -> None:
    """Raises ConfigError when Ray does not come up, as on a machine that is busy beyond its means."""
    local: dict[str, Any] = {} if address else {"num_cpus": workers, "include_dashboard": False}
    try:
        ray.init(address=address, namespace=NAMESPACE, log_to_driver=False, logging_level=logging.ERROR, **local)
    except Exception as error:  # Ray promises no list of its errors
        ray.shutdown()
        where = f"at {address}" if address else "on this machine"
        raise ConfigError(f"Ray cannot be started {where} ({error}); try again, or use --engine local.") from error
