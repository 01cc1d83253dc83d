"""How light falls on a drawing: by hand, and what it must keep for any drawing."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from stenciltorch.canvas import Light
from stenciltorch.networks.relief import (
    BRIGHTEST,
    DEEPEST,
    FAR,
    REACHES,
    SHADOW,
    SHINE,
    SOFTNESS,
    TINT,
    background,
    cell_walls,
    cushions,
    darkness,
    facing,
    illuminated,
    lit,
    relief,
    shade,
    span,
)

FROM_RIGHT = torch.from_numpy(Light(90.0).vector)[None]


def ring(side: int = 256, radius: float = 80.0, width: float = 4.0) -> Tensor:
    """A circle in the middle of bare paper."""
    away = torch.arange(side, dtype=torch.float32) - side / 2 + 0.5
    distance = (away[None, :].square() + away[:, None].square()).sqrt()
    return ((distance - radius).abs() > width / 2).float()[None, None]


def bust(gap: int = 0) -> Tensor:
    """A shape that the lower rim cuts off, with a gap in its left side."""
    lineart = torch.ones(1, 1, 256, 256)
    lineart[..., 96:256, 64:68] = lineart[..., 96:256, 188:192] = 0.0
    lineart[..., 96:100, 64:192] = 0.0
    lineart[..., 160 : 160 + gap, 64:68] = 1.0
    return lineart


def test_a_round_area_becomes_half_a_ball():
    """Radius 20 cells; the widest reach is 18 cells, so the top is a little lower."""
    height = cushions(cell_walls(darkness(1.0 - ring())))[0, -1]
    middle, halfway = height[32, 32].item(), height[32, 32 + 10].item()
    assert 13.0 < middle < 20.0
    assert halfway / middle == pytest.approx(math.sqrt(0.75), abs=0.08)
    assert height[32, 32 + 20] < 1.0


def test_a_short_reach_makes_a_flat_top():
    flat, _, round_ = cushions(cell_walls(darkness(1.0 - ring())))[0]
    assert flat[32, 32] == pytest.approx(2 * REACHES[0], abs=0.1)
    assert flat[32, 32 + 10] == pytest.approx(flat[32, 32].item(), abs=0.1)
    assert round_[32, 32] > 2 * flat[32, 32]


def test_normals_of_slopes_by_hand():
    """Rising one cell a cell to the right: it leans to the left by 45 degrees."""
    heights = torch.arange(8.0).expand(1, 1, 8, 8)
    lean, right, down = facing(heights)[0, :, 0, 4, 4].tolist()
    assert (right, down) == pytest.approx((-math.sqrt(0.5), 0.0))
    assert lean == pytest.approx(math.sqrt(0.5) - 1.0)


def test_what_encloses_nothing_of_the_upper_rims_is_no_background():
    found = background(cell_walls(darkness(1.0 - bust()))[0])[0, 0]
    assert (found[2:22, 2:62] == 1.0).all()
    assert (found[28:, 20:44] == 0.0).all()


def test_background_stays_out_of_a_shape_with_a_gap():
    found = background(cell_walls(darkness(1.0 - bust(gap=12)))[0])[0, 0]
    assert found[30:, 32:44].max() == 0.0


def test_light_from_the_right_brightens_what_faces_it():
    depth = shade(relief(ring()), FROM_RIGHT)[0, 0, 32]
    assert depth[46] > 0.1
    assert depth[18] < -0.1
    assert depth[46] > depth[40] > depth[32] > depth[24] > depth[18]


def test_nothing_is_lit_outside_the_figure():
    assert relief(ring())[0, :, 2:10, 2:62].abs().max() == 0.0


def test_a_mark_bounds_nothing():
    dotted = ring()
    dotted[..., 126:130, 126:130] = 0.0
    torch.testing.assert_close(relief(dotted), relief(ring()), atol=1e-4, rtol=0.0)


def test_a_star_in_the_sky_bounds_nothing_however_near_other_stars_are():
    starry = ring(512, 200.0)
    for row, column in ((180, 200), (180, 260), (250, 230), (300, 260), (300, 200)):
        starry[..., row : row + 3, column : column + 24] = 0.0
        starry[..., row - 12 : row + 12, column + 11 : column + 14] = 0.0
    torch.testing.assert_close(relief(starry), relief(ring(512, 200.0)), atol=1e-3, rtol=0.0)


def test_the_mouth_of_a_large_face_casts_no_shadow():
    """A tenth of the picture wide, it hangs together with nothing."""
    smiling = ring(512, 200.0)
    smiling[..., 330:333, 230:282] = 0.0
    torch.testing.assert_close(relief(smiling), relief(ring(512, 200.0)), atol=1e-3, rtol=0.0)


def test_a_line_that_is_no_mark_bounds_cushions():
    crossed = ring(512, 200.0)
    crossed[..., 254:258, 160:352] = 0.0
    assert (relief(crossed) - relief(ring(512, 200.0))).abs().max() > 0.2


def test_spans_of_two_strokes_by_hand():
    """One reaches over 3 rows and 5 columns, round a corner; the other is a dot; between them is an empty column."""
    dark = torch.zeros(1, 1, 6, 10)
    dark[..., 1, 1:6] = dark[..., 1:4, 5] = 1.0
    dark[..., 2, 7] = 0.9
    dark[..., 5, :] = 0.4
    expected = torch.zeros(6, 10)
    expected[1, 1:6] = expected[1:4, 5] = 5.0
    expected[2, 7] = 1.0
    assert torch.equal(span(dark)[0, 0], expected)


def test_a_long_line_reaches_far_enough_everywhere():
    dark = torch.zeros(1, 1, 8, 100)
    dark[..., 3, :] = 1.0
    assert span(dark)[0, 0, 3].min() >= FAR


def test_mirrored_drawings_have_mirrored_reliefs():
    lineart = ring(128, 36.0)
    lineart[..., 40:44, 30:60] = 0.0
    maps, mirrored = relief(lineart), relief(lineart.flip(3)).flip(3)
    torch.testing.assert_close(
        mirrored, maps * torch.tensor([1.0, -1.0, 1.0])[None, :, None, None], atol=1e-4, rtol=0.0
    )


@pytest.mark.parametrize("size", [(32, 32), (32, 96), (160, 64)])
def test_every_size_has_a_relief(size):
    for lineart in (torch.ones(1, 1, *size), torch.zeros(1, 1, *size)):
        maps = relief(lineart)
        assert maps.shape == (1, 3, size[0] // 4, size[1] // 4)
        assert torch.isfinite(maps).all()


def test_shade_is_a_weighted_sum():
    maps = torch.tensor([0.5, -0.25, 1.0]).view(1, 3, 1, 1)
    assert shade(maps, torch.tensor([[1.0, 2.0, -0.5]])).item() == pytest.approx(-0.5)


def test_shadow_and_shine_by_hand():
    depth = torch.tensor([0.0, -SHADOW, -SHADOW - SOFTNESS, SHINE, SHINE + SOFTNESS]).view(1, 1, 1, 5)
    shadow, shine = lit(depth)[0, :, 0]
    assert shadow.tolist() == pytest.approx([0.0, 0.0, math.tanh(1.0), 0.0, 0.0], abs=1e-6)
    assert shine.tolist() == pytest.approx([0.0, 0.0, 0.0, 0.0, math.tanh(1.0)], abs=1e-6)


def coloured(red: float, green: float, blue: float) -> Tensor:
    return torch.tensor([red, green, blue]).view(1, 3, 1, 1)


SHADOWED = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1)
SHINING = torch.tensor([0.0, 1.0]).view(1, 2, 1, 1)


def test_colours_in_shadow_and_shine_by_hand():
    red, green, blue = illuminated(coloured(1.0, 1.0, 1.0), SHADOWED).flatten().tolist()
    assert [red, green, blue] == pytest.approx([1.0 - DEEPEST * share for share in TINT])
    assert red > blue > green
    assert illuminated(coloured(0.0, 0.0, 0.0), SHADOWED).abs().max() == 0.0
    assert illuminated(coloured(0.0, 0.5, 1.0), SHINING).flatten().tolist() == pytest.approx(
        [BRIGHTEST, 0.5 + 0.5 * BRIGHTEST, 1.0]
    )
    assert torch.equal(illuminated(coloured(0.2, 0.5, 1.0), torch.zeros(1, 2, 1, 1)), coloured(0.2, 0.5, 1.0))


def test_skin_gets_richer_in_shadow_and_not_greyer():
    skin = coloured(1.0, 0.88, 0.82)
    dark = illuminated(skin, SHADOWED)
    assert (dark < skin).all()
    assert dark[0, 2] / dark[0, 0] < skin[0, 2] / skin[0, 0]
