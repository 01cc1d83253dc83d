"""The table of recipes. No torch here."""

from __future__ import annotations

from stenciltorch.errors import ConfigError
from stenciltorch.training.config import DataConfig, OptimConfig, ShapeConfig, TrainConfig

STUDIO = {
    "studio": TrainConfig(),
    "studio-large-crops": TrainConfig(
        name="studio-large-crops",
        data=DataConfig(crop=256, procedural=0.2),
        optim=OptimConfig(batch=4, rate=5e-4),
    ),
    "smoke": TrainConfig(
        name="smoke",
        shape=ShapeConfig(encoder=(8, 8, 16, 16), painter=(8, 8, 16), vector=8, heads=1, rounds=2),
        data=DataConfig(crop=64),
        optim=OptimConfig(steps=20, batch=2, warmup=2),
    ),
}
"""Our own net."""

RECIPES: dict[str, TrainConfig] = {**STUDIO}


def recipe(name: str) -> TrainConfig:
    """Raises ConfigError when there is none of this name."""
    if name not in RECIPES:
        raise ConfigError(f"There is no recipe {name!r}; choose one of {', '.join(sorted(RECIPES))}.")
    return RECIPES[name]
