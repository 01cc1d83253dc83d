from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from little_pictures import cartoon
from scipy.ndimage import gaussian_filter
from skimage.filters import threshold_otsu

from stenciltorch.canvas import Illustration, Size
from stenciltorch.synthesis.lineart import (
    AUTHORS,
    STYLES,
    LineStyle,
    difference_of_gaussians,
    draw_style,
    extract_lineart,
    otsu_ink,
    stroke_ink,
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def plain(value: int, side: int = 24) -> Illustration:
    return Illustration.filled(Size(side, side), value)


def test_authors_constants() -> None:
    assert (AUTHORS.sigma, AUTHORS.k, AUTHORS.gain, AUTHORS.phi) == (0.3, 4.5, 0.95, 1e9)
    assert AUTHORS.binary


def reference_authors(pixels: np.ndarray) -> np.ndarray:
    """The published recipe step by step, in float64: 255 paper, 0 ink."""
    grey = pixels.astype(np.float64).mean(axis=2) / 255
    difference = gaussian_filter(grey, 0.3) - 0.95 * gaussian_filter(grey, 0.3 * 4.5)
    response = 1 - np.tanh(1e9 * difference)
    response = (response - response.min()) / (response.max() - response.min())
    return np.where(response >= threshold_otsu(response), 0, 255)


@pytest.mark.parametrize("seed", range(4))
def test_authors_preset_equals_the_published_recipe(seed: int) -> None:
    pixels = rng(seed).integers(1, 256, (40, 32, 3)).astype(np.uint8)
    ours = extract_lineart(Illustration(pixels), AUTHORS, rng()).array
    assert np.mean(ours != reference_authors(pixels)) < 0.002
    assert set(np.unique(ours)) == {0, 255}


def test_authors_preset_on_a_drawing_equals_the_published_recipe() -> None:
    drawing = cartoon(128)
    ours = extract_lineart(drawing, AUTHORS, rng()).array
    assert np.mean(ours != reference_authors(drawing.array)) < 0.002


def test_authors_preset_by_hand() -> None:
    """A mid-grey column on white is over 5 % darker than its blurred surroundings; nothing else is."""
    pixels = np.full((7, 9, 3), 255, np.uint8)
    pixels[:, 4] = 128
    lines = extract_lineart(Illustration(pixels), AUTHORS, rng()).array
    assert lines.tolist() == [[255, 255, 255, 255, 0, 255, 255, 255, 255]] * 7


def test_difference_of_gaussians_by_hand() -> None:
    grey = np.full((20, 20), 0.6, np.float32)
    assert np.allclose(difference_of_gaussians(grey, AUTHORS), 0.6 * 0.05, atol=1e-6)


def test_exact_black_is_ink_when_it_parts_the_classes_further() -> None:
    difference = np.full((10, 10), 0.5, np.float32)
    difference[:1] = -0.5
    difference[1:5] = 0
    assert otsu_ink(difference)[:5].all()
    assert not otsu_ink(difference)[5:].any()


def test_exact_black_is_paper_beside_many_lines_and_little_paper() -> None:
    difference = np.full((10, 10), -0.5, np.float32)
    difference[:3] = 0
    difference[3:4] = 0.5
    assert not otsu_ink(difference)[:4].any()
    assert otsu_ink(difference)[4:].all()


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_a_constant_picture_has_no_lines(name: str, value: int) -> None:
    style = replace(STYLES[name], dirt=0.0, hollow=True)
    assert extract_lineart(plain(value), style, rng()).array.min() == 255


@pytest.mark.parametrize("name", STYLES)
def test_every_style_inks_the_drawn_line_and_spares_the_paper(name: str) -> None:
    lines = extract_lineart(cartoon(), STYLES[name], rng(3)).array.astype(float)
    ring = lines[95, 55:70].min()
    assert ring < 200
    assert lines[5:30, 5:30].mean() > 245
    assert lines[190:230, 110:150].mean() > 240


def test_hollow_styles_outline_a_black_area_and_ink_fills_it() -> None:
    pixels = np.full((96, 96, 3), 255, np.uint8)
    pixels[20:76, 20:76] = 5
    hollow = extract_lineart(Illustration(pixels), STYLES["clean"], rng()).array
    filled = extract_lineart(Illustration(pixels), STYLES["ink"], rng()).array
    assert hollow[40:56, 40:56].min() == 255
    assert hollow[48, 18:24].min() < 60
    assert filled[40:56, 40:56].max() == 0


def test_equally_bright_colours_have_a_line_between_them_when_channels_are_told_apart() -> None:
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:, :16], pixels[:, 16:] = (200, 100, 100), (100, 200, 100)
    style = LineStyle(stroke=0)
    assert extract_lineart(Illustration(pixels), style, rng()).array[:, 14:18].min() < 100
    blind = replace(style, channelwise=False)
    assert extract_lineart(Illustration(pixels), blind, rng()).array.min() == 255


