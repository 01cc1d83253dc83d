"""The tree of layers."""

import numpy as np
from little_paintings import FLATS, areas, made_painting

from stenciltorch.canvas import Hints, Lineart, Mask, Stencil
from stenciltorch.layers import Group, build_stack
from stenciltorch.layers.stack import MAX_REGIONS, Box, bounds
from stenciltorch.palettes import Swatch, Swatches


def names(stack):
    return [child.name for child in stack.children]


def flats(stack):
    return next(child for child in stack.children if isinstance(child, Group) and child.name == "flats").children


def plain(labels, colours=FLATS):
    """A painting without lines, shade or light."""
    stencil, painting = made_painting(0, flats=colours, labels=labels)
    stencil = Stencil.start(Lineart.filled(stencil.size, 255))
    return stencil, type(painting)(painting.flats, painting.flats, painting.flats)


def test_order_modes_and_hidden_hints():
    stack = build_stack(*made_painting())
    assert names(stack) == ["flats", "shade", "light", "line", "hints"]
    shade, light, line, hints = stack.children[1:]
    assert (shade.blend, shade.clipped, light.blend, light.clipped) == ("multiply", True, "screen", True)
    assert (line.blend, line.clipped, hints.blend, hints.visible) == ("multiply", False, "normal", False)
    assert hints.box == Box(3, 4, 9, 10)


def test_layers_that_would_be_empty_are_left_out():
    stencil, painting = plain(areas())
    assert names(build_stack(stencil, painting)) == ["flats"]


def test_one_layer_a_colour_with_its_name_and_only_its_pixels():
    stencil, painting = plain(areas())
    layers = flats(build_stack(stencil, painting))
    assert {layer.name for layer in layers} == {
        "peach #f2c4a0",
        "blue #3a5fcd",
        "black #141012",
        "white #fafafa",
        "lime #00ff00",
    }
    covered = np.zeros(stencil.size, int)
    picture = np.zeros((*stencil.size, 3), np.uint8)
    for layer in layers:
        pixels = layer.paint()
        assert pixels.shape[:2] == (layer.box.bottom - layer.box.top, layer.box.right - layer.box.left)
        assert set(np.unique(pixels[..., 3])) <= {0, 255}
        covered[layer.box.slices] += pixels[..., 3] > 0
        picture[layer.box.slices][pixels[..., 3] > 0] = pixels[..., :3][pixels[..., 3] > 0]
    assert (covered == 1).all()
    assert np.array_equal(picture, painting.flats.array)


def test_the_artists_own_names():
    stencil, painting = plain(areas())
    sheet = Swatches((Swatch((242, 196, 160), "肌 skin"),))
    assert "肌 skin #f2c4a0" in [layer.name for layer in flats(build_stack(stencil, painting, palette=sheet))]


def test_regions_of_one_colour_are_layers_with_numbers():
    labels = np.zeros((60, 90), int)
    labels[10:30, 10:30] = labels[10:30, 60:80] = labels[40:55, 40:60] = 1
    stencil, painting = plain(labels)
    found = [layer.name for layer in flats(build_stack(stencil, painting, by="region"))]
    assert len(found) == len(set(found)) == 4
    assert sorted(name[-1] for name in found if "#3a5fcd" in name) == ["1", "2", "3"]


def test_very_many_regions_share_layers():
    labels = np.zeros((200, 200), int)
    labels[2::8, 2::8] = labels[3::8, 2::8] = labels[2::8, 3::8] = labels[3::8, 3::8] = 1
    stencil, painting = plain(labels)
    assert MAX_REGIONS < (200 // 8) ** 2
    layers = flats(build_stack(stencil, painting, by="region"))
    assert len(layers) == MAX_REGIONS + 1
    assert sum(int((layer.paint()[..., 3] > 0).sum()) for layer in layers) == 200 * 200


def test_a_mask_makes_a_masked_group_over_the_base():
    stencil, painting = made_painting(soft_mask=True)
    stack = build_stack(stencil, painting)
    assert names(stack) == ["colouring", "hints"]
    assert stack.children[0].mask == stencil.mask
    assert stack.base == stencil.base
    assert [child.name for child in stack.children[0].children] == ["flats", "shade", "light", "line"]


def test_retouches_lie_over_everything():
    stencil, painting = made_painting()
    strokes = np.zeros((*stencil.size, 4), np.uint8)
    strokes[5, 6:9] = (1, 2, 3, 128)
    stack = build_stack(stencil, painting, retouches=Hints(strokes), result=stencil.base)
    assert names(stack)[-2:] == ["retouches", "hints"]
    assert stack.preview == stencil.base


def test_bounds():
    area = np.zeros((5, 7), bool)
    assert bounds(area) is None
    area[1, 2] = area[3, 5] = True
    assert bounds(area) == Box(1, 2, 4, 6)


def test_a_closed_mask_is_possible():
    stencil, painting = made_painting()
    stencil = stencil.with_mask(Mask.filled(stencil.size, 0))
    painting = type(painting)(stencil.base, stencil.base, stencil.base)
    assert build_stack(stencil, painting).preview == stencil.base
