"""An engine without processes, for tests of what lies around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from stenciltorch.curation.pool import Outcome, Work


class Inline:
    """Runs the function here and now."""

    def of(self, work: Work) -> Inline:
        self.work = work
        return self

    def run(self, tasks: Iterable[Any]) -> Iterator[Outcome]:
        for task in tasks:
            yield Outcome(task, self.work(task))
