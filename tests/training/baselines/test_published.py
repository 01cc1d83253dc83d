"""Published weights: their names and ours."""

from __future__ import annotations

import re

import pytest
import torch

from stenciltorch.errors import ModelError
from stenciltorch.networks.baselines import Zhang2017
from stenciltorch.runtime.weights.catalogue import published
from stenciltorch.training.baselines.published import release_published, zhang2017

SHAPES = {
    "model1.0.weight": (64, 4, 3, 3),
    "model1.4.running_mean": (64,),
    "model3.6.weight": (256,),
    "model5.4.weight": (512, 512, 3, 3),
    "model8up.0.weight": (512, 256, 4, 4),
    "model3short8.0.weight": (256, 256, 3, 3),
    "model8.1.weight": (256, 256, 3, 3),
    "model8.5.bias": (256,),
    "model9.3.running_var": (128,),
    "model1short10.0.weight": (128, 64, 3, 3),
    "model10.1.weight": (128, 128, 3, 3),
    "model_class.0.weight": (529, 256, 1, 1),
    "model_out.0.bias": (2,),
}
"""Of the published file, by hand: a convolution is followed by its ReLU, a group ends in batch normalisation."""

PARTS = [
    (r"^group(\d+)\.", r"model\1."),
    (r"^up(\d+)\.", r"model\1up.0."),
    (r"^skip8\.", "model3short8.0."),
    (r"^skip9\.", "model2short9.0."),
    (r"^skip10\.", "model1short10.0."),
    (r"^classify\.", "model_class.0."),
    (r"^regress\.0\.", "model_out.0."),
]


def theirs(network: Zhang2017) -> dict[str, torch.Tensor]:
    """Our network's weights under the published names."""
    state = {}
    for name, value in network.state_dict().items():
        pattern, wanted = next((one, other) for one, other in PARTS if re.match(one, name))
        state[re.sub(pattern, wanted, name)] = value
    return state


def test_the_published_names_are_known():
    torch.manual_seed(0)
    network = Zhang2017()
    state = theirs(network)
    assert {name: tuple(state[name].shape) for name in SHAPES} == SHAPES
    found = zhang2017(state)
    assert found.keys() == network.state_dict().keys()
    assert all(torch.equal(found[name], value) for name, value in network.state_dict().items())


def test_another_networks_weights_are_refused():
    with pytest.raises(ModelError, match=r"not weights of Zhang2017: group1\.0\.weight is missing"):
        zhang2017({"model2.0.weight": torch.zeros(1)})


def test_weights_that_are_not_here_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("STENCILTORCH_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ModelError, match=r"get pytorch.pth from colorization\.eecs\.berkeley\.edu"):
        release_published(tmp_path / "model")
    assert published("zhang2017").licence == "MIT"
