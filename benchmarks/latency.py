"""How long the model takes: a drawing looked at once, each stroke after that, and the way back to full size.

    python benchmarks/latency.py
    python benchmarks/faithful.py faithful.onnx && python benchmarks/latency.py --faithful faithful.onnx

Prints a Markdown table of medians (and minima) in milliseconds. All nets take turns within one run, so that their
ratios hold on a machine that is busy with other things too. "Per stroke" is what follows a change of the hints on a
drawing that was looked at before: hints to the working size, painter. The faithful net has no part that can be kept
between strokes, and works at the working size only. Peak memory is that of a fresh process that paints one picture.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

import numpy as np
import onnxruntime

from stenciltorch.canvas import Lineart, Size, Stencil
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.errors import StencilTorchError
from stenciltorch.hintfile import HintSheet, Mark, draw_hints
from stenciltorch.runtime import Model, default_threads, find_model, open_model
from stenciltorch.runtime.model import session_options
from stenciltorch.scaling import reduce_stencil, working_size

SIZES = (Size(512, 512), Size(1024, 1024), Size(3000, 4000))
Times = defaultdict[str, list[float]]
Answer = TypeVar("Answer")


def make_stencil(size: Size, seed: int = 0) -> Stencil:
    """A drawing of crossing lines with twenty dabs; the mask is open everywhere."""
    rng = np.random.default_rng(seed)
    paper = np.full(size, 255, np.uint8)
    paper[rng.integers(0, size.height, 9)] = 0
    paper[:, rng.integers(0, size.width, 9)] = 0
    places = rng.random((20, 2)) * (size.width - 1, size.height - 1)
    colours = rng.integers(0, 256, (20, 3)).tolist()
    marks = tuple(Mark(((x, y),), tuple(colour)) for (x, y), colour in zip(places.tolist(), colours, strict=True))
    return Stencil.start(Lineart(paper)).with_hints(draw_hints(HintSheet(marks), size))


def open_faithful(path: Path, threads: int) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(path), session_options(threads), providers=["CPUExecutionProvider"])


def paint_faithfully(session: onnxruntime.InferenceSession, stencil: Stencil) -> None:
    """The whole net, on a stencil at the working size."""
    session.run(None, {port.name: getattr(stencil, port.name).array for port in session.get_inputs()})


def timed(times: Times, name: str, work: Callable[[], Answer]) -> Answer:
    start = perf_counter()
    answer = work()
    times[name].append(1000 * (perf_counter() - start))
    return answer


def measure(model: Model, faithful: onnxruntime.InferenceSession | None, size: Size, rounds: int) -> Times:
    """Milliseconds by name; the first round, in which memory is found and sessions are made, is not counted."""
    times: Times = defaultdict(list)
    stencil = make_stencil(size)
    small = reduce_stencil(stencil, working_size(size, model.card.work_pixels))
    for round_ in range(rounds + 1):
        if round_ == 1:
            times.clear()
        colorizer = OnnxColorizer(model)
        drawing = timed(times, "encode", lambda: colorizer.encode(stencil))  # noqa: B023 - called at once
        answers = timed(times, "stroke", lambda: colorizer.paint(drawing, stencil))  # noqa: B023
        if drawing.working != drawing.size:
            timed(times, "finish", lambda: colorizer.finish(drawing, answers))  # noqa: B023
        if faithful:
            timed(times, "faithful", lambda: paint_faithfully(faithful, small))
    return times


def paint_once(options: argparse.Namespace, size: Size, faithful: bool) -> None:
    """What a fresh process does to have its memory measured."""
    model = open_model(find_model(options.model), options.threads)
    stencil = make_stencil(size)
    if faithful:
        small = reduce_stencil(stencil, working_size(size, model.card.work_pixels))
        paint_faithfully(open_faithful(options.faithful, options.threads), small)
    else:
        OnnxColorizer(model)(stencil)
    print(own_peak())


def own_peak() -> int:
    """MiB of this process at its largest. On Linux the kernel's other figure counts the parent process in."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20


def peak_memory(size: Size, faithful: bool) -> int:
    """MiB of a fresh process with the same arguments."""
    extra = ["--peak", f"{size.height}x{size.width}", *(["--peak-of-faithful"] if faithful else [])]
    done = subprocess.run([sys.executable, *sys.argv, *extra], capture_output=True, text=True, check=True)
    return int(done.stdout)


def shown(times: Times, name: str) -> str:
    return f"{median(times[name]):.0f} ({min(times[name]):.0f})" if name in times else "-"


def rows(size: Size, model: Model, times: Times, with_memory: bool) -> list[str]:
    """One line of the table for each net."""
    picture = f"{size} | {working_size(size, model.card.work_pixels)}"
    ratio = "-"
    if "faithful" in times:
        quicker = [of(times["faithful"]) / of(times["stroke"]) for of in (median, min)]
        ratio = f"{quicker[0]:.1f} x ({quicker[1]:.1f} x)"
    own = [shown(times, name) for name in ("encode", "stroke", "finish")]
    memory = [str(peak_memory(size, faithful)) if with_memory else "-" for faithful in (False, "faithful" in times)]
    lines = [f"| {picture} | {model.card.name} | {' | '.join(own)} | {ratio} | {memory[0]} |"]
    if "faithful" in times:
        lines.append(f"| {picture} | faithful | - | {shown(times, 'faithful')} | - | 1 | {memory[1]} |")
    return lines


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="model folder (default: the one that colorize uses)")
    parser.add_argument("--faithful", type=Path, help="ONNX file from benchmarks/faithful.py")
    parser.add_argument("--threads", type=int, default=default_threads())
    parser.add_argument("--rounds", type=int, default=15, help="rounds at 512 px; larger pictures take a third")
    parser.add_argument("--no-memory", dest="memory", action="store_false", help="do not measure peak memory")
    parser.add_argument("--peak", type=_size, help=argparse.SUPPRESS)
    parser.add_argument("--peak-of-faithful", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _size(text: str) -> Size:
    height, width = map(int, text.split("x"))
    return Size(height, width)


def main() -> None:
    options = parse()
    if options.peak:
        return paint_once(options, options.peak, options.peak_of_faithful)
    model = open_model(find_model(options.model), options.threads)
    faithful = open_faithful(options.faithful, options.threads) if options.faithful else None
    print(f"onnxruntime {onnxruntime.__version__}, {options.threads} threads, median (minimum) in ms\n")
    print("| picture | working size | net | look once | per stroke | full size | times faster | peak MiB |")
    print("|---|---|---|--:|--:|--:|--:|--:|")
    for size in SIZES:
        rounds = options.rounds if size == SIZES[0] else max(3, options.rounds // 3)
        times = measure(model, faithful, size, rounds)
        print("\n".join(rows(size, model, times, options.memory)), flush=True)
    return None


if __name__ == "__main__":
    try:
        main()
    except StencilTorchError as error:
        sys.exit(f"latency: {error}")
