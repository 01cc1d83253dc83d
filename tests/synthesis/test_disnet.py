"""DisNet at work: the packaged network, foreign files, regions from its heights."""

import json
import pickle
import shutil

import cv2
import numpy as np
import pytest
from little_pictures import lit_ball

from stenciltorch import Illustration, Lineart
from stenciltorch.errors import ModelError
from stenciltorch.synthesis.disnet import CARD, FILE, PACKAGED, WORK_PIXELS, is_packaged, open_disnet
from stenciltorch.synthesis.regions import (
    OPEN,
    draw_borders,
    draw_map,
    extract_regions,
    regions_from_displacement,
)


@pytest.fixture(scope="module")
def net():
    return open_disnet(threads=1)


def drawn_rings():
    """Two rings and a bar: lines on white paper."""
    paper = np.full((160, 200), 255, np.uint8)
    cv2.circle(paper, (60, 80), 40, 0, 3, cv2.LINE_AA)
    cv2.circle(paper, (150, 80), 30, 0, 3, cv2.LINE_AA)
    return Lineart(paper)


def test_the_packaged_network_fits_its_card_and_is_small(net):
    card = json.loads((PACKAGED / CARD).read_text(encoding="utf-8"))
    assert is_packaged()
    assert net.folder == PACKAGED
    assert card["files"][FILE]["bytes"] == (PACKAGED / FILE).stat().st_size <= 6 * 2**20
    assert {"licence", "recipe", "data", "step", "settings"} <= card.keys()


def test_heights_have_the_pictures_size_and_lie_in_0_to_1(net):
    height = net(lit_ball())
    assert height.shape == (160, 160)
    assert height.dtype == np.float32
    assert height.min() >= 0
    assert height.max() <= 1
    assert height.std() > 0.1


@pytest.mark.parametrize("size", [(1, 1), (3, 70), (65, 31)])
def test_any_size_will_do(net, size):
    assert net(Illustration(np.full((*size, 3), 200, np.uint8))).shape == size


def test_a_large_picture_is_worked_on_smaller(net):
    side = int(WORK_PIXELS**0.5) + 200
    assert net(Illustration(np.zeros((side, 40, 3), np.uint8))).shape == (side, 40)
    small = net(lit_ball())
    large = net(Illustration(cv2.resize(lit_ball().array, (1000, 1000), interpolation=cv2.INTER_LINEAR)))
    assert large.shape == (1000, 1000)
    assert small.shape == (160, 160)


def test_shade_parts_nothing_and_the_outline_does(net):
    labels = extract_regions(lit_ball(), source=net).array
    assert labels[80, 45] == labels[80, 80] == labels[80, 115]
    assert labels[80, 60] != labels[5, 5]


def test_a_line_drawing_is_cut_into_its_areas(net):
    labels = extract_regions(drawn_rings().as_illustration(), source=net).array
    inside_one, inside_two, outside = labels[80, 60], labels[80, 150], labels[5, 5]
    assert len({int(inside_one), int(inside_two), int(outside)}) == 3


def test_the_network_travels_between_processes(net):
    copy = pickle.loads(pickle.dumps(net))
    assert np.array_equal(copy(lit_ball()), net(lit_ball()))


def test_any_function_that_draws_heights_will_do():
    height = np.full((40, 60), 0.9, np.float32)
    height[:, 29:31] = 0
    regions = extract_regions(Illustration(np.zeros((40, 60, 3), np.uint8)), source=lambda picture: height)
    assert regions.count == 2
    assert regions.array[0, 0] != regions.array[0, -1]


def test_a_shallow_valley_is_no_border():
    height = np.full((60, 60), 0.9, np.float32)
    height[:, 28:32] = OPEN + 0.1
    assert regions_from_displacement(height).count == 2
    assert extract_regions(Illustration(np.zeros((60, 60, 3), np.uint8)), source=lambda picture: height).count == 1


def test_the_most_open_border_goes_first_and_low_ones_stay():
    height = np.full((60, 90), 0.9, np.float32)
    height[:, 28:32], height[:, 58:62] = OPEN + 0.1, 0
    labels = extract_regions(Illustration(np.zeros((60, 90, 3), np.uint8)), source=lambda picture: height).array
    assert labels[30, 10] == labels[30, 45] != labels[30, 80]


def test_every_region_of_a_map_has_a_colour_of_its_own():
    regions = extract_regions(lit_ball())
    colours = draw_map(regions).array.reshape(-1, 3)
    assert len(np.unique(colours, axis=0)) == regions.count
    many = type(regions)(np.arange(90_000, dtype=np.int32).reshape(300, 300))
    assert len(np.unique(draw_map(many).array.reshape(-1, 3), axis=0)) == 90_000


def test_borders_are_drawn_in_red_and_nothing_else_is():
    regions = extract_regions(lit_ball())
    drawn = draw_borders(lit_ball(), regions).array
    red = (drawn == (220, 0, 0)).all(axis=2)
    assert red.any()
    assert not red[0, 0]
    assert np.array_equal(drawn[~red], (lit_ball().array // 2 + 127)[~red])


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(PACKAGED, tmp_path / "net")


def test_a_damaged_network_is_refused(folder):
    data = bytearray((folder / FILE).read_bytes())
    data[-1] ^= 1
    (folder / FILE).write_bytes(data)
    with pytest.raises(ModelError, match="sha256"):
        open_disnet(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"contract": 1, "files": {}}', '{"contract": 1, "files": 3}'])
def test_a_card_that_cannot_be_read_is_refused(folder, text):
    (folder / CARD).write_text(text)
    with pytest.raises(ModelError):
        open_disnet(folder)


def test_a_folder_without_a_network_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"model\.json is missing"):
        open_disnet(tmp_path)


def test_another_contract_is_refused(folder):
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps(card | {"contract": 99}))
    with pytest.raises(ModelError, match="99"):
        open_disnet(folder)
