"""Palettes laid on paintings, and colours changed everywhere."""

import numpy as np
import pytest
from little_paintings import FLATS, areas, made_painting

from stenciltorch.errors import InputError
from stenciltorch.palettes import Change, Swatch, Swatches, parse_change, recolour, snap
from stenciltorch.palettes.relighting import relit, with_flats

NEAR = Swatches(
    tuple(Swatch(tuple(int(level) for level in colour)) for colour in (FLATS.astype(int) * 0.97).astype(int))
)


def test_flats_become_the_nearest_entries():
    stencil, painting = made_painting()
    stencil = stencil.with_mask(stencil.mask)
    snapped = snap(painting, stencil, NEAR)
    found = {tuple(colour) for colour in snapped.flats.array.reshape(-1, 3).tolist()}
    assert found <= {entry.colour for entry in NEAR.entries}
    assert len(found) >= 4


def test_a_palette_of_the_very_colours_changes_nothing_where_areas_agree():
    stencil, painting = made_painting()
    stencil = type(stencil).start(type(stencil.lineart).filled(stencil.size, 255))
    painting = type(painting)(painting.colour, painting.colour, painting.flats)
    exact = Swatches(tuple(Swatch(tuple(colour)) for colour in FLATS.tolist()))
    snapped = snap(painting, stencil, exact)
    assert snapped.flats == painting.flats
    assert snapped.colour == painting.colour
    assert snapped.illustration == painting.illustration


def test_shade_is_kept():
    """Half as bright stays half as bright, for another colour."""
    old, new = np.full((4, 4, 3), 200, np.uint8), np.full((4, 4, 3), (100, 40, 240), np.uint8)
    shaded = relit(old, np.full((4, 4, 3), 100, np.uint8), new)
    assert np.abs(shaded.astype(int) - new * 0.5).max() <= 1


def test_light_is_kept():
    """Flats without a say in their shade (black) hand the light on as it is."""
    old, new = np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 90, np.uint8)
    lit = relit(old, np.full((2, 2, 3), 30, np.uint8), new)
    assert (lit == 120).all()


def test_outside_the_mask_every_byte_is_the_bases():
    stencil, painting = made_painting(soft_mask=True)
    red = type(painting.flats)(np.full_like(painting.flats.array, (255, 0, 0)))
    found = with_flats(painting, stencil, red).illustration.array
    closed = stencil.mask.array == 0
    assert closed.any()
    assert np.array_equal(found[closed], stencil.base.array[closed])
    assert not np.array_equal(found[~closed], painting.illustration.array[~closed])


def test_the_new_illustration_is_colour_below_lines_and_mask():
    stencil, painting = made_painting(soft_mask=True)
    red = type(painting.flats)(np.full_like(painting.flats.array, (255, 0, 0)))
    found = with_flats(painting, stencil, red)
    light, share = stencil.lineart.array[..., None] / 255, stencil.mask.array[..., None] / 255
    expected = found.colour.array * light * share + stencil.base.array * (1 - share)
    assert np.abs(found.illustration.array - expected).max() <= 1


def test_one_colour_becomes_another_everywhere_and_nothing_else_does():
    stencil, painting = made_painting()
    blue, red = (58, 95, 205), (170, 34, 34)
    changed = recolour(painting, stencil, [Change(blue, red)])
    was_blue = areas() == 1
    assert (changed.flats.array[was_blue] == red).all()
    assert np.array_equal(changed.flats.array[~was_blue], painting.flats.array[~was_blue])
    assert np.array_equal(changed.illustration.array[~was_blue], painting.illustration.array[~was_blue])


def test_two_colours_can_be_swapped():
    stencil, painting = made_painting()
    one, two = tuple(FLATS[0].tolist()), tuple(FLATS[1].tolist())
    swapped = recolour(painting, stencil, [Change(one, two), Change(two, one)]).flats.array
    assert (swapped[areas() == 0] == two).all()
    assert (swapped[areas() == 1] == one).all()


def test_a_colour_that_is_not_there():
    stencil, painting = made_painting()
    with pytest.raises(InputError, match=r"No part of the picture is #ff00ff; its colours are #"):
        recolour(painting, stencil, [Change((255, 0, 255), (0, 0, 0))])


def test_changes_as_text():
    sheet = Swatches((Swatch((1, 2, 3), "Hair"),))
    assert parse_change("hair=#aa2222", sheet) == Change((1, 2, 3), (170, 34, 34))
    assert parse_change("#000000=#ffffff") == Change((0, 0, 0), (255, 255, 255))
    for wrong in ("#000000", "skin=#aa2222", "=", "#000000=red"):
        with pytest.raises(InputError):
            parse_change(wrong, sheet)
