"""The nouns check what they are given, cannot be changed, and read as prose."""

from __future__ import annotations

import dataclasses
from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stenciltorch import (
    Colorizer,
    Hints,
    Illustration,
    InputError,
    Lineart,
    Mask,
    Painting,
    Palette,
    Regions,
    Size,
    Stencil,
)
from stenciltorch.canvas import Light

Picture = Illustration | Lineart | Hints | Mask | Regions

CHANNELS: dict[type[Picture], tuple[int, ...]] = {
    Illustration: (3,),
    Lineart: (),
    Hints: (4,),
    Mask: (),
    Regions: (),
}
KINDS = list(CHANNELS)
EIGHT_BIT = [kind for kind in KINDS if kind is not Regions]
sizes = st.builds(Size, st.integers(1, 12), st.integers(1, 12))


def arrays_for(kind: type[Picture], size: Size) -> st.SearchStrategy[npt.NDArray[Any]]:
    levels = st.integers(0, 40) if kind is Regions else st.integers(0, 255)
    return arrays.arrays(kind.dtype, tuple(size) + CHANNELS[kind], elements=levels)


def pictures(kind: type[Picture], size: Size) -> st.SearchStrategy[Any]:
    return arrays_for(kind, size).map(kind)


kinds_and_arrays = st.tuples(st.sampled_from(KINDS), sizes).flatmap(
    lambda choice: st.tuples(st.just(choice[0]), arrays_for(*choice))
)
stencils = sizes.flatmap(
    lambda size: st.builds(Stencil, *(pictures(kind, size) for kind in (Lineart, Hints, Mask, Illustration)))
)


def painting_of(size: Size, level: int = 0) -> Painting:
    return Painting(*(Illustration.filled(size, level + layer) for layer in range(3)))


@given(st.integers(1, 99), st.integers(1, 99))
def test_a_size_is_height_then_width_and_prints_width_first(height: int, width: int) -> None:
    size = Size(height, width)
    assert size.pixels == height * width
    assert str(size) == f"{width} x {height}"
    assert Size.of(np.empty((height, width, 3))) == size


@given(kinds_and_arrays)
def test_a_picture_holds_what_it_is_given(given_picture: tuple[type[Picture], npt.NDArray[Any]]) -> None:
    kind, array = given_picture
    picture = kind(array)
    assert np.array_equal(picture.array, array)
    assert picture.array.dtype == array.dtype
    assert picture.size == array.shape[:2]
    assert picture.array.flags.c_contiguous


@given(kinds_and_arrays)
def test_a_picture_cannot_be_changed(given_picture: tuple[type[Picture], npt.NDArray[Any]]) -> None:
    kind, array = given_picture
    picture, before = kind(array), array.copy()
    array[0] = 1 - np.minimum(array[0], 1)
    assert np.array_equal(picture.array, before)
    with pytest.raises(ValueError, match="read-only"):
        picture.array[0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        picture.array = array  # type: ignore[misc]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_only_already_is_not_copied(kind: type[Picture]) -> None:
    picture = kind.filled(Size(3, 4), 5)
    assert kind(picture.array).array is picture.array


@given(kinds_and_arrays)
def test_strided_views_are_taken_as_they_look(given_picture: tuple[type[Picture], npt.NDArray[Any]]) -> None:
    kind, array = given_picture
    assert np.array_equal(kind(array[::-1, ::-1]).array, array[::-1, ::-1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.uint16, np.bool_])
def test_another_type_of_number_is_refused(kind: type[Picture], dtype: type) -> None:
    shape = (2, 3) + CHANNELS[kind]
    wanted = ", ".join(["height", "width", *map(str, CHANNELS[kind])])
    message = f"{kind.__name__} must be {np.dtype(kind.dtype)} ({wanted}), found {np.dtype(dtype)} {shape}."
    with pytest.raises(InputError) as caught:
        kind(np.zeros(shape, dtype))
    assert str(caught.value) == message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (2, 3, 1), (2, 3, 3), (2, 3, 4), (1, 2, 3, 3)])
