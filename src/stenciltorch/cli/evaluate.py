"""`stenciltorch evaluate`: how well do models follow hints, and where do they fail?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stenciltorch.cli.options import positive

if TYPE_CHECKING:
    from rich.progress import Progress

    from stenciltorch.evaluation.cases import Source
    from stenciltorch.evaluation.contenders import Contender
    from stenciltorch.evaluation.suite import Plan

DESCRIPTION = """\
Measure models on pictures and write OUT/report.json, OUT/report.md and OUT/report.html (pictures side by side, worst
cases first). docs/metrics.md says what each figure means.

MODEL is `default` (the model that came with StencilTorch), `classical` (flood fill, learns nothing), a model folder, or
a folder of pictures made by another program: one NAME.png for each case, painted from OUT/cases/NAME/lineart.png and
hints.png of an earlier run.

DATA is a training pack (its validation pictures), a folder of finished illustrations, or, with --hints, a folder of
line drawings with hint files of the same names."""

EPILOG = """\
examples:
  stenciltorch evaluate default classical --data PACK --out OUT
  stenciltorch evaluate default --data LINEARTS --hints benchmarks/hints --out OUT"""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "evaluate", help="measure models on pictures", description=DESCRIPTION, epilog=EPILOG
    )
    parser.set_defaults(run=run)
    parser.add_argument("models", nargs="+", metavar="MODEL", help="what to measure; the first is what others face")
    parser.add_argument("--data", type=Path, required=True, metavar="DATA", help="pack, illustrations or line drawings")
    parser.add_argument("--hints", type=Path, metavar="FOLDER", help="hint files, named like the line drawings in DATA")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder to write")
    parser.add_argument("--limit", type=positive, metavar="N", help="measure the first N pictures only")
    parser.add_argument(
        "--processes", type=positive, default=1, metavar="N", help="default: 1; the figures are the same"
    )
    parser.add_argument("--quick", action="store_true", help="one painting and two edits a picture, no curves")
    parser.add_argument(
        "--protocol",
        action="store_true",
        help="the paper's: no, regular and full hints on centre crops of 512; one report for each in OUT",
    )
    return parser


def run(options: argparse.Namespace) -> int:
    from stenciltorch.evaluation.contenders import find_contenders
    from stenciltorch.evaluation.report import markdown
    from stenciltorch.evaluation.suite import FULL, QUICK

    contenders = find_contenders(options.models)
    if options.protocol:
        return _run_protocol(options, contenders)
    plan = QUICK if options.quick else FULL
    facts = _measure(options, contenders, _sources(options), plan, options.out)
    sys.stdout.write(markdown(facts) + f"\n{options.out / 'report.html'}\n")
    return 0


def _measure(
    options: argparse.Namespace,
    contenders: Sequence[Contender],
    sources: Sequence[Source],
    plan: Plan,
    out: Path,
    regime: str | None = None,
) -> dict[str, Any]:
    """Write one report into `out`; what its report.json holds."""
    import time

    from stenciltorch.cli.jobs import make_folder
    from stenciltorch.evaluation.judges import at_hand, lacking
    from stenciltorch.evaluation.report import Report
    from stenciltorch.evaluation.running import Job
    from stenciltorch.evaluation.running import run as measure_all

    make_folder(out, "--out")
    asked = {"data": options.data.name, "hints": options.hints and options.hints.name, "limit": options.limit}
    report = Report(out, contenders, plan, asked | ({"regime": regime} if regime else {}), lacking())
    job = Job(tuple(contenders), time.perf_counter, plan, options.threads or 1, at_hand())
    with _progress(len(sources)) as progress:
        for result in measure_all(sources, job, options.processes, progress.step):
            report.add(result)
            progress.advance(result.case.name)
    return report.finish()


def _run_protocol(options: argparse.Namespace, contenders: Sequence[Contender]) -> int:
    from stenciltorch.errors import InputError
    from stenciltorch.evaluation.protocol import REGIMES, Posed, write_protocol
    from stenciltorch.evaluation.suite import FIXED

    if options.hints or any(not contender.answers_all for contender in contenders):
        raise InputError(
            "--protocol needs finished illustrations and models; leave --hints and folders of pictures out."
        )
    sources = _sources(options)
    facts: dict[str, dict[str, Any]] = {}
    for regime in REGIMES:
        posed = [Posed(source, regime) for source in sources]
        out = options.out / regime
        facts[regime] = _measure(options, contenders, posed, FIXED, out, regime)
    sys.stdout.write(write_protocol(options.out, facts))
    return 0


def _sources(options: argparse.Namespace) -> Sequence[Source]:
    from stenciltorch.evaluation.cases import folder_pictures, hinted_drawings, pack_pictures

    if options.hints:
        found, missing = hinted_drawings(options.data, options.hints, options.limit)
        for name in missing:
            sys.stderr.write(f"stenciltorch: note: {options.data} has no drawing {name}; its hints are left out\n")
        return found
    if (options.data / "pack.json").is_file():
        return pack_pictures(options.data, options.limit)
    return folder_pictures(options.data, options.limit)


class _Progress:
    """What a person sees while it runs: a bar on a terminal, elsewhere a line for each case."""

    def __init__(self, count: int, bar: Progress | None) -> None:
        self.count, self.done, self.bar = count, 0, bar
        self.task = None if bar is None else bar.add_task("measuring", total=count)

    def step(self, case: str, contender: str, paintings: int) -> None:
        if self.bar and self.task is not None:
            self.bar.update(self.task, description=f"{case[-32:]}: {contender}, painting {paintings}")

    def advance(self, case: str) -> None:
        self.done += 1
        if self.bar and self.task is not None:
            self.bar.update(self.task, completed=self.done, description="measuring")
        else:
            sys.stderr.write(f"measured {self.done} of {self.count}: {case}\n")
            sys.stderr.flush()


@contextmanager
def _progress(count: int) -> Iterator[_Progress]:
    if not sys.stderr.isatty():
        yield _Progress(count, None)
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        yield _Progress(count, bar)
