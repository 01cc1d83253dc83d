"""What a network costs: parameters and multiply-accumulates."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def count_parameters(module: nn.Module) -> int:
    """Learned numbers, frozen ones included; running statistics are not counted."""
    return sum(parameter.numel() for parameter in module.parameters())


def count_macs(module: nn.Module, *inputs: Any) -> int:
    """Multiply-accumulates of one forward pass: convolutions, transposed ones and matrix products.

    Biases, activations, pooling, normalisation and resampling are not counted. Modules and
    inputs on the `meta` device cost no time and no memory. The module is left as it was found:
    it runs in evaluation mode, so that no running statistic moves.
    """
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            module(*inputs)
    finally:
        for part, training in modes.items():
            part.training = training
    return int(counter.get_total_flops()) // 2
