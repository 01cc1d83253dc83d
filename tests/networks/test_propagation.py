"""How colour travels: matrices worked out by hand, one row by brute force, and what always holds."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from stenciltorch.networks.lines import SIDES
from stenciltorch.networks.propagation import BLOCK, DEAREST, DISTANCE, FLOOR, GAP, Prices, propagate, walk, way

NOTHING = 100.0
"""A price that lets nothing through: exp(-100)."""


def whole_blocks(values, fill=0.0):
    """Grown to the right and below to whole blocks."""
    height, width = values.shape[-2:]
    return torch.nn.functional.pad(values, (0, -width % BLOCK, 0, -height % BLOCK), value=fill)


def spread(sources, strength, right, down, rounds=2):
    """`propagate` for one picture: sources (3, h, w), strength (h, w), costs (h, w); what lies outside is
    out of reach."""
    height, width = strength.shape
    right, down = right.clone(), down.clone()
    right[:, -1] = down[-1, :] = NOTHING
    rows, columns = way(whole_blocks(right, NOTHING)[None]), way(whole_blocks(down, NOTHING).T[None])
    found = propagate(whole_blocks(sources)[None], whole_blocks(strength)[None, None], rows, columns, rounds)
    return found[0, :, :height, :width]


# the way along a line


def passed(costs):
    """What each cell passes to each other: (n, n)."""
    given = torch.eye(len(costs))[:, :, None].expand(-1, -1, 4).contiguous()
    one = way(torch.from_numpy(costs))
    return torch.stack([walk(state, one)[:, 0] for state in given])


def test_a_line_of_three_cells_by_hand():
    """Prices 0.5 and 2 between three cells; the others are out of reach."""
    found = passed(np.array([0.5, 2.0, *[NOTHING] * 6], np.float32))[:3, :3]
    one, two, both = math.exp(-0.5), math.exp(-2.0), math.exp(-2.5)
    torch.testing.assert_close(found, torch.tensor([[1.0, one, both], [one, 1.0, two], [both, two, 1.0]]))


@given(costs=arrays.arrays(np.float32, 3 * BLOCK, elements=st.floats(0, 3, width=32)))
def test_what_a_cell_passes_on_is_the_product_of_the_steps(costs):
    """Within a block, to the next one, and past it."""
    matrix = passed(costs)
    place = np.concatenate([[0.0], np.cumsum(costs[:-1].astype(np.float64))])
    expected = np.exp(-np.abs(place[:, None] - place[None, :]))
    np.testing.assert_allclose(matrix.numpy(), expected, rtol=1e-3, atol=1e-12)


def test_lines_are_walked_each_by_its_own_prices():
    costs = torch.rand(2, 3, 2 * BLOCK, generator=torch.Generator().manual_seed(0))
    state = torch.rand(2, 3, 2 * BLOCK, 4, generator=torch.Generator().manual_seed(1))
    together = walk(state, way(costs))
    for place in itertools.product(range(2), range(3)):
        torch.testing.assert_close(together[place], walk(state[place], way(costs[place])))


# travelling


def brute_force(colours, strength, costs, rounds):
    """The same walk along one row, cell by cell, in plain Python."""
    count = len(costs)
    passed = [[math.exp(-sum(costs[min(i, j) : max(i, j)])) for j in range(count)] for i in range(count)]
    given_colour = [[strength[i] * value for value in (*colours[i], 1.0)] for i in range(count)]
    state = given_colour
    for _ in range(rounds):
        arrived = [[sum(passed[i][j] * state[j][k] for j in range(count)) for k in range(4)] for i in range(count)]
        state = [
            [
                given_colour[i][k] + (1 - strength[i]) * arrived[i][k] / (1 + arrived[i][3])
                for k in range(4)
            ]
            for i in range(count)
        ]  # fmt: skip
    return [[*(value / cell[3] for value in cell[:3]), cell[3]] for cell in state]


def test_one_row_of_five_cells_by_brute_force():
    """Red at the left, blue at the right, a line before the last cell but one."""
    colours = [(1.0, 0.0, 0.0), (0.3, 0.3, 0.3), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.2, 1.0)]
    strength, costs = [1.0, 0.0, 0.25, 0.0, 0.9], [0.1, 0.2, 6.0, 0.1, 0.0]
    found = spread(
        torch.tensor(colours).T[:, None, :],
        torch.tensor([strength]),
        torch.tensor([costs]),
        torch.zeros(1, 5),
        rounds=3,
    )
    expected = torch.tensor(brute_force(colours, strength, costs, 3)).T[:, None, :]
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)
    assert found[0, 0, 1] > 0.75
    assert found[2, 0, 3] > 0.9


def test_the_nearer_and_cheaper_source_wins():
    """In an even row the middle is shared; a dearer step to one side turns it to the other."""
    sources = torch.zeros(3, 1, 5)
    sources[0, 0, 0] = sources[2, 0, 4] = 1.0
    strength = torch.tensor([[1.0, 0.0, 0.0, 0.0, 1.0]])
    even, dear = torch.full((1, 5), 0.5), torch.tensor([[0.5, 0.5, 0.5, 2.0, 0.5]])
    still = torch.zeros(1, 5)
    shared = spread(sources, strength, even, still)[:3, 0]
    assert shared[:, 2].tolist() == pytest.approx([0.5, 0.0, 0.5], abs=1e-5)
    assert shared[0, 1] > 0.5 > shared[2, 1]
    assert spread(sources, strength, dear, still)[0, 0, 2] > 0.7


def test_a_wall_stops_colour():
    """Two rooms of 6 x 3 cells: each takes the colour of its own dab, exactly to the wall."""
    sources, strength = torch.zeros(3, 6, 6), torch.zeros(6, 6)
    sources[0, 1, 0], sources[2, 4, 5] = 1.0, 1.0
    strength[1, 0] = strength[4, 5] = 1.0
    right, down = torch.full((6, 6), 0.05), torch.full((6, 6), 0.05)
    right[:, 2] = NOTHING
    found = spread(sources, strength, right, down)
    red, blue = torch.tensor([1.0, 0.0, 0.0])[:, None, None], torch.tensor([0.0, 0.0, 1.0])[:, None, None]
    assert (found[:3, :, :3] - red).abs().max() < 1e-6
    assert (found[:3, :, 3:] - blue).abs().max() < 1e-6
    assert found[3].min() > 0.1


def test_colour_goes_round_corners_when_it_may_turn_often_enough():
    """A door in the lower row only: a turn down, a turn up."""
    sources, strength = torch.zeros(3, 4, 4), torch.zeros(4, 4)
    sources[1, 0, 0] = strength[0, 0] = 1.0
    right, down = torch.full((4, 4), 0.01), torch.full((4, 4), 0.01)
    right[:3, 1] = NOTHING
    amount = [spread(sources, strength, right, down, rounds)[3, 0, 3].item() for rounds in (1, 2)]
    assert amount[0] < 1e-6
    assert amount[1] > 0.1


UNIT = st.floats(0, 1, width=32)


@given(
    sources=arrays.arrays(np.float32, (3, 3, 4), elements=UNIT),
    strength=arrays.arrays(np.float32, (3, 4), elements=UNIT),
    right=arrays.arrays(np.float32, (3, 4), elements=st.floats(0, 5, width=32)),
    down=arrays.arrays(np.float32, (3, 4), elements=st.floats(0, 5, width=32)),
    rounds=st.integers(1, 3),
)
def test_every_colour_is_a_mean_of_colours_that_were_given(sources, strength, right, down, rounds):
    strength[0, 0] = max(strength[0, 0], np.float32(0.1))
    parts = [torch.from_numpy(part) for part in (sources, strength, right, down)]
    found = spread(*parts, rounds)
    used = parts[0][:, parts[1] > 0]
    assert torch.isfinite(found).all()
    assert ((found[3] >= 0) & (found[3] <= 1 + 1e-5)).all()
    arrived = found[:3, found[3] > 1e-4]
    assert (arrived >= used.min(dim=1).values[:, None] - 1e-4).all()
    assert (arrived <= used.max(dim=1).values[:, None] + 1e-4).all()


@given(
    matrix=arrays.arrays(np.float32, (3, 3), elements=UNIT),
    colours=arrays.arrays(np.float32, (3, 2), elements=UNIT),
)
def test_every_colour_is_a_convex_combination(matrix, colours):
    """Mixing commutes with a linear change of colours: the weights do not depend on the colours and add up to 1."""
    sources, strength = torch.zeros(3, 2, 3), torch.zeros(2, 3)
    sources[:, 0, 0], sources[:, 1, 2] = torch.from_numpy(colours).T
    strength[0, 0], strength[1, 2] = 1.0, 0.6
    costs = torch.full((2, 3), 0.4)
    change = torch.from_numpy(matrix)
    mixed = spread(sources, strength, costs, costs)[:3]
    changed = spread(torch.einsum("ij,jhw->ihw", change, sources), strength, costs, costs)[:3]
    torch.testing.assert_close(changed, torch.einsum("ij,jhw->ihw", change, mixed), rtol=1e-4, atol=1e-5)
    share = spread(torch.ones(3, 2, 3), strength, costs, costs)[:3]
    torch.testing.assert_close(share, torch.ones(3, 2, 3))


def test_without_hints_nothing_arrives_and_nothing_breaks():
    found = spread(torch.rand(3, 4, 4), torch.zeros(4, 4), torch.zeros(4, 4), torch.zeros(4, 4), rounds=3)
    assert torch.isfinite(found).all()
    assert found[3].max() <= 1e6 * FLOOR


def test_a_fixed_source_keeps_its_colour():
    sources, strength = torch.rand(3, 3, 3, generator=torch.Generator().manual_seed(0)), torch.zeros(3, 3)
    strength[1, 1] = 1.0
    found = spread(sources, strength, torch.zeros(3, 3), torch.zeros(3, 3))
    torch.testing.assert_close(found[:3, 1, 1], sources[:, 1, 1])
    assert found[3, 1, 1] == 1.0


def test_far_behind_many_walls_shares_do_not_fall_below_the_floor():
    sources, strength = torch.ones(3, 4, 4 * BLOCK), torch.zeros(4, 4 * BLOCK)
    strength[0, 0] = 1.0
    walls = torch.full((4, 4 * BLOCK), 30.0)
    assert spread(sources, strength, walls, walls, rounds=3)[3].min() >= 0.99 * FLOOR


# prices


def test_new_prices_are_those_of_the_lines_and_little_more():
    """A line is as narrow as a gap can be; the places on its sides are wide."""
    prices = Prices(width=8)
    ink = torch.zeros(1, 1, 48, 48)
    ink[..., 24] = 1.0
    right, down = prices(torch.rand(1, 8, 12, 12), ink)
    floor = DISTANCE * torch.nn.functional.softplus(torch.tensor(-1.3)).expand(12)
    counted = 1 / (1 + math.exp(-3.0))
    line = counted * torch.nn.functional.softplus(torch.tensor(13.0))
    gap = math.log(SIDES[-1]) * torch.nn.functional.softplus(torch.tensor(GAP))
    assert right.shape == down.shape == (1, 12, 12)
    torch.testing.assert_close(right[0, :, 5], floor + line + gap)
    torch.testing.assert_close(right[0, :, 7], floor)
    assert (down[0] >= floor - 1e-6).all()


def test_distance_stays_cheap_whatever_is_learned():
    """Else colour fades to white far from its dab."""
    prices = Prices(width=8)
    torch.nn.init.constant_(prices.learned.bias, 40.0)
    for costs in prices(torch.rand(1, 8, 12, 12), torch.zeros(1, 1, 48, 48)):
        torch.testing.assert_close(costs, torch.full((1, 12, 12), DEAREST))


def test_prices_are_never_below_zero():
    prices = Prices(width=4)
    torch.nn.init.normal_(prices.learned.weight, std=50.0)
    torch.nn.init.normal_(prices.gaps.weight, std=50.0)
    with torch.no_grad():
        prices.line_price.fill_(-50.0)
    for costs in prices(torch.randn(1, 4, 5, 5), torch.rand(1, 1, 20, 20)):
        assert (costs >= 0).all()


def rooms(gap, thickness=2):
    """How much of a dab in the left one of two rooms of 128 x 96 pixels comes to its own room's middle and to the
    other's; the wall between them has a gap of so many pixels."""
    ink = torch.zeros(1, 1, 96, 256)
    ink[..., [0, 1, -2, -1], :] = ink[..., [0, 1, -2, -1]] = 1.0
    ink[..., 128 - thickness // 2 : 128 + thickness // 2] = 1.0
    ink[..., 48 - gap // 2 : 48 - gap // 2 + gap, 90:166] = 0.0
    right, down = Prices(width=1)(torch.zeros(1, 1, 24, 64), ink)
    strength = torch.zeros(1, 1, 24, 64)
    strength[..., 6, 10] = 1.0
    with torch.no_grad():
        found = propagate(torch.ones(1, 3, 24, 64), strength, way(right), way(down.transpose(1, 2)), rounds=3)
    return found[0, 3, 12, 16].item(), found[0, 3, 12, 48].item()


def test_a_gap_holds_colour_back_and_a_doorway_does_not():
    closed, small, wide = (rooms(gap) for gap in (0, 4, 60))
    assert min(here for here, _ in (closed, small, wide)) > 0.9
    assert closed[1] < small[1] < 1e-3
    assert wide[1] > 0.9


def test_a_long_passage_is_no_gap():
    """What is as narrow as a gap, but for longer, is a staff or a ribbon."""
    assert rooms(gap=8, thickness=72)[1] > 0.99
    assert rooms(gap=8)[1] < 0.9
