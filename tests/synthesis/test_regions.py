from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from little_pictures import LANDMARKS, cartoon, label_at, quarters

from stenciltorch.canvas import Illustration, Regions, Size
from stenciltorch.errors import InputError
from stenciltorch.synthesis.labels import connected_parts
from stenciltorch.synthesis.procedural import draw_procedural
from stenciltorch.synthesis.regions import (
    classical_displacement,
    displacement_of,
    extract_regions,
    height_map,
    regions_from_displacement,
    scaled_area,
)

ART = Path(__file__).resolve().parents[3] / "shared" / "art" / "train"


def areas_of(regions: Regions) -> np.ndarray:
    return np.bincount(regions.array.ravel(), minlength=regions.count + 1)[1:]


def agreement(one: np.ndarray, two: np.ndarray) -> float:
    """Share of pixels of `one` that lie in the label of `two` that covers most of their label."""
    table = np.zeros((int(one.max()) + 1, int(two.max()) + 1), np.int64)
    np.add.at(table, (one.ravel(), two.ravel()), 1)
    return float(table.max(axis=1).sum() / one.size)


def test_height_map_by_hand() -> None:
    border = np.zeros((9, 41), bool)
    border[:, 20] = True
    height = height_map(border)
    assert (height[:, 20] == 0).all()
    assert height[4, 10] == 1
    assert 0 < height[0, 10] < height[2, 10] < 1
    assert height.dtype == np.float32


def test_displacement_is_low_on_seams_and_high_in_the_middle() -> None:
    _, regions = quarters(64)
    height = displacement_of(regions)
    assert height[31].max() < 0.1
    for row in (15, 47):
        for column in (15, 47):
            assert height[row - 2 : row + 3, column - 2 : column + 3].max() > 0.9


def test_regions_come_back_from_their_displacement() -> None:
    _, regions = quarters(64)
    found = regions_from_displacement(displacement_of(regions))
    assert found.count == 4
    assert agreement(found.array, regions.array) > 0.95


def test_parts_of_a_drawing_are_regions_of_their_own() -> None:
    regions = extract_regions(cartoon())
    labels = [label_at(regions, name) for name in LANDMARKS]
    assert len(set(labels)) == 4
    assert regions.count <= 8
    assert areas_of(regions)[label_at(regions, "face") - 1] == pytest.approx(np.pi * 44**2, rel=0.1)


def test_regions_do_not_leak_through_a_small_gap_in_a_line() -> None:
    pixels = np.full((256, 256, 3), 255, np.uint8)
    cv2.circle(pixels, (128, 128), 80, (30, 30, 30), 3, cv2.LINE_AA)
    pixels[125:129, 200:216] = 255
    regions = extract_regions(Illustration(pixels)).array
    assert regions[128, 128] != regions[10, 10]
    inside = np.bincount(regions.ravel())[regions[128, 128]]
    assert inside == pytest.approx(np.pi * 80**2, rel=0.1)


def test_every_pixel_has_a_region_and_numbers_have_no_holes() -> None:
    regions = extract_regions(cartoon())
    assert regions.array.min() == 1
    assert (areas_of(regions) > 0).all()
    assert regions.size == cartoon().size


def test_shade_belongs_to_its_colour_and_other_colours_do_not() -> None:
    pixels = np.full((128, 128, 3), 255, np.uint8)
    pixels[20:108, 20:64] = (200, 120, 90)
    pixels[20:108, 64:108] = (186, 110, 82)
    pixels[60:80, 30:50] = (90, 120, 200)
    regions = extract_regions(Illustration(pixels)).array
    assert regions[30, 30] == regions[30, 100]
    assert regions[70, 40] not in (regions[30, 30], regions[5, 5])


def test_small_regions_join() -> None:
    pixels = cartoon().array.copy()
    pixels[200:204, 120:124] = (220, 60, 60)
    tiny = Illustration(pixels)
    assert extract_regions(tiny, smallest=16 * 8).array[202, 122] == label_at(extract_regions(tiny), "shirt")


