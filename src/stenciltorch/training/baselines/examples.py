"""Training examples of the baselines: a drawing, hints in the system's own planes, and the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor

from stenciltorch.canvas import Illustration, UInt8Array
from stenciltorch.errors import ConfigError
from stenciltorch.synthesis.arrays import Float32Array, to_bytes
from stenciltorch.synthesis.lineart import AUTHORS, draw_style, extract_lineart
from stenciltorch.training.baselines import hints
from stenciltorch.training.baselines.settings import (
    BaselineConfig,
    Ci2018Config,
    PaintsChainerConfig,
    PaintsTorch2019Config,
    Zhang2017Config,
)
from stenciltorch.training.config import DataConfig
from stenciltorch.training.dataset import PackReader
from stenciltorch.training.picture import crop

SIGMAS = (0.3, 0.4, 0.5)
Simulate = Callable[[UInt8Array, np.random.Generator], Float32Array]
Retouch = Callable[[UInt8Array, np.random.Generator], UInt8Array]


class Item(NamedTuple):
    """uint8 (H, W), float32 (channels, rows, columns), uint8 (H, W, 3)."""

    drawing: UInt8Array
    hints: Float32Array
    target: UInt8Array


class Batch(NamedTuple):
    """uint8 (batch, 1, H, W), float32 (batch, channels, rows, columns), uint8 (batch, 3, H, W)."""

    drawing: Tensor
    hints: Tensor
    target: Tensor


class BaselineExamples:
    """`examples[position]` is drawn from `default_rng((seed, position))`."""

    def __init__(self, pack: Path, data: DataConfig, settings: BaselineConfig, seed: int) -> None:
        self.reader = PackReader(pack, "train")
        self.data, self.settings, self.seed = data, settings, seed
        self.simulate, self.retouch = simulation(settings)

    def __getitem__(self, position: int) -> Item:
        rng = np.random.default_rng((self.seed, position))
        picture = crop(self.reader.draw(rng), self.data.crop, self.data, rng)
        target = np.ascontiguousarray(picture.illustration)
        drawing = self.retouch(self._lines(target, rng), rng)
        return Item(drawing, self.simulate(target, rng), target)

    def _lines(self, target: UInt8Array, rng: np.random.Generator) -> UInt8Array:
        style = draw_style(rng)
        if self.settings.lines == "xdog":
            style = replace(AUTHORS, sigma=float(rng.choice(SIGMAS)))
        return extract_lineart(Illustration(target), style, rng).array


def simulation(settings: BaselineConfig) -> tuple[Simulate, Retouch]:
    """How hints are made, and what is done to the drawing."""
    if isinstance(settings, Zhang2017Config):
        return partial(_patches, settings=settings), _untouched
    if isinstance(settings, PaintsChainerConfig):
        return partial(_points, most=settings.points), grained
    if isinstance(settings, PaintsTorch2019Config):
        return partial(_strokes, empty=settings.empty, most=settings.strokes), paled
    if isinstance(settings, Ci2018Config):
        return partial(_pixels, empty=settings.empty), paled
    raise ConfigError(f"The task {settings.kind!r} needs settings of its own, found {type(settings).__name__}.")


def _patches(target: UInt8Array, rng: np.random.Generator, settings: Zhang2017Config) -> Float32Array:
    return hints.reveal_patches(target, settings, rng)


def _points(target: UInt8Array, rng: np.random.Generator, most: int) -> Float32Array:
    return hints.scatter_points(target, most, rng)


def _pixels(target: UInt8Array, rng: np.random.Generator, empty: float) -> Float32Array:
    return hints.scatter_pixels(target, empty, rng)


def _strokes(target: UInt8Array, rng: np.random.Generator, empty: float, most: int) -> Float32Array:
    return hints.draw_strokes(target, empty, most, rng)


def _untouched(drawing: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    return drawing


def paled(drawing: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Ci and PaintsTorch: ink between 70 and 100 % dark."""
    share = rng.uniform(0.7, 1.0)
    return to_bytes(drawing.astype(np.float32) * share + 255 * (1 - share))


def grained(drawing: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """PaintsChainer: a fifth of the drawings is made black and white; then noise, and lighter or darker paper."""
    if rng.random() < 0.2:
        _, drawing = cv2.threshold(drawing, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)  # type: ignore[assignment]
    noise = rng.normal(0, 5 * rng.random(), drawing.shape) + rng.normal(0, 16)
    return to_bytes(drawing.astype(np.float32) + noise)


def collate(items: list[Item]) -> Batch:
    drawings = np.stack([item.drawing for item in items])[:, None]
    targets = np.stack([item.target for item in items]).transpose(0, 3, 1, 2)
    planes = np.stack([item.hints for item in items])
    return Batch(*[torch.from_numpy(np.ascontiguousarray(values)) for values in (drawings, planes, targets)])
