"""Costs counted by the tool against costs worked out by hand."""

from __future__ import annotations

import torch
from torch import nn

from stenciltorch.networks.measure import count_macs, count_parameters


def test_macs_of_a_convolution():
    layer = nn.Conv2d(6, 8, kernel_size=3, stride=2, padding=1, groups=2)
    assert count_macs(layer, torch.zeros(2, 6, 10, 12)) == 2 * (5 * 6) * 8 * (6 // 2) * 9


def test_macs_of_a_transposed_convolution():
    layer = nn.ConvTranspose2d(6, 8, kernel_size=4, stride=4)
    assert count_macs(layer, torch.zeros(1, 6, 5, 7)) == (5 * 7) * 6 * 8 * 16


def test_macs_of_a_matrix_product():
    assert count_macs(nn.Linear(10, 4), torch.zeros(3, 10)) == 3 * 10 * 4


def test_nothing_else_is_counted():
    layers = nn.Sequential(nn.AvgPool2d(2), nn.BatchNorm2d(3), nn.LeakyReLU(), nn.Upsample(scale_factor=2))
    assert count_macs(layers, torch.zeros(1, 3, 8, 8)) == 0


def test_arguments_may_be_tuples_of_tensors():
    class Pair(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(2, 2)

        def forward(self, pair: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
            return self.linear(pair[0]) + self.linear(pair[1])

    assert count_macs(Pair(), (torch.zeros(1, 2), torch.zeros(5, 2))) == 6 * 4


def test_the_meta_device_counts_a_pass_that_no_memory_could_hold():
    with torch.device("meta"):
        layer, picture = nn.Conv2d(1, 1, 1), torch.empty(1, 1, 10**6, 10**6)
    assert count_macs(layer, picture) == 10**12


def test_counting_leaves_the_module_as_it_was():
    layers = nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3))
    layers[0].eval()
    before = {name: value.clone() for name, value in layers.state_dict().items()}
    count_macs(layers, torch.rand(4, 3, 8, 8))
    assert [part.training for part in layers.modules()] == [True, False, True]
    assert all(torch.equal(value, before[name]) for name, value in layers.state_dict().items())


def test_parameters_include_frozen_ones_but_no_statistics():
    layers = nn.Sequential(nn.Conv2d(3, 5, 2), nn.BatchNorm2d(5)).requires_grad_(False)
    assert count_parameters(layers) == (5 * 3 * 4 + 5) + 2 * 5
