"""Small stencils with paintings that are consistent with them, without a model."""

from __future__ import annotations

import numpy as np

from stenciltorch.canvas import Hints, Illustration, Lineart, Mask, Painting, Stencil

FLATS = np.array([[242, 196, 160], [58, 95, 205], [20, 16, 18], [250, 250, 250], [0, 255, 0]], np.uint8)


def rounded(values):
    return np.floor(np.clip(values, 0, 255) + 0.5).astype(np.uint8)


def areas(height=60, width=80):
    """Labels 0..4: four quarters, and a square in the middle."""
    labels = np.zeros((height, width), int)
    labels[:, width // 2 :] += 1
    labels[height // 2 :] += 2
    labels[height // 3 : height // 2, width // 3 : width // 2] = 4
    return labels


def made_painting(seed=0, soft_mask=False, flats=FLATS, labels=None):
    """A stencil, and what a net would answer: colour = flats x shade + light, rounded as the graphs do it."""
    rng = np.random.default_rng(seed)
    labels = areas() if labels is None else labels
    height, width = labels.shape
    ink = rng.integers(0, 256, (height, width)).astype(np.uint8)
    ink[rng.random((height, width)) < 0.7] = 255
    mask = np.full((height, width), 255, np.uint8)
    if soft_mask:
        mask = np.clip(np.linspace(-200, 455, width), 0, 255).astype(np.uint8)[None].repeat(height, axis=0)
    base = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    flat = flats[labels].astype(float)
    shade = rng.uniform(0.2, 1.4, (height, width, 1))
    light = rng.uniform(-40, 60, (height, width, 3)) * (rng.random((height, width, 1)) < 0.5)
    colour = np.clip(flat * shade + light, 0, 255)
    share = mask[..., None] / 255
    inked = rounded(colour * (ink[..., None] / 255) * share + base * (1 - share))
    hints = np.zeros((height, width, 4), np.uint8)
    hints[3:9, 4:10] = (*flats[0], 255)
    stencil = Stencil(Lineart(ink), Hints(hints), Mask(mask), Illustration(base))
    return stencil, Painting(Illustration(inked), Illustration(rounded(colour)), Illustration(rounded(flat)))