def test_stroke_ink_finds_narrow_and_not_wide_dark_strokes() -> None:
    pixels = np.full((60, 60, 3), 255, np.uint8)
    pixels[:, 5:10] = 0
    pixels[:, 25:50] = 0
    ink = stroke_ink(pixels, 7)
    assert ink[30, 5:10].min() == 1
    assert ink[30, 25:50].max() == 0


def ink_sum(style: LineStyle) -> float:
    return float((255.0 - extract_lineart(cartoon(), style, rng(1)).array).sum())


def test_each_number_of_a_style_does_what_it_says() -> None:
    base = STYLES["clean"]
    assert ink_sum(replace(base, thickness=1.0)) > 1.3 * ink_sum(base)
    assert ink_sum(replace(base, thickness=-1.0)) < 0.8 * ink_sum(base)
    assert ink_sum(replace(base, darkness=0.5)) == pytest.approx(0.5 * ink_sum(base), rel=0.01)
    assert ink_sum(replace(base, gaps=0.3)) < 0.9 * ink_sum(base)
    assert ink_sum(replace(base, grain=0.6)) == pytest.approx(0.7 * ink_sum(base), rel=0.05)
    assert ink_sum(replace(base, softness=1.0)) == pytest.approx(ink_sum(base), rel=0.02)
    assert ink_sum(replace(base, dirt=1.0)) > ink_sum(base)


def test_darkest_ink_is_the_darkness() -> None:
    lines = extract_lineart(cartoon(), replace(STYLES["clean"], darkness=0.6), rng()).array
    assert lines.min() == round(255 * 0.4)


def test_jitter_moves_lines_without_losing_them() -> None:
    base = STYLES["clean"]
    moved = replace(base, jitter=1.0)
    still, wandered = (extract_lineart(cartoon(), style, rng(2)).array for style in (base, moved))
    assert (still != wandered).any()
    assert ink_sum(moved) == pytest.approx(ink_sum(base), rel=0.1)


def test_a_mirrored_picture_has_mirrored_lines() -> None:
    drawing = cartoon(96)
    mirrored = Illustration(drawing.array[:, ::-1].copy())
    for name in ("authors", "clean", "thick"):
        lines = extract_lineart(drawing, STYLES[name], rng()).array.astype(int)
        other = extract_lineart(mirrored, STYLES[name], rng()).array[:, ::-1].astype(int)
        assert np.abs(lines - other).max() <= 2


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 24), st.integers(1, 24))
def test_drawn_styles_take_any_picture_and_repeat_with_their_seed(seed: int, height: int, width: int) -> None:
    picture = Illustration(rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8))
    first, second = (extract_lineart(picture, draw_style(rng(seed)), rng(seed)) for _ in range(2))
    assert first == second
    assert first.size == picture.size


def test_drawn_styles_cover_the_family() -> None:
    generator = rng(7)
    styles = [draw_style(generator) for _ in range(300)]
    authors = [style for style in styles if style.binary]
    assert {style.sigma for style in authors} == {0.3, 0.4, 0.5}
    assert all(0.6 <= style.darkness <= 1 for style in authors)
    assert 10 < len(authors) < 60
    assert any(style.grain for style in styles)
    assert any(style.gaps for style in styles)
    assert min(style.darkness for style in styles) < 0.4
    assert max(style.thickness for style in styles) > 1
    assert np.mean([style.hollow for style in styles]) > 0.7
