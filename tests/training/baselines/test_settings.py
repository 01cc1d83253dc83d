"""Recipes of the baselines: what is refused, and that every published figure is in them."""

from __future__ import annotations

import pytest

from stenciltorch.errors import ConfigError
from stenciltorch.training.baselines import settings
from stenciltorch.training.baselines.recipes import BASELINES, RECIPES, SMOKE
from stenciltorch.training.config import override


@pytest.mark.parametrize(
    ("kind", "values", "reason"),
    [
        (settings.Zhang2017Config, {"lines": "pencil"}, "task.lines must be one of xdog, varied, found 'pencil'"),
        (settings.Zhang2017Config, {"classify": 1.5}, "task.classify must be from 0 to 1, found 1.5"),
        (settings.Zhang2017Config, {"again": 1.0}, "task.again below 1, found 9 and 1.0"),
        (settings.Zhang2017Config, {"class_weight": -1.0}, "task.class_weight must be 0 or more, found -1.0"),
        (settings.PaintsChainerConfig, {"points": 16}, "task.points must be above 16, found 16"),
        (settings.PaintsChainerConfig, {"width": 0}, "task.width must be 1 or more, found 0"),
        (settings.Ci2018Config, {"semantics": "vgg16"}, "task.semantics must be one of own, illustration2vec"),
        (settings.Ci2018Config, {"content": "critic"}, "task.content must be one of own, vgg16, found 'critic'"),
        (settings.Ci2018Config, {"depth": 21}, "task.depth must be from 1 to 20, found 21"),
        (settings.PaintsTorch2019Config, {"strokes": 0}, "task.strokes must be 1 or more, found 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(kind, values, reason):
    with pytest.raises(ConfigError, match=reason):
        kind(**values)


def test_recipes_are_those_of_the_publications():
    zhang, chained, ci, torch2019 = (BASELINES[name] for name in BASELINES)
    assert (zhang.task.width, chained.task.width, ci.task.width, torch2019.task.width) == (64, 32, 64, 64)
    assert (zhang.data.crop, chained.data.crop, ci.data.crop, torch2019.data.crop) == (256, 512, 512, 512)
    assert {one.optim.rate for one in BASELINES.values()} == {1e-4}
    assert (ci.optim.beta1, ci.optim.beta2, ci.optim.batch, ci.optim.steps) == (0.5, 0.9, 4, 250_000)
    assert (ci.task.adversarial_weight, ci.task.penalty_weight, ci.task.drift_weight) == (1e-4, 10.0, 1e-3)
    assert (chained.task.line_weight, chained.optim.weight_decay) == (10.0, 1e-5)


def test_recipes_carry_their_own_names_and_can_be_changed():
    assert {name: one.name for name, one in RECIPES.items()} == {name: name for name in RECIPES}
    assert len(SMOKE) == len(BASELINES) == 4
    assert override(BASELINES["ci2018"], "task.semantics", "illustration2vec").task.semantics == "illustration2vec"
