"""What the lines of a drawing say: about the steps from cell to cell, whether ink bars the way, and whether it leads
through a gap; about pixels beside lines, where they find the colour of their side.

A gap in an outline is narrow with wider places right before and right behind it; the tip of a lock has one on one side
only, and the shaft of a staff has none for a long way. So what is counted is how much narrower a step is than both of
its sides (ours; after the trapped balls of Zhang et al. 2009, "Vectorizing cartoon animations", which do not fit
through gaps either, but not into tips and shafts as well).
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from stenciltorch.networks.pixels import CELL

HALF = CELL // 2

TONE = 13
"""Ink that fills a square of this many pixels is tone, not line."""

BESIDE = 1
"""How many cells beyond a step's own may tell how wide the place before or behind it is."""

SIDES = (3, 5, 9, 15, 25, 41)
"""Of the squares that are laid between lines to tell how wide a place is, in pixels; odd."""


FAINT, SOLID = 0.15, 0.45
"""Ink that does not tell one side of a line from the other yet, and ink that does so fully."""

OUTSIDE, INSIDE = 6, 3
"""How far from a line clearance still grows, and how deep into one it still falls, in pixels."""

AWAY = 4
"""Steps that a pixel goes off a line, at most, to find its colour; a power of two."""

BESIDE_A_PIXEL = ((0, 0), (0, -1), (0, 1), (-1, 0), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1))
"""(rows, columns); in doubt the first one."""


def line_ink(ink: Tensor) -> Tensor:
    """Lines, and the edges of areas filled with grey or black, without what fills those areas.

    Args:
        ink: (batch, 1, height, width) in 0..1.
    """
    tone = _dilate(_erode(ink, TONE), TONE)
    edges = _dilate(tone, 3) - _erode(tone, 3)
    return (ink - tone + edges).clamp(0.0, 1.0)


