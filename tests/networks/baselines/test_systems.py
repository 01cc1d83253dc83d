"""The baselines as painters of stencils, in torch: what each is given, what becomes of its answer, and the mask."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.color import rgb2lab
from torch import Tensor, nn

from stenciltorch.networks.baselines import (
    AlacganSystem,
    Generator,
    PaintsChainer,
    PaintsChainerSystem,
    PaintsTorchSystem,
    System,
    Zhang2017,
    ZhangSystem,
    formats,
    graphs,
)
from stenciltorch.networks.baselines.graphs import FinisherGraph
from stenciltorch.networks.baselines.zhang2017 import Coloured
from stenciltorch.networks.pixels import to_unit


class Front(nn.Module):
    """Stands for F1: the picture's mean in all 512 channels."""

    def forward(self, picture: Tensor) -> Tensor:
        return nn.functional.avg_pool2d(picture.mean(dim=1, keepdim=True), 16).expand(-1, 512, -1, -1)


def build(name: str) -> System:
    torch.manual_seed(0)
    systems = {
        "zhang2017": lambda: ZhangSystem(Zhang2017(2)),
        "paintschainer": lambda: PaintsChainerSystem(PaintsChainer(1)),
        "ci2018": lambda: AlacganSystem(Generator(8, depth=1), Front()),
        "paintstorch2019": lambda: PaintsTorchSystem(Generator(8, depth=1), Front()),
    }
    return systems[name]().eval()


NAMES = ("zhang2017", "paintschainer", "ci2018", "paintstorch2019")


