"""How often a client may ask: buckets that fill steadily and are emptied by requests. Addresses stay in memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from stenciltorch.studio.answers import Refusal

MOST_KEYS = 10_000
"""Clients that are remembered; then those whose buckets are full again are forgotten."""


@dataclass(frozen=True)
class Rate:
    """Requests that may come at once, and how many more a second."""

    burst: int
    per_second: float


ANYTHING = Rate(600, 60.0)
"""By address. A class of raters behind one router is one address."""
ENROLLING = Rate(120, 1.0)
"""By address."""
ANSWERING = Rate(30, 3.0)
"""By rater."""
CODES = Rate(20, 0.2)
"""Codes that nobody has, by address."""


class Limits:
    """Buckets by kind and client.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._levels: dict[tuple[Rate, str], tuple[float, float]] = {}

    def take(self, rate: Rate, client: str) -> None:
        """Count a request.

        Raises:
            Refusal: 429 when the bucket is empty.
        """
        with self._lock:
            level = self._level(rate, client)
            if level < 1:
                raise _too_often((1 - level) / rate.per_second)
            self._levels[rate, client] = (level - 1, self._clock())
            if len(self._levels) > MOST_KEYS:
                self._forget()

    def check(self, rate: Rate, client: str) -> None:
        """As `take`, but counts nothing."""
        with self._lock:
            if self._level(rate, client) < 1:
                raise _too_often(1 / rate.per_second)

    def _level(self, rate: Rate, client: str) -> float:
        level, then = self._levels.get((rate, client), (float(rate.burst), self._clock()))
        return min(rate.burst, level + (self._clock() - then) * rate.per_second)

    def _forget(self) -> None:
        full = [key for key in self._levels if self._level(*key) >= key[0].burst]
        for key in full or list(self._levels)[: MOST_KEYS // 2]:
            del self._levels[key]


def _too_often(seconds: float) -> Refusal:
    wait = str(max(1, math.ceil(seconds)))
    return Refusal(429, "too_often", f"That was too often; try again in {wait} s.", {"Retry-After": wait})
