"""Training throughput: our net and the authors' generator, in the same trainer, on the same random pictures.

    python benchmarks/throughput.py                                 on a processor
    python benchmarks/throughput.py --crop 512 --batch 32 --channels-last --compile --peak 989     on an H100

Prints pictures a second for a step of each recipe, and for forward and backward of each generator alone; times are
ratios within one run, min and median. What drawing the samples costs is measured apart (`--pack`), since workers do
that at the same time. With `--peak`, the GPU's dense bfloat16 TFLOP/s by its data sheet, the share of it that is
reached.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from stenciltorch.errors import StencilTorchError
from stenciltorch.networks.measure import count_parameters
from stenciltorch.training.config import TrainConfig
from stenciltorch.training.dataset import Batch
from stenciltorch.training.place import Numerics, Place
from stenciltorch.training.recipes import recipe
from stenciltorch.training.task import build_task, to_device
from stenciltorch.training.tasks.adversarial import AdversarialTask
from stenciltorch.training.tasks.studio import StudioTask, unit
from stenciltorch.training.trainer import choose_device

RECIPES = ("studio", "paper", "paper-guide")


@dataclass(frozen=True)
class Timing:
    """Of one kind of step: seconds each time, floating point operations, trained parameters."""

    name: str
    seconds: list[float]
    flops: float
    parameters: int


def random_batch(count: int, side: int) -> Batch:
    """Noise with the channels of a training batch, all of it to be painted."""
    rng = np.random.default_rng(0)
    channels = {"hints": 4, "base": 3, "target": 3, "flats": 3, "own": 3}
    pictures = {
        name: rng.integers(0, 256, (count, channels.get(name, 1), side, side), dtype=np.uint8) for name in Batch._fields
    }
    pictures["mask"][:] = 255
    pictures["natural"] = np.full((count, 1, 1, 1), 255, np.uint8)
    return Batch(**{name: torch.from_numpy(picture) for name, picture in pictures.items()})


def sized(name: str, crop: int, batch: int) -> TrainConfig:
    config = recipe(name)
    optim = replace(config.optim, batch=batch, epochs=0.0, steps=1000)
    return replace(config, data=replace(config.data, crop=crop), optim=optim)


def timed(name: str, work: Callable[[], object], place: Place, rounds: int, parameters: int) -> Timing:
    """Count once, warm up, then time. torch cannot count a gradient of a gradient: such steps have no count."""
    flops = 0.0
    try:
        with FlopCounterMode(display=False) as counter:
            work()
        flops = float(counter.get_total_flops())
    except RuntimeError as error:
        if "autograd.grad" not in str(error):
            raise
    work()
    seconds = []
    for _ in range(rounds):
        _wait(place)
        begun = time.perf_counter()
        work()
        _wait(place)
        seconds.append(time.perf_counter() - begun)
    return Timing(name, seconds, flops, parameters)


def _wait(place: Place) -> None:
    if place.kind == "cuda":
        torch.cuda.synchronize()


def measure(name: str, batch: Batch, place: Place, rounds: int) -> list[Timing]:
    """A whole step of a recipe, and its generator alone."""
    task = build_task(sized(name, batch.lineart.shape[-1], len(batch.lineart)), place)
    whole = timed(
        f"{name}: step",
        lambda: task.step(batch, 0),
        place,
        rounds,
        sum(count_parameters(module) for key, module in task.modules.items() if key != "average"),
    )
    if isinstance(task, StudioTask):
        given, net = unit(batch), task.net
        alone = lambda: net(given.lineart, given.mask, given.base, given.hints).colour  # noqa: E731
    elif isinstance(task, AdversarialTask):
        scene, net = task.scene(batch), task.nets["generator"]
        alone = lambda: net(scene.composite, scene.hints, scene.semantics).illustration  # noqa: E731
    else:
        return [whole]

    def back_and_forth() -> None:
        with place.autocast():
            painted = alone()
        painted.float().abs().mean().backward()

    return [whole, timed(f"{name}: generator", back_and_forth, place, rounds, count_parameters(net))]


def row(found: Timing, batch: int, peak: float) -> str:
    best, middle = min(found.seconds), statistics.median(found.seconds)
    rate = found.flops / best / 1e12
    share = f"{100 * rate / peak:.1f} %" if peak and rate else "-"
    counted = (f"{found.flops / batch / 1e9:.1f}", f"{rate:.2f}") if rate else ("-", "-")
    return (
        f"| {found.name} | {found.parameters / 1e6:.2f} M | {counted[0]} | {1e3 * best:.1f} ({1e3 * middle:.1f}) "
        f"| {batch / best:.2f} | {counted[1]} | {share} |"
    )


def sampling(pack: Path, name: str, crop: int, count: int) -> str:
    """How quickly one process draws samples."""
    task = build_task(sized(name, crop, 1), Place())
    examples = task.data(pack).examples
    begun = time.perf_counter()
    for position in range(count):
        examples[position]
    return f"drawing samples of `{name}`: {count / (time.perf_counter() - begun):.2f} pictures/s in one process"


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure training throughput.")
    parser.add_argument("--recipes", nargs="+", default=RECIPES)
    parser.add_argument("--crop", type=int, default=128)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--precision", default="auto", choices=("auto", "float32", "bfloat16"))
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--peak", type=float, default=0.0, metavar="TFLOPS")
    parser.add_argument("--pack", type=Path)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        numerics = Numerics(options.precision, options.channels_last, options.compile)
        place = Place(choose_device(options.device), numerics=numerics)
        batch = to_device(random_batch(options.batch, options.crop), place.device)
        print(
            f"{options.batch} pictures of {options.crop} x {options.crop}, torch {torch.__version__}, "
            f"{_machine(place)}\n"
        )
        print("| what | parameters | GFLOP a picture | ms, min (median) | pictures/s | TFLOP/s | of the peak |")
        print("|---|---|---|---|---|---|---|")
        for name in options.recipes:
            for found in measure(name, batch, place, options.rounds):
                print(row(found, options.batch, options.peak), flush=True)
        for name in options.recipes if options.pack else ():
            print(sampling(options.pack, name, options.crop, 20))
    except StencilTorchError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _machine(place: Place) -> str:
    """The device, and how busy the machine was before."""
    if place.kind == "cuda":
        return torch.cuda.get_device_name()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{torch.get_num_threads()} threads of {os.cpu_count()} cores{load}"


if __name__ == "__main__":
    sys.exit(main())
