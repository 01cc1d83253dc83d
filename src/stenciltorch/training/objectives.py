"""What the studio net is trained to reach. All inputs are unit floats (batch, channels, height, width).

Under a line nobody sees the colour, so pixels count by how much paper shows (`countable`), and areas without a hint,
where many colours are right, count less than hinted ones (`dataset.Example.weight`).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from stenciltorch.suggestion import COLOURS

FEWEST = 0.25
"""A batch in which less than this share counts is not blown up to count like any other."""


def total_weight(weight: Tensor) -> Tensor:
    """What a weighted sum is divided by: the sum of weights, or `FEWEST` of the pixels if that is more."""
    return weight.sum().clamp(min=FEWEST * weight.numel())


BAND = 6
"""Pixels so near to another colour are where bleeding is seen (docs/metrics.md, bleed@6)."""

DISTINCT = 0.12
"""Flats that differ by less in every channel are one colour there."""


def beside_borders(flats: Tensor) -> Tensor:
    """1 where another flat colour lies within `BAND` pixels along rows and columns, else 0: (batch, 1, height, width).

    Args:
        flats: (batch, 3, height, width).
    """
    side = 2 * BAND + 1
    highest = F.max_pool2d(flats, side, stride=1, padding=BAND)
    lowest = -F.max_pool2d(-flats, side, stride=1, padding=BAND)
    return ((highest - lowest).amax(dim=1, keepdim=True) > DISTINCT).to(flats.dtype)


def border_loss(foreseen: Tensor, borders: Tensor) -> Tensor:
    """Cross-entropy between the foreseen borders of areas and the true ones; lines or none, all places count alike.

    Args:
        foreseen: log-odds (batch, 1, height/2, width/2).
        borders: (batch, 1, height, width), 1 beside another area, else 0.
    """
    return F.binary_cross_entropy_with_logits(foreseen.float(), F.max_pool2d(borders, 2))


def weighted_l1(found: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Mean absolute difference, each pixel counting by `weight` (batch, 1, height, width)."""
    return ((found - wanted).abs() * weight).sum() / (total_weight(weight) * found.shape[1])


def chroma(picture: Tensor) -> Tensor:
    """What is left of RGB when its mean is taken off: 0 for greys."""
    return picture - picture.mean(dim=1, keepdim=True)


def weighted_means(picture: Tensor, weight: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """Weighted means over squares of `side` pixels, and the weight of each square."""
    amount = F.avg_pool2d(weight, side)
    return F.avg_pool2d(picture * weight, side) / (amount + 1e-6), amount


def coarse_l1(found: Tensor, wanted: Tensor, weight: Tensor, sides: tuple[int, ...] = (4, 16)) -> Tensor:
    """L1 between means over squares: the overall tone, whatever the detail."""
    total = found.new_zeros(())
    for side in sides:
        found_mean, amount = weighted_means(found, weight, side)
        wanted_mean, _ = weighted_means(wanted, weight, side)
        total = total + weighted_l1(found_mean, wanted_mean, amount)
    return total / len(sides)


def nearest_colour(flats: Tensor) -> Tensor:
    """Which of `suggestion.COLOURS` is most like each pixel: (batch, height, width), int64.

    Compared as brightness (at half weight) and two differences of colour, cheap stand-ins for CIE L*a*b*.
    """
    known = torch.tensor([[int(code[i : i + 2], 16) / 255.0 for i in (1, 3, 5)] for code in COLOURS])
    apart = _opponent(flats.permute(0, 2, 3, 1)).unsqueeze(-2) - _opponent(known.to(flats))
    return apart.square().sum(dim=-1).argmin(dim=-1)


def _opponent(rgb: Tensor) -> Tensor:
    """(..., 3) RGB -> brightness and two differences of colour, in comparable steps."""
    red, green, blue = rgb.unbind(-1)
    return torch.stack([0.7 * (0.3 * red + 0.59 * green + 0.11 * blue), red - green, 0.5 * (red + green) - blue], -1)


def taste_loss(taste: Tensor, flats: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy between the taste and the flats; colours that are seldom count more, by the root of their rarity.

    Args:
        taste: logits (batch, colours, height/8, width/8).
        flats: (batch, 3, height, width).
        weight: (batch, 1, height, width), 0 where the colour is not the picture's own.
    """
    middle = slice(4, None, 8)
    wanted = nearest_colour(flats[..., middle, middle])
    shares = torch.bincount(wanted.flatten(), minlength=len(COLOURS)) / wanted.numel()
    counted = weight[:, 0, middle, middle] / (shares + 0.01).sqrt()[wanted]
    losses = F.cross_entropy(taste.float(), wanted, reduction="none")
    return (losses * counted).sum() / counted.numel()


def paper(lineart: Tensor) -> Tensor:
    """1 where no line lies within 2 pixels, falling to 0 at lines; faint lines count as lines."""
    ink = (2.5 * (1.0 - lineart)).clamp(max=1.0)
    return 1.0 - F.max_pool2d(ink, 5, stride=1, padding=2)


def countable(lineart: Tensor, mask: Tensor) -> Tensor:
    """How much each pixel counts: bare paper inside the mask 1, at lines a quarter."""
    return mask * (0.25 + 0.75 * paper(lineart))
