"""Weights that the authors of a baseline published, where they may be used: Zhang et al. 2017 (MIT).

Not here, and why: PaintsChainer's weights are all rights reserved, Ci's generator cannot be had, PaintsTorch names no
licence.
"""

from __future__ import annotations

import re
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from stenciltorch.export import Card
from stenciltorch.networks.baselines import Zhang2017, ZhangSystem
from stenciltorch.networks.faithful import load_published
from stenciltorch.runtime.weights import find_weights
from stenciltorch.training.baselines.release import write_system

Weights = dict[str, Tensor]

ZHANG_PARTS = {
    r"model(\d+)\.": r"group\1.",
    r"model(\d+)up\.0\.": r"up\1.",
    r"model\d+short(\d+)\.0\.": r"skip\1.",
    r"model_class\.0\.": "classify.",
    r"model_out\.0\.": "regress.0.",
}
"""The published names and ours."""


def zhang2017(weights: Weights) -> Weights:
    """Of the published `pytorch.pth`, under our names.

    Raises:
        ModelError: a layer is missing or has another shape.
    """
    network = Zhang2017()
    load_published(network, {_renamed(name): value for name, value in weights.items()})
    return {name: value.contiguous() for name, value in network.state_dict().items()}


def _renamed(name: str) -> str:
    for theirs, ours in ZHANG_PARTS.items():
        if re.match(theirs, name):
            return re.sub(f"^{theirs}", ours, name)
    return name


def release_published(model: Path, weights: Path | None = None) -> int:
    """The published Zhang 2017 as a model folder; returns the largest difference from torch, in levels.

    Args:
        weights: a file that `stenciltorch weights import zhang2017` made; the one in the store when not given.

    Raises:
        ModelError: the weights are not here, or are others.
    """
    network = Zhang2017()
    load_published(network, load_file(weights or find_weights("zhang2017")))
    system = ZhangSystem(network).eval()
    card = Card("zhang2017-published", "MIT", "published weights", "photographs", 0)
    return write_system(system, model, card)
