"""The paper's model as three graphs: the same as in one piece, and any size."""

from __future__ import annotations

import pytest
import torch

from stenciltorch.networks.faithful import FaithfulStencilModel, Generator, Guide
from stenciltorch.networks.faithful.graphs import EncoderGraph, FinisherGraph, PainterGraph
from stenciltorch.networks.semantic import SemanticFront


@pytest.fixture(scope="module")
def parts():
    torch.manual_seed(0)
    return SemanticFront().eval(), Generator(4).eval(), Guide(4).eval()


def request(height, width):
    generator = torch.Generator().manual_seed(1)
    plane = torch.randint(0, 256, (2, height, width), generator=generator, dtype=torch.uint8)
    base = torch.randint(0, 256, (height, width, 3), generator=generator, dtype=torch.uint8)
    hints = torch.randint(0, 256, (height, width, 4), generator=generator, dtype=torch.uint8)
    plane[1, : height // 2] = 0
    return {"lineart": plane[0], "mask": plane[1], "base": base, "hints": hints}


def painted(parts, given):
    semantics, generator, guide = parts
    plain = {name: given[name] for name in ("lineart", "mask", "base")}
    with torch.no_grad():
        seen = EncoderGraph(semantics, generator)(**plain)
        return PainterGraph(generator, guide)(given["hints"], *plain.values(), *seen)


@pytest.mark.parametrize("size", [(48, 80), (37, 50), (1, 1)])
def test_three_graphs_are_the_model_in_one_piece(parts, size):
    given = request(*size)
    whole = FaithfulStencilModel(parts[0], parts[1])
    with torch.no_grad():
        wanted = whole(given["lineart"], given["mask"], given["base"], given["hints"])
    found = painted(parts, given)
    assert torch.equal(found[0], wanted)
    assert torch.equal(found[0][given["mask"] == 0], given["base"][given["mask"] == 0])


def test_the_flats_are_the_guides(parts):
    given = request(32, 32)
    with_guide = painted(parts, given)
    without = painted((*parts[:2], None), given)
    assert torch.equal(with_guide[1], without[1])
    assert not torch.equal(with_guide[2], without[2])
    assert torch.equal(without[2], without[1])


def test_the_finisher_brings_colours_up_under_the_drawings_own_lines():
    """Twice the size: the left half red, the right half blue, one line of ink; strips agree with the whole."""
    picture = torch.zeros(1, 3, 8, 8)
    picture[:, 0, :, :4], picture[:, 2, :, 4:] = 1.0, 1.0
    lineart = torch.full((16, 16), 255, dtype=torch.uint8)
    lineart[5] = 0
    mask, base = torch.full((16, 16), 255, dtype=torch.uint8), torch.full((16, 16, 3), 9, dtype=torch.uint8)
    mask[:2] = 0
    finish = FinisherGraph()
    whole = finish(lineart, mask, base, torch.tensor([0, 16]), picture, picture)
    assert whole[0][8, 2].tolist() == [255, 0, 0]
    assert whole[0][8, 13].tolist() == [0, 0, 255]
    assert whole[0][5, 2].tolist() == [0, 0, 0]
    assert whole[2][5, 2].tolist() == [255, 0, 0]
    assert bool((whole[0][:2] == 9).all())
    strip = finish(lineart[4:9], mask[4:9], base[4:9], torch.tensor([4, 16]), picture, picture)
    assert all(torch.equal(one, other[4:9]) for one, other in zip(strip, whole, strict=True))
