"""Drawings with known regions, and how they are painted."""

import numpy as np
import pytest

from stenciltorch import Illustration, Size
from stenciltorch.synthesis.figures import draw_figures
from stenciltorch.synthesis.scenes import Scene, Sheet, ellipse
from stenciltorch.training.disnet.flatart import (
    FLAT,
    FlatArt,
    art_of,
    draw_cutting,
    flat_share,
    regions_of_fills,
)
from stenciltorch.training.disnet.light import illuminate, lay_ink, weather
from stenciltorch.training.disnet.samples import draw_example, paint_example, paint_lines

SIZE = Size(72, 96)


def two_halves(ink=True, same_paint=False):
    labels = np.zeros((48, 64), np.int32)
    labels[:, 32:] = 1
    lines = np.zeros((48, 64), np.uint8)
    lines[:, 31:33] = 255 * ink
    return Scene(labels, np.array([0, 0 if same_paint else 1], np.int32), lines)


def comic():
    """Two fills and a black outline between them, with a smoothed edge."""
    pixels = np.full((60, 80, 3), (250, 240, 230), np.uint8)
    pixels[:, 40:] = (40, 90, 200)
    pixels[:, 37] = (150, 145, 140)
    pixels[:, 38:41] = 0
    return Illustration(pixels)


@pytest.mark.parametrize("seed", range(6))
def test_a_figure_is_a_scene_whose_labels_all_have_a_paint(seed):
    scene = draw_figures(SIZE, np.random.default_rng(seed))
    assert scene.labels.shape == scene.ink.shape == SIZE
    assert scene.labels.min() >= 0
    assert scene.labels.max() < len(scene.groups)
    assert scene.groups.min() == 0


def test_figures_differ_by_seed_and_only_by_seed():
    first, again, other = (draw_figures(SIZE, np.random.default_rng(seed)).labels for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_shape_covers_what_is_below_and_its_lines():
    rng = np.random.default_rng(0)
    sheet = Sheet(np.zeros((40, 40), np.int32), np.zeros((40, 40), np.uint8), 2.0)
    sheet.add(ellipse(np.array((20.0, 20.0)), 6, 6), rng)
    assert sheet.ink[20, 26] > 0
    label = sheet.add(ellipse(np.array((20.0, 20.0)), 15, 15), rng)
    assert (sheet.labels[15:25, 15:25] == label).all()
    assert sheet.ink[20, 26] == 0


def test_a_stroke_parts_nothing():
    rng = np.random.default_rng(0)
    sheet = Sheet(np.zeros((40, 40), np.int32), np.zeros((40, 40), np.uint8), 2.0)
    sheet.line(np.stack((np.linspace(5, 35, 9), np.full(9, 20.0)), axis=1), rng)
    assert sheet.ink[20, 20] > 0
    assert sheet.labels.max() == 0


@pytest.mark.parametrize("seed", range(8))
def test_light_and_damage_never_change_the_regions(seed):
    example = paint_example(two_halves(), np.random.default_rng(seed), lines=False)
    assert example.picture.size == example.regions.size
    assert example.regions.count <= 2
    if example.regions.count == 2:
        assert np.array_equal(example.regions.array == example.regions.array[0, 0], two_halves().labels == 0)


def test_parts_of_one_paint_without_a_line_are_one_region():
    counts = {
        paint_example(two_halves(False, True), np.random.default_rng(seed), False).regions.count for seed in range(5)
    }
    assert counts == {1}


def test_lines_alone_part_a_drawing_without_colours():
    assert paint_lines(two_halves(same_paint=True), np.random.default_rng(0)).regions.count == 2


def test_a_drawing_without_colours_is_grey_on_light_paper():
    example = paint_lines(two_halves(), np.random.default_rng(3))
    assert example.picture.array[:, 5:20].mean() > 200
    assert example.picture.array[:, 31:33].mean() < 180


def test_light_leaves_flat_paints_alone_at_times_and_changes_them_at_others():
    colours = np.array(((200, 120, 90), (60, 140, 220)), np.uint8)
    changed = []
    for seed in range(12):
        lit = illuminate(two_halves(), colours, np.random.default_rng(seed))
        assert lit.shape == (48, 64, 3)
        assert lit.min() >= 0
        assert lit.max() <= 255
        changed.append(float(np.abs(lit - colours[two_halves().labels]).max()))
    assert min(changed) == 0
    assert max(changed) > 30


def test_ink_covers_the_paint():
    paint = np.full((10, 10, 3), 200, np.float32)
    ink = np.zeros((10, 10), np.float32)
    ink[5] = 1
    drawn, _ = lay_ink(paint, ink, np.random.default_rng(2))
    assert np.abs(drawn[5] - 200).min() > 5
    assert (drawn[:5] == 200).all()


def test_weather_answers_bytes_of_the_same_size():
    for seed in range(10):
        out = weather(np.full((20, 30, 3), 128, np.float32), np.random.default_rng(seed))
        assert out.shape == (20, 30, 3)
        assert out.dtype == np.uint8


def test_the_fills_of_flat_art_are_its_regions_and_lines_belong_to_them():
    assert flat_share(comic()) > FLAT
    regions = regions_of_fills(comic())
    assert regions.count == 2
    assert len(np.unique(regions.array[:, :37])) == 1
    assert len(np.unique(regions.array[:, 42:])) == 1


def test_a_painting_is_not_filled_flat():
    rng = np.random.default_rng(0)
    noise = Illustration(rng.integers(0, 256, (64, 64, 3)).astype(np.uint8))
    assert flat_share(noise) < FLAT


def test_one_fill_is_one_region():
    assert regions_of_fills(Illustration(np.zeros((30, 30, 3), np.uint8))).count == 1


def test_a_cutting_keeps_shapes_and_lines_together():
    art = art_of(comic(), regions_of_fills(comic()), True)
    for seed in range(5):
        scene = draw_cutting(art, SIZE, np.random.default_rng(seed))
        assert scene.labels.shape == scene.ink.shape == SIZE
        assert scene.lined
        border = np.argmax(scene.labels[36] != scene.labels[36, 0])
        if border:
            assert scene.ink[36, max(0, border - 12) : border + 12].max() > 150


def test_cuttings_of_shaded_art_are_never_drawn_without_colours():
    art = FlatArt(two_halves().labels, two_halves(ink=False).ink, False)
    assert not draw_cutting(art, SIZE, np.random.default_rng(0)).lined


@pytest.mark.parametrize("seed", range(4))
def test_an_example_is_a_picture_with_at_least_one_region(seed):
    example = draw_example(SIZE, np.random.default_rng(seed))
    assert example.picture.size == example.regions.size == SIZE
    assert example.regions.array.min() == 1
