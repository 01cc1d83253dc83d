"""The four systems that the paper compares itself with, built from their publications (docs/baselines.md).

Ranges and planes are each system's own; `systems` makes painters of stencils of them, `graphs` makes
models of those.
"""

from stenciltorch.networks.baselines.alacgan import AlacganCritic, Generator, Sketcher
from stenciltorch.networks.baselines.graphs import GraphSpec, free_axes, graphs
from stenciltorch.networks.baselines.paintschainer import LineNet, PaintsChainer, PaintsChainerCritic
from stenciltorch.networks.baselines.systems import (
    AlacganSystem,
    PaintsChainerSystem,
    PaintsTorchSystem,
    System,
    ZhangSystem,
)
from stenciltorch.networks.baselines.zhang2017 import Zhang2017

__all__ = [
    "AlacganCritic",
    "AlacganSystem",
    "Generator",
    "GraphSpec",
    "LineNet",
    "PaintsChainer",
    "PaintsChainerCritic",
    "PaintsChainerSystem",
    "PaintsTorchSystem",
    "Sketcher",
    "System",
    "Zhang2017",
    "ZhangSystem",
    "free_axes",
    "graphs",
]
