"""What the studio net is trained to reach. All inputs are unit floats (batch, channels, height, width).

Under a line nobody sees the colour, so pixels count by how much paper shows (`visible`), and areas without a hint,
where many colours are
right, count less than hinted ones (`dataset.Example.weight`).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def weighted_l1(found: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Mean absolute difference, each pixel counting by `weight` (batch, 1, height, width)."""
    return ((found - wanted).abs() * weight).sum() / (weight.sum() * found.shape[1] + 1e-6)


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


def gradient_l1(found: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """L1 between the differences of neighbouring pixels, to the right and below."""
    error = found - wanted
    across = (error[..., :, 1:] - error[..., :, :-1]).abs() * torch.minimum(weight[..., :, 1:], weight[..., :, :-1])
    down = (error[..., 1:, :] - error[..., :-1, :]).abs() * torch.minimum(weight[..., 1:, :], weight[..., :-1, :])
    return (across.sum() + down.sum()) / (weight.sum() * found.shape[1] + 1e-6)


def visible(lineart: Tensor, mask: Tensor) -> Tensor:
    """How much each pixel counts: bare paper inside the mask 1, on a line or within 2 pixels of one at most a tenth.

    Outlines of the illustration that the lineart does not cover are not to be learned as colours.
    """
    return mask * (0.1 * lineart.square() + 0.9 * paper(lineart))


def paper(lineart: Tensor) -> Tensor:
    """1 where no line lies within 2 pixels, falling to 0 at lines; faint lines count as lines."""
    ink = (2.5 * (1.0 - lineart)).clamp(max=1.0)
    return 1.0 - F.max_pool2d(ink, 5, stride=1, padding=2)


def countable(lineart: Tensor, mask: Tensor) -> Tensor:
    """The same for flats, which are known beside lines, too: 1 on paper, a quarter at lines."""
    return mask * (0.25 + 0.75 * paper(lineart))
