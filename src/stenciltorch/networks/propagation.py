"""How colour travels: along rows and columns of cells, at a price that the encoder sets once per drawing.

Between neighbouring cells there is a cost >= 0: low inside a region, high across a line and through a gap. The share of
colour that cell j passes to cell i of the same row is exp(-|S_i - S_j|), S being the running sum of costs. As shares
multiply along the way, a row is a few small matrices: within blocks of cells, and from the end of one block to the next
ones. Rows and columns in turn, a few times, carry a dab round corners. Every colour that arrives is a weighted mean of
colours that the artist placed: none is invented (ours; after Liu et al. 2017, "Learning affinity via spatial
propagation networks", with a closed form instead of a recurrence).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stenciltorch.networks.lines import barriers, gaps

TINY = 1e-20
"""Least divisor. A bound, not a summand: the exporter takes sums with constants this small for no-ops."""


FARTHEST = 54.0
"""Largest price that counts within a block of cells, and between blocks."""

FLOOR = 1e-24
"""The least that lies in a cell: shares of less are numbers so small that processors slow down."""

BLOCK = 8
"""Cells that pass colour to each other directly; sides of pictures are multiples of as many."""


class Way(NamedTuple):
    """What the cells of a line (a row or a column) pass to each other, exp(-|S_i - S_j|), in factors.

    Cells lie in blocks of `BLOCK`. ends (..., blocks, 2, BLOCK): from the cells of a block to its first and last;
    between (..., 2, blocks, blocks): to a block's first cell from the last cells of the blocks before it, and to its
    last cell from the first cells of those behind it, 0 elsewhere; within (..., blocks, BLOCK, BLOCK + 2): to the cells
    of a block from each other, and from what has come to the first and last from outside.
    """

    ends: Tensor
    between: Tensor
    within: Tensor


def share(price: Tensor) -> Tensor:
    return torch.exp(-price.clamp(max=FARTHEST))


def way(costs: Tensor) -> Way:
    """Costs between neighbours along the last axis -> what every cell passes to every other.

    Args:
        costs: (..., n), n a multiple of `BLOCK`; costs[i] is the price from cell i to cell i + 1; the last one is not
            used.
    """
    place = torch.unflatten(F.pad(torch.cumsum(costs, dim=-1)[..., :-1], (1, 0)), -1, (-1, BLOCK))
    within = share((place.unsqueeze(-1) - place.unsqueeze(-2)).abs())
    first, last = place[..., 0], place[..., -1]
    onward = torch.tril(share((first.unsqueeze(-1) - last.unsqueeze(-2)).abs()), diagonal=-1)
    ends = torch.stack([within[..., 0], within[..., -1]], dim=-2)
    between = torch.stack([onward, onward.transpose(-1, -2)], dim=-3)
    return Way(ends, between, torch.cat([within, ends.transpose(-1, -2)], dim=-1))


def walk(state: Tensor, along: Way) -> Tensor:
    """Every cell of a line gets its share of what the others have.

    Args:
        state: (..., n, 4).
    """
    blocks = torch.unflatten(state, -2, (-1, BLOCK))
    at_ends = torch.matmul(along.ends, blocks)
    from_before = torch.matmul(along.between.select(-3, 0), at_ends.select(-2, 1))
    from_behind = torch.matmul(along.between.select(-3, 1), at_ends.select(-2, 0))
    coming = torch.stack([from_before, from_behind], dim=-2)
    return torch.matmul(along.within, torch.cat([blocks, coming], dim=-2)).flatten(-3, -2)


def propagate(sources: Tensor, strength: Tensor, rows: Way, columns: Way, rounds: int) -> Tensor:
    """Carry source colours over the picture.

    Args:
        sources: (batch, 3, height, width) colours of the sources, 0..1.
        strength: (batch, 1, height, width), 1 = a fixed source, 0 = a free cell.
        rows: of (batch, height) lines.
        columns: of (batch, width) lines.
        rounds: how many times rows and columns are walked; n rounds turn 2 n - 1 corners.

    Returns:
        (batch, 4, height, width): colour in 0..1, and how much of it arrived, 0..1.
    """
    wished = torch.cat([sources, torch.ones_like(sources[:, :1])], dim=1).permute(0, 2, 3, 1)
    four_times = torch.ones(1, 4, device=sources.device, dtype=sources.dtype)
    copy_amount = F.pad(four_times, (0, 0, 3, 0))
    # runtimes multiply matrices faster than they broadcast
    held = torch.matmul(strength.permute(0, 2, 3, 1), four_times)
    given, free = wished * held, 1.0 - held
    state = given
    for _ in range(rounds):
        state = walk(walk(state, rows).transpose(1, 2), columns).transpose(1, 2)
        state = (given + free * state / (1.0 + torch.matmul(state, copy_amount))).clamp(min=FLOOR)
    state = state.permute(0, 3, 1, 2)
    amount = state[:, 3:]
    return torch.cat([state[:, :3] / amount.clamp(min=TINY), amount], dim=1)


DISTANCE = 0.005
"""How little of the price of distance is paid: what arrives is to tell areas apart, not how far away a dab is."""

DEAREST = 0.02
"""What a cell of distance costs at most. Left to itself training made it 0.2: so much that wide areas faded to white
far from their dab."""

GAP = 4.0
"""The price of a gap that makes the way e times narrower, to begin with."""


class Prices(nn.Module):
    """The cost of every step between cells: what the lines say, as far as the encoder takes them for borders and their
    gaps for gaps, and what it has learned to add."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.learned = nn.Conv2d(width, 2, 3, padding=1)
        self.borders = nn.Conv2d(width, 2, 3, padding=1)
        self.gaps = nn.Conv2d(width, 2, 3, padding=1)
        self.line_price = nn.Parameter(torch.full((1,), 13.0))
        for layer, start in ((self.learned, -1.3), (self.borders, 3.0), (self.gaps, GAP)):
            nn.init.zeros_(layer.weight)
            nn.init.constant_(layer.bias, start)  # type: ignore[arg-type]

    def forward(self, features: Tensor, lines: Tensor) -> tuple[Tensor, Tensor]:
        """Rightward and downward costs, each (batch, height/4, width/4).

        Args:
            features: (batch, width, height/4, width/4).
            lines: (batch, 1, height, width), the ink of lines.
        """
        distance, borders, narrow = self.believed(features)
        costs = (DISTANCE * distance).clamp(max=DEAREST)
        costs = costs + borders * F.softplus(self.line_price) * torch.cat(barriers(lines), dim=1)
        costs = costs + narrow * torch.cat(gaps(lines), dim=1)
        return costs[:, 0], costs[:, 1]

    def believed(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What the encoder makes of steps to the right and down: the price of distance, how far a line is a border
        (0..1), and the price of gaps; each (batch, 2, height/4, width/4)."""
        return (
            F.softplus(self.learned(features)),
            torch.sigmoid(self.borders(features)),
            F.softplus(self.gaps(features)),
        )