def _dilate(plane: Tensor, side: int) -> Tensor:
    across = F.max_pool2d(plane, (1, side), stride=1, padding=(0, side // 2))
    return F.max_pool2d(across, (side, 1), stride=1, padding=(side // 2, 0))


def _erode(plane: Tensor, side: int) -> Tensor:
    return -_dilate(-plane, side)


def _dark(lines: Tensor) -> Tensor:
    """How far a pixel bars the way, 0..1: grey lines do so nearly as black ones."""
    return (2.5 * lines).clamp(max=1.0)


def barriers(lines: Tensor) -> tuple[Tensor, Tensor]:
    """How much ink lies between each cell's centre and the next one's, to the right and below.

    Args:
        lines: (batch, 1, height, width), `line_ink`, sides multiples of 4.

    Returns:
        rightward and downward (batch, 1, height/4, width/4) in 0..1; the last column or row sees the margin.
    """
    dark = _dark(lines)
    right = F.max_pool2d(F.pad(dark, (0, HALF))[..., HALF:], (1, CELL))
    down = F.max_pool2d(F.pad(dark, (0, 0, 0, HALF))[..., HALF:, :], (CELL, 1))
    return F.avg_pool2d(right, (CELL, 1)), F.avg_pool2d(down, (1, CELL))


def widths(lines: Tensor) -> Tensor:
    """How wide the place is that each pixel lies in: the logarithm of the side of the largest of the squares (`SIDES`)
    that fits between lines and covers the pixel, 0 on lines and where none fits.

    Args:
        lines: (batch, 1, height, width), `line_ink`.
    """
    worn = [1.0 - _dark(lines)]
    for before, side in pairwise((1, *SIDES)):
        worn.append(_erode(worn[-1], side - before + 1))
    wide = SIDES[-1] * worn[-1]
    for side, before, free in zip(SIDES[::-1], (*SIDES[-2::-1], 1), worn[-2::-1], strict=True):
        wide = torch.maximum(_dilate(wide, side - before + 1), before * free)
    return torch.log(wide.clamp(min=1.0))


def gaps(lines: Tensor) -> tuple[Tensor, Tensor]:
    """How much narrower than the places before and behind it each step from a cell's centre to the next one's is: the
    lesser of both ratios, as a logarithm, 0 where it is no narrower.

    Args:
        lines: (batch, 1, height, width), `line_ink`, sides multiples of 4.

    Returns:
        rightward and downward (batch, 1, height/4, width/4), as of `barriers`.
    """
    wide = widths(lines)
    return _gaps_to_the_right(wide), _gaps_to_the_right(wide.transpose(2, 3)).transpose(2, 3)


def _gaps_to_the_right(wide: Tensor) -> Tensor:
    columns = wide.shape[-1]
    onward = F.pad(wide, (0, CELL, 0, 0), mode="replicate")[..., HALF : HALF + columns]
    narrowest = -F.max_pool2d(-onward, (1, CELL))
    centres = F.pad(wide[..., HALF::CELL], (BESIDE, BESIDE + 1, 0, 0), mode="replicate")
    widest = F.max_pool2d(centres, (1, BESIDE + 1), stride=1)
    before, behind = widest[..., : columns // CELL], widest[..., -(columns // CELL) :]
    return F.avg_pool2d((torch.minimum(before, behind) - narrowest).clamp(min=0.0), (CELL, 1))


def clearance(lines: Tensor) -> Tensor:
    """How far each pixel lies from lines, in pixels up to `OUTSIDE`, 0 and below on them: (batch, 1, height, width).

    Squares and diamonds in turn, so that circles are octagons; soft ink has a soft rim.

    Args:
        lines: (batch, 1, height, width), `line_ink`.
    """
    dark = ((lines - FAINT) / (SOLID - FAINT)).clamp(0.0, 1.0)
    worn = 1.0 - dark
    total = worn
    for step in range(OUTSIDE):
        worn = _worn(worn, step)
        total = total + worn
    for step in range(INSIDE):
        total = total - dark
        dark = _worn(dark, step)
    return total


def _worn(plane: Tensor, step: int) -> Tensor:
    """Less a rim of one pixel."""
    if step % 2:
        return _erode(plane, 3)
    negative = -plane
    across = F.max_pool2d(negative, (1, 3), stride=1, padding=(0, 1))
    return -torch.maximum(across, F.max_pool2d(negative, (3, 1), stride=1, padding=(1, 0)))


def off_to(lines: Tensor) -> Tensor:
    """Where each pixel finds the colour of its side of a line: (batch, 2, height, width), pixels to the right and down.

    A pixel beside a line goes uphill in `clearance`, `AWAY` steps or until it is farthest from all lines; so it never
    crosses one, and halts midway in narrow places. One on a line comes out on the nearer side. Beyond the rim lies what
    lies at it, and one step more is a loss: no pixel leaves the picture.

    Args:
        lines: (batch, 1, height, width), `line_ink`.
    """
    height, width = lines.shape[-2:]
    clear = F.pad(clearance(lines), (1, 1, 1, 1), mode="replicate")[:, 0]
    around = [
        clear[:, 1 + down : 1 + down + height, 1 + right : 1 + right + width] - 1e-3 * (abs(down) + abs(right))
        for down, right in BESIDE_A_PIXEL
    ]
    chosen = torch.stack(around).argmax(dim=0)
    steps = torch.tensor(BESIDE_A_PIXEL, device=lines.device)
    rows = torch.arange(height, device=lines.device)[:, None]
    columns = torch.arange(width, device=lines.device)
    place = ((rows + steps[:, 0][chosen]) * width + columns + steps[:, 1][chosen]).flatten(1)
    for _ in range(AWAY.bit_length() - 1):
        place = torch.gather(place, 1, place)
    place = place.reshape(chosen.shape)
    down = torch.div(place, width, rounding_mode="floor")
    return torch.stack([place - down * width - columns, down - rows], dim=1).to(lines.dtype)
