"""Sizes and costs of the baselines against what was measured of the published ones, and facts checked by hand."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from beartype import beartype
from jaxtyping import TypeCheckError, jaxtyped
from torch import nn

from stenciltorch.errors import ConfigError, InputError
from stenciltorch.networks.baselines import (
    AlacganCritic,
    Generator,
    LineNet,
    PaintsChainer,
    PaintsChainerCritic,
    Sketcher,
    Zhang2017,
)
from stenciltorch.networks.baselines.alacgan import Bottleneck
from stenciltorch.networks.baselines.paintschainer import UNet
from stenciltorch.networks.baselines.zhang2017 import Hinted
from stenciltorch.networks.measure import count_macs, count_parameters


@pytest.fixture(autouse=True)
def _shapes_are_checked(monkeypatch):
    for module in (Zhang2017, UNet, PaintsChainer, PaintsChainerCritic, Generator, AlacganCritic):
        monkeypatch.setattr(module, "forward", jaxtyped(typechecker=beartype)(module.forward))


def empty(*shape: int) -> torch.Tensor:
    return torch.empty(shape, device="meta")


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_zhang_has_the_published_size():
    """34.19 M; 300.8 GMAC at 512 x 512 without the classification head, which painting does not need."""
    with torch.device("meta"):
        network = Zhang2017()
        given = Hinted(torch.empty(1, 1, 512, 512), torch.empty(1, 2, 512, 512), torch.empty(1, 1, 512, 512))
    assert count_parameters(network) == 34_187_027
    head = 256 * 529 * 128 * 128
    assert (count_macs(network, given) - head) / 1e9 == pytest.approx(300.8, abs=0.05)


def test_paintschainer_has_the_published_size():
    """Twice 18.64 M; 4.5 and 72.7 GMAC."""
    with torch.device("meta"):
        network = PaintsChainer()
    assert count_parameters(network.draft) == count_parameters(network.paint) == 18_639_619
    assert count_macs(network.draft, empty(1, 4, 128, 128)) / 1e9 == pytest.approx(4.5, abs=0.05)
    assert count_macs(network.paint, empty(1, 4, 512, 512)) / 1e9 == pytest.approx(72.7, abs=0.05)
    assert count_macs(network, empty(1, 1, 512, 512), empty(1, 3, 128, 128)) / 1e9 == pytest.approx(77.2, abs=0.05)


def test_the_line_net_is_a_unet_that_answers_one_plane():
    with torch.device("meta"):
        line, colour = LineNet(), UNet()
    first, last = 9 * 32, (2 * 32) * 9 + 1
    assert count_parameters(colour) - count_parameters(line) == first + 2 * last


def test_alacgan_has_the_published_size():
    """21.94 M and 60.9 GMAC; the critic 10.61 M and 13.0 GMAC."""
    with torch.device("meta"):
        generator, critic = Generator(), AlacganCritic()
    semantics = empty(1, 512, 32, 32)
    assert count_parameters(generator) == 21_936_003
    assert count_macs(generator, empty(1, 1, 512, 512), empty(1, 4, 128, 128), semantics) / 1e9 == pytest.approx(
        60.9, abs=0.05
    )
    assert count_parameters(critic) == 10_612_033
    assert count_macs(critic, empty(1, 3, 512, 512), semantics) / 1e9 == pytest.approx(13.0, abs=0.05)


def test_the_sketcher_is_the_generator_turned_round():
    with torch.device("meta"):
        sketcher, generator = Sketcher(), Generator()
    first, last = 2 * 9 * 32, 2 * (64 * 9 + 1)
    assert count_parameters(sketcher) - count_parameters(generator) == first - last


def test_paintings_have_the_size_of_the_drawing():
    with torch.no_grad():
        zhang = Zhang2017(2)(Hinted(noise(2, 1, 24, 40), noise(2, 2, 24, 40), noise(2, 1, 24, 40)))
        assert zhang.scores.shape == (2, 529, 6, 10)
        assert zhang.colours.shape == (2, 2, 24, 40)
        chained = PaintsChainer(1)(noise(2, 1, 64, 128), noise(2, 3, 16, 32))
        assert chained.draft.shape == (2, 3, 16, 32)
        assert chained.painted.shape == (2, 3, 64, 128)
        assert Generator(8, depth=1)(noise(2, 1, 32, 48), noise(2, 4, 8, 12), noise(2, 512, 2, 3)).shape == (
            2,
            3,
            32,
            48,
        )
        assert PaintsChainerCritic(2)(noise(2, 3, 128, 64)).shape == (2, 2)
        assert AlacganCritic(16)(noise(2, 3, 128, 144), noise(2, 512, 8, 9)).shape == (2, 1)


def trained(module: nn.Module) -> set[str]:
    """First parts of the names of the parameters that have a gradient."""
    return {name.split(".")[0] for name, value in module.named_parameters() if value.grad is not None}


@pytest.mark.parametrize(
    ("by_class", "head", "trunk"), [(True, "scores", True), (True, "colours", False), (False, "colours", True)]
)
def test_only_one_head_of_zhang_trains_the_trunk(by_class, head, trunk):
    network = Zhang2017(2)
    given = Hinted(noise(2, 1, 16, 16), noise(2, 2, 16, 16), noise(2, 1, 16, 16))
    answer = getattr(network(given, by_class=by_class), head)
    answer.square().sum().backward()
    assert ("group1" in trained(network)) == trunk
    assert ("regress" in trained(network)) == (head == "colours")
    assert ("classify" in trained(network)) == (head == "scores")


def test_both_stages_of_zhang_answer_alike():
    network = Zhang2017(2).eval()
    given = Hinted(noise(1, 1, 16, 16), noise(1, 2, 16, 16), noise(1, 1, 16, 16))
    for one, other in zip(network(given, by_class=True), network(given), strict=True):
        assert torch.equal(one, other)


def test_a_bottleneck_by_hand():
    """Width 2, one group, all weights 1: reduce 3 + -1 = 2, spread over a 1 x 1 picture 2, expand 2, plus identity."""
    block = Bottleneck(2, 1)
    for weight in block.parameters():
        nn.init.ones_(weight)
    found = block(torch.tensor([3.0, -1.0]).view(1, 2, 1, 1))
    assert found.flatten().tolist() == [5.0, 1.0]


def test_a_bottleneck_does_not_bend_what_it_adds():
    """reduce -1 -> LeakyReLU -0.2 -> spread -> -0.04 -> expand -0.04, not bent a third time."""
    block = Bottleneck(2, 1)
    for weight in block.parameters():
        nn.init.ones_(weight)
    found = block(torch.tensor([-1.0, 0.0]).view(1, 2, 1, 1))
    torch.testing.assert_close(found.flatten(), torch.tensor([-1.04, -0.04]))


def test_a_halving_bottleneck_averages_its_identity():
    block = Bottleneck(2, 1, stride=2)
    nn.init.zeros_(block.expand.weight)
    picture = noise(1, 2, 6, 4)
    torch.testing.assert_close(block(picture), F.avg_pool2d(picture, 2))


def test_the_draft_alone_carries_the_hints():
    """The second U-Net sees the drawing and the enlarged draft, nothing else."""
    network = PaintsChainer(1).eval()
    drawing = noise(1, 1, 64, 64)
    drafted = network(drawing, noise(1, 3, 16, 16))
    large = F.interpolate(drafted.draft, scale_factor=4, mode="bicubic")
    assert torch.equal(drafted.painted, network.paint(torch.cat([drawing, large], dim=1)))


def test_a_new_unet_answers_mid_grey():
    network = UNet(width=2).eval()
    nn.init.zeros_(network.last.weight)
    nn.init.zeros_(network.last.bias)
    assert (network(noise(1, 4, 16, 16)) == 128).all()


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (lambda: Zhang2017(3), "width must be a positive multiple of 2, found 3"),
        (lambda: Generator(12), "width must be a positive multiple of 8, found 12"),
        (lambda: AlacganCritic(8), "width must be a positive multiple of 16, found 8"),
        (lambda: PaintsChainer(0), "width must be a positive multiple of 1, found 0"),
    ],
)
def test_widths_that_do_not_divide_are_refused(build, reason):
    with pytest.raises(ConfigError, match=reason):
        build()


def test_sides_that_do_not_halve_are_refused():
    with pytest.raises(InputError, match=r"multiples of 8, found 20 x 12; pad or scale it"):
        Zhang2017(2)(Hinted(noise(1, 1, 12, 20), noise(1, 2, 12, 20), noise(1, 1, 12, 20)))
    with pytest.raises(InputError, match="multiples of 64, found 96 x 64"):
        PaintsChainer(1)(noise(1, 1, 64, 96), noise(1, 3, 16, 24))
    with pytest.raises(InputError, match="multiples of 16, found 24 x 32"):
        Generator(8, depth=1)(noise(1, 1, 32, 24), noise(1, 4, 8, 6), noise(1, 512, 2, 1))
    with pytest.raises(InputError, match=r"from 128 pixels a side, found 64 x 128; use larger crops"):
        AlacganCritic(16)(noise(1, 3, 128, 64), noise(1, 512, 8, 4))


def test_shapes_in_the_signatures_are_true():
    with pytest.raises(TypeCheckError):
        Generator(8, depth=1)(noise(1, 1, 32, 48), noise(1, 3, 8, 12), noise(1, 512, 2, 3))