def test_another_shape_is_refused(kind: type[Picture], shape: tuple[int, ...]) -> None:
    array = np.zeros(shape, kind.dtype)
    if shape == (2, 3) + CHANNELS[kind]:
        assert kind(array).size == (2, 3)
    else:
        with pytest.raises(InputError, match=f"^{kind.__name__} must be "):
            kind(array)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(0, 3), (3, 0), (0, 0)])
def test_an_empty_picture_is_refused(kind: type[Picture], size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=rf"^{kind.__name__} is empty: {size[1]} x {size[0]} pixels\.$"):
        kind(np.zeros(size + CHANNELS[kind], kind.dtype))


@pytest.mark.parametrize("kind", EIGHT_BIT)
def test_filled(kind: type[Picture]) -> None:
    picture = kind.filled(Size(2, 3), 7)
    assert picture.size == (2, 3)
    assert (picture.array == 7).all()
    assert (kind.filled(Size(2, 3)).array == 0).all()


def test_equality_is_kind_and_pixels() -> None:
    size = Size(2, 2)
    assert Lineart.filled(size, 9) == Lineart.filled(size, 9)
    assert Lineart.filled(size, 9) != Lineart.filled(size, 8)
    assert Lineart.filled(size, 9) != Lineart.filled(Size(1, 4), 9)
    assert Lineart.filled(size, 9) != Mask.filled(size, 9)
    with pytest.raises(TypeError, match="unhashable"):
        hash(Lineart.filled(size))


@given(sizes.flatmap(lambda size: pictures(Lineart, size)))
def test_a_bare_lineart_as_an_illustration_is_grey(lineart: Lineart) -> None:
    bare = lineart.as_illustration().array
    assert all(np.array_equal(bare[..., channel], lineart.array) for channel in range(3))


def test_regions_count_by_their_highest_label() -> None:
    assert Regions(np.array([[0, 4], [2, 2]], np.int32)).count == 4
    assert Regions.filled(Size(1, 1)).count == 0


def test_regions_below_zero_are_refused() -> None:
    with pytest.raises(InputError, match=r"^Regions must be 0 or above, found -3\.$"):
        Regions(np.array([[1, -3]], np.int32))


@given(st.integers(1, 25))
def test_a_palette_holds_up_to_25_colours_and_cannot_be_changed(count: int) -> None:
    colours = np.arange(count * 3, dtype=np.uint8).reshape(count, 3)
    palette, before = Palette(colours), colours.copy()
    colours[0] = 200
    assert np.array_equal(palette.array, before)
    assert palette == Palette(before)
    assert palette != Palette(colours)
    with pytest.raises(ValueError, match="read-only"):
        palette.array[0] = 1


@pytest.mark.parametrize("count", [0, 26, 300])
def test_a_palette_of_too_few_or_too_many_is_refused(count: int) -> None:
    with pytest.raises(InputError, match=rf"1 to 25 colours, found {count}\.$"):
        Palette(np.zeros((count, 3), np.uint8))


@pytest.mark.parametrize("colours", [np.zeros((4, 4), np.uint8), np.zeros(3, np.uint8), np.zeros((4, 3))])
def test_a_palette_of_another_shape_is_refused(colours: npt.NDArray[Any]) -> None:
    with pytest.raises(InputError, match=r"^Palette must be uint8 \(K, 3\), found "):
        Palette(colours)


@given(sizes.flatmap(lambda size: pictures(Lineart, size)))
def test_a_stencil_starts_without_wishes_and_all_open(lineart: Lineart) -> None:
    stencil = Stencil.start(lineart)
    assert stencil.lineart is lineart
    assert stencil.size == lineart.size
    assert not stencil.hints.array.any()
    assert (stencil.mask.array == 255).all()
    assert stencil.base == lineart.as_illustration()
    assert stencil.light == Light(-45, 1)


