"""How high each place of a drawing lies for the floods of `stenciltorch.flooding`: the likelier a border of two areas
runs there, the higher; whether a line shows it, or has a gap there (ours; after the displacement maps of
DanbooRegion, Zhang et al. 2020, that are learned from lines, and cut by a watershed, too).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stenciltorch.networks.blocks import SLOPE
from stenciltorch.networks.pixels import CELL

SQUARE = 2
"""Heights are told for squares of so many pixels."""

INNER = 32
"""Channels of what foresees borders."""

BLACK = 7.0
"""How much higher a black line lies than bare paper where a border is as likely, in units of log-odds: lines within an
area hold a flood back, too, though not as much."""

WIDE = 3.5
"""How much lower paper lies that is far from all ink: wide places flood before narrow ones."""

FAR = 12
"""Squares from ink that are far."""

FAINT = 15.0 / 255.0
"""More ink than that is ink, however faint."""

SUREST = 8.0
"""Log-odds beyond which borders are equally high, and below which equally low."""


class Residual(nn.Module):
    """Two convolutions and an identity; the second starts at zero, so that a new block changes nothing."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        change: Tensor = self.second(F.leaky_relu(self.first(features), SLOPE))
        return features + change


class Borders(nn.Module):
    """Foresees where one area ends and another begins: from what the encoder sees at 1/4, and from the pixels there."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.enter = nn.Conv2d(width + CELL**2, INNER, 3, padding=1)
        self.think = nn.Sequential(Residual(INNER, 1), Residual(INNER, 2))
        self.tell = nn.Conv2d(INNER, (CELL // SQUARE) ** 2, 3, padding=1)

    def forward(self, features: Tensor, ink: Tensor) -> Tensor:
        """Log-odds, (batch, 1, height/2, width/2), that a border runs through each square.

        Args:
            features: (batch, width, height/4, width/4).
            ink: (batch, 1, height, width), 1 = full ink.
        """
        seen = torch.cat([features, F.pixel_unshuffle(ink, CELL)], dim=1)
        told = self.tell(self.think(F.leaky_relu(self.enter(seen), SLOPE)))
        return F.pixel_shuffle(told, CELL // SQUARE)


def heights(foreseen: Tensor, ink: Tensor) -> Tensor:
    """How high each square of one picture lies, uint8 (height/2, width/2).

    Args:
        foreseen: log-odds (1, 1, height/2, width/2), `Borders`.
        ink: (1, 1, height, width), 1 = full ink.
    """
    darkest = F.max_pool2d(ink, SQUARE)
    black = 0.5 * (F.avg_pool2d(ink, SQUARE) + darkest)
    high = foreseen.clamp(-SUREST, SUREST) + BLACK * black - WIDE * _openness(darkest)
    return (255.0 / (2.0 * SUREST + BLACK + WIDE) * (high[0, 0] + SUREST + WIDE) + 0.5).to(torch.uint8)


def _openness(ink: Tensor) -> Tensor:
    """0 on ink, rising to 1 on paper that lies `FAR` squares from it; squares and diamonds in turn are octagons."""
    paper = (ink <= FAINT).to(ink.dtype)
    total = torch.zeros_like(paper)
    for step in range(FAR):
        paper = -_dilated(-paper, square=step % 2 > 0)
        total = total + paper
    return total / FAR


def _dilated(plane: Tensor, square: bool) -> Tensor:
    if square:
        return F.max_pool2d(plane, 3, stride=1, padding=1)
    across = F.max_pool2d(plane, (1, 3), stride=1, padding=(0, 1))
    return torch.maximum(across, F.max_pool2d(plane, (3, 1), stride=1, padding=(1, 0)))
