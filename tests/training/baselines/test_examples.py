"""Examples: the drawing belongs to the picture, and each position is always the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from stenciltorch.errors import ConfigError
from stenciltorch.training.baselines.examples import BaselineExamples, collate, grained, paled, simulation
from stenciltorch.training.baselines.recipes import RECIPES, SMOKE
from stenciltorch.training.baselines.settings import BaselineConfig
from stenciltorch.training.config import DataConfig

PLANES = {"zhang2017": (3, 64), "paintschainer": (3, 16), "ci2018": (4, 16), "paintstorch2019": (4, 16)}


@pytest.mark.parametrize("kind", PLANES)
def test_an_item_has_the_systems_planes(pack, kind):
    examples = BaselineExamples(pack, DataConfig(crop=64, procedural=0.0), RECIPES[kind].task, 0)
    batch = collate([examples[0], examples[1]])
    channels, side = PLANES[kind]
    assert batch.drawing.shape == (2, 1, 64, 64)
    assert batch.drawing.dtype == batch.target.dtype == torch.uint8
    assert batch.hints.shape == (2, channels, side, side)
    assert batch.hints.dtype == torch.float32
    assert batch.target.shape == (2, 3, 64, 64)


@pytest.mark.parametrize("kind", PLANES)
def test_a_position_is_always_the_same(pack, kind):
    data = DataConfig(crop=64, procedural=0.0)
    one, other = (BaselineExamples(pack, data, RECIPES[kind].task, 5) for _ in range(2))
    _ = other[3]
    for found, wanted in zip(one[7], other[7], strict=True):
        assert np.array_equal(found, wanted)
    assert not np.array_equal(one[7].target, one[8].target)


def test_the_drawing_has_its_lines_where_the_picture_has_edges(pack):
    examples = BaselineExamples(pack, DataConfig(crop=64, procedural=0.0), SMOKE["zhang2017-smoke"].task, 0)
    inked, plain = [], []
    for position in range(6):
        item = examples[position]
        grey = item.target.astype(float).mean(axis=2)
        steps = np.hypot(*np.gradient(grey))
        lines = item.drawing < 128
        assert 0 < lines.mean() < 0.5
        inked.append(steps[lines].mean())
        plain.append(steps[~lines].mean())
    assert np.mean(inked) > 1.5 * np.mean(plain)


def test_ink_pales_to_a_third_at_most():
    drawing = np.array([[0, 255]], np.uint8)
    for number in range(50):
        ink, paper = paled(drawing, np.random.default_rng(number))[0]
        assert 0 <= ink <= 77
        assert paper == 255


def test_paintschainers_drawings_are_noisy_and_sometimes_black_and_white():
    drawing = np.tile(np.array([40, 120, 200, 255], np.uint8), (16, 4))
    means = []
    for number in range(40):
        found = grained(drawing, np.random.default_rng(number))
        assert found.dtype == np.uint8
        means.append(float(found.mean()))
    assert np.ptp(means) > 20


def test_settings_of_no_system_are_refused():
    with pytest.raises(ConfigError, match="needs settings of its own, found BaselineConfig"):
        simulation(BaselineConfig(kind="zhang2017"))
