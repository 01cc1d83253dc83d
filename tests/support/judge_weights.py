"""Files in the layout of the published weights of Inception-v3, AlexNet and LPIPS's heads, with generated numbers."""

from __future__ import annotations

import zlib

import cv2
import numpy as np
import torch

from stenciltorch.networks.inception import FidInception
from stenciltorch.networks.lpips import AlexNetMaps, Heads


def generated(name, shape):
    """The same numbers for a name everywhere; signals keep their strength from layer to layer."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if len(shape) >= 2:
        values = rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
    elif name.endswith(("running_var", "bn.weight")):
        values = rng.uniform(0.8, 1.2, shape)
    else:
        values = rng.normal(0, 0.1, shape)
    return torch.from_numpy(values.astype(np.float32))


def numbers(shapes):
    return {name: generated(name, shape) for name, shape in shapes.items()}


def shapes_of(kind):
    with torch.device("meta"):
        return {name: tuple(value.shape) for name, value in kind().state_dict().items()}


def inception_file():
    """566 arrays, as the published file: with 1008 classes and the counts of batches."""
    shapes = shapes_of(FidInception) | {"fc.weight": (1008, 2048), "fc.bias": (1008,)}
    counts = {name: torch.zeros((), dtype=torch.long) for name in shapes if name.endswith("num_batches_tracked")}
    return numbers({name: shape for name, shape in shapes.items() if name not in counts}) | counts


def alexnet_file():
    """16 arrays, as torchvision's file; the classifier's take no room."""
    classifier = {"1": (4096, 9216), "4": (4096, 4096), "6": (1000, 4096)}
    zeros = {f"classifier.{layer}.weight": torch.zeros(1).expand(shape) for layer, shape in classifier.items()}
    zeros |= {f"classifier.{layer}.bias": torch.zeros(shape[0]) for layer, shape in classifier.items()}
    return numbers(shapes_of(AlexNetMaps)) | zeros


def heads_file():
    """Five arrays, none below 0, as the authors' file."""
    return {name: value.abs() for name, value in numbers(shapes_of(Heads)).items()}


def two_pictures():
    """uint8 (240, 330, 3): a smooth picture and the same with blots; larger and smaller than 299 on its two sides."""
    rng = np.random.default_rng(8)
    smooth = cv2.GaussianBlur(rng.normal(0, 1, (240, 330, 3)), (0, 0), 6)
    smooth = np.clip(128 + 300 * smooth, 0, 255).astype(np.uint8)
    blotted = smooth.copy()
    cv2.circle(blotted, (200, 90), 50, (230, 60, 20), -1)
    return smooth, blotted
