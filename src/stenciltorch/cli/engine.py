"""Options that `curate` and `preprocess` share: where pictures are worked on, and the bar that shows it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from stenciltorch.cli.options import positive

if TYPE_CHECKING:
    from stenciltorch.curation.engines import Engine


class _Step(Protocol):
    """What both commands yield."""

    @property
    def stage(self) -> str: ...
    @property
    def done(self) -> int: ...
    @property
    def of(self) -> int: ...


def add_engine(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--workers", type=positive, metavar="N", help="processes to use (default: one for each free core)")
    add(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="processes on this machine, or Ray Data on it or on a cluster (default: local)",
    )
    add("--ray-address", metavar="ADDRESS", help="of a Ray cluster (default: $RAY_ADDRESS, else Ray is started here)")
    add(
        "--patience",
        type=positive,
        default=300,
        metavar="N",
        help="seconds that one picture may take before its process is ended, local engine (default: 300)",
    )


def engine_of(options: argparse.Namespace) -> Engine:
    from stenciltorch.curation.engines import Engine

    workers = options.workers or options.threads or 0
    return Engine(options.engine, workers, float(options.patience), options.ray_address)


@contextmanager
def bar() -> Iterator[Any]:
    """A function that shows a step, if a person is watching."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as shown:
        tasks: dict[str, Any] = {}

        def show(step: _Step) -> None:
            if step.stage not in tasks:
                tasks[step.stage] = shown.add_task(step.stage, total=None)
            shown.update(tasks[step.stage], completed=step.done, total=step.of or None)

        yield show


def tell(notices: list[str], most: int = 20) -> None:
    """Notices on stderr; of a flood only the first."""
    for notice in notices[:most]:
        sys.stderr.write(f"stenciltorch: note: {notice}\n")
    if len(notices) > most:
        sys.stderr.write(f"stenciltorch: note: and {len(notices) - most} more like these.\n")
