"""The paper's networks, as the authors built them (paper 3.3, Fig. 4).

For comparison and reproduction; StencilTorch itself paints with another net. Where the paper and
its authors' public code differ, the code is followed, since only the code gives every size; each
class names the difference.
"""

from stenciltorch.networks.faithful.critic import Critic
from stenciltorch.networks.faithful.exportable import FaithfulStencilModel, reduce_hints, to_onnx
from stenciltorch.networks.faithful.features import (
    Illustration2VecFront,
    Vgg16Relu22,
    load_published,
)
from stenciltorch.networks.faithful.generator import Encoded, Generator, Painted
from stenciltorch.networks.faithful.guide import Guide

__all__ = [
    "Critic",
    "Encoded",
    "FaithfulStencilModel",
    "Generator",
    "Guide",
    "Illustration2VecFront",
    "Painted",
    "Vgg16Relu22",
    "load_published",
    "reduce_hints",
    "to_onnx",
]
