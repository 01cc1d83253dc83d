"""Which engine runs the per-picture function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from stenciltorch.curation.cluster import Cluster
from stenciltorch.curation.pool import PATIENCE, Outcome, Pool, Work, check_workers, cores
from stenciltorch.errors import ConfigError

LOCAL, RAY = "local", "ray"
ENGINES = (LOCAL, RAY)


class Running(Protocol):
    """An engine with its function."""

    def run(self, tasks: Iterable[Any]) -> Iterator[Outcome]: ...


@dataclass(frozen=True)
class Engine:
    """How pictures are worked on.

    Args:
        name: local or ray.
        workers: processes, or cores of a Ray that is started here; 0 = all that are free.
        patience: seconds that one picture may take (local).
        address: of a Ray cluster.
    """

    name: str = LOCAL
    workers: int = 0
    patience: float = PATIENCE
    address: str | None = None

    def of(self, work: Work) -> Running:
        """Raises ConfigError when there is no such engine."""
        workers = check_workers(self.workers or cores())
        if self.name == RAY:
            return Cluster(work, workers, self.address)
        if self.name == LOCAL:
            return Pool(work, workers, self.patience)
        raise ConfigError(f"There is no engine {self.name!r}; engines are {', '.join(ENGINES)}.")
