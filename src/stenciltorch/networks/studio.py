"""The studio net: our default generator, in parts that run at different times.

`Encoder` looks at the drawing once: what lies where, what a step between cells costs, where a pixel near a line finds
its colour, and where borders of areas run. `relief.py` tells once how light falls on it.
`Painter` runs for every stroke: it lets the hints travel and chooses between what arrived and paper (the guide's flats,
paper Eq. 9).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stenciltorch.networks.blocks import SLOPE, Context, Fuse, stage
from stenciltorch.networks.lines import line_ink, off_to
from stenciltorch.networks.pixels import CELL, around, compose, pool_base, pool_hints
from stenciltorch.networks.propagation import Prices, Way, propagate, way
from stenciltorch.networks.relief import illuminated, lit, relief, shade
from stenciltorch.networks.terrain import Borders
from stenciltorch.suggestion import COLOURS

TRUST = 16
"""Channels in which the painter judges hints."""

BESIDE = 2
"""Cells so near belong to the same dab."""

DOUBTED = 1e-5
"""The least trust in a cell, before it is compared with its dab's best."""

SPILLED = 1e-3
"""Cells with less than this share of their dab's best trust send out nothing: tiny rests would travel far."""

REACHED = 0.4115
"""Where this much has arrived, on a scale of logarithms, colour and paper are level."""

PULL = 113.0
"""How sharply the choice between them turns there."""

BROAD, CROWDED = 8, 1.6
"""Squares of so many cells tell a dab from a hinted area: where they and those round them are hinted over 1 / 1.6."""

NEAR = 2
"""How many cells from what is kept the colours of floods fade: two hard edges would meet at a mask's rim."""

BARELY = 20.0
"""A cell counts as kept when more than 1 / 20 of it is."""

LEAST = 1e-23
"""The smallest share of colour that is told from none."""

DECADES = 53.0
"""About -log(LEAST): what has arrived is measured in shares of this, 1 for all."""


@dataclass(frozen=True)
class StudioShape:
    """How large the studio net is.

    Args:
        encoder: channels at 1/4, 1/8, 1/16 and 1/32 of the picture.
        vector: length of the vector by which the encoder sums up the drawing (paper 3.3, the feature vector).
        rounds: passes over rows and columns.
    """

    encoder: tuple[int, int, int, int] = (32, 64, 96, 160)
    vector: int = 64
    rounds: int = 3


class Drawing(NamedTuple):
    """What the encoder knows of one drawing; hints are not needed for any of it.

    doubt (batch, channels, height/4, width/4): what the painter's first layer makes of the drawing; rows and columns:
    what their cells pass to each other; kept (batch, 5, height/4, width/4): kept colours, their strength at cells, and
    how near a cell lies to any, 0..1.
    """

    doubt: Tensor
    rows: Way
    columns: Way
    kept: Tensor


class Seen(NamedTuple):
    """All that the encoder answers.

    displacement (batch, 2, height, width): how far off each pixel finds its flat colour, in pixels (x, y); taste
    (batch, colours, height/8, width/8): how likely each of `suggestion.COLOURS` is, as logits; borders (batch, 1,
    height/2, width/2): how likely a border of areas runs there, as log-odds.
    """

    drawing: Drawing
    displacement: Tensor
    taste: Tensor
    borders: Tensor


class Coarse(NamedTuple):
    """What the painter answers before it is put on a grid.

    flats (batch, 3, height/4, width/4); exposed and trust (batch, 1, height/4, width/4), 0..1: how far light and shade
    fall on a cell, and how far a hint is taken over as it is.
    """

    flats: Tensor
    exposed: Tensor
    trust: Tensor


class Painted(NamedTuple):
    """Unit floats (batch, 3, height, width), without lines; taste and borders as the encoder answers."""

    colour: Tensor
    flats: Tensor
    taste: Tensor
    borders: Tensor


