"""The faithful generator, guide and critic: sizes, costs, and facts that can be checked by hand."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from beartype import beartype
from jaxtyping import TypeCheckError, jaxtyped
from torch import Tensor, nn

from stenciltorch.errors import ConfigError, InputError
from stenciltorch.networks.faithful import Critic, Encoded, Generator, Guide
from stenciltorch.networks.faithful.blocks import DecoderStage, ResNeXtBlock
from stenciltorch.networks.faithful.generator import (
    BOTTOM_DILATIONS,
    FINE_DILATIONS,
    WIDE_DILATIONS,
    Decoder,
)
from stenciltorch.networks.faithful.guide import GUIDE_FINE_DILATIONS
from stenciltorch.networks.measure import count_macs, count_parameters


@pytest.fixture(autouse=True)
def _shapes_are_checked(monkeypatch):
    """Every forward pass is held to the shapes in its signature."""
    for module in (ResNeXtBlock, DecoderStage, Decoder, Generator, Critic):
        monkeypatch.setattr(module, "forward", jaxtyped(typechecker=beartype)(module.forward))


@pytest.fixture
def rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def inputs(height: int, width: int, rng: torch.Generator | None = None, batch: int = 1) -> list[Tensor]:
    """Composite, hints and semantic map; on the meta device, where shapes are all there is, without `rng`."""
    shapes = [(4, 1), (4, 4), (512, 16)]
    sides = [(batch, channels, height // share, width // share) for channels, share in shapes]
    if rng is None:
        return [torch.empty(side, device="meta") for side in sides]
    return [torch.rand(side, generator=rng) * 2 - 1 for side in sides]


def picture(height: int, width: int, rng: torch.Generator) -> list[Tensor]:
    """What the critic takes."""
    composite, _, semantics = inputs(height, width, rng)
    return [composite[:, :3], semantics]


def inputs_of(layer: nn.Module) -> list[Tensor]:
    """What the layer is given from now on."""
    seen: list[Tensor] = []
    layer.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0].clone()))
    return seen


# Sizes and costs as the authors' networks have them, at 512 x 512.


@pytest.mark.parametrize(
    ("features", "normalise", "parameters", "gmac"),
    [
        (32, False, 6_196_915, 16.349),
        (32, True, 6_196_915 + 15_603, 16.349),
        (64, False, 21_964_131, 61.153),
    ],
)
def test_generator_has_the_authors_size(features, normalise, parameters, gmac):
    with torch.device("meta"):
        generator = Generator(features, normalise=normalise)
    assert count_parameters(generator) == parameters
    assert count_macs(generator, *inputs(512, 512)) / 1e9 == pytest.approx(gmac, abs=5e-4)


def test_guide_has_the_authors_size():
    with torch.device("meta"):
        painted, guide = Generator()(*inputs(512, 512)), Guide()
    assert count_parameters(guide) == 969_763
    assert count_macs(guide, painted.stage5, painted.encoded) / 1e9 == pytest.approx(8.957, abs=5e-4)


@pytest.mark.parametrize("pool", ["fixed", "global"])
def test_critic_has_the_authors_size(pool):
    with torch.device("meta"):
        critic = Critic(pool=pool)
        given = torch.empty(1, 3, 512, 512), torch.empty(1, 512, 32, 32)
    assert count_parameters(critic) == 3_439_393
    assert count_macs(critic, *given) / 1e9 == pytest.approx(4.592, abs=5e-4)


# Blocks.


@pytest.mark.parametrize("normalise", [False, True])
def test_a_block_that_expands_to_nothing_is_the_identity(rng, normalise):
    block = ResNeXtBlock(8, 4, dilation=2, normalise=normalise)
    for parameter in block.expand.parameters():
        nn.init.zeros_(parameter)
    features = torch.randn(1, 8, 9, 7, generator=rng)
    assert torch.equal(block(features), features)


def test_a_striding_block_that_expands_to_nothing_is_the_average_of_two_by_two(rng):
    block = ResNeXtBlock(8, 4, stride=2, normalise=False)
    for parameter in block.expand.parameters():
        nn.init.zeros_(parameter)
    features = torch.randn(1, 8, 6, 4, generator=rng)
    wanted = features.view(1, 8, 3, 2, 2, 2).mean(dim=(3, 5))
    torch.testing.assert_close(block(features), wanted)


def test_a_block_leaves_its_input_alone(rng):
    features = torch.randn(1, 8, 6, 6, generator=rng)
    before = features.clone()
    ResNeXtBlock(8, 4, normalise=False)(features)
    assert torch.equal(features, before)


def test_every_convolution_of_a_block_is_followed_by_a_leaky_relu():
    """One channel, weights 1: a negative number shrinks by 0.2 three times on the long way."""
    block = ResNeXtBlock(2, 1, normalise=False)
    for name, parameter in block.named_parameters():
        nn.init.constant_(parameter, 0.0 if name.endswith("bias") else 1.0)
    features = torch.tensor([-3.0, -4.0]).view(1, 2, 1, 1)
    wanted = features + (-3.0 - 4.0) * 0.2**3
    torch.testing.assert_close(block(features), wanted)


def test_groups_do_not_mix_inside_the_spreading_convolution(rng):
    block = ResNeXtBlock(8, 2, normalise=False)
    features = torch.randn(1, 4, 5, 5, generator=rng)
    moved = features.clone()
    moved[:, 2:] += 1
    change = (block.spread(moved) - block.spread(features)).abs().amax(dim=(0, 2, 3))
    assert (change[:2] == 0).all()
    assert (change[2:] > 0).all()


def test_pixel_shuffle_order():
    """Channel 4 k + 2 row + column of the growing convolution becomes that pixel of output channel k."""
    stage = DecoderStage(8, 4, 3, groups=2, dilations=(1,), normalise=False)
    nn.init.zeros_(stage.grow.weight)
    stage.grow.bias.data = torch.arange(12.0)
    grown = stage(torch.zeros(1, 4, 1, 2), torch.zeros(1, 4, 1, 2))
    for channel in range(3):
        cell = 4 * channel + torch.tensor([[0.0, 1.0], [2.0, 3.0]])
        assert torch.equal(grown[0, channel], cell.repeat(1, 2))


def test_a_stage_joins_the_skip_before_the_features():
    stage = DecoderStage(5, 4, 1, groups=2, dilations=(), normalise=False)
    joined = inputs_of(stage.join)
    stage(torch.full((1, 2, 3, 3), 2.0), torch.full((1, 3, 3, 3), 3.0))
    assert joined[0][0, :, 0, 0].tolist() == [2, 2, 3, 3, 3]


def test_a_stage_adds_a_leaky_relu_after_each_block():
    """-1 from the joining convolution shrinks once there and once after a block that does nothing."""
    stage = DecoderStage(4, 4, 1, groups=2, dilations=(1,), normalise=False)
    for parameter in [stage.join.weight, *stage.blocks[0].expand.parameters()]:
        nn.init.zeros_(parameter)
    nn.init.constant_(stage.join.bias, -1.0)
    thought = inputs_of(stage.grow)
    stage(torch.zeros(1, 2, 3, 3), torch.zeros(1, 2, 3, 3))
    torch.testing.assert_close(thought[0], torch.full((1, 4, 3, 3), -0.04))


@pytest.mark.parametrize(
    ("dilations", "reach"),
    [(BOTTOM_DILATIONS, 22), (WIDE_DILATIONS, 19), (FINE_DILATIONS, 12), (GUIDE_FINE_DILATIONS, 6)],
)
def test_receptive_field_of_a_stage(dilations, reach):
    """One pixel around from each plain 3x3, `dilation` pixels around from each block, and no holes."""
    stage = DecoderStage(4, 4, 1, groups=2, dilations=dilations, normalise=False).double()
    side, centre = 2 * reach + 7, reach + 3
    features = torch.ones(1, 2, side, side, dtype=torch.float64, requires_grad=True)
    stage(features, features)[0, 0, 2 * centre, 2 * centre].backward()
    touched = (features.grad != 0).any(dim=1)[0]
    wanted = torch.zeros(side, side, dtype=torch.bool)
    wanted[centre - reach : centre + reach + 1, centre - reach : centre + reach + 1] = True
    assert torch.equal(touched, wanted)


def test_the_bottom_stage_sees_all_of_a_512_picture():
    assert (2 * (1 + sum(BOTTOM_DILATIONS) + 1) + 1) * 16 >= 512


# Generator and guide.


@pytest.mark.parametrize(("height", "width"), [(16, 16), (32, 80), (528, 400)])
def test_any_sides_that_are_multiples_of_16(height, width):
    with torch.device("meta"):
        generator, guide = Generator(8), Guide(8)
    painted = generator(*inputs(height, width, batch=2))
    assert painted.illustration.shape == (2, 3, height, width)
    assert painted.stage5.shape == (2, 32, height // 8, width // 8)
    assert [tuple(level.shape) for level in painted.encoded] == [
        (2, 8 * 2**power // 2, height // 2**power, width // 2**power) for power in range(5)
    ]
    assert guide(painted.stage5, painted.encoded).shape == (2, 3, height, width)


@torch.no_grad()
def test_colours_stay_between_minus_one_and_one(rng):
    given = [40 * part for part in inputs(32, 48, rng)]
    generator = Generator(8)
    painted = generator(*given)
    assert painted.illustration.abs().max() <= 1
    assert Guide(8)(painted.stage5, painted.encoded).abs().max() <= 1


@torch.no_grad()
def test_pictures_of_a_batch_do_not_know_each_other(rng):
    generator = Generator(8)
    both = inputs(32, 32, rng, batch=2)
    alone = [part[1:] for part in both]
    torch.testing.assert_close(generator(*both).illustration[1:], generator(*alone).illustration)


@torch.no_grad()
def test_maps_are_joined_in_the_authors_order(rng):
    generator = Generator(8)
    hinted, bottom, last = map(inputs_of, (generator.to_eighth, generator.stage5.join, generator.decoder.head))
    given = inputs(32, 32, rng)
    encoded = generator(*given).encoded
    assert torch.equal(hinted[0][:, :16], encoded.quarter)
    assert torch.equal(bottom[0], torch.cat([encoded.sixteenth, given[2]], dim=1))
    assert torch.equal(last[0][:, 4:], encoded.full)


@torch.no_grad()
def test_only_the_two_coarsest_maps_know_the_hints(rng):
    generator = Generator(8)
    composite, hints, _ = inputs(32, 32, rng)
    bare = generator.encode(composite, hints)
    hinted = generator.encode(composite, hints + 0.5)
    assert [torch.equal(one, other) for one, other in zip(bare, hinted, strict=True)] == [True] * 3 + [False] * 2


def test_every_weight_of_the_generator_learns_from_the_illustration(rng):
    generator = Generator(8)
    generator(*inputs(32, 32, rng)).illustration.mean().backward()
    assert [name for name, weight in generator.named_parameters() if weight.grad is None] == []


def test_the_guide_teaches_encoder_and_bottom_but_not_the_decoder(rng):
    generator, guide = Generator(8), Guide(8)
    painted = generator(*inputs(32, 32, rng))
    guide(painted.stage5, painted.encoded).mean().backward()
    untaught = {name for name, weight in generator.named_parameters() if weight.grad is None}
    assert untaught == {name for name, _ in generator.named_parameters() if name.startswith("decoder.")}
    assert all(weight.grad is not None for weight in guide.parameters())


def test_the_head_is_normalised_too(rng):
    generator = Generator(8, normalise=True)
    assert isinstance(generator.decoder.head[1], nn.BatchNorm2d)
    before = generator.decoder.head[1].running_mean.clone()
    generator(*inputs(32, 32, rng, batch=2))
    assert not torch.equal(generator.decoder.head[1].running_mean, before)


def test_the_guide_keeps_its_weights_to_itself():
    torch.manual_seed(0)
    generator, guide = Generator(8), Guide(8)
    shared = {id(weight) for weight in generator.parameters()} & {id(weight) for weight in guide.parameters()}
    assert shared == set()
    assert len(generator.decoder.stage2.blocks) == 5
    assert len(guide.stage2.blocks) == 3


def test_shapes_in_signatures_are_really_checked():
    guide = Guide(8)
    with pytest.raises(TypeCheckError):
        guide(torch.zeros(3, 3), Encoded(*(torch.zeros(1, 1, 1, 1) for _ in range(5))))


# Critic.


def test_both_critics_agree_on_512_pictures(rng):
    fixed, free = Critic(8), Critic(8, pool="global")
    free.load_state_dict(fixed.state_dict())
    given = picture(512, 512, rng)
    with torch.no_grad():
        torch.testing.assert_close(free(*given), fixed(*given), rtol=0, atol=0)


@pytest.mark.parametrize(("height", "width"), [(128, 128), (144, 400), (640, 528), (1024, 1024)])
def test_the_free_critic_takes_any_size(height, width):
    with torch.device("meta"):
        critic = Critic(8, pool="global")
        given = torch.empty(2, 3, height, width), torch.empty(2, 512, height // 16, width // 16)
    assert critic(*given).shape == (2, 1)


@pytest.mark.parametrize("side", [128, 192])
def test_a_gradient_penalty_can_be_taken_of_the_free_critic(rng, side):
    critic = Critic(8, pool="global")
    real, semantics = picture(side, side, rng)
    real.requires_grad_()
    (slope,) = torch.autograd.grad(critic(real, semantics).sum(), real, create_graph=True)
    ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean().backward()
    assert all(weight.grad.abs().sum() > 0 for name, weight in critic.named_parameters() if name.endswith("weight"))


def test_the_critic_listens_to_picture_and_semantics(rng):
    critic = Critic(8, pool="global")
    given = [part.requires_grad_() for part in picture(128, 128, rng)]
    critic(*given).sum().backward()
    assert all(part.grad.abs().sum() > 0 for part in given)


def test_small_last_maps_are_repeated_to_the_grid_and_large_ones_averaged():
    critic = Critic(8, pool="global")
    cell = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert torch.equal(critic.fit(cell[None, None])[0, 0], cell.repeat_interleave(2, 0).repeat_interleave(2, 1))
    large = torch.arange(64.0).view(1, 1, 8, 8)
    assert torch.equal(critic.fit(large), F.avg_pool2d(large, 2))


# Bad input.


@pytest.mark.parametrize(("height", "width"), [(520, 400), (400, 520), (8, 16), (0, 16)])
def test_odd_sides_are_refused(height, width):
    with torch.device("meta"):
        generator = Generator(8)
    with pytest.raises(InputError, match=rf"multiples of 16 .*found {width} x {height}; pad or scale it"):
        generator(*inputs(height, width))


def test_parts_that_do_not_fit_are_refused(monkeypatch):
    monkeypatch.undo()  # in use no shape checker stands before the networks
    with torch.device("meta"):
        generator = Generator(8)
    composite, hints, semantics = inputs(64, 32)
    with pytest.raises(InputError, match=r"The hint map must be 8 x 16, 1/4 of the picture's sides, found 32 x 64"):
        generator(composite, composite, semantics)
    with pytest.raises(InputError, match=r"The semantic map must be 2 x 4, 1/16 .* found 8 x 16"):
        generator(composite, hints, hints)


@pytest.mark.parametrize("pool", ["fixed", "global"])
def test_the_critic_names_the_sides_it_takes(pool):
    with torch.device("meta"):
        critic = Critic(8, pool=pool)
        given = torch.empty(1, 3, 112, 256), torch.empty(1, 512, 7, 16)
    with pytest.raises(InputError, match=r"at least 128 pixels, found 256 x 112"):
        critic(*given)


def test_the_fixed_critic_names_its_free_twin():
    with torch.device("meta"):
        critic = Critic(8)
        given = torch.empty(1, 3, 256, 512), torch.empty(1, 512, 16, 32)
    with pytest.raises(InputError, match=r"512 x 512 pictures, found 512 x 256; build it with pool='global'"):
        critic(*given)


@pytest.mark.parametrize(
    ("build", "multiple"),
    [(Generator, 4), (Guide, 4), (Critic, 8)],
)
@pytest.mark.parametrize("features", [0, -8, 30])
def test_features_that_do_not_divide_are_refused(build, multiple, features):
    with pytest.raises(ConfigError, match=f"positive multiple of {multiple}, found {features}"):
        build(features)


def test_an_unknown_pool_is_refused():
    with pytest.raises(ConfigError, match="pool must be one of fixed, global, found 'mean'"):
        Critic(8, pool="mean")
