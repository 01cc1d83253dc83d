"""What a command tells: lines or JSON on stdout; failures, notices and a bar on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from stenciltorch.canvas import Size
from stenciltorch.cli.jobs import Job
from stenciltorch.errors import StencilTorchError


def _ignore(share: float) -> None:
    """No bar is shown."""


@dataclass
class Reporter:
    """Gathers what became of each piece of job.

    Args:
        verb: what the bar says.
        batch: several drawings were asked for: one that fails makes the exit code 1 instead of 2.
        as_json: print one JSON object instead of lines.
    """

    verb: str
    batch: bool
    as_json: bool
    notices: list[str] = field(default_factory=list)
    progress: Callable[[float], None] = _ignore
    _entries: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def watching(self, count: int) -> Iterator[None]:
        """Show a bar while several jobs run and a person is watching."""
        if not self.batch or not sys.stderr.isatty():
            yield
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), redirect_stdout=False) as bar:
            task = bar.add_task(self.verb, total=count)
            self.progress = lambda share: bar.update(task, completed=len(self._entries) + share)
            yield
            bar.update(task, completed=count)

    @contextmanager
    def trying(self, job: Job) -> Iterator[None]:
        """Turn what a user can cause into one line and an entry of the summary."""
        try:
            yield
        except StencilTorchError as error:
            self._entries.append({"drawing": str(job.drawing), "error": str(error)})
            self._complain(f"{job.drawing}: {error}" if str(job.drawing) not in str(error) else str(error))
        for notice in self.notices:
            self._complain(f"note: {notice}")
        self.notices.clear()

    def done(self, job: Job, size: Size, seconds: float) -> None:
        entry = {"drawing": str(job.drawing), "output": str(job.output), "size": list(size)}
        self._entries.append(entry | {"seconds": round(seconds, 3)})
        if not self.as_json and not self.batch:
            sys.stdout.write(f"{job.output} ({size}, {seconds:.1f} s)\n")

    def finish(self) -> int:
        """Print the summary; the exit code."""
        failed = sum("error" in entry for entry in self._entries)
        made = len(self._entries) - failed
        if self.as_json:
            summary = {"made": made, "failed": failed, "drawings": self._entries}
            sys.stdout.write(json.dumps(summary, indent=2) + "\n")
        elif self.batch:
            sys.stdout.write(f"{made} made, {failed} failed\n")
        return (1 if self.batch else 2) if failed else 0

    def _complain(self, line: str) -> None:
        sys.stderr.write(f"stenciltorch: {line}\n")
