"""A contact sheet: many pictures small on one page, with their names."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from stenciltorch.canvas import Illustration

CELL = 320
"""Pixels of a picture's longer side on the sheet."""
GAP = 16
CAPTION = 22
MOST_LETTERS = 36
_PAPER, _TEXT = (245, 245, 245), (40, 40, 40)


def contact_sheet(pictures: Sequence[tuple[str, Illustration]], columns: int | None = None) -> Illustration:
    """The pictures row by row, each with its name below; about as wide as high unless `columns` is given.

    Args:
        pictures: at least one.
    """
    across = columns or math.ceil(math.sqrt(len(pictures)))
    down = math.ceil(len(pictures) / across)
    sheet = Image.new("RGB", (GAP + across * (CELL + GAP), GAP + down * (CELL + CAPTION + GAP)), _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for place, (name, picture) in enumerate(pictures):
        left = GAP + place % across * (CELL + GAP)
        top = GAP + place // across * (CELL + CAPTION + GAP)
        small = thumbnail(picture)
        sheet.paste(small, (left + (CELL - small.width) // 2, top + (CELL - small.height) // 2))
        draw.text((left, top + CELL + 3), _shown(name), _TEXT, font)
    return Illustration(np.asarray(sheet))


def thumbnail(picture: Illustration) -> Image.Image:
    image = Image.fromarray(picture.array)
    image.thumbnail((CELL, CELL), Image.Resampling.BOX)
    return image


def _shown(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else name[: MOST_LETTERS - 1] + "…"