@pytest.mark.parametrize(
    ("angle", "right", "below"),
    [(0, 0, -1), (90, 1, 0), (180, 0, 1), (-90, -1, 0), (270, -1, 0), (45, 0.5**0.5, -(0.5**0.5))],
)
@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0, 2.0])
def test_a_light_is_how_dark_what_faces_away_is_and_where_it_stands(
    angle: float, right: float, below: float, strength: float
) -> None:
    vector = Light(angle, strength).vector
    assert vector.dtype == np.float32
    np.testing.assert_allclose(vector, 0.5 * strength * np.array([1, right, below]), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("angle", [float("nan"), float("inf"), -float("inf")])
def test_a_light_that_comes_from_nowhere_is_refused(angle: float) -> None:
    with pytest.raises(InputError, match=r"^The light's angle must be a number of degrees, found "):
        Light(angle)


@pytest.mark.parametrize("strength", [-0.1, 2.1, float("nan"), float("inf")])
def test_a_light_that_is_too_strong_or_less_than_none_is_refused(strength: float) -> None:
    with pytest.raises(InputError, match=r"^The light's strength must be from 0 to 2, found "):
        Light(0.0, strength)


@given(stencils)
def test_another_light_is_another_request(stencil: Stencil) -> None:
    turned = stencil.with_light(Light(90, 0.5))
    assert turned.light == Light(90, 0.5)
    assert turned != stencil
    assert turned.with_light(stencil.light) == stencil


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("hints", Hints.filled(Size(5, 7))),
        ("mask", Mask.filled(Size(5, 7))),
        ("base", Illustration.filled(Size(5, 7))),
    ],
)
def test_the_parts_of_a_stencil_have_one_size(name: str, part: Picture) -> None:
    stencil = Stencil.start(Lineart.filled(Size(4, 6)))
    with pytest.raises(InputError, match=f"^The {name} has 7 x 5 pixels but the lineart has 6 x 4; "):
        getattr(stencil, f"with_{name}")(part)


@given(stencils, st.data())
def test_each_with_changes_one_part_of_a_copy(stencil: Stencil, data: st.DataObject) -> None:
    parts = {"hints": Hints, "mask": Mask, "base": Illustration}
    name = data.draw(st.sampled_from(sorted(parts)))
    part = data.draw(pictures(parts[name], stencil.size))
    before = dataclasses.replace(stencil)
    changed = getattr(stencil, f"with_{name}")(part)
    assert getattr(changed, name) is part
    assert stencil == before
    for other in {"lineart", "hints", "mask", "base"} - {name}:
        assert getattr(changed, other) is getattr(stencil, other)


@given(stencils)
def test_a_second_pass_paints_on_the_first(stencil: Stencil) -> None:
    painting = painting_of(stencil.size, 90)
    following = stencil.continue_from(painting)
    assert following.base is painting.illustration
    assert following == stencil.with_base(painting.illustration)


def test_a_painting_of_another_size_does_not_follow() -> None:
    stencil = Stencil.start(Lineart.filled(Size(4, 6)))
    with pytest.raises(InputError, match="The base has 7 x 5 pixels"):
        stencil.continue_from(painting_of(Size(5, 7)))


def test_a_stencil_cannot_be_changed() -> None:
    stencil = Stencil.start(Lineart.filled(Size(4, 6)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        stencil.mask = Mask.filled(Size(4, 6))  # type: ignore[misc]


def test_a_painting_has_the_size_of_its_illustration() -> None:
    assert painting_of(Size(4, 6)).size == (4, 6)


def test_anything_that_paints_a_stencil_is_a_colorizer() -> None:
    def bare(stencil: Stencil) -> Painting:
        return Painting(stencil.base, stencil.base, stencil.base)

    assert isinstance(bare, Colorizer)
    assert not isinstance("a string", Colorizer)
