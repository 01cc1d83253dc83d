"""Build the faithful model (F1, G and composite in one graph) as an ONNX file, to compare latencies with.

The weights are random, so what it paints is noise; its time and its size are those of the authors' model.

    python benchmarks/faithful.py faithful.onnx
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from stenciltorch.errors import InputError, ModelError, StencilTorchError
from stenciltorch.networks.faithful import FaithfulStencilModel, Generator, Illustration2VecFront, to_onnx
from stenciltorch.networks.faithful.exportable import INPUTS
from stenciltorch.networks.measure import count_macs, count_parameters

PARITY_SIZES = ((144, 80), (75, 131), (1, 1))
PARITY_LEVELS = 1


def build(features: int, seed: int) -> FaithfulStencilModel:
    """The model with PyTorch's default weights, the same for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return FaithfulStencilModel(Illustration2VecFront(), Generator(features)).eval()


def request(height: int, width: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Random pixels by input name; the upper third is kept."""
    shapes = {"lineart": (), "mask": (), "base": (3,), "hints": (4,)}
    arrays = {name: rng.integers(0, 256, (height, width, *shape), dtype=np.uint8) for name, shape in shapes.items()}
    arrays["mask"][: height // 3] = 0
    return arrays


def largest_difference(model: FaithfulStencilModel, path: Path) -> int:
    """Between torch and onnxruntime over `PARITY_SIZES`, in levels of 255.

    Raises:
        ModelError: a byte outside the mask is not the base's.
    """
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    largest = 0
    for height, width in PARITY_SIZES:
        arrays = request(height, width, rng)
        (found,) = session.run(None, arrays)
        with torch.no_grad():
            wanted = model(*(torch.from_numpy(arrays[name]) for name in INPUTS)).numpy()
        kept = arrays["mask"] == 0
        if not np.array_equal(found[kept], arrays["base"][kept]):
            raise ModelError(f"{path} changes pixels outside the mask.")
        largest = max(largest, int(np.abs(found.astype(int) - wanted).max()))
    return largest


def macs_at_512(features: int) -> int:
    """Of one pass at 512 x 512, F1 included."""
    with torch.device("meta"):
        model = FaithfulStencilModel(Illustration2VecFront(), Generator(features))
        plane = torch.empty(512, 512, dtype=torch.uint8)
        colour, hints = plane.new_empty(512, 512, 3), plane.new_empty(512, 512, 4)
    return count_macs(model, plane, plane, colour, hints)


def write(path: Path, features: int, seed: int) -> str:
    """Write the file, whole or not at all; returns one line about it.

    Raises:
        ModelError: onnxruntime and torch differ by more than a level.
        InputError: there is no such folder.
    """
    if not path.parent.is_dir():
        raise InputError(f"There is no folder {path.parent}; make it first.")
    model = build(features, seed)
    draft = path.with_name(f".{path.name}.part")
    try:
        to_onnx(model).save(draft)
        levels = largest_difference(model, draft)
        if levels > PARITY_LEVELS:
            raise ModelError(f"onnxruntime and torch differ by {levels} levels of 255; nothing was written.")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return (
        f"{path}: {path.stat().st_size / 1e6:.1f} MB, {count_parameters(model):,} parameters, "
        f"{macs_at_512(features) / 1e9:.2f} GMAC at 512 x 512, onnxruntime = torch within {levels} level(s)"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the faithful model with random weights as an ONNX file.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--features", type=int, default=32, help="width; 32 as the authors' model, 64 the wide one")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        print(write(options.path, options.features, options.seed))
    except (StencilTorchError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
