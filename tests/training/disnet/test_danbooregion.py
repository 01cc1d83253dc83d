"""DanbooRegion's own folders are read as they are."""

import numpy as np
import pytest

from stenciltorch import Illustration, Size
from stenciltorch.errors import DatasetError
from stenciltorch.files import write_illustration
from stenciltorch.training.disnet.danbooregion import draw_crop, find_pairs, read_pair


@pytest.fixture
def dataset(tmp_path):
    """Two pairs in the layout of the unpacked dataset, skeletons left out."""
    folder = tmp_path / "DanbooRegion2020" / "train"
    folder.mkdir(parents=True)
    for number in range(2):
        region = np.full((90, 120, 3), (10, 20, 30), np.uint8)
        region[:, 50:70] = (200, 0, 7)
        write_illustration(folder / f"{number}.image.png", Illustration(255 - region))
        write_illustration(folder / f"{number}.region.png", Illustration(region))
    return folder.parent


def test_pictures_are_paired_by_name(dataset):
    pairs = find_pairs(dataset)
    assert [(pair.image.name, pair.region.name) for pair in pairs] == [
        ("0.image.png", "0.region.png"),
        ("1.image.png", "1.region.png"),
    ]
    assert find_pairs(dataset / "train") == pairs


def test_regions_are_connected_areas_of_one_colour(dataset):
    example = read_pair(find_pairs(dataset)[0])
    assert example.regions.count == 3
    assert example.regions.array[0, 0] != example.regions.array[0, 119]


def test_a_missing_map_is_named(dataset):
    (dataset / "train" / "1.region.png").unlink()
    with pytest.raises(DatasetError, match=r"1\.region\.png"):
        find_pairs(dataset)


def test_a_folder_without_pairs_is_refused(tmp_path):
    with pytest.raises(DatasetError, match=r"image\.png"):
        find_pairs(tmp_path)


def test_a_map_of_another_size_is_refused(dataset):
    write_illustration(dataset / "train" / "0.region.png", Illustration(np.zeros((9, 9, 3), np.uint8)))
    with pytest.raises(DatasetError, match="9 x 9"):
        read_pair(find_pairs(dataset)[0])


def test_a_crop_is_a_window_at_the_size_asked_for(dataset):
    example = read_pair(find_pairs(dataset)[0])
    crop = draw_crop(example, Size(64, 96), np.random.default_rng(0))
    assert crop.picture.size == crop.regions.size == (64, 96)
    assert 1 <= crop.regions.count <= 3
