"""Recipes of the baselines, and small ones that only show that the machinery runs. No torch here."""

from __future__ import annotations

from dataclasses import replace

from stenciltorch.training.baselines.settings import (
    BaselineConfig,
    Ci2018Config,
    PaintsChainerConfig,
    PaintsTorch2019Config,
    Zhang2017Config,
)
from stenciltorch.training.config import DataConfig, OptimConfig, TrainConfig


def baseline(task: BaselineConfig, crop: int, optim: OptimConfig) -> TrainConfig:
    """Whole pictures in their own colours, no procedural drawings."""
    data = DataConfig(crop=crop, procedural=0.0, smallest=1.0, largest=1.0)
    return TrainConfig(name=task.kind, task=task, data=data, optim=optim)


PLAIN = OptimConfig(rate=1e-4, weight_decay=0.0, warmup=0, decay=0.5, clip=0.0, ema=0.0)
"""Adam, no warm-up, nothing clipped, nothing averaged; the rate falls in the second half."""

ADVERSARIAL = replace(PLAIN, steps=250_000, batch=4, beta1=0.5, beta2=0.9)

BASELINES: dict[str, TrainConfig] = {
    "zhang2017": baseline(Zhang2017Config(), 256, replace(PLAIN, steps=250_000, batch=25, beta1=0.9, beta2=0.999)),
    "paintschainer": baseline(
        PaintsChainerConfig(),
        512,
        replace(PLAIN, steps=250_000, batch=16, beta1=0.9, beta2=0.999, weight_decay=1e-5, decay=0.0),
    ),
    "ci2018": baseline(Ci2018Config(), 512, ADVERSARIAL),
    "paintstorch2019": baseline(PaintsTorch2019Config(), 512, ADVERSARIAL),
}


def smoke(config: TrainConfig, task: BaselineConfig, crop: int, rate: float = 1e-3) -> TrainConfig:
    """The same system, small enough for a processor and a few steps."""
    optim = replace(config.optim, steps=20, batch=2, rate=rate, decay=0.0)
    return replace(config, name=f"{config.name}-smoke", task=task, data=replace(config.data, crop=crop), optim=optim)


SMOKE: dict[str, TrainConfig] = {
    "zhang2017-smoke": smoke(BASELINES["zhang2017"], Zhang2017Config(width=4), 64),
    "paintschainer-smoke": smoke(BASELINES["paintschainer"], PaintsChainerConfig(width=2), 64, 1e-2),
    "ci2018-smoke": smoke(BASELINES["ci2018"], Ci2018Config(width=8, critic_width=16, depth=1), 128),
    "paintstorch2019-smoke": smoke(
        BASELINES["paintstorch2019"], PaintsTorch2019Config(width=8, critic_width=16, depth=1), 128
    ),
}

RECIPES = {**BASELINES, **SMOKE}
