"""DanbooRegion's own folders are read as they are."""

import numpy as np
import pytest

from stenciltorch import Illustration, Size
from stenciltorch.errors import DatasetError
from stenciltorch.files import write_illustration
from stenciltorch.training.disnet import supply
from stenciltorch.training.disnet.danbooregion import draw_crop, find_pairs, read_pair
from stenciltorch.training.disnet.loop import DisNetConfig, DisNetRun


@pytest.fixture
def dataset(tmp_path):
    """Two pairs to train and one to test, as they are unpacked: the map of skeletons lies beside each."""
    for split, numbers in (("train", (0, 1)), ("test", (2,))):
        folder = tmp_path / "DanbooRegion2020" / split
        folder.mkdir(parents=True)
        for number in numbers:
            region = np.full((90, 120, 3), (10, 20, 30), np.uint8)
            region[:, 50:70] = (200, 0, 7)
            write_illustration(folder / f"{number}.image.png", Illustration(255 - region))
            write_illustration(folder / f"{number}.region.png", Illustration(region))
            write_illustration(folder / f"{number}.skeleton.png", Illustration(region // 2))
    return folder.parent


def test_pictures_are_paired_by_name(dataset):
    pairs = find_pairs(dataset)
    assert [(pair.image.name, pair.region.name) for pair in pairs] == [
        ("0.image.png", "0.region.png"),
        ("1.image.png", "1.region.png"),
    ]
    assert find_pairs(dataset / "train") == pairs
    assert [pair.image.name for pair in find_pairs(dataset, "test")] == ["2.image.png"]


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


def test_training_reads_the_folder(dataset, tmp_path, monkeypatch):
    """Half of the new examples are crops of it; here all, so that nothing else can have been learned from."""
    monkeypatch.setattr(supply, "PAIR_SHARE", 1.0)
    monkeypatch.setattr(supply, "draw_example", None)
    config = DisNetConfig(widths=(4, 4), steps=2, batch=2, fresh=2, side=32, warmup=1, rate=1e-2)
    run = DisNetRun(config, tmp_path, danbooregion=dataset)
    assert [progress.step for progress in run.run(report=1)] == [1, 2]
