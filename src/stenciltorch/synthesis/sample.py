"""One training example out of one finished illustration (paper 3.2, 3.4, Fig. 3)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from stenciltorch.canvas import Illustration, Lineart, Mask, Regions, Sample, Size, Stencil
from stenciltorch.errors import InputError
from stenciltorch.synthesis.arrays import spread
from stenciltorch.synthesis.hints import HintRecipe, draw_hints
from stenciltorch.synthesis.lineart import draw_style, extract_lineart
from stenciltorch.synthesis.masks import MaskRecipe, draw_mask
from stenciltorch.synthesis.palettes import recolour
from stenciltorch.synthesis.portraits import draw_portrait
from stenciltorch.synthesis.procedural import draw_procedural


@dataclass(frozen=True)
class SynthesisRecipe:
    """What varies in a training example.

    Args:
        hints: how hints are drawn.
        masks: how masks are drawn.
        recolour: chance of a new palette.
        own_lines: chance that a procedural drawing keeps its own lineart.
        portraits: chance that a procedural drawing shows people and things instead of shapes.
    """

    hints: HintRecipe = field(default_factory=HintRecipe)
    masks: MaskRecipe = field(default_factory=MaskRecipe)
    recolour: float = 0.6
    own_lines: float = 0.7
    portraits: float = 0.0


def compose(lineart: Lineart, illustration: Illustration, mask: Mask) -> Illustration:
    """The lineart where the mask is 255, the illustration where it is 0 (paper 3.4).

    Raises:
        InputError: the sizes differ.
    """
    if not lineart.size == illustration.size == mask.size:
        raise InputError(
            f"The lineart is {lineart.size}, the illustration {illustration.size} and the mask {mask.size}; "
            "all must have one size."
        )
    if mask.array.min() == 255:
        return lineart.as_illustration()
    share = spread(mask.array).astype(np.uint16)
    ink = spread(lineart.array).astype(np.uint16)
    mixed = ink * share + illustration.array * (255 - share) + 127
    return Illustration((mixed // 255).astype(np.uint8))


def synthesize(
    illustration: Illustration,
    regions: Regions,
    flats: Illustration,
    recipe: SynthesisRecipe,
    progress: float,
    rng: np.random.Generator,
) -> Sample:
    """Lineart, hints, mask and base for this illustration.

    The lineart is taken before any recolouring, so that it cannot tell the new colours.

    Args:
        regions, flats: of this illustration; flats have one colour a region.
        progress: 0 at the start of training, 1 at its end.

    Raises:
        InputError: the sizes differ.
    """
    if not illustration.size == regions.size == flats.size:
        raise InputError(
            f"The illustration is {illustration.size}, its regions {regions.size} and its flats "
            f"{flats.size}; all must have one size."
        )
    lineart = extract_lineart(illustration, draw_style(rng), rng)
    return _assembled(illustration, regions, flats, lineart, recipe, progress, rng)


def synthesize_procedural(
    size: Size, recipe: SynthesisRecipe, progress: float, rng: np.random.Generator
) -> tuple[Sample, Regions]:
    """A training example from a random drawing of our own, and its regions."""
    draw = draw_portrait if recipe.portraits and rng.random() < recipe.portraits else draw_procedural
    illustration, regions, flats, lineart = draw(size, rng)
    if rng.random() >= recipe.own_lines:
        lineart = extract_lineart(illustration, draw_style(rng), rng)
    return _assembled(illustration, regions, flats, lineart, recipe, progress, rng), regions


def _assembled(
    illustration: Illustration,
    regions: Regions,
    flats: Illustration,
    lineart: Lineart,
    recipe: SynthesisRecipe,
    progress: float,
    rng: np.random.Generator,
) -> Sample:
    if rng.random() < recipe.recolour:
        illustration, flats = recolour(illustration, flats, regions, rng)
    mask = draw_mask(regions, recipe.masks, progress, rng, flats=flats)
    hints = draw_hints(flats, regions, mask, recipe.hints, rng)
    stencil = Stencil(lineart, hints, mask, compose(lineart, illustration, mask))
    return Sample(stencil, illustration, flats)
