"""From a finished illustration to what an artist would have handed in (paper 3.2, 3.4, 3.5)."""

from stenciltorch.synthesis.flats import flatten, quantise
from stenciltorch.synthesis.hints import HintRecipe, draw_hints
from stenciltorch.synthesis.lineart import AUTHORS, STYLES, LineStyle, draw_style, extract_lineart
from stenciltorch.synthesis.masks import MaskRecipe, draw_mask, mask_share
from stenciltorch.synthesis.palettes import recolour
from stenciltorch.synthesis.portraits import draw_portrait
from stenciltorch.synthesis.procedural import draw_procedural
from stenciltorch.synthesis.regions import (
    classical_displacement,
    extract_regions,
    regions_from_displacement,
)
from stenciltorch.synthesis.sample import SynthesisRecipe, compose, synthesize, synthesize_procedural

__all__ = [
    "AUTHORS",
    "STYLES",
    "HintRecipe",
    "LineStyle",
    "MaskRecipe",
    "SynthesisRecipe",
    "classical_displacement",
    "compose",
    "draw_hints",
    "draw_mask",
    "draw_portrait",
    "draw_procedural",
    "draw_style",
    "extract_lineart",
    "extract_regions",
    "flatten",
    "mask_share",
    "quantise",
    "recolour",
    "regions_from_displacement",
    "synthesize",
    "synthesize_procedural",
]
