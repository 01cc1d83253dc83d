"""The judge of borders: its arithmetic, what it joins, its file, and what the packaged one does to pictures."""

import json
import shutil
from dataclasses import replace

import cv2
import numpy as np
import pytest
from little_pictures import lit_ball

from stenciltorch.canvas import Illustration
from stenciltorch.errors import ModelError
from stenciltorch.synthesis.disnet import PACKAGED, open_disnet
from stenciltorch.synthesis.evidence import MEASURES, View, gather
from stenciltorch.synthesis.judging import JUDGE_FILE, BorderJudge, agreed, read_judge, settle, write_judge
from stenciltorch.synthesis.regions import extract_regions

COUNT = len(MEASURES)


def judge_of(bias=0.0, **weights):
    """A judge with one unit that looks at the named measures."""
    inner = np.zeros((COUNT, 1))
    for name, weight in weights.items():
        inner[MEASURES.index(name.replace("_", " "))] = weight
    return BorderJudge(np.zeros(COUNT), np.ones(COUNT), inner, np.zeros(1), np.array([4.0]), bias)


def stripes(*lightness, drawn=False):
    """Evidence on stripes 10 px wide."""
    labels = np.repeat(np.arange(len(lightness), dtype=np.int32), 10)[None].repeat(20, axis=0)
    lab = np.stack([np.array(lightness, np.float32)[labels], *[np.full(labels.shape, 128, np.float32)] * 2], axis=2)
    blank, marks = np.zeros(labels.shape, np.float32), np.full(labels.shape, drawn)
    return gather(labels, View(lab, blank, blank, blank, marks, marks))


@pytest.fixture(scope="module")
def net():
    return open_disnet(threads=1)


def test_likelihood_by_hand():
    judge = replace(judge_of(height=2.0, bias=-1.0), mean=np.full(COUNT, 0.25), spread=np.full(COUNT, 0.5))
    found = np.full((1, COUNT), 0.5)
    hidden = np.tanh((0.5 - 0.25) / 0.5 * 2)
    assert judge(found) == pytest.approx(1 / (1 + np.exp(-(4 * hidden - 1))))


def test_unlikely_borders_open_and_likely_ones_stay():
    settled = settle(stripes(80, 79, 30), judge_of(colour_distance=2.0, bias=-2.0))
    assert settled.owner.tolist() == [0, 0, 1]
    assert len(settled.first) == 1


def test_what_both_cuts_draw_between_distinct_colours_stands_whatever_the_judge_says():
    never = judge_of(bias=-50.0)
    assert settle(stripes(80, 79, 30, drawn=True), never).owner.tolist() == [0, 0, 1]
    assert settle(stripes(80, 79, 30), never).owner.tolist() == [0, 0, 0]


def test_agreement_needs_both_cuts_and_colours():
    found = np.zeros((4, COUNT))
    columns = [MEASURES.index(name) for name in ("seen", "coloured", "colour distance")]
    found[:, columns] = [(1, 1, 0.9), (0, 1, 0.9), (1, 0, 0.9), (1, 1, 0.1)]
    assert agreed(found).tolist() == [True, False, False, False]


def test_a_judge_comes_back_from_its_file(tmp_path):
    rng = np.random.default_rng(0)
    judge = BorderJudge(
        rng.random(COUNT), 1 + rng.random(COUNT), rng.random((COUNT, 3)), rng.random(3), rng.random(3), 0.5
    )
    write_judge(tmp_path, judge, {"licence": "MIT"})
    found = rng.random((7, COUNT))
    assert np.allclose(read_judge(tmp_path)(found), judge(found), atol=1e-4)
    assert json.loads((tmp_path / JUDGE_FILE).read_text())["licence"] == "MIT"
    assert [file.name for file in tmp_path.iterdir()] == [JUDGE_FILE]


def test_no_file_is_no_judge(tmp_path):
    assert read_judge(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"contract": 1}', '{"contract": 1, "measures": [], "weights": 3}'])
def test_a_damaged_judge_is_refused(tmp_path, text):
    (tmp_path / JUDGE_FILE).write_text(text)
    with pytest.raises(ModelError, match=r"borders\.json"):
        read_judge(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda card: card.update(contract=9), "9"),
        (lambda card: card.update(measures=card["measures"][1:]), "other measures"),
        (lambda card: card["weights"].update(outer=[1.0]), "cannot be used"),
        (lambda card: card["weights"].update(spread=[0.0] * COUNT), "cannot be used"),
    ],
)
def test_a_judge_that_does_not_fit_is_refused(tmp_path, change, message):
    card = json.loads((PACKAGED / JUDGE_FILE).read_text())
    change(card)
    (tmp_path / JUDGE_FILE).write_text(json.dumps(card))
    with pytest.raises(ModelError, match=message):
        read_judge(tmp_path)


def test_a_network_without_a_judge_cuts_by_heights(tmp_path, net):
    folder = shutil.copytree(PACKAGED, tmp_path / "net")
    (folder / JUDGE_FILE).unlink()
    alone = open_disnet(folder, threads=1)
    assert alone.judge is None
    assert np.array_equal(alone.regions(lit_ball()).array, extract_regions(lit_ball(), source=net).array)


def pale_boxes():
    """Two pale paints side by side on white, without a line."""
    pixels = np.full((256, 256, 3), 255, np.uint8)
    cv2.rectangle(pixels, (40, 60), (130, 200), (250, 250, 235), -1)
    cv2.rectangle(pixels, (131, 60), (215, 200), (235, 235, 250), -1)
    return Illustration(pixels)


def pale_limbs():
    """Four thin pale bars on white."""
    pixels = np.full((256, 256, 3), 255, np.uint8)
    for middle in (60, 110, 160, 210):
        cv2.rectangle(pixels, (middle - 16, 30), (middle + 16, 220), (255, 235, 220), -1)
    return Illustration(pixels)


def test_pale_paints_that_the_heights_merge_are_kept_apart(net):
    assert extract_regions(pale_boxes(), source=net).count == 1
    labels = net.regions(pale_boxes()).array
    assert len({int(labels[130, 80]), int(labels[130, 180]), int(labels[5, 5])}) == 3


def test_thin_pale_limbs_do_not_run_into_the_paper(net):
    assert extract_regions(pale_limbs(), source=net).count == 1
    labels = net.regions(pale_limbs()).array
    assert len({int(labels[100, column]) for column in (60, 110, 160, 210, 5)}) == 5


def test_a_shaded_body_stays_one_region(net):
    labels = net.regions(lit_ball()).array
    assert labels[80, 45] == labels[80, 80] == labels[80, 115]
    assert labels[80, 80] != labels[5, 5]
    assert labels.max() < extract_regions(lit_ball()).count


def test_the_same_picture_is_always_cut_alike(net):
    assert np.array_equal(net.regions(lit_ball()).array, open_disnet(threads=2).regions(lit_ball()).array)


@pytest.mark.parametrize("size", [(1, 1), (3, 70), (65, 31)])
def test_any_size_is_cut(net, size):
    regions = net.regions(Illustration(np.full((*size, 3), 200, np.uint8)))
    assert regions.size == size
    assert regions.array.min() == 1
