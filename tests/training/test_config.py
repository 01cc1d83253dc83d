"""Recipes: what they hold, how a setting is changed, and what is refused."""

from __future__ import annotations

import dataclasses
import json

import pytest

from stenciltorch.errors import ConfigError
from stenciltorch.networks.studio import StudioShape
from stenciltorch.training.config import (
    DataConfig,
    OptimConfig,
    ShapeConfig,
    TrainConfig,
    fingerprint,
    override,
)
from stenciltorch.training.recipes import RECIPES, recipe


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_knows_its_name_and_survives_json(name):
    found = recipe(name)
    assert found.name == name
    assert json.loads(json.dumps(found.as_dict()))["optim"]["steps"] == found.optim.steps


def test_an_unknown_recipe_names_those_that_exist():
    with pytest.raises(ConfigError, match=r"no recipe 'studo'; choose one of .*smoke, studio"):
        recipe("studo")


def test_the_shape_is_that_of_the_net():
    """Two classes, because recipes must not need torch: they may not drift apart."""
    ours = {field.name: field.default for field in dataclasses.fields(ShapeConfig)}
    assert ours == {field.name: field.default for field in dataclasses.fields(StudioShape)}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("name", "mine", "mine"),
        ("name", "12", "12"),
        ("seed", "7", 7),
        ("optim.rate", "1e-4", 1e-4),
        ("optim.rate", "1", 1.0),
        ("shape.encoder", "[8, 16, 24, 32]", (8, 16, 24, 32)),
        ("data.synthesis.recolour", "0.25", 0.25),
    ],
)
def test_one_setting_is_changed_and_nothing_else(path, value, expected):
    before = recipe("studio")
    after = override(before, path, value)
    *parts, last = path.split(".")
    found, original = after, before
    for part in parts:
        found, original = getattr(found, part), getattr(original, part)
    assert getattr(found, last) == expected
    assert type(getattr(found, last)) is type(expected)
    changed = {name for name, old in vars(original).items() if getattr(found, name) != old}
    assert changed == {last}
    assert before == recipe("studio")


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("rate", "1", r"no setting 'rate'; known here: data, loss, name, optim, seed, shape, task"),
        ("optim.speed", "1", r"no setting 'speed'; known here: .*rate"),
        ("optim.rate.more", "1", r"'rate' has no part 'more'"),
        ("optim.steps", "1.5", r"optim.steps takes a whole number, found '1.5'"),
        ("optim.steps", "true", r"optim.steps takes a whole number, found 'true'"),
        ("optim.rate", "fast", r"optim.rate takes a number, found 'fast'"),
        ("optim.rate", "NaN", r"optim.rate takes a number, found 'NaN'"),
        ("optim", "5", r"optim takes no value itself but has parts \(steps, batch, rate"),
        ("shape.encoder", "[8, 16, 24]", r"shape.encoder takes 4 values like \[32, 64, 96, 160\], found"),
        ("shape.encoder", '[8, 16, 24, "x"]', r"shape.encoder takes 4 values"),
        ("shape.encoder", "8", r"shape.encoder takes 4 values"),
        ("data.crop", "100", r"data.crop must be a multiple of 32, found 100"),
        ("data.crop", "0", r"data.crop must be a multiple of 32, found 0"),
        ("data.procedural", "1.5", r"data.procedural must be from 0 to 1, found 1.5"),
        ("data.smallest", "2", r"data.smallest must be above 0 and at most data.largest, found 2.0 and 1.3"),
        ("optim.steps", "0", r"optim.steps must be 1 or more, found 0"),
        ("optim.batch", "-2", r"optim.batch must be 1 or more, found -2"),
        ("optim.decay", "-0.1", r"optim.decay must be from 0 to 1, found -0.1"),
    ],
)
def test_what_does_not_fit_is_refused(path, value, reason):
    with pytest.raises(ConfigError, match=reason):
        override(recipe("studio"), path, value)


def test_a_fingerprint_is_that_of_the_settings():
    one = TrainConfig().as_dict()
    assert fingerprint(one) == fingerprint(TrainConfig().as_dict())
    assert len(fingerprint(one)) == 64
    assert fingerprint(one) == fingerprint(dict(reversed(list(one.items()))))
    assert fingerprint(one) != fingerprint(override(TrainConfig(), "seed", "1").as_dict())


def test_a_fingerprint_outlives_the_disk():
    """A run's settings come back from JSON, where tuples are lists."""
    config = recipe("smoke").as_dict()
    assert fingerprint(config) == fingerprint(json.loads(json.dumps(config)))


def test_direct_construction_is_checked_too():
    with pytest.raises(ConfigError, match=r"data.crop"):
        DataConfig(crop=33)
    with pytest.raises(ConfigError, match=r"optim.ema"):
        OptimConfig(ema=1.5)
