"""The studio net as three graphs with eight-bit inputs and outputs: the model contract of docs/architecture.md."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stenciltorch.networks.pixels import CELL, extend_to_stride, from_unit, pad_to, to_unit
from stenciltorch.networks.propagation import Way
from stenciltorch.networks.relief import lit, relief, shade
from stenciltorch.networks.studio import (
    Coarse,
    Drawing,
    StudioNet,
    amends,
    illuminate,
    pixel_places,
    sample_at,
    taken_over,
)
from stenciltorch.networks.terrain import SQUARE, heights

ENCODER_OUTPUTS = (
    "doubt",
    *("rows_ends", "rows_between", "rows_within", "columns_ends", "columns_between", "columns_within"),
    *("kept", "places", "heights", "relief", "share", "rest", "displaced", "taste"),
)
"""Opaque tensors from the encoder to the painter; displaced, which the finisher wants; and taste, from which proposals
are made. Hosts have colour flood over the heights."""

PAINTER_OUTPUTS = ("coarse_flats", "coarse_colour", "wished", "taken")
"""Opaque tensors from the painter to the finisher."""


def ink_over(colour: Tensor, lineart: Tensor, mask: Tensor, base: Tensor) -> Tensor:
    """Lay the lines over the colour, inside the mask; outside it the base stays byte for byte.

    Args:
        colour: unit float (1, 3, height, width).
        lineart, mask, base: uint8 (height, width), (height, width), (height, width, 3).

    Returns:
        uint8 (height, width, 3).
    """
    share, kept = see_through(lineart, mask, base)
    return from_unit(colour * share + kept)


def see_through(lineart: Tensor, mask: Tensor, base: Tensor) -> tuple[Tensor, Tensor]:
    """What of a colour is seen through lines and mask, and what of the base beside it: (1, 3, height, width) twice."""
    inside = to_unit(mask)
    inside = torch.cat([inside, inside, inside], dim=1)  # onnxruntime multiplies by a single channel ten times slower
    return to_unit(lineart) * inside, to_unit(base) * (1.0 - inside)


def places_of(displacement: Tensor) -> Tensor:
    """Where each pixel takes its flat colour, to the nearest pixel: numbers in reading order, int32 (height, width)."""
    height, width = displacement.shape[-2:]
    across, down = pixel_places(height, width, displacement)
    column = (across + displacement[:, 0]).floor().clamp(min=0).minimum(across.floor().max())
    row = (down + displacement[:, 1]).floor().clamp(min=0).minimum(down.floor().max())
    return (row * width + column)[0].to(torch.int32)


def lowest_of(height: Tensor, down: int, across: int) -> Tensor:
    """Which square of each cell lies lowest: its number in reading order, int32 (down, across).

    Args:
        height: uint8 (rows, columns) of squares, `terrain.heights`, that need not fill the cells.
        down, across: how many cells there are.
    """
    side = CELL // SQUARE
    rows, columns = height.shape
    whole = F.pad(height.to(torch.float32), (0, side * across - columns, 0, side * down - rows), value=255.0)
    best = whole.reshape(down, side, across, side).permute(0, 2, 1, 3).flatten(2).argmin(dim=-1)
    inner_row = torch.div(best, side, rounding_mode="floor")
    row = (side * torch.arange(down, device=height.device)[:, None] + inner_row).clamp(max=rows - 1)
    column = (side * torch.arange(across, device=height.device) + best - side * inner_row).clamp(max=columns - 1)
    return (row * columns + column).to(torch.int32)


def at_cells(pixels: Tensor, places: Tensor) -> Tensor:
    """uint8 (h, w, channels) and a number in reading order for each cell, (rows, columns) -> what is there, unit floats
    (1, channels, rows, columns)."""
    picked = torch.index_select(pixels.flatten(0, 1), 0, places.reshape(-1))
    return to_unit(picked.reshape(places.shape[0], places.shape[1], pixels.shape[2]))


def pick(coarse: Tensor, places: Tensor) -> Tensor:
    """Values at cells, brought to pixels and taken from `places`: `studio.off_lines` for a drawing seen before, but
    fast.

    Args:
        coarse: (1, channels, height/4, width/4).
        places: int32 (rows, columns), numbers of pixels of the padded picture.

    Returns:
        (1, channels, rows, columns).
    """
    channels = coarse.shape[1]
    pixels = F.interpolate(coarse, scale_factor=float(CELL), mode="bilinear", align_corners=False)
    listed = pixels.squeeze(0).permute(1, 2, 0).reshape(-1, channels)
    picked = torch.index_select(listed, 0, places.reshape(-1))
    return picked.reshape(places.shape[0], places.shape[1], channels).permute(2, 0, 1).unsqueeze(0)


class EncoderGraph(nn.Module):
    """Run once per drawing."""

    def __init__(self, net: StudioNet) -> None:
        super().__init__()
        self.encoder = net.encoder

    def forward(self, lineart: Tensor, mask: Tensor, base: Tensor) -> tuple[Tensor, ...]:
        """uint8 (h, w), (h, w), (h, w, 3) -> the fields of `Drawing` and relief, at the padded size; places; heights,
        uint8 (h/2, w/2), rounded up; `see_through`; displaced; and taste (colours, rows, columns): a logit for each
        colour of `suggestion.COLOURS` in each square of 8 x 8 pixels."""
        height, width = lineart.shape
        rows, columns = (height + SQUARE - 1) // SQUARE, (width + SQUARE - 1) // SQUARE
        extended = to_unit(extend_to_stride(lineart))
        drawing, displacement, taste, borders = self.encoder(
            extended,
            to_unit(extend_to_stride(mask)),
            to_unit(extend_to_stride(base)),
        )
        wanted = taste[0, :, : (height + 7) // 8, : (width + 7) // 8].clone()
        known = (drawing.doubt, *drawing.rows, *drawing.columns)
        displaced = displacement[..., :height, :width].clone()
        return (
            *known,
            drawing.kept,
            places_of(displacement)[:height, :width].clone(),
            heights(borders, 1.0 - extended)[:rows, :columns].clone(),
            relief(extended),
            *see_through(lineart, mask, base),
            displaced,
            wanted,
        )


class PainterGraph(nn.Module):
    """Run for every stroke."""

    def __init__(self, net: StudioNet) -> None:
        super().__init__()
        self.painter = net.painter

    def forward(
        self,
        hints: Tensor,
        lineart: Tensor,
        light: Tensor,
        flooded: Tensor,
        doubt: Tensor,
        rows_ends: Tensor,
        rows_between: Tensor,
        rows_within: Tensor,
        columns_ends: Tensor,
        columns_between: Tensor,
        columns_within: Tensor,
        kept: Tensor,
        places: Tensor,
        heights: Tensor,
        relief: Tensor,
        share: Tensor,
        rest: Tensor,
    ) -> tuple[Tensor, ...]:
        """Three uint8 pictures (h, w, 3), then what the finisher needs. light: float (3,), `canvas.Light.vector`;
        flooded: uint8 (h/2, w/2, 4), rounded up, `stenciltorch.flooding.flood`."""
        rows = Way(rows_ends, rows_between, rows_within)
        columns = Way(columns_ends, columns_between, columns_within)
        drawing = Drawing(doubt, rows, columns, kept)
        padded = [CELL * side for side in doubt.shape[-2:]]
        dabs = to_unit(hints)
        own = at_cells(flooded, lowest_of(heights, *doubt.shape[-2:]))
        answer = self.painter(pad_to(dabs, 0.0, *padded), pad_to(to_unit(lineart), 1.0, *padded), drawing, own)
        bright = illuminate(answer, lit(shade(relief, light.unsqueeze(0))))
        taken = taken_over(dabs[:, 3:], answer.trust)
        wished = taken * dabs[:, :3]
        both = pick(torch.cat([answer.flats, bright], dim=1), places)
        flats, colour = both[:, :3], both[:, 3:]
        added = amends(flats, wished, taken)
        colour = (colour + added).clamp(0.0, 1.0)
        return (
            from_unit(colour * share + rest),
            from_unit(colour),
            from_unit(flats + added),
            answer.flats,
            bright,
            wished,
            taken,
        )


class FinisherGraph(nn.Module):
    """Run for every strip of a drawing that is larger than the working size; it has no weights."""

    def forward(
        self,
        lineart: Tensor,
        mask: Tensor,
        base: Tensor,
        span: Tensor,
        displaced: Tensor,
        coarse_flats: Tensor,
        coarse_colour: Tensor,
        wished: Tensor,
        taken: Tensor,
    ) -> tuple[Tensor, ...]:
        """Strips at full size: uint8 (r, W), (r, W), (r, W, 3); span int64 (2,): first row, full height."""
        rows, columns = lineart.shape
        height, width = displaced.shape[-2:]
        across, down = pixel_places(rows, columns, displaced)
        share_x = (across / columns).expand(1, rows, columns)
        share_y = ((down + span[0]) / span[1]).expand(1, rows, columns)
        step = sample_at(displaced, share_x, share_y)
        place_x = (share_x * width + step[:, 0]) / (CELL * coarse_flats.shape[-1])
        place_y = (share_y * height + step[:, 1]) / (CELL * coarse_flats.shape[-2])
        flats = sample_at(coarse_flats, place_x, place_y)
        added = amends(flats, sample_at(wished, share_x, share_y), sample_at(taken, share_x, share_y))
        colour = (sample_at(coarse_colour, place_x, place_y) + added).clamp(0.0, 1.0)
        return ink_over(colour, lineart, mask, base), from_unit(colour), from_unit(flats + added)


__all__ = [
    "ENCODER_OUTPUTS",
    "PAINTER_OUTPUTS",
    "Coarse",
    "EncoderGraph",
    "FinisherGraph",
    "PainterGraph",
    "ink_over",
]
