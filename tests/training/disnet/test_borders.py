"""Teaching the judge of borders: lessons, what is met in them, a judge that has learned."""

import json
import shutil

import numpy as np
import pytest

from stenciltorch.canvas import Illustration, Regions
from stenciltorch.errors import DatasetError
from stenciltorch.synthesis.disnet import FILE, PACKAGED, open_disnet
from stenciltorch.synthesis.evidence import MEASURES
from stenciltorch.synthesis.judging import JUDGE_FILE, read_judge
from stenciltorch.training.disnet import borders
from stenciltorch.training.disnet.borders import Lesson, TeachConfig, borders_met, drawings, lesson_of, teach
from stenciltorch.training.disnet.samples import Example

QUICK = TeachConfig(drawings=2, hidden=4, steps=60, batch=256, passes=2)


@pytest.fixture(scope="module")
def net():
    return open_disnet(threads=1)


@pytest.fixture(scope="module")
def lessons(net):
    return [lesson_of(example, net) for example in drawings(None, QUICK)]


def quartered():
    """Four paints; the two on the right are one region, as if one of them were a shadow."""
    pixels = np.zeros((128, 128, 3), np.uint8)
    pixels[:64, :64], pixels[:64, 64:] = (240, 60, 60), (60, 60, 240)
    pixels[64:, :64], pixels[64:, 64:] = (60, 200, 60), (30, 30, 120)
    labels = np.ones((128, 128), np.int32)
    labels[:64, :64], labels[64:, :64] = 2, 3
    return Example(Illustration(pixels), Regions(labels))


def test_a_lesson_knows_where_each_piece_lies(net):
    lesson = lesson_of(quartered(), net)
    assert lesson.shares.sum() == 128 * 128
    assert lesson.shares.sum(axis=1) == pytest.approx(lesson.evidence.areas)
    assert np.sort(lesson.shares.sum(axis=0)) == pytest.approx([64 * 64, 64 * 64, 2 * 64 * 64])


def test_borders_are_true_where_their_sides_lie_in_two_regions(net):
    lesson = lesson_of(quartered(), net)
    met = next(borders_met(lesson, lambda found: np.zeros(len(found))))
    home = lesson.shares.argmax(axis=1)
    expected = home[lesson.evidence.first] != home[lesson.evidence.second]
    assert np.array_equal(met.true > 0, expected)
    assert 0 < expected.sum() < len(expected)
    assert (met.weight > 0).all()
    assert met.found.shape == (len(expected), len(MEASURES))


def test_a_judge_learns_more_than_always_one_answer(lessons):
    judge, right = teach(lessons, QUICK)
    met = [one for lesson in lessons for one in borders_met(lesson, judge)]
    true, weight = (np.concatenate([getattr(one, name) for one in met]) for name in ("true", "weight"))
    share = float((true * weight).sum() / weight.sum())
    assert right > max(share, 1 - share)
    again, _ = teach(lessons, QUICK)
    assert np.array_equal(again.inner, judge.inner)


def test_nothing_to_learn_from_is_refused(lessons):
    with pytest.raises(DatasetError, match="None of the drawings has a border"):
        teach([], QUICK)
    alone = lessons[0].evidence._replace(first=np.zeros(0, np.int64), second=np.zeros(0, np.int64))
    with pytest.raises(DatasetError, match="give more drawings"):
        teach([Lesson(alone, lessons[0].shares)], QUICK)


def test_the_judge_lies_beside_its_network(tmp_path, monkeypatch, lessons):
    folder = shutil.copytree(PACKAGED, tmp_path / "net")
    (folder / JUDGE_FILE).unlink()
    monkeypatch.setattr(borders, "drawings", lambda pack, config: iter([quartered()]))
    right = borders.teach_beside(folder, None, QUICK, "CC0-1.0")
    card = json.loads((folder / JUDGE_FILE).read_text())
    assert card["licence"] == "CC0-1.0"
    assert 0.5 < right <= 1
    assert read_judge(folder) is not None
    assert (folder / FILE).is_file()
