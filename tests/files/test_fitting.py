"""Hints and masks of another size than the drawing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stenciltorch import Hints, InputError, Mask, Size
from stenciltorch.files import fit_hints, fit_mask

RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)
SIZE = Size(40, 60)


def hints_of(left: tuple[int, ...], right: tuple[int, ...], size: Size = SIZE) -> Hints:
    pixels = np.empty((*size, 4), np.uint8)
    pixels[:, : size.width // 2], pixels[:, size.width // 2 :] = left, right
    return Hints(pixels)


def test_the_same_size_is_the_same_value() -> None:
    hints, mask = hints_of(RED, BLUE), Mask.filled(Size(4, 6), 9)
    assert fit_hints(hints, hints.size) is hints
    assert fit_mask(mask, mask.size) is mask


@given(st.integers(1, 30).map(lambda scale: Size(2 * scale, 3 * scale)))
def test_hints_take_the_size_and_bring_no_colour_of_their_own(size: Size) -> None:
    fitted = fit_hints(hints_of(RED, (0, 0, 0, 0)), size)
    assert fitted.size == size
    wished = fitted.array[fitted.array[..., 3] > 0]
    assert (wished[:, :3] == RED[:3]).all()


def test_enlarged_strokes_stay_crisp() -> None:
    fitted = fit_hints(hints_of(RED, BLUE, Size(2, 4)), Size(20, 40)).array
    assert (fitted[:, :20] == RED).all()
    assert (fitted[:, 20:] == BLUE).all()


def test_reduced_colours_weigh_by_their_alpha() -> None:
    """One pixel of red at 255 and one of blue at 85: three parts red, one part blue."""
    fitted = fit_hints(Hints(np.array([[RED, (0, 0, 255, 85)]] * 2, np.uint8)), Size(1, 1))
    assert fitted.array.tolist() == [[[191, 0, 64, 170]]]


def test_masks_keep_what_is_clearly_open_or_shut() -> None:
    pixels = np.zeros((10, 20), np.uint8)
    pixels[:, 10:] = 255
    fitted = fit_mask(Mask(pixels), Size(100, 200)).array
    assert (fitted[:, :90] == 0).all()
    assert (fitted[:, 110:] == 255).all()
    assert (np.diff(fitted[50].astype(int)) >= 0).all()


def test_a_reduced_mask_is_an_average() -> None:
    pixels = np.zeros((100, 100), np.uint8)
    pixels[:, ::2] = 255
    fitted = fit_mask(Mask(pixels), Size(10, 10)).array
    assert np.abs(fitted[2:-2, 2:-2].astype(int) - 127).max() <= 3


@pytest.mark.parametrize("size", [Size(1000, 1500), Size(1000, 1514), Size(1009, 1500)])
def test_one_percent_of_aspect_is_forgiven(size: Size) -> None:
    assert fit_hints(hints_of(RED, BLUE), size).size == size
    assert fit_mask(Mask.filled(SIZE), size).size == size


@pytest.mark.parametrize("size", [Size(60, 40), Size(1000, 1516), Size(1000, 1484), Size(1, 1)])
def test_another_aspect_is_refused_by_both_sizes(size: Size) -> None:
    message = f"60 x 40 pixels but the drawing has {size}, "
    with pytest.raises(InputError, match=message):
        fit_hints(hints_of(RED, BLUE), size)
    with pytest.raises(InputError, match=message):
        fit_mask(Mask.filled(SIZE), size)
