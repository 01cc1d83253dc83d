"""How light falls on a drawing: what lies between lines swells like a cushion, and cushions are shaded.

Nothing here is learned (docs/log.md tells what was tried); it needs the lines only, so it is the same whatever the
colours, and light may come from any side (after Johnston 2002, "Lumo: illumination for cel animation").
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from stenciltorch.networks.lines import line_ink
from stenciltorch.networks.pixels import CELL, around

REACHES = (2.0, 6.0, 18.0)
"""Cells within which a cushion rises from the lines to its full height: creases, folds, bodies."""

WEIGHTS = (0.25, 0.35, 0.4)
"""How much each of them counts."""

LEVELS = 4
"""Cushions are settled at 1/32, 1/16, 1/8 and 1/4 of the picture."""

SWEEPS, DAMPING = 10, 0.8
"""How often at each, and how far towards the mean of the neighbours: all the way, stripes would stay."""

MARK, LINE = 0.11, 0.15
"""Strokes that hang together and reach no farther, up or across, than this share of the drawing's longer side are
marks, such as stars, buttons and noses, and bound nothing; from the second share on they are lines."""

FAR = 32
"""Strokes that reach over so many cells are lines in any drawing."""

HALF_DARK = 0.5
"""Cells darker than this hang together."""

AFAR = 1e4
"""Farther than any cell."""

FAINT = 1e-3
"""The least that a cell counts in a mean."""

FLOOD = (6, 4, 4, 16)
"""How many cells of 4, 8, 16 and 32 pixels the background may grow."""

FLANK = 0.7
"""The share of the left and right rim, from above, at which background begins; at the lower rim figures are cut off."""

SHADOW, SHINE = 0.12, 0.25
"""How far a place must be turned from the light to lie in shadow, and to the light to shine."""

SOFTNESS = 0.15
"""How gradually shadow sets in: much less would be cel shading, much more an airbrush."""

DEEPEST, BRIGHTEST = 0.22, 0.12
"""The share of brightness that shadow takes at most; how far light moves a colour to white at most."""

TINT = (0.78, 0.92, 0.82)
"""How strongly shadow takes away red, green and blue."""

RICHNESS = 0.8
"""Colours are more saturated in shadow: how far they are multiplied with themselves where it is all shadow."""


def darkness(ink: Tensor) -> Tensor:
    """Whether a cell holds a line, 0..1: (batch, 1, height/4, width/4).

    Args:
        ink: (batch, 1, height, width), of lines, sides multiples of 32.
    """
    return (5.0 * F.max_pool2d(ink, CELL) - 0.5).clamp(0.0, 1.0)


def cell_walls(dark: Tensor) -> list[Tensor]:
    """Where lines are, 0..1, in cells of 4, 8, 16 and 32 pixels, without marks.

    Args:
        dark: (batch, 1, height/4, width/4), `darkness`.
    """
    down, across = (torch.ones_like(dark[0, 0]).sum(dim=dim)[0] for dim in (0, 1))
    far = torch.maximum(down, across).clamp(max=FAR / LINE)
    return _pyramid(dark * ((span(dark) / far - MARK) / (LINE - MARK)).clamp(0.0, 1.0))


def span(dark: Tensor) -> Tensor:
    """How far the strokes reach that hang together with a cell, across or up, whichever is more, in cells; what is
    farther away than `FAR` along the strokes is left out.

    Args:
        dark: (batch, 1, height/4, width/4), `darkness`.
    """
    inked = (dark > HALF_DARK).to(dark.dtype)
    rows, columns = dark.shape[-2:]
    across = torch.arange(columns, device=dark.device, dtype=dark.dtype)[None, :].expand(rows, -1)
    down = torch.arange(rows, device=dark.device, dtype=dark.dtype)[:, None].expand(-1, columns)
    outside = AFAR * (1.0 - inked)
    ends = torch.stack([across, -across, down, -down]) * inked - outside
    for _ in range(FAR):
        ends = F.max_pool2d(ends, 3, stride=1, padding=1) * inked - outside
    reach = torch.maximum(ends[:, :1] + ends[:, 1:2], ends[:, 2:3] + ends[:, 3:])
    return (reach + 1.0).clamp(min=0.0)


def _pyramid(dark: Tensor) -> list[Tensor]:
    """Each half the size of the one before; a line stays a line, a stroke shorter than a cell fades."""
    levels = [dark]
    for _ in range(LEVELS - 1):
        levels.append((2.0 * F.avg_pool2d(levels[-1], 2)).clamp(max=1.0))
    return levels


def cushions(walls: list[Tensor]) -> Tensor:
    """How high every cell rises above the lines: one map for each of `REACHES`, (batch, 3, height/4, width/4) in cells.

    A screened Poisson equation, laplacian h - h / reach^2 = -1 with h = 0 on lines, settled from coarse to fine; the
    height is 2 sqrt(h), so that a round area becomes half a ball.
    """
    reaches = walls[0].new_tensor(REACHES)[None, :, None, None]
    cross = walls[0].new_tensor([[0.0, 0.25, 0.0], [0.25, 0.0, 0.25], [0.0, 0.25, 0.0]]).expand(len(REACHES), 1, 3, 3)
    swollen = torch.zeros_like(walls[-1]).expand(-1, len(REACHES), -1, -1)
    for level in reversed(range(LEVELS)):
        step = 0.25 * 4.0**level
        if level < LEVELS - 1:
            swollen = F.interpolate(swollen, scale_factor=2.0, mode="bilinear", align_corners=False)
        free = (1.0 - walls[level]) / (1.0 + step / reaches.square())
        for _ in range(SWEEPS):
            beside = F.conv2d(F.pad(swollen, (1, 1, 1, 1), mode="replicate"), cross, groups=len(REACHES))
            swollen = swollen + DAMPING * (free * (beside + step) - swollen)
    return 2.0 * swollen.clamp(min=1e-4).sqrt()


def background(wall: Tensor) -> Tensor:
    """Cells that can be reached from the upper and side rims, 0..1.

    Flooded from coarse to fine, so that gaps narrower than a coarse cell hold.

    Args:
        wall: (batch, 1, height/4, width/4), where lines are, 0..1; dirt and marks hold nothing back.
    """
    walls = [(3.0 * wall).clamp(max=1.0)]
    for _ in range(LEVELS - 1):
        walls.append(F.max_pool2d(walls[-1], 2))
    rows, columns = walls[-1].shape[-2:]
    across, down = torch.arange(columns, device=wall.device), torch.arange(rows, device=wall.device)
    sides = ((across == 0) | (across == columns - 1))[None, :] & (down < FLANK * rows)[:, None]
    reached = (sides | (down == 0)[:, None]).to(wall.dtype).expand_as(walls[-1])
    for level in reversed(range(LEVELS)):
        if level < LEVELS - 1:
            reached = F.interpolate(reached, scale_factor=2.0)
        free = 1.0 - walls[level]
        reached = free * reached
        for _ in range(FLOOD[level]):
            beside = F.max_pool2d(reached, (1, 3), stride=1, padding=(0, 1))
            above = F.max_pool2d(reached, (3, 1), stride=1, padding=(1, 0))
            reached = free * torch.maximum(beside, above)
    return reached


def facing(heights: Tensor) -> Tensor:
    """Unit normals of each map of heights: (batch, 3, maps, rows, columns): how far they lean, 0 or less, from the
    viewer, to the right, and down."""
    wide = F.pad(heights, (1, 1, 1, 1), mode="replicate")
    right = 0.5 * (wide[..., 1:-1, 2:] - wide[..., 1:-1, :-2])
    down = 0.5 * (wide[..., 2:, 1:-1] - wide[..., :-2, 1:-1])
    length = (1.0 + right.square() + down.square()).sqrt()
    return torch.stack([1.0 / length - 1.0, -right / length, -down / length], dim=1)


def relief(lineart: Tensor) -> Tensor:
    """What darkens whatever the light; what brightens when light comes from the right; the same for light from below:
    (batch, 3, height/4, width/4).

    Args:
        lineart: (batch, 1, height, width) in 0..1, sides multiples of 32.
    """
    dark = darkness(line_ink(1.0 - lineart))
    walls = cell_walls(dark)
    weights = lineart.new_tensor(WEIGHTS)[None, None, :, None, None]
    maps = (facing(cushions(walls)) * weights).sum(dim=2)
    figure = 1.0 - background(walls[0])
    return _smoothed(maps, (1.0 - walls[0]) * figure) * figure


def _smoothed(maps: Tensor, free: Tensor) -> Tensor:
    """Means over neighbours that are `free`, 0..1; what is not, such as under lines, takes over what is beside it."""
    for _ in range(3):
        maps = around(maps * (free + FAINT)) / around(free + FAINT)
    return maps


def shade(maps: Tensor, light: Tensor) -> Tensor:
    """How far each place is turned to the light, below 0 from it: (batch, 1, rows, columns).

    Args:
        maps: (batch, 3, rows, columns), `relief`.
        light: (batch, 3), `canvas.Light.vector`.
    """
    return (maps * light[:, :, None, None]).sum(dim=1, keepdim=True)


def lit(depth: Tensor) -> Tensor:
    """Shadow and shine: (batch, 2, rows, columns) in 0..1.

    Args:
        depth: (batch, 1, rows, columns), `shade`.
    """
    shadow = torch.tanh((-depth - SHADOW).clamp(min=0.0) / SOFTNESS)
    shine = torch.tanh((depth - SHINE).clamp(min=0.0) / SOFTNESS)
    return torch.cat([shadow, shine], dim=1)


def illuminated(flats: Tensor, lighting: Tensor) -> Tensor:
    """Flats in shadow and shine, in 0..1.

    Args:
        flats: (batch, 3, rows, columns).
        lighting: (batch, 2, rows, columns), `lit`.
    """
    shadow, shine = lighting[:, :1], lighting[:, 1:]
    tint = flats.new_tensor(TINT)[None, :, None, None]
    dark = flats * (1.0 - DEEPEST * tint * shadow) * (1.0 - RICHNESS * DEEPEST * shadow * (1.0 - flats))
    return dark + BRIGHTEST * shine * (1.0 - dark)
