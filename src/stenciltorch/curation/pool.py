"""The local engine: worker processes that may die without taking the run with them.

Each worker holds one picture at a time, so it is known which picture killed it. A picture gets a second chance; one
that kills, hangs or fails twice is given up. The next picture is handed out only after the caller has taken the result
of the last one, so a caller that saves results loses nothing but the pictures in flight when it is killed itself.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from stenciltorch.errors import ConfigError, StencilTorchError

STRIKES = 2
PATIENCE = 300.0
"""Seconds that a picture may take before its worker is ended."""
STILLBORN = 3
"""Workers that may end in a row before they were ready; then the pictures are not to blame."""
READY = "ready"

Work = Callable[[Any], Any]


class Outcome(NamedTuple):
    """What became of one task: its value, or after two strikes the reason."""

    task: Any
    value: Any = None
    failure: str | None = None
    note: str = ""


POISON, FAILED = "poison", "failed"


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    task: Any = None
    busy: bool = False
    ready: bool = False
    since: float = float("inf")


@dataclass
class Pool:
    """Runs a function over tasks in worker processes.

    Args:
        work: picklable; run in the workers.
        workers: processes.
        patience: seconds that one task may take.
    """

    work: Work
    workers: int
    patience: float = PATIENCE
    _all: list[_Worker] = field(default_factory=list)
    _strikes: dict[Any, int] = field(default_factory=dict)
    _again: deque[Any] = field(default_factory=deque)
    _stillborn: int = 0

    def run(self, tasks: Iterable[Any]) -> Iterator[Outcome]:
        """Outcomes in the order in which they are ready. Tasks are taken one by one as workers are free.

        Raises:
            ConfigError: what the workers need cannot be had (a StencilTorchError of the function itself is raised).
        """
        waiting = iter(tasks)
        try:
            while True:
                self._hand_out(waiting)
                if not any(worker.busy for worker in self._all):
                    return
                yield from self._collect()
        finally:
            self._end()

    def _hand_out(self, waiting: Iterator[Any]) -> None:
        """Give every idle worker a task, and start workers while there are tasks."""
        idle = [worker for worker in self._all if not worker.busy]
        while idle or len(self._all) < self.workers:
            try:
                task = self._again.popleft() if self._again else next(waiting)
            except StopIteration:
                return
            worker = idle.pop() if idle else self._start()
            worker.task, worker.busy = task, True
            worker.since = time.monotonic() if worker.ready else float("inf")
            try:
                worker.pipe.send(task)
            except OSError:  # it has died while idle, and no picture is to blame
                self._remove(worker)
                self._again.appendleft(task)

    def _start(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(there, self.work), daemon=True)
        process.start()
        there.close()
        worker = _Worker(process, here)
        self._all.append(worker)
        return worker

    def _collect(self) -> Iterator[Outcome]:
        """Wait for something to happen; at most one outcome for each worker."""
        pipes = {worker.pipe: worker for worker in self._all if worker.busy}
        for pipe in wait(list(pipes), timeout=self._longest_wait()):
            yield from self._hear(pipes[pipe])  # type: ignore[index]
        now = time.monotonic()
        for worker in [worker for worker in self._all if worker.busy and now - worker.since > self.patience]:
            yield from self._struck(worker, f"it took more than {self.patience:g} s")

    def _hear(self, worker: _Worker) -> Iterator[Outcome]:
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._died(worker)
            return
        if message == READY:
            worker.ready, worker.since, self._stillborn = True, time.monotonic(), 0
            return
        fine, value = message
        if fine:
            worker.busy = False
            self._strikes.pop(worker.task, None)
            yield Outcome(worker.task, value)
        else:
            yield from self._refused(worker, value)

    def _died(self, worker: _Worker) -> Iterator[Outcome]:
        """The picture is to blame if the worker had begun."""
        if worker.ready:
            yield from self._struck(worker, "its worker died")
            return
        self._remove(worker)
        self._again.appendleft(worker.task)
        self._stillborn += 1
        if self._stillborn >= STILLBORN:
            raise ConfigError(
                f"Worker processes end before they begin{_how(worker.process)}; free memory or use fewer --workers."
            )

    def _longest_wait(self) -> float:
        began = min(worker.since for worker in self._all if worker.busy)
        return min(max(0.0, began + self.patience - time.monotonic()) + 0.01, 3600.0)

    def _refused(self, worker: _Worker, error: Any) -> Iterator[Outcome]:
        if isinstance(error, StencilTorchError):
            raise error
        worker.busy = False
        yield from self._strike(worker.task, FAILED, str(error))

    def _struck(self, worker: _Worker, note: str) -> Iterator[Outcome]:
        self._remove(worker)
        yield from self._strike(worker.task, POISON, f"{note}{_how(worker.process)}")

    def _strike(self, task: Any, failure: str, note: str) -> Iterator[Outcome]:
        self._strikes[task] = self._strikes.get(task, 0) + 1
        if self._strikes[task] < STRIKES:
            self._again.append(task)
            return
        del self._strikes[task]
        yield Outcome(task, failure=failure, note=f"{note}, {STRIKES} times")

    def _remove(self, worker: _Worker) -> None:
        self._all.remove(worker)
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()

    def _end(self) -> None:
        for worker in list(self._all):
            self._remove(worker)


def _how(process: BaseProcess) -> str:
    code = process.exitcode
    if code is None or code >= 0:
        return ""
    return f" ({signal.Signals(-code).name})" if -code != signal.SIGKILL else ""


def _serve(pipe: Connection, work: Work) -> None:
    """A worker's whole life: ends when its parent closes the pipe, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settle_worker()
    pipe.send(READY)
    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        answer = _answer(work, task)
        try:
            pipe.send(answer)
        except OSError:
            return


def _answer(work: Work, task: Any) -> tuple[bool, Any]:
    try:
        return True, work(task)
    except StencilTorchError as error:
        return False, error
    except Exception as error:
        return False, f"{type(error).__name__}: {error}"


def settle_worker() -> None:
    """As many workers as cores, each on one of them; what one picture frees is kept for the next."""
    import cv2

    cv2.setNumThreads(1)
    keep_freed_memory()


KEPT_BLOCK, KEPT_BYTES = 32 << 20, 128 << 20
"""Bytes: larger blocks always go back to the system; no more than so much is kept."""


def keep_freed_memory() -> None:
    """Pictures free and want the same few megabytes again and again; asking the system for them takes a third of
    the time. Only glibc can be told; elsewhere nothing changes."""
    try:
        tell = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    tell(-3, KEPT_BLOCK)  # M_MMAP_THRESHOLD
    tell(-1, KEPT_BYTES)  # M_TRIM_THRESHOLD


def cores() -> int:
    """Cores that are free to this process."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def check_workers(workers: int) -> int:
    if workers < 1:
        raise ConfigError(f"The number of workers must be 1 or more, found {workers}.")
    return workers