def request(height: int, width: int, seed: int = 0) -> dict[str, Tensor]:
    """Random pixels, a dab of red; the upper third is kept."""
    rng = np.random.default_rng(seed)
    shapes = {"lineart": (), "mask": (), "base": (3,), "hints": (4,)}
    arrays = {name: rng.integers(0, 256, (height, width, *shape), dtype=np.uint8) for name, shape in shapes.items()}
    arrays["mask"][: height // 3] = 0
    arrays["hints"][:] = 0
    arrays["hints"][height // 2 :, : width // 2] = [200, 30, 40, 255]
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def paint(system: System, given: dict[str, Tensor]) -> dict[str, Tensor]:
    """The painter's answers."""
    return graphs(system, given)[1].run()


def planes(picture: Tensor) -> Tensor:
    return to_unit(picture)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("height", "width"), [(75, 41), (1, 1), (64, 128)])
def test_a_painting_has_the_drawings_size_and_keeps_the_base(name, height, width):
    given = request(height, width)
    encoder, painter, finisher = graphs(build(name), given)
    found = painter.run()
    kept = given["mask"] == 0
    for picture in ("illustration", "colour", "flats"):
        assert found[picture].shape == (height, width, 3)
        assert found[picture].dtype == torch.uint8
    assert torch.equal(found["illustration"][kept], given["base"][kept])
    assert torch.equal(found["colour"], found["flats"])
    assert encoder.run()["seen"].shape[-2] % (build(name).multiple // build(name).grain) == 0
    large = finisher.run()["illustration"]
    assert large.shape == (height + height // 2, 2 * width, 3)
    assert torch.equal(large[finisher.inputs["mask"] == 0], finisher.inputs["base"][finisher.inputs["mask"] == 0])


@pytest.mark.parametrize("name", NAMES)
def test_hints_change_the_painting(name):
    given = request(64, 64)
    without = {**given, "hints": torch.zeros_like(given["hints"])}
    system = build(name)
    assert not torch.equal(paint(system, given)["painted"], paint(system, without)["painted"])


@pytest.mark.parametrize("name", NAMES)
def test_padding_is_bare_paper_without_hints(name):
    """A drawing that ends early paints like one that goes on with paper up to the next multiple."""
    system, small = build(name), request(39, 53)
    height, width = (-(-side // system.multiple) * system.multiple for side in (39, 53))
    filled = {"lineart": 255, "mask": 255, "base": 255, "hints": 0}
    large = {}
    for part, picture in small.items():
        larger = torch.full((height, width, *picture.shape[2:]), filled[part], dtype=torch.uint8)
        larger[:39, :53] = picture
        large[part] = larger
    one, other = paint(system, small)["painted"], paint(system, large)["painted"]
    torch.testing.assert_close(one, other[..., :39, :53])


@pytest.mark.parametrize("name", NAMES)
def test_strips_make_up_the_whole(name):
    """The finisher on all rows at once and on three strips; at the working size it changes nothing."""
    system, given = build(name), request(64, 64)
    painted = paint(system, given)
    finisher, span = FinisherGraph(system), lambda first: torch.tensor([first, 64])
    parts = ("lineart", "mask", "base")
    whole = finisher(**{part: given[part] for part in parts}, span=span(0), painted=painted["painted"])
    strips = [
        finisher(**{part: given[part][rows] for part in parts}, span=span(rows.start), painted=painted["painted"])
        for rows in (slice(0, 1), slice(1, 50), slice(50, 64))
    ]
    for number, picture in enumerate(("illustration", "colour", "flats")):
        joined = torch.cat([strip[number] for strip in strips])
        assert (joined.int() - whole[number].int()).abs().max() <= 1
        assert (whole[number].int() - painted[picture].int()).abs().max() <= 1


class AnswersAb(nn.Module):
    """Stands for Zhang's network: one ab everywhere; remembers what it was given."""

    def __init__(self, a: float, b: float) -> None:
        super().__init__()
        self.ab = torch.tensor([a, b]).view(1, 2, 1, 1) / 110

    def forward(self, given) -> Coloured:
        self.given = given
        return Coloured(given.lightness, self.ab.expand(1, 2, *given.lightness.shape[-2:]))


def test_zhangs_painting_has_the_drawings_lightness_and_the_networks_ab():
    given = request(16, 24)
    given["lineart"][:] = torch.arange(80, 80 + 16 * 6, 6, dtype=torch.uint8)[:, None]
    found = paint(ZhangSystem(AnswersAb(12.0, -9.0)), given)["colour"]
    lab = rgb2lab(found.numpy())
    drawing = rgb2lab(given["lineart"][..., None].repeat(1, 1, 3).numpy())
    assert np.abs(lab[..., 0] - drawing[..., 0]).max() < 0.5
    assert lab[..., 1:] == pytest.approx(np.broadcast_to([12, -9], (16, 24, 2)), abs=1.0)


def test_zhang_without_colour_gives_the_drawing_back():
    given = request(16, 24)
    found = paint(ZhangSystem(AnswersAb(0.0, 0.0)), given)["colour"]
    assert (found.int() - given["lineart"][..., None].int()).abs().max() <= 1


def test_zhang_is_given_lightness_and_hints_at_full_size():
    network, given = AnswersAb(0.0, 0.0), request(16, 24)
    paint(ZhangSystem(network), given)
    torch.testing.assert_close(torch.cat(network.given[1:], dim=1), formats.zhang_hints(planes(given["hints"])))
    wanted = (rgb2lab(given["lineart"][..., None].repeat(1, 1, 3).numpy())[..., 0] - 50) / 100
    assert np.abs(network.given.lightness[0, 0].numpy() - wanted).max() < 1e-4


class Answers(nn.Module):
    """Stands for a generator; remembers what it was given."""

    def __init__(self, *colour: float) -> None:
        super().__init__()
        self.colour = torch.tensor(colour).view(1, 3, 1, 1)

    def forward(self, drawing: Tensor, hints: Tensor, semantics: Tensor) -> Tensor:
        self.given = drawing, hints, semantics
        return self.colour.expand(-1, -1, *drawing.shape[-2:])


@pytest.mark.parametrize(
    ("kind", "convert"), [(AlacganSystem, formats.ci_hints), (PaintsTorchSystem, formats.paintstorch_hints)]
)
def test_alacgan_is_given_drawing_hints_and_semantics(kind, convert):
    network, given = Answers(1.0, -1.0, 1 / 255), request(32, 48)
    found = paint(kind(network, Front()), given)
    drawing, hints, semantics = network.given
    torch.testing.assert_close((drawing + 1) * 127.5, given["lineart"][None, None].float(), atol=1e-3, rtol=0)
    torch.testing.assert_close(hints, convert(planes(given["hints"])))
    torch.testing.assert_close(semantics, Front()(drawing.expand(-1, 3, -1, -1)))
    assert (found["colour"] == torch.tensor([255, 0, 128])).all()


def test_the_mask_blends_painting_and_base():
    """At 51 of 255, a fifth of the painting and four fifths of the base."""
    given = request(16, 16)
    given["mask"][:] = 51
    given["base"][:] = torch.tensor([10, 20, 30])
    found = paint(AlacganSystem(Answers(1.0, -1.0, 1 / 255), Front()), given)
    assert (found["illustration"] == torch.tensor([59, 16, 50])).all()


def test_paintschainers_levels_become_colours():
    """Both U-Nets answer 128 plus 128 times their last bias; here the YUV of (200, 40, 40)."""
    network = PaintsChainer(1).eval()
    for value in network.paint.last.parameters():
        nn.init.zeros_(value)
    yuv = torch.tensor([87.84, 128 + 0.492 * (40 - 87.84), 128 + 0.877 * (200 - 87.84)])
    with torch.no_grad():
        network.paint.last.bias.copy_((yuv - 128) / 128)
    found = paint(PaintsChainerSystem(network), request(16, 16))["colour"]
    assert (found == torch.tensor([200, 40, 40])).all()
    assert (PaintsChainerSystem(network).look(torch.ones(1, 1, 64, 64)) == 255).all()


def test_all_three_steps_in_a_row_are_the_whole():
    system, given = build("ci2018"), request(32, 48)
    whole = system(planes(given["lineart"]), planes(given["hints"]))
    found = paint(system, given)["painted"]
    torch.testing.assert_close(whole, found.clamp(0, 1))
