"""Building blocks and the crossing from pixels to numbers, by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from stenciltorch.networks.blocks import SLOPE, Context, Fuse, InvertedResNeXt, PixelShuffleUp, stage
from stenciltorch.networks.pixels import (
    CELL,
    STRIDE,
    around,
    compose,
    from_unit,
    pad_to_stride,
    pool_base,
    pool_hints,
    to_unit,
)


def test_around_is_the_mean_of_nine_with_the_rim_repeated():
    maps = torch.rand(2, 3, 5, 7)
    wide = torch.nn.functional.pad(maps, (1, 1, 1, 1), mode="replicate")
    torch.testing.assert_close(around(maps), torch.nn.functional.avg_pool2d(wide, 3, stride=1))


@pytest.mark.parametrize("dilation", [1, 2, 4])
def test_a_new_block_changes_nothing(dilation):
    features = torch.randn(2, 8, 9, 7)
    assert torch.equal(InvertedResNeXt(8, dilation)(features), features)
    assert torch.equal(stage(8, (1, dilation))(features), features)


def test_a_block_by_hand():
    """One channel, expanded to two: 3 x 3 mean of leaky(2 v) and of leaky(-v), added with weights 1 and 10."""
    block = InvertedResNeXt(1)
    with torch.no_grad():
        block.expand.weight.copy_(torch.tensor([2.0, -1.0]).view(2, 1, 1, 1))
        block.filter.weight.fill_(1 / 9)
        block.reduce.weight.copy_(torch.tensor([1.0, 10.0]).view(1, 2, 1, 1))
        for part in (block.expand, block.filter):
            part.bias.zero_()
    found = block(torch.full((1, 1, 3, 3), 3.0))[0, 0, 1, 1].item()
    assert found == pytest.approx(3.0 + 6.0 + 10.0 * (SLOPE * SLOPE * -3.0), rel=1e-5)


def test_a_block_sees_as_far_as_its_dilation():
    block = InvertedResNeXt(1, dilation=4)
    nn.init.ones_(block.reduce.weight)
    dot = torch.zeros(1, 1, 17, 17)
    dot[..., 8, 8] = 1.0
    changed = (block(dot) - block(0 * dot) - dot).abs()[0, 0] > 1e-7
    places = {(int(row) - 8, int(column) - 8) for row, column in changed.nonzero()}
    assert places <= {(row, column) for row in (-4, 0, 4) for column in (-4, 0, 4)}
    assert (0, 0) in places


@pytest.mark.parametrize("factor", [2, 4])
def test_pixel_shuffle_up_is_a_convolution_and_a_pixel_shuffle(factor):
    up = PixelShuffleUp(5, 3, factor)
    convolution, shuffle = nn.Conv2d(5, 3 * factor**2, 1), nn.PixelShuffle(factor)
    with torch.no_grad():
        convolution.weight.copy_(up.weight.permute(1, 2, 3, 0).reshape(3 * factor**2, 5, 1, 1))
        convolution.bias.copy_(up.bias.repeat_interleave(factor**2))
    features = torch.randn(2, 5, 4, 6)
    torch.testing.assert_close(up(features), shuffle(convolution(features)))


def test_fuse_joins_two_levels():
    fused = Fuse(6, 4)(torch.randn(2, 6, 3, 5), torch.randn(2, 4, 6, 10))
    assert fused.shape == (2, 4, 6, 10)


def knowing_context():
    """One whose factors and summands depend on the picture."""
    torch.manual_seed(0)
    context = Context(4, 3)
    for layer in (context.scale, context.shift):
        nn.init.normal_(layer.weight)
    return context


def test_a_new_context_changes_nothing():
    features = torch.randn(2, 4, 5, 6)
    assert torch.equal(Context(4, 3)(features), features)


def test_a_context_scales_and_shifts_channels():
    context = Context(2, 3)
    with torch.no_grad():
        context.scale.bias.copy_(torch.tensor([1.0, 0.0]))
        context.shift.bias.copy_(torch.tensor([0.0, -5.0]))
    features = torch.randn(1, 2, 3, 3)
    found = context(features)
    torch.testing.assert_close(found[:, 0], 2.0 * features[:, 0])
    torch.testing.assert_close(found[:, 1], features[:, 1] - 5.0)


def test_a_context_knows_the_picture_by_its_means():
    context = knowing_context()
    features = torch.randn(1, 4, 4, 4)
    vector = nn.functional.leaky_relu(context.squeeze(features.mean(dim=(2, 3))), SLOPE)
    scale, shift = (layer(vector)[:, :, None, None] for layer in (context.scale, context.shift))
    torch.testing.assert_close(context(features), features * (1.0 + scale) + shift)


def test_a_context_does_not_care_where_things_are():
    context = knowing_context()
    features = torch.randn(1, 4, 4, 4)
    torch.testing.assert_close(context(features).flip(2, 3), context(features.flip(2, 3)))


# pixels


def test_every_level_survives_the_way_there_and_back():
    levels = torch.arange(256, dtype=torch.uint8).view(16, 16)
    assert torch.equal(from_unit(to_unit(levels))[..., 0], levels)
    picture = torch.randint(0, 256, (3, 5, 4), dtype=torch.uint8)
    assert to_unit(picture).shape == (1, 4, 3, 5)
    assert torch.equal(from_unit(to_unit(picture)), picture)


def test_values_are_rounded_half_up_and_bounded():
    values = torch.tensor([-1.0, 0.0, 0.49 / 255, 0.5 / 255, 1.5 / 255, 1.0, 7.0]).view(1, 1, 1, -1)
    assert from_unit(values).flatten().tolist() == [0, 0, 0, 1, 2, 255, 255]


@given(height=st.integers(1, 70), width=st.integers(1, 70))
def test_padding_reaches_the_next_multiple_to_the_right_and_below(height, width):
    padded = pad_to_stride(torch.ones(1, 1, height, width), 0.5)
    assert all(side % STRIDE == 0 for side in padded.shape[-2:])
    assert padded.shape[-2] - height < STRIDE > padded.shape[-1] - width
    assert (padded[..., :height, :width] == 1.0).all()
    assert (padded == 1.0).sum() == height * width


def test_compose_by_hand():
    lineart, base, mask = torch.tensor([0.8, 0.8, 0.8]), torch.tensor([0.2, 0.2, 0.2]), torch.tensor([1.0, 0.0, 0.5])
    assert compose(lineart, base, mask).tolist() == pytest.approx([0.8, 0.2, 0.5])


def test_hints_of_a_cell_are_a_mean_by_alpha():
    """A cell with 4 of 16 pixels hinted: two red, two half-transparent blue."""
    hints = torch.zeros(1, 4, CELL, CELL)
    hints[0, 0, 0, :2], hints[0, 3, 0, :2] = 1.0, 1.0
    hints[0, 2, 0, 2:], hints[0, 3, 0, 2:] = 1.0, 0.5
    hints[0, 1, 3] = 1.0
    colour, weight = pool_hints(hints, torch.zeros(1, 1, CELL, CELL))
    assert colour.flatten().tolist() == pytest.approx([2 / 3, 0.0, 1 / 3])
    assert weight.item() == pytest.approx(2.0 * 3.0 / 16.0)


def test_a_cell_hinted_by_half_counts_in_full_and_ink_hides_hints():
    hints = torch.ones(1, 4, CELL, 2 * CELL)
    hints[..., :2] = 0.0
    ink = torch.zeros(1, 1, CELL, 2 * CELL)
    ink[..., CELL:] = 1.0
    _, weight = pool_hints(hints, ink)
    assert weight.flatten().tolist() == pytest.approx([1.0, 0.2])


def test_kept_pixels_of_a_cell_by_hand():
    """Half of a cell is closed; half of that is under a line of half strength."""
    base = torch.zeros(1, 3, CELL, CELL)
    base[:, 0, :, 0], base[:, 1, :, 1] = 1.0, 1.0
    mask = torch.ones(1, 1, CELL, CELL)
    mask[..., :2] = 0.0
    ink = torch.zeros(1, 1, CELL, CELL)
    ink[..., 1] = 0.5
    colour, weight = pool_base(base, mask, ink)
    assert weight.item() == pytest.approx((4 + 4 * 0.25) / 16)
    assert colour.flatten().tolist() == pytest.approx([0.8, 0.2, 0.0])
    open_colour, open_weight = pool_base(base, torch.ones_like(mask), ink)
    assert open_weight.item() == 0.0
    assert np.isfinite(open_colour.numpy()).all()
