"""benchmarks/proposals.py: how often proposals are right, and what they are worth in the picture."""

from __future__ import annotations

import json

import numpy as np
import pytest
import toy_cases as toy
from benchmark_modules import benchmark

from stenciltorch.canvas import Hints
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.hintfile import HintSheet, Mark
from stenciltorch.runtime import find_model
from stenciltorch.suggestion import complete


@pytest.fixture(scope="module")
def proposals():
    with benchmark("proposals") as module:
        yield module


@pytest.fixture(scope="module")
def colorizer():
    return OnnxColorizer.load(find_model(None), 1)


@pytest.fixture(scope="module")
def drawing(proposals, colorizer):
    return proposals.known(toy.case("toy"), colorizer)


def test_every_area_has_its_true_colour(drawing):
    assert len(drawing.areas) >= 2
    assert drawing.pure.any()
    truth = toy.case("toy").flats.array
    for area, colour, pure in zip(drawing.areas, drawing.colours, drawing.pure, strict=True):
        if pure:
            assert tuple(colour) in {tuple(pixel) for pixel in truth[drawing.labels == area.label]}


def test_right_proposals_have_no_error_and_wrong_ones_have(proposals, drawing):
    judged = drawing.pure
    marks = [
        Mark((area.place,), tuple(int(level) for level in colour), 3.0)
        for area, colour in zip(drawing.areas, drawing.colours, strict=True)
    ]
    right = list(proposals.errors(drawing, HintSheet(tuple(marks)), judged))
    assert right == [0.0] * int(judged.sum())
    other = [Mark(mark.points, tuple(255 - level for level in mark.colour), 3.0) for mark in marks]
    assert min(proposals.errors(drawing, HintSheet(tuple(other)), judged)) > proposals.NEAR


def test_what_is_hinted_gets_its_colour(proposals, drawing):
    hinted = np.zeros(len(drawing.areas), bool)
    hinted[0] = True
    hints = proposals.dabbed(drawing, hinted)
    column, row = drawing.areas[0].place
    assert tuple(hints.array[row, column]) == (*drawing.colours[0], 255)
    assert set(drawing.labels[hints.array[..., 3] > 0]) <= {drawing.areas[0].label, 0}


def test_a_completed_request_keeps_its_hints_and_has_more(colorizer, drawing):
    bare = drawing.stencil
    pixels = np.zeros_like(bare.hints.array)
    column, row = drawing.areas[0].place
    pixels[row - 2 : row + 3, column - 2 : column + 3] = (200, 30, 40, 255)
    few = bare.with_hints(Hints(pixels))
    more = complete(colorizer, few, np.random.default_rng(0)).hints.array
    assert np.array_equal(more[pixels[..., 3] > 0], pixels[pixels[..., 3] > 0])
    assert (more[..., 3] > 0).sum() > (pixels[..., 3] > 0).sum()


def test_the_whole_benchmark(proposals, tmp_path, capsys, monkeypatch):
    class Toy:
        name = "toy"

        def load(self):
            return toy.case(self.name)

    monkeypatch.setattr(proposals, "pack_pictures", lambda pack, count: [Toy()] * 2)
    monkeypatch.setattr(proposals, "RESULTS", tmp_path / "found.json")
    assert proposals.main(["--pack", str(tmp_path), "--keep"]) == 0
    found = json.loads((tmp_path / "found.json").read_text())
    assert set(found["areas"]) == {"0.1", "0.2", "0.5"}
    assert set(found["psnr"]["8"]) == {"model", "flood fill", "model, completed", "flood fill, completed"}
    assert 5.0 < found["psnr"]["32"]["model"] < 60.0
    printed = capsys.readouterr().out
    assert "| going on |" in printed
    assert "| 32 |" in printed


def test_a_missing_pack_is_named(proposals, tmp_path, capsys):
    assert proposals.main(["--pack", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err
