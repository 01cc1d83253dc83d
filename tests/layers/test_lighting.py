"""Shade and light bring back the colour to the level."""

import numpy as np
from little_paintings import made_painting

from stenciltorch.layers.lighting import LIGHT, SHADE, below_lines, light_of, shade_of


def every_pair():
    flat, colour = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    return flat.astype(np.uint8), colour.astype(np.uint8)


def test_flats_times_shade_screened_with_light_is_every_colour():
    flat, colour = every_pair()
    shaded = np.rint(flat * (SHADE[flat, colour] / 255))
    lit = np.rint(255 - (255 - shaded) * (255 - LIGHT[flat, colour].astype(float)) / 255)
    assert np.array_equal(lit, colour)


def test_a_pixel_is_darkened_or_brightened_never_both():
    flat, colour = every_pair()
    shade, light = shade_of(flat, colour), light_of(flat, colour)
    assert (shade[colour >= flat] == 255).all()
    assert (light[colour <= flat] == 0).all()


def test_worked_by_hand():
    assert SHADE[200, 100] == 128  # 200 x 128 / 255 = 100.4
    assert LIGHT[100, 200] == 165  # 100 + 155 x 165 / 255 = 200.3
    assert SHADE[0, 0] == 255
    assert LIGHT[255, 255] == 0


def test_below_lines_moves_by_a_level_and_never_makes_it_worse():
    stencil, painting = made_painting(3, soft_mask=True)
    colour = painting.colour.array
    best = below_lines(stencil, painting.illustration.array, colour)
    assert np.abs(best.astype(int) - colour).max() <= 1
    light, share = stencil.lineart.array[..., None] / 255, stencil.mask.array[..., None] / 255

    def miss(found):
        return np.abs(found * light * share + stencil.base.array * (1 - share) - painting.illustration.array)

    assert (miss(best) <= miss(colour) + 1e-4).all()
    assert miss(best).max() <= 0.51
    assert miss(colour).max() > 0.8
