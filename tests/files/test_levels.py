"""Paper of scans becomes white; everything else is left as the artist made it."""

from __future__ import annotations

import hypothesis.extra.numpy as arrays
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stenciltorch import Lineart
from stenciltorch.files import level_paper
from stenciltorch.files.levels import white_point

UInt8Array = npt.NDArray[np.uint8]


def scan(paper: float, grain: float, ink: float = 30, ink_rows: int = 8, seed: int = 0) -> Lineart:
    """100 x 100 pixels of grainy paper with a bar of ink."""
    rng = np.random.default_rng(seed)
    pixels = rng.normal(paper, grain, (100, 100))
    pixels[40 : 40 + ink_rows] = rng.normal(ink, grain / 4, (ink_rows, 100))
    return Lineart(np.rint(pixels).clip(0, 255).astype(np.uint8))


def drawings() -> st.SearchStrategy[Lineart]:
    """Scans of every paper, grain and amount of ink, and plain noise."""
    scans = st.builds(
        scan,
        paper=st.floats(60, 255),
        grain=st.floats(0, 20),
        ink=st.floats(0, 150),
        ink_rows=st.integers(0, 60),
        seed=st.integers(0, 99),
    )
    noise = arrays.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)))
    return scans | noise.map(Lineart)


@given(drawings())
def test_levelling_twice_is_levelling_once(lineart: Lineart) -> None:
    once = level_paper(lineart)
    again = level_paper(once)
    assert np.abs(once.array.astype(int) - again.array.astype(int)).max() <= 1


@given(drawings())
def test_the_order_of_levels_is_kept(lineart: Lineart) -> None:
    before, after = lineart.array.ravel(), level_paper(lineart).array.ravel()
    order = np.argsort(before, kind="stable")
    assert (np.diff(after[order].astype(int)) >= 0).all()
    assert (after >= before).all()


@given(drawings(), st.integers(253, 255))
def test_white_paper_is_returned_byte_for_byte(lineart: Lineart, white: int) -> None:
    pixels = lineart.array.copy()
    pixels[: 1 + len(pixels) // 4] = white
    drawn = Lineart(pixels)
    assert level_paper(drawn) == drawn


@pytest.mark.parametrize("tone", [220, 230, 245])
def test_a_grey_tone_on_white_paper_is_meant(tone: int) -> None:
    """The tone fills most of the page and only a twentieth is bare paper."""
    pixels = np.full((100, 100), tone, np.uint8)
    pixels[:5], pixels[5:10] = 255, 10
    drawn = Lineart(pixels)
    assert level_paper(drawn) == drawn


@given(st.integers(0, 255))
def test_a_solid_picture_is_left_alone(level: int) -> None:
    solid = Lineart(np.full((9, 9), level, np.uint8))
    assert level_paper(solid) == solid


@given(st.integers(0, 250), st.integers(0, 200), st.integers(51, 100))
def test_a_drawing_that_is_mostly_ink_is_left_alone(paper: int, ink: int, rows: int) -> None:
    pixels = np.full((100, 100), paper, np.uint8)
    pixels[:rows] = min(ink, paper // 2)
    drawn = Lineart(pixels)
    assert level_paper(drawn) == drawn


@pytest.mark.parametrize("grain", [0, 2, 5])
@pytest.mark.parametrize("paper", [150, 180, 210, 235, 246])
def test_grey_paper_becomes_white(paper: int, grain: int) -> None:
    levelled = level_paper(scan(paper, grain)).array
    page = np.delete(levelled, slice(40, 48), axis=0)
    assert np.mean(page == 255) > 0.9
    assert levelled[40:48].max() < 90


def test_a_grey_by_hand() -> None:
    """Paper at 200 and ink at 40: the white point is 200, so 40 becomes 51 and 100 becomes 127.5."""
    pixels = np.full((100, 100), 200, np.uint8)
    pixels[:5], pixels[5] = 40, 100
    levelled = level_paper(Lineart(pixels)).array
    assert [int(levelled[row, 0]) for row in (0, 5, 6)] == [51, 128, 255]


def test_specks_of_dust_do_not_pass_for_white_paper() -> None:
    pixels = np.full((100, 100), 200, np.uint8)
    pixels[:5] = 40
    pixels[50, :40] = 255
    assert white_point(np.bincount(pixels.ravel(), minlength=256)) == 200


def test_pencil_shading_on_white_stays() -> None:
    rng = np.random.default_rng(1)
    pixels = np.full((100, 100), 255, np.uint8)
    pixels[10:90, 10:90] = rng.integers(190, 230, (80, 80))
    drawn = Lineart(pixels)
    assert level_paper(drawn) == drawn
