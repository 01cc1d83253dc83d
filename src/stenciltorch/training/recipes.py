"""The table of recipes. No torch here."""

from __future__ import annotations

from dataclasses import replace

from stenciltorch.errors import ConfigError
from stenciltorch.training.baselines.recipes import RECIPES as BASELINES
from stenciltorch.training.config import (
    DataConfig,
    HintRecipe,
    LossConfig,
    MaskRecipe,
    OptimConfig,
    ShapeConfig,
    StudioConfig,
    SynthesisRecipe,
    TrainConfig,
)
from stenciltorch.training.tasks.settings import AdversarialConfig, SemanticConfig

SCENES = SynthesisRecipe(portraits=0.5)
"""Drawings of our own show people and things as often as shapes."""

TIDY = replace(SCENES, hints=HintRecipe(messy=0.05))
"""Hints that mostly lie where they are meant for."""

STUDIO = {
    "studio": TrainConfig(data=DataConfig(hatched=0.2, collage=0.3, asked_only=True, synthesis=SCENES)),
    "studio-large-crops": TrainConfig(
        name="studio-large-crops",
        data=DataConfig(crop=384, hatched=0.2, collage=0.3, asked_only=True, synthesis=SCENES),
        optim=OptimConfig(batch=2, rate=8e-4, decay=0.7),
    ),
    "studio-painting": TrainConfig(
        name="studio-painting",
        task=StudioConfig(trained="painting"),
        data=DataConfig(crop=384, hatched=0.2, collage=0.3, asked_only=True, unhinted=0.5, synthesis=TIDY),
        loss=LossConfig(borders=1.5),
        optim=OptimConfig(steps=1500, batch=2, rate=3e-4, warmup=50, decay=0.9, ema=0.995),
    ),
    "studio-borders": TrainConfig(
        name="studio-borders",
        task=StudioConfig(trained="borders"),
        data=DataConfig(crop=256, hatched=0.3, collage=0.3, asked_only=True, unhinted=0.5, synthesis=TIDY),
        optim=OptimConfig(steps=5500, batch=4, rate=6e-4, warmup=50, decay=0.7, ema=0.995, weight_decay=1e-3),
    ),
    "finetune": TrainConfig(
        name="finetune",
        data=DataConfig(procedural=0.1, hatched=0.1, asked_only=True, synthesis=replace(SCENES, recolour=0.4)),
        optim=OptimConfig(steps=1200, rate=3e-4, warmup=50, decay=0.5, ema=0.99),
    ),
    "smoke": TrainConfig(
        name="smoke",
        shape=ShapeConfig(encoder=(8, 8, 16, 16), vector=8, rounds=2),
        data=DataConfig(crop=64, asked_only=True),
        optim=OptimConfig(steps=20, batch=2, warmup=2),
    ),
}
"""Our own net."""

SEMANTIC = {
    "semantic": TrainConfig(
        name="semantic",
        task=SemanticConfig(),
        data=DataConfig(crop=128, smallest=0.5),
        optim=OptimConfig(steps=1500, batch=8, rate=2e-3, warmup=50, decay=0.7, ema=0.99),
    ),
}
"""Our own feature extractor, which the paper's recipes take for F1 and F2."""


def paper(name: str, *, normalise: bool = False, guide: bool = False, curriculum: bool = False) -> TrainConfig:
    """A row of Table 1 (paper 5): 40 epochs of AdamW, 32 pictures of 512 x 512 in a step.

    Hints are circles, drawn independently of the mask; a fifth of the pictures has none, a tenth has all colours.
    """
    hints = HintRecipe(none=0.2, dense=0.1, strokes=0.0, scribbles=0.0)
    masks = MaskRecipe(
        schedule="prose" if curriculum else "none", full=0.2, scattered=1.0, blobs=0.0, boxes=0.0, soft=0.0
    )
    synthesis = SynthesisRecipe(hints=hints, masks=masks, recolour=0.0)
    return TrainConfig(
        name=name,
        task=AdversarialConfig(normalise=normalise, guide=guide),
        data=DataConfig(crop=512, procedural=0.0, smallest=1.0, largest=1.0, synthesis=synthesis),
        optim=OptimConfig(
            epochs=40.0, batch=32, rate=1e-4, beta1=0.5, beta2=0.9, warmup=0, decay=0.0, clip=0.0, ema=0.0
        ),
    )


PAPER = {
    "paper": paper("paper"),
    "paper-bn": paper("paper-bn", normalise=True),
    "paper-guide": paper("paper-guide", guide=True),
    "paper-guide-curriculum": paper("paper-guide-curriculum", guide=True, curriculum=True),
}
"""The rows StencilTorch, + BN, + G and + G + C of Table 1."""

RECIPES: dict[str, TrainConfig] = {**STUDIO, **SEMANTIC, **PAPER, **BASELINES}


def recipe(name: str) -> TrainConfig:
    """Raises ConfigError when there is none of this name."""
    if name not in RECIPES:
        raise ConfigError(f"There is no recipe {name!r}; choose one of {', '.join(sorted(RECIPES))}.")
    return RECIPES[name]
