from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stenciltorch.canvas import Illustration, Lineart, Regions, Size
from stenciltorch.synthesis.labels import connected_parts
from stenciltorch.synthesis.portraits import draw_portrait
from stenciltorch.synthesis.procedural import draw_procedural

Draw = Callable[[Size, np.random.Generator], tuple[Illustration, Regions, Illustration, Lineart]]

seeds = st.integers(0, 2**32 - 1)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("draw", [draw_procedural, draw_portrait])
@given(seed=seeds, height=st.integers(1, 70), width=st.integers(1, 70))
def test_all_parts_have_the_size_and_repeat_with_their_seed(draw: Draw, seed: int, height: int, width: int) -> None:
    size = Size(height, width)
    first, second = draw(size, rng(seed)), draw(size, rng(seed))
    assert first == second
    assert all(part.size == size for part in first)


@pytest.mark.parametrize("draw", [draw_procedural, draw_portrait])
@given(seed=seeds)
def test_regions_are_connected_numbered_and_flat(draw: Draw, seed: int) -> None:
    _, regions, flats, _ = draw(Size(64, 64), rng(seed))
    assert regions.array.min() == 1
    assert len(np.unique(regions.array)) == regions.count == connected_parts(regions.array).max() + 1
    packed = flats.array.astype(np.int64) @ (65536, 256, 1)
    pairs = np.unique(np.stack((regions.array.ravel(), packed.ravel())), axis=1)
    assert pairs.shape[1] == regions.count


@pytest.mark.parametrize("seed", range(6))
def test_the_picture_is_its_flats_where_there_is_no_line_but_for_shade(seed: int) -> None:
    picture, _, flats, lineart = draw_procedural(Size(128, 128), rng(seed))
    bare = lineart.array == 255
    brighter = picture.array.astype(int) - flats.array
    close = np.abs(brighter).max(axis=2) <= 3
    darker = (brighter <= 3).all(axis=2)
    assert close[bare].mean() > 0.4
    assert darker[bare].mean() > 0.97


def test_linearts_hold_lines_on_paper() -> None:
    inks = []
    for seed in range(12):
        lineart = draw_procedural(Size(96, 96), rng(seed))[3].array
        inks.append(float((lineart < 250).mean()))
        assert (lineart == 255).mean() > 0.4
    assert 0.01 < np.median(inks) < 0.4


def test_lines_run_along_most_seams() -> None:
    shares = []
    for seed in range(8):
        _, regions, _, lineart = draw_procedural(Size(160, 160), rng(seed))
        labels = regions.array
        seam = np.zeros(labels.shape, bool)
        seam[:, :-1] |= labels[:, :-1] != labels[:, 1:]
        seam[:-1] |= labels[:-1] != labels[1:]
        shares.append(float((lineart.array[seam] < 255).mean()))
    assert np.median(shares) > 0.8
    assert min(shares) < 1


def test_pictures_differ() -> None:
    pictures = [draw_procedural(Size(64, 64), rng(seed)) for seed in range(20)]
    counts = {regions.count for _, regions, _, _ in pictures}
    assert len(counts) > 8
    backgrounds = {tuple(flats.array[0, 0].tolist()) for _, _, flats, _ in pictures}
    assert len(backgrounds) > 8
