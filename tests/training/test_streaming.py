"""Training from shards."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pytest
from inline_engine import Inline
from tiny_pack import make_art

from stenciltorch.curation.config import CurateConfig, Splits
from stenciltorch.curation.curating import Curation
from stenciltorch.curation.sharding import Sharding
from stenciltorch.errors import DatasetError
from stenciltorch.training.config import DataConfig
from stenciltorch.training.dataset import Examples, PackReader, open_reader
from stenciltorch.training.pack import read_pack
from stenciltorch.training.streaming import ShardPictures, _tree


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """Three pictures of 96 x 96, all for training."""
    home = tmp_path_factory.mktemp("shards")
    make_art(home / "art")
    config = CurateConfig(splits=Splits(test=0.0)).with_setting("thresholds.least_side", "64")
    config = config.with_setting("duplicates.distance", "0")
    for _ in Curation(home / "art", home / "dataset", config, Inline()).run():
        pass
    for _ in Sharding(home / "dataset", home / "art", home / "shards", engine=Inline(), per_shard=2).run():
        pass
    return home / "shards"


def test_the_folder_decides_how_it_is_read(shards, pack):
    assert isinstance(open_reader(shards, "train"), ShardPictures)
    assert isinstance(open_reader(pack, "train"), PackReader)
    with pytest.raises(DatasetError, match="have no picture for validation"):
        open_reader(shards, "validation")


def test_every_picture_is_drawn(shards):
    reader = ShardPictures(shards, "train")
    rng = np.random.default_rng(0)
    drawn = Counter(reader.draw(rng).illustration.tobytes() for _ in range(60))
    assert len(drawn) == 3
    assert min(drawn.values()) >= 8


def test_what_is_drawn_does_not_depend_on_what_is_in_memory(shards):
    ample, scant = ShardPictures(shards, "train"), ShardPictures(shards, "train", kept=1)
    for seed in range(12):
        one = ample.draw(np.random.default_rng(seed))
        other = scant.draw(np.random.default_rng(seed))
        assert np.array_equal(one.illustration, other.illustration)
        assert np.array_equal(one.colours[one.regions], other.colours[other.regions])
        assert len(scant._read) == 1


def test_examples_come_from_shards_as_from_a_pack(shards):
    examples = Examples(shards, DataConfig(crop=64, procedural=0.0), 3)
    again = Examples(shards, DataConfig(crop=64, procedural=0.0), 3)
    for position in (0, 5):
        one, other = examples[position], again[position]
        assert one.sample.target.size == (64, 64)
        assert np.array_equal(one.sample.flats.array, other.sample.flats.array)
        assert np.array_equal(one.sample.stencil.hints.array, other.sample.stencil.hints.array)


def test_a_pack_and_shards_of_one_picture_hold_the_same(shards, pack):
    """`stenciltorch pack` and `preprocess` find the same regions and flat colours."""
    stored = PackReader(pack, "train")
    for number in range(3):
        picture = ShardPictures(shards, "train").picture(number)
        same = [
            entry
            for entry in stored.entries
            if np.array_equal(stored.picture(entry).illustration, picture.illustration)
        ]
        assert len(same) == 1
        twin = stored.picture(same[0])
        assert np.array_equal(twin.regions, picture.regions)
        assert np.array_equal(twin.colours[1:], picture.colours[1:])


def test_the_listing_of_shards_is_that_of_a_pack(shards):
    entries = read_pack(shards)
    assert {entry.split for entry in entries} == {"train"}
    assert sorted(entry.file for entry in entries) == ["ada.png", "ben.png", "cleo.png"]
    assert {entry.source for entry in entries} == {"sketchbook"}
    assert len({entry.sha256 for entry in entries}) == 3


def test_the_tree_by_hand():
    """Source 0 has group 2 (pictures 1, 3) and group 5 (picture 0); source 1 has group 2 (picture 2)."""
    order, files, groups = _tree(np.array([0, 0, 1, 0]), np.array([5, 2, 2, 2]))
    assert order.tolist() == [1, 3, 0, 2]
    assert files.tolist() == [0, 2, 3, 4]
    assert groups.tolist() == [0, 2, 3]


def test_pictures_of_a_shard_can_be_cropped(shards):
    picture = ShardPictures(shards, "train").picture(0)
    assert cv2.resize(picture.regions, (8, 8), interpolation=cv2.INTER_NEAREST).dtype == np.uint16
