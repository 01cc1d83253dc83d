"""A layered document -> the stencil that it holds: a line layer, hints, a mask, and what is painted already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stenciltorch.canvas import Mask, Stencil
from stenciltorch.files.reading import hints_of, illustration_of, lineart_of, mask_of
from stenciltorch.layers.documents import Document

LINE_NAMES = ("line", "lines", "lineart", "line art", "linework", "ink", "inks", "線", "線画", "主線", "선화", "线稿")
HINT_NAMES = ("hints", "hint", "colour hints", "color hints")
MASK_NAMES = ("mask",)
GROUP_NAME = "colouring"
"""The group whose layer mask is the stencil's mask in documents that StencilTorch wrote."""


@dataclass(frozen=True)
class Choice:
    """Names of layers; None to look for a usual name, and then to do without (the lines: take the flat picture)."""

    line: str | None = None
    hints: str | None = None
    mask: str | None = None


def stencil_of(document: Document, choice: Choice, levels: bool, notices: list[str]) -> Stencil:
    """The request that a document holds.

    With a mask, the picture that the document shows is the base. A layer taken as mask counts by its lightness times
    its opacity; a layer that has a layer mask and no usual name for masks counts by that.

    Raises:
        InputError: a layer that was named is not there.
    """
    line = choice.line or _usual(document.names(), LINE_NAMES)
    picture = document.layer(line) if line else document.merged()
    if line is None and document.names():
        notices.append(f"{document.name} has no layer named like lines; the flat picture is used. Name one layer.")
    stencil = Stencil.start(lineart_of(picture, f"{line or 'the picture'} in {document.name}", levels, notices))
    hints = choice.hints or _usual(document.names(), HINT_NAMES)
    if hints:
        stencil = stencil.with_hints(hints_of(document.layer(hints), hints))
    mask = _mask(document, choice)
    return stencil if mask is None else stencil.with_mask(mask).with_base(illustration_of(document.merged()))


def _mask(document: Document, choice: Choice) -> Mask | None:
    if choice.mask is None and GROUP_NAME in document.names():
        mask = document.mask_of(GROUP_NAME)
        if mask:
            return mask
    name = choice.mask or _usual(document.names(), MASK_NAMES)
    if name is None:
        return None
    return (document.mask_of(name) if choice.mask else None) or mask_of(document.layer(name))


def _usual(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    """The layer with the first of the wanted names that just one layer has, in any case."""
    for name in wanted:
        found = [known for known in names if known.strip().casefold() == name]
        if len(found) == 1:
            return found[0]
    return None
