"""The learning rate over a run, and how fast averages follow."""

from __future__ import annotations

from stenciltorch.training.config import OptimConfig


def learning_rate(step: int, optim: OptimConfig) -> float:
    """Linear warm-up, plateau, linear decay to a hundredth over the last `decay` share of the steps."""
    warm = min(1.0, (step + 1) / max(1, optim.warmup))
    start = optim.steps * (1.0 - optim.decay)
    left = 1.0 - max(0.0, step - start) / max(1.0, optim.steps - start)
    return optim.rate * warm * max(0.01, min(1.0, left))


def average_keep(number: int, ema: float) -> float:
    """How much of themselves averaged weights keep in step `number`: little at first, `ema` in the end."""
    return min(ema, (2 + number) / (11 + number))
