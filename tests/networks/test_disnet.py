"""DisNet as a module, and as the graph that is exported."""

import numpy as np
import pytest
import torch

from stenciltorch.networks.disnet import DisNet, DisNetGraph, DisNetShape, Residual

SMALL = DisNetShape((4, 6, 8))


def test_a_new_block_changes_nothing():
    features = torch.rand(1, 4, 8, 8)
    assert torch.equal(Residual(4)(features), features)


def test_height_and_width_are_kept():
    assert DisNet(SMALL)(torch.zeros(2, 3, 16, 24)).shape == (2, 1, 16, 24)
    assert SMALL.stride == 8
    assert DisNetShape().stride == 32


def test_every_weight_learns():
    net = DisNet(SMALL)
    with torch.no_grad():
        for block in [*net.encode, *net.decode]:
            torch.nn.init.normal_(block.second.weight, std=0.1)
    net(torch.rand(1, 3, 32, 32)).square().mean().backward()
    assert all(value.grad is not None and value.grad.abs().sum() > 0 for value in net.parameters())


@pytest.mark.parametrize("size", [(1, 1), (7, 33), (32, 16)])
def test_the_graph_takes_any_size_and_answers_bytes(size):
    graph = DisNetGraph(DisNet(SMALL))
    height = graph(torch.zeros(*size, 3, dtype=torch.uint8))
    assert height.shape == size
    assert height.dtype == torch.uint8


def test_the_graph_is_the_network_between_bytes():
    torch.manual_seed(0)
    net = DisNet(SMALL)
    pixels = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (16, 24, 3)).astype(np.uint8))
    unit = pixels.permute(2, 0, 1)[None].float() / 127.5 - 1
    with torch.no_grad():
        wanted = (net(unit)[0, 0].clamp(0, 1) * 255).round()
        found = DisNetGraph(net)(pixels).float()
    assert (wanted - found).abs().max() <= 1
