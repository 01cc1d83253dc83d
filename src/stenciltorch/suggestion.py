"""Proposals: where the artist has said nothing, dabs that could be a start, several by seed or by palette.

The encoder tells for every place how likely it has each of `COLOURS` (its `taste`, docs/architecture.md). One random
number a colour, drawn once for the whole drawing, tips the scales, so that parts that look alike get the same colour
and another seed gives another colouring.
"""

from __future__ import annotations

COLOURS = (
    "#ffffff", "#f2efe9", "#d6d4d2", "#a7a9ad", "#787b84", "#4c4a52", "#2f2b33",
    "#fde3d2", "#f3c8ab", "#dfa27d", "#b5774f", "#7b4a33",
    "#f6dc8c", "#e3b84f", "#c98b3c", "#9a6238", "#6b4630", "#46302a",
    "#f7c7cc", "#ef8f9d", "#d94f5c", "#a8323f", "#7a2638",
    "#f59b5a", "#e4642e", "#f4d53f", "#a39a3e",
    "#c6e39a", "#7fbf5a", "#4b8f46", "#365f3b", "#5d6b4d",
    "#8fd8c0", "#3f9c8c", "#9ee3ee",
    "#cfe4f7", "#7fb4e6", "#4a78c2", "#2f4a80", "#4a6579",
    "#d9cdec", "#9d83cf", "#63489c", "#6b3f6e",
)  # fmt: skip
"""The colours that proposals are made of: paper and greys, skin, hair, and the circle of hues."""
