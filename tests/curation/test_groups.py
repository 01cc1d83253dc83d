"""Groups and splits."""

from __future__ import annotations

import numpy as np
import pytest

from stenciltorch.curation.config import CurateConfig, Splits
from stenciltorch.curation.groups import Unions, common_splits, group_of, split_of
from stenciltorch.errors import ConfigError

SPLITS = Splits(test=0.2, validation=0.1)


def test_the_first_field_that_is_known_is_the_group():
    fields = {"character": "Ada  Lovelace", "folder": "x/y"}
    assert group_of(fields, "ab" * 32, SPLITS) == "character:ada lovelace"
    assert group_of(fields, "ab" * 32, Splits(group_by=("folder", "character"))) == "folder:x/y"
    assert group_of({}, "ab" * 32, SPLITS) == "picture:" + "ab" * 8


def test_the_shares_are_about_what_was_asked_for():
    found = [split_of(f"artist:{number}", SPLITS) for number in range(4000)]
    assert found.count("test") == pytest.approx(800, abs=100)
    assert found.count("validation") == pytest.approx(400, abs=80)


def test_a_split_never_changes():
    assert [split_of(name, SPLITS) for name in ("artist:ada", "artist:ben", "artist:cleo", "folder:x")] == [
        split_of(name, Splits(test=0.2, validation=0.1))
        for name in ("artist:ada", "artist:ben", "artist:cleo", "folder:x")
    ]
    salted = [split_of(f"artist:{number}", Splits(test=0.5, salt="b")) for number in range(50)]
    assert salted != [split_of(f"artist:{number}", Splits(test=0.5)) for number in range(50)]


@pytest.mark.parametrize(("share", "split"), [(0.0, "train"), (1.0, "test")])
def test_all_or_nothing(share, split):
    assert {split_of(f"artist:{number}", Splits(test=share)) for number in range(50)} == {split}


def test_joined_groups_train_if_one_of_them_trains():
    names = [f"artist:{number}" for number in range(40)]
    own = [split_of(name, SPLITS) for name in names]
    test, train = own.index("test"), own.index("train")
    unions = Unions(len(names))
    unions.join(np.array([[test, train]]))
    joined = common_splits(names, unions.roots(), SPLITS)
    assert joined[test] == joined[train] == "train"
    assert [split for number, split in enumerate(joined) if number not in (test, train)] == [
        split for number, split in enumerate(own) if number not in (test, train)
    ]


def test_unions_go_on_through_members():
    unions = Unions(5)
    unions.join(np.array([[0, 4], [4, 2]]))
    assert unions.roots().tolist() == [0, 1, 0, 3, 0]


@pytest.mark.parametrize("shares", [(0.8, 0.3), (-0.1, 0.0), (1.2, 0.0)])
def test_shares_that_make_no_sense(shares):
    with pytest.raises(ConfigError, match=r"must lie in 0\.\.1 together, found"):
        Splits(*shares)


def test_fields_that_pictures_cannot_be_grouped_by():
    with pytest.raises(ConfigError, match="Pictures are grouped by artist, character, folder; found colour"):
        Splits(group_by=("artist", "colour"))
    with pytest.raises(ConfigError, match="found none"):
        Splits(group_by=())


def test_settings_by_name():
    config = CurateConfig().with_setting("thresholds.least_side", "512").with_setting("duplicates.colour", "2.5")
    assert (config.thresholds.least_side, config.duplicates.colour) == (512, 2.5)
    assert CurateConfig().thresholds.least_side == 256


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("thresholds.colours", "1", r"There is no setting 'thresholds\.colours'; settings are thresholds\.least_side,"),
        ("splits.test", "1", "There is no setting"),
        ("thresholds.least_side", "1.5", r"must be a whole number from 0, found '1\.5'"),
        ("thresholds.colour", "red", "must be a number from 0, found 'red'"),
        ("thresholds.colour", "nan", "must be a number from 0"),
    ],
)
def test_settings_that_make_no_sense(name, value, sentence):
    with pytest.raises(ConfigError, match=sentence):
        CurateConfig().with_setting(name, value)
