"""One thread that paints, and a bounded queue before it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import Any, TypeVar

from stenciltorch.studio.answers import Refusal

Answer = TypeVar("Answer")
Checkpoint = Callable[[float], None]
"""Called with the share that is done now and then; raises `Gone` when nobody waits for the answer any more."""
Job = Callable[[Checkpoint], Answer]

WAITING = 4
"""Requests that may wait for the one at work."""
LONGEST_WAIT = 60
"""Seconds; the most that is asked of a client that is sent away."""


class Gone(Exception):
    """The client has left."""


class Worker:
    """Runs jobs one after another; a place in the queue comes first.

    Args:
        waiting: places beside that of the job at work.
        clock: seconds, for the guess when a place will be free.

    Attributes:
        taken: places that are taken now.
    """

    def __init__(self, waiting: int = WAITING, clock: Callable[[], float] = monotonic) -> None:
        self._places = waiting + 1
        self.taken = 0
        self._clock = clock
        self._last_seconds = 1.0
        self._closing = Event()
        self._thread = ThreadPoolExecutor(1, "stenciltorch-painter")

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place, from before the upload to the answer, so that uploads are bounded too.

        Raises:
            Refusal: 503 when all are taken.
        """
        if self.taken >= self._places:
            seconds = min(LONGEST_WAIT, max(1, math.ceil(self._last_seconds)))
            detail = f"{self.taken} drawings are being coloured already; try again in {seconds} s."
            raise Refusal(503, "busy", detail, {"Retry-After": str(seconds)})
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    async def run(self, job: Job[Answer], gone: Awaitable[None]) -> Answer:
        """The job's answer.

        Args:
            gone: done when nobody waits for the answer any more; a job that waits is then dropped, and one
                at work is stopped at its next checkpoint.

        Raises:
            Gone: nobody waits; or what the job raises.
        """
        left = Event()
        future = self._thread.submit(self._timed, job, left)
        answer, leaving = asyncio.wrap_future(future), asyncio.ensure_future(gone)
        either: set[asyncio.Future[Any]] = {answer, leaving}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            left.set()
            future.cancel()
            await asyncio.wait({answer})
            raise Gone from (None if answer.cancelled() else answer.exception())
        finally:
            left.set()
            leaving.cancel()

    def close(self) -> None:
        """Drop what waits, stop what is at work, and wait for that."""
        self._closing.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _timed(self, job: Job[Answer], left: Event) -> Answer:
        def check(share: float) -> None:
            if left.is_set() or self._closing.is_set():
                raise Gone

        started = self._clock()
        check(0.0)
        try:
            return job(check)
        finally:
            self._last_seconds = self._clock() - started