@pytest.mark.parametrize("smallest", [64, 400])
def test_no_region_is_under_the_smallest(smallest: int) -> None:
    regions = extract_regions(cartoon(), smallest)
    assert areas_of(regions).min() >= scaled_area(smallest, cartoon().size)


def test_scaled_area() -> None:
    assert scaled_area(64, Size(512, 512)) == 64
    assert scaled_area(64, Size(256, 256)) == 16
    assert scaled_area(64, Size(1, 1)) == 1


def test_regions_are_found_alike_at_half_the_size() -> None:
    large, small = extract_regions(cartoon(256)).array, extract_regions(cartoon(128)).array
    names = list(LANDMARKS.values())
    assert len({large[row, column] for column, row in names}) == 4
    assert len({small[row // 2, column // 2] for column, row in names}) == 4


def test_classical_displacement_leads_to_the_same_regions() -> None:
    drawing = cartoon()
    height = classical_displacement(drawing)
    assert height.shape == drawing.size
    assert height.dtype == np.float32
    assert 0 <= height.min() < 0.1 < 0.9 < height.max() <= 1
    found = regions_from_displacement(height)
    assert len({label_at(found, name) for name in LANDMARKS}) == 4
    assert agreement(found.array, extract_regions(drawing).array) > 0.95


@pytest.mark.parametrize(
    ("displacement", "message"),
    [
        (np.zeros((4, 4, 1), np.float32), "must be"),
        (np.full((4, 4), 255, np.float32), "divide 8-bit maps by 255"),
        (np.full((4, 4), np.nan, np.float32), "must lie in"),
        (np.zeros((0, 4), np.float32), "must be"),
    ],
)
def test_wrong_displacements_are_refused(displacement: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        regions_from_displacement(displacement)


def test_a_flat_displacement_is_one_region() -> None:
    for value in (0, 1):
        assert regions_from_displacement(np.full((8, 8), value, np.float32)).count == 1


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40))
def test_any_picture_has_regions(seed: int, height: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    if seed % 2:
        pixels = np.where(pixels > 127, 255, 0).astype(np.uint8)
    regions = extract_regions(Illustration(pixels))
    assert regions.size == (height, width)
    assert regions.array.min() == 1
    found = regions_from_displacement(rng.random((height, width), dtype=np.float32))
    assert found.array.min() == 1


@pytest.mark.parametrize("seed", range(5))
def test_regions_of_our_own_drawings_hardly_leak(seed: int) -> None:
    """Found regions lie within true ones of one colour: cutting too finely is allowed, leaking is not."""
    picture, _, flats, _ = draw_procedural(Size(256, 256), np.random.default_rng(seed))
    colours = np.unique(flats.array.reshape(-1, 3), axis=0, return_inverse=True)[1].reshape(flats.size)
    assert agreement(extract_regions(picture).array, colours) > 0.88


def test_regions_are_nearly_all_connected() -> None:
    regions = extract_regions(cartoon())
    parts = connected_parts(regions.array)
    assert parts.max() + 1 <= regions.count + 4


@pytest.mark.skipif(not ART.is_dir(), reason="the third-party art is not here")
@pytest.mark.parametrize(
    ("name", "points"),
    [
        (
            "drawn/godot-vn/assets__Tachie_wonderful2.webp",
            ((0.05, 0.6), (0.5, 0.22), (0.4, 0.66), (0.82, 0.76)),
        ),
        ("drawn/free-gophers/characters__png__59.webp", ((0.02, 0.02), (0.5, 0.45), (0.5, 0.78))),
    ],
)
def test_parts_of_real_drawings_are_apart(name: str, points: tuple[tuple[float, float], ...]) -> None:
    pixels = cv2.imread(str(ART / name), cv2.IMREAD_UNCHANGED)
    if pixels.shape[2] == 4:
        alpha = pixels[..., 3:].astype(float) / 255
        pixels = np.rint(pixels[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    regions = extract_regions(Illustration(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))).array
    height, width = regions.shape
    labels = [regions[int(row * height), int(column * width)] for column, row in points]
    assert len(set(labels)) == len(labels)
