"""The frozen extractors F1 and F2: what reaches their first layer, their keys, and that they stay frozen."""

from __future__ import annotations

import pytest
import torch
from beartype import beartype
from jaxtyping import jaxtyped
from torch import Tensor, nn

from stenciltorch.errors import ConfigError, ModelError
from stenciltorch.networks.faithful import (
    Generator,
    Illustration2VecFront,
    Vgg16Relu22,
    load_published,
)
from stenciltorch.networks.measure import count_macs, count_parameters


@pytest.fixture(autouse=True)
def _shapes_are_checked(monkeypatch):
    for module in (Illustration2VecFront, Vgg16Relu22):
        monkeypatch.setattr(module, "forward", jaxtyped(typechecker=beartype)(module.forward))


@pytest.fixture(scope="module")
def semantics() -> Illustration2VecFront:
    return Illustration2VecFront()


@pytest.fixture(scope="module")
def content() -> Vgg16Relu22:
    return Vgg16Relu22()


def seen_by(layer: nn.Module, network: nn.Module, picture: Tensor) -> Tensor:
    """What the layer is given when the network looks at the picture."""
    seen: list[Tensor] = []
    handle = layer.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0]))
    network(picture)
    handle.remove()
    return seen[0]


def signed(*bytes_rgb: int) -> Tensor:
    """A 16 x 16 picture of one colour in [-1, 1]."""
    return (torch.tensor(bytes_rgb) / 127.5 - 1).view(1, 3, 1, 1).expand(1, 3, 16, 16)


@pytest.mark.parametrize(
    ("build", "parameters", "gmac", "features"),
    [
        (Illustration2VecFront, 4_500_864, 8.569, (1, 512, 32, 32)),
        (Vgg16Relu22, 260_160, 24.612, (1, 128, 256, 256)),
    ],
)
def test_sizes_and_costs(build, parameters, gmac, features):
    with torch.device("meta"):
        network, picture = build(), torch.empty(1, 3, 512, 512)
    assert count_parameters(network) == parameters
    assert count_macs(network, picture) / 1e9 == pytest.approx(gmac, abs=5e-4)
    assert network(picture).shape == features


def test_semantics_are_fed_levels_less_the_mean_of_illustration2vec(semantics):
    first = seen_by(semantics[0], semantics, signed(10, 20, 30))
    assert first.shape == (1, 3, 8, 8)
    wanted = [10 - 164.76139251, 20 - 167.47864617, 30 - 181.13838569]
    torch.testing.assert_close(first[0, :, 3, 5], torch.tensor(wanted), rtol=0, atol=1e-4)


def test_blue_first_is_the_published_order():
    semantics = Illustration2VecFront(channels="bgr")
    first = seen_by(semantics[0], semantics, signed(10, 20, 30))
    wanted = [30 - 164.76139251, 20 - 167.47864617, 10 - 181.13838569]
    torch.testing.assert_close(first[0, :, 0, 0], torch.tensor(wanted), rtol=0, atol=1e-4)


def test_order_does_not_matter_for_grey(semantics):
    other = Illustration2VecFront(channels="bgr")
    other.load_state_dict(semantics.state_dict())
    torch.testing.assert_close(other(signed(90, 90, 90)), semantics(signed(90, 90, 90)))


def test_semantics_are_taken_from_the_picture_averaged_two_by_two(semantics):
    picture = torch.rand(1, 3, 16, 32) * 2 - 1
    averaged = picture.view(1, 3, 8, 2, 16, 2).mean(dim=(3, 5)).repeat_interleave(2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(semantics(picture), semantics(averaged))


def test_content_is_fed_what_imagenet_expects(content):
    first = seen_by(content.features[0], content, signed(0, 51, 255))
    wanted = [(0 - 0.485) / 0.229, (0.2 - 0.456) / 0.224, (1 - 0.406) / 0.225]
    torch.testing.assert_close(first[0, :, 2, 2], torch.tensor(wanted), rtol=0, atol=1e-5)


def test_features_end_after_a_relu(semantics, content):
    picture = torch.rand(1, 3, 32, 32) * 2 - 1
    for features in (semantics(picture), content(picture)):
        assert features.min() == 0
        assert features.max() > 0


def test_keys_are_those_of_the_published_weights(semantics, content):
    assert {key.split(".")[0] for key in semantics.state_dict()} == {"0", "3", "6", "8", "11", "13"}
    assert set(content.state_dict()) == {
        f"features.{layer}.{kind}" for layer in (0, 2, 5, 7) for kind in ("weight", "bias")
    }


def test_no_gradient_leaks_into_the_semantics(semantics):
    generator = Generator(8)
    composite = torch.rand(1, 4, 32, 32)
    painted = generator(composite, torch.rand(1, 4, 8, 8), semantics(composite[:, :3]))
    painted.illustration.mean().backward()
    assert all(weight.grad is None and not weight.requires_grad for weight in semantics.parameters())
    assert generator.to_full.weight.grad is not None


def test_gradients_pass_through_the_content_to_the_picture(content):
    picture = torch.zeros(1, 3, 16, 16, requires_grad=True)
    content(picture).square().mean().backward()
    assert picture.grad.abs().sum() > 0
    assert all(weight.grad is None for weight in content.parameters())


def published(network: nn.Module) -> dict[str, Tensor]:
    """A whole network's weights: the front's, all different from before, and layers beyond."""
    state = {name: torch.full_like(value, 0.25) for name, value in network.state_dict().items()}
    return {**state, "16.weight": torch.zeros(1), "classifier.6.bias": torch.zeros(1000)}


@pytest.mark.parametrize("build", [Illustration2VecFront, Vgg16Relu22])
def test_published_weights_are_taken_as_far_as_the_front_goes(build):
    network = build()
    load_published(network, published(network))
    assert all((weight == 0.25).all() for weight in network.parameters())
    assert not any(weight.requires_grad for weight in network.parameters())


def test_foreign_weights_are_refused_and_nothing_is_loaded(content):
    before = content.features[0].weight.clone()
    lacking = published(content)
    del lacking["features.7.bias"]
    with pytest.raises(ModelError, match=r"not weights of Vgg16Relu22: features\.7\.bias is missing"):
        load_published(content, lacking)
    odd = {**published(content), "features.5.weight": torch.zeros(2, 3)}
    with pytest.raises(ModelError, match=r"features\.5\.weight is \(2, 3\), expected \(128, 64, 3, 3\)"):
        load_published(content, odd)
    assert torch.equal(content.features[0].weight, before)


def test_an_unknown_order_is_refused():
    with pytest.raises(ConfigError, match="channels must be 'rgb' or 'bgr', found 'grb'"):
        Illustration2VecFront(channels="grb")
