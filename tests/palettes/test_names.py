"""Everyday names of colours."""

import pytest

from stenciltorch.palettes import Swatch, Swatches, colour_name, label, unique
from stenciltorch.palettes.names import _known


@pytest.mark.parametrize(
    ("code", "name"),
    [("#ffffff", "white"), ("#000000", "black"), ("#ff0000", "red"), ("#0000ff", "royal blue"), ("#808080", "grey"),
     ("#123c12", "forest green"), ("#f2c4a0", "peach"), ("#5a3214", "brown")],
)  # fmt: skip
def test_names_that_an_artist_expects(code, name):
    assert colour_name(tuple(bytes.fromhex(code[1:]))) in (name, f"dark {name}")


def test_every_name_is_there_once_and_names_itself():
    names, colours = _known()
    assert len(set(names)) == len(names) == len(colours)
    assert [colour_name(tuple(int(level) for level in colour)) for colour in colours] == list(names)


def test_the_artists_name_goes_before_ours():
    sheet = Swatches((Swatch((255, 0, 0), "Haar"), Swatch((0, 0, 0))))
    assert label((255, 0, 0), sheet) == "Haar #ff0000"
    assert label((0, 0, 0), sheet) == "black #000000"


def test_labels_are_told_apart():
    assert unique(["a", "b", "a"]) == ["a 1", "b", "a 2"]