class Encoder(nn.Module):
    """Drawing -> `Seen`; a U-Net over lineart, mask and composite (paper 3.3, 3.4)."""

    def __init__(self, shape: StudioShape) -> None:
        super().__init__()
        first, second, third, fourth = shape.encoder
        self.shape = shape
        self.stem = nn.Conv2d(5, first // 2, 3, stride=2, padding=1)
        self.stem2 = nn.Conv2d(first // 2, first, 3, stride=2, padding=1)
        self.down1 = stage(first, (1, 2))
        self.to2 = nn.Conv2d(first, second, 2, stride=2)
        self.down2 = stage(second, (1, 2))
        self.to3 = nn.Conv2d(second, third, 2, stride=2)
        self.down3 = stage(third, (1, 2, 4))
        self.to4 = nn.Conv2d(third, fourth, 2, stride=2)
        self.down4 = stage(fourth, (1, 2, 1))
        self.context = Context(fourth, shape.vector)
        self.fuse3 = Fuse(fourth, third)
        self.up3 = stage(third, (1, 2))
        self.fuse2 = Fuse(third, second)
        self.up2 = stage(second, (1, 2))
        self.fuse1 = Fuse(second, first)
        self.up1 = stage(first, (1, 1))
        self.prices = Prices(first)
        self.kept_strength = nn.Parameter(torch.zeros(1))
        self.doubt = nn.Conv2d(first, TRUST, 3, padding=1)
        self.taste = nn.Sequential(
            nn.Conv2d(second, second, 1), nn.LeakyReLU(SLOPE), nn.Conv2d(second, len(COLOURS), 1)
        )
        self.borders = Borders(first)

    def forward(self, lineart: Tensor, mask: Tensor, base: Tensor) -> Seen:
        """Unit floats (batch, 1 | 1 | 3, height, width), sides multiples of 32."""
        ink = 1.0 - lineart
        fine, middle = self.look(lineart, mask, base)
        lines = line_ink(ink)
        right, down = self.prices(fine, lines)
        kept, weight = pool_base(base, mask, ink)
        strength = weight * torch.sigmoid(self.kept_strength)
        drawing = Drawing(
            self.doubt(fine),
            way(right),
            way(down.transpose(1, 2)),
            torch.cat([kept, strength, near_any(weight)], dim=1),
        )
        return Seen(drawing, off_to(lines), self.taste(middle.detach()), self.borders(fine, ink))

    def look(self, lineart: Tensor, mask: Tensor, base: Tensor) -> tuple[Tensor, Tensor]:
        """Features at 1/4 and 1/8. Learning a taste does not change them."""
        seen = torch.cat([1.0 - lineart, mask, compose(lineart, base, mask)], dim=1)
        level1 = F.leaky_relu(self.stem2(F.leaky_relu(self.stem(seen), SLOPE)), SLOPE)
        level1 = self.down1(level1)
        level2 = self.down2(self.to2(level1))
        level3 = self.down3(self.to3(level2))
        level4 = self.context(self.down4(self.to4(level3)))
        coarse = self.up3(self.fuse3(level4, level3))
        middle = self.up2(self.fuse2(coarse, level2))
        return self.up1(self.fuse1(middle, level1)), middle


def near_any(weight: Tensor) -> Tensor:
    """1 where any of it is, falling to 0 over some cells: (batch, 1, rows, columns) as given."""
    near = (BARELY * weight).clamp(max=1.0)
    for _ in range(NEAR):
        near = around(F.max_pool2d(near, 3, stride=1, padding=1))
    return near


class Painter(nn.Module):
    """Hints + `Drawing` -> `Coarse`; the only part that runs for every stroke.

    Nothing in it sums up the whole picture, so that a dab changes nothing far from where its colour arrives.
    """

    def __init__(self, shape: StudioShape) -> None:
        super().__init__()
        self.shape = shape
        self.trust = nn.Conv2d(5, TRUST, 3, padding=1, bias=False)
        self.verdict = nn.Conv2d(TRUST, 1, 1)
        nn.init.zeros_(self.verdict.weight)
        nn.init.constant_(self.verdict.bias, 3.0)  # type: ignore[arg-type]

    def forward(self, hints: Tensor, lineart: Tensor, drawing: Drawing, flooded: Tensor | None = None) -> Coarse:
        """What is painted, and in which colours.

        Args:
            hints: (batch, 4, height, width), unit floats, padded like the drawing.
            lineart: (batch, 1, height, width), likewise.
            flooded: (batch, 4, height/4, width/4), the colour that floods each cell (`stenciltorch.flooding`), which
                takes the place of those that travelled as far as its alpha says, but near what is kept, where colours
                that travelled are blends; without it, as in training, these.
        """
        wished, weight = pool_hints(hints, 1.0 - lineart)
        trust = self._trust(wished, weight, drawing)
        travelled = self._travel(wished, weight, trust, drawing)
        painted = self._painted(travelled[:, 3:])
        colour = travelled[:, :3]
        if flooded is not None:
            colour = colour + flooded[:, 3:] * (1.0 - drawing.kept[:, 4:]) * (flooded[:, :3] - colour)
        flats = 1.0 + painted * (colour - 1.0)
        return Coarse(flats, painted * (1.0 - sheltered(weight)), (10.0 * trust).clamp(max=1.0))

    def _painted(self, amount: Tensor) -> Tensor:
        """How far a cell is painted at all, by how much colour has arrived: the rest is paper."""
        arrived = torch.log(amount.clamp(min=LEAST)) / DECADES + 1.0
        return torch.sigmoid(PULL * (arrived - REACHED))

    def _trust(self, wished: Tensor, weight: Tensor, drawing: Drawing) -> Tensor:
        """How far a cell's hint is meant for that cell, and not spilled over a line: (batch, 1, ...) in 0..1.

        A dab is judged against its own best cell, so that no dab is ignored altogether.
        """
        spread = F.conv2d(weight, torch.full((1, 1, 5, 5), 0.04, device=weight.device, dtype=weight.dtype), padding=2)
        judged = self.trust(torch.cat([weight, spread, weight * wished], dim=1)) + drawing.doubt
        verdict = self.verdict(F.leaky_relu(judged, SLOPE))
        sure = 1.0 / (1.0 + torch.exp(-verdict.clamp(min=-30.0))) + DOUBTED  # runtimes' sigmoids are rough near 0
        best = F.max_pool2d(weight * sure, 2 * BESIDE + 1, stride=1, padding=BESIDE)
        return ((sure / best.clamp(min=DOUBTED / 16.0)).clamp(max=1.0) - SPILLED).clamp(min=0.0)

    def _travel(self, wished: Tensor, weight: Tensor, trust: Tensor, drawing: Drawing) -> Tensor:
        """A cell that a dab covers in part is a source of the dab's colour, mixed with what is kept there."""
        kept, rest = drawing.kept[:, :3], (1.0 - weight) * drawing.kept[:, 3:4]
        sources = (wished * weight + kept * rest) / (weight + rest).clamp(min=1e-6)
        return propagate(sources, weight * trust + rest, drawing.rows, drawing.columns, self.shape.rounds)


def sheltered(weight: Tensor) -> Tensor:
    """Where no light or shade is to change a colour: at dabs and strokes, which are wished as they are, though not on
    areas that are hinted all over.

    Args:
        weight: (batch, 1, height/4, width/4), how much of each cell is hinted, 0..1.
    """
    near = around(F.max_pool2d(weight, 3, stride=1, padding=1))
    broad = around(F.avg_pool2d(weight, BROAD))
    crowd = F.interpolate(broad, scale_factor=float(BROAD), mode="bilinear", align_corners=False)
    return near * (1.0 - CROWDED * crowd).clamp(min=0.0)


def illuminate(coarse: Coarse, lighting: Tensor) -> Tensor:
    """Illustration without lines, in 0..1; paper stays paper.

    Args:
        lighting: (batch, 2, height/4, width/4), `relief.lit`.
    """
    return illuminated(coarse.flats, coarse.exposed * lighting)


def taken_over(alpha: Tensor, trust: Tensor) -> Tensor:
    """How far each pixel takes the colour of its hint as it is, 0..1.

    Args:
        alpha: (batch, 1, height, width), at most 4 times as large as `trust` (batch, 1, rows, columns) of cells.
    """
    height, width = alpha.shape[-2:]
    return alpha * F.interpolate(trust, scale_factor=float(CELL))[..., :height, :width]


def amends(flats: Tensor, wished: Tensor, taken: Tensor) -> Tensor:
    """What is to be added to the flats, and to the colour, so that where the artist has painted the flats are that
    very colour, as far as it is `taken` there.

    Args:
        wished: colours times `taken`; so they may be enlarged without the black beside them running in.
    """
    return wished - taken * flats


def sample_at(values: Tensor, place_x: Tensor, place_y: Tensor) -> Tensor:
    """Bilinear samples of (batch, channels, height, width) at places given as shares of width and height (0..1)."""
    grid = torch.stack([2.0 * place_x - 1.0, 2.0 * place_y - 1.0], dim=-1)
    return F.grid_sample(values, grid, mode="bilinear", padding_mode="border", align_corners=False)


def pixel_places(height: int, width: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Centres of pixels, in pixels: x (1, 1, width) and y (1, height, 1)."""
    across = torch.arange(width, device=like.device, dtype=torch.float32) + 0.5
    down = torch.arange(height, device=like.device, dtype=torch.float32) + 0.5
    return across[None, None, :], down[None, :, None]


def off_lines(coarse: Tensor, displacement: Tensor) -> Tensor:
    """Each pixel takes the value found off the line: (batch, channels, height, width).

    Args:
        coarse: (batch, channels, height/4, width/4).
        displacement: (batch, 2, height, width), in pixels.
    """
    height, width = displacement.shape[-2:]
    across, down = pixel_places(height, width, displacement)
    return sample_at(coarse, (across + displacement[:, 0]) / width, (down + displacement[:, 1]) / height)


def put_on_grid(coarse: Coarse, lit: Tensor, displacement: Tensor, hints: Tensor) -> tuple[Tensor, Tensor]:
    """Flats and colour: each pixel takes what is found off the line, under a dab the dab's."""
    flats = off_lines(coarse.flats, displacement)
    taken = taken_over(hints[:, 3:], coarse.trust)
    added = amends(flats, taken * hints[:, :3], taken)
    return flats + added, (off_lines(lit, displacement) + added).clamp(0.0, 1.0)


class StudioNet(nn.Module):
    """All parts in a row."""

    def __init__(self, shape: StudioShape | None = None) -> None:
        super().__init__()
        self.shape = shape or StudioShape()
        self.encoder = Encoder(self.shape)
        self.painter = Painter(self.shape)

    def forward(
        self, lineart: Tensor, mask: Tensor, base: Tensor, hints: Tensor, light: Tensor | None = None
    ) -> Painted:
        """Unit floats (batch, 1 | 1 | 3 | 4, height, width), sides multiples of 32; `light` (batch, 3), without which
        the colour is the flats."""
        drawing, displacement, taste, borders = self.encoder(lineart, mask, base)
        coarse = self.painter(hints, lineart, drawing)
        bright = coarse.flats if light is None else illuminate(coarse, lit(shade(relief(lineart), light)))
        flats, colour = put_on_grid(coarse, bright, displacement, hints)
        return Painted(colour, flats, taste, borders)
