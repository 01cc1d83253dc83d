"""How high each place lies for floods of colour."""

from __future__ import annotations

import pytest
import torch

from stenciltorch.networks.terrain import BLACK, FAR, INNER, SUREST, WIDE, Borders, heights

STEP = 255.0 / (2.0 * SUREST + BLACK + WIDE)
"""Levels for one unit of log-odds."""


def row(lineart, foreseen=0.0):
    """Heights of the middle row of squares of a drawing whose rows are all alike, in units of log-odds."""
    ink = 1.0 - torch.tensor(lineart, dtype=torch.float32).expand(1, 1, 64, -1)
    found = heights(torch.full((1, 1, 32, len(lineart) // 2), foreseen), ink)
    assert found.dtype == torch.uint8
    return (found[16] / STEP - SUREST - WIDE).tolist()


@pytest.mark.parametrize(("foreseen", "level"), [(-99.0, -8.0), (-8.0, -8.0), (0.0, 0.0), (3.0, 3.0), (99.0, 8.0)])
def test_the_likelier_a_border_the_higher(foreseen, level):
    near = row([0.9] * 64, foreseen)
    assert near == pytest.approx([level + 0.1 * BLACK] * 32, abs=0.06)


def test_black_lies_higher_than_paper_and_a_thin_line_less_so():
    thick, thin = row([1.0] * 32 + [0.0] * 2 + [1.0] * 30)[16], row([1.0] * 32 + [0.0] + [1.0] * 31)[16]
    assert thick == pytest.approx(BLACK, abs=0.06)
    assert thin == pytest.approx(0.75 * BLACK, abs=0.06)


def test_paper_lies_lower_the_farther_it_is_from_ink_however_faint():
    found = row([1.0] * 32 + [0.93] * 2 + [1.0] * 30)
    assert found[15::-1] == pytest.approx([-WIDE * min(k, FAR) / FAR for k in range(16)], abs=0.06)
    assert row([1.0] * 64) == pytest.approx([-WIDE] * 32, abs=0.06)
    assert row([0.95] * 64) == pytest.approx([0.05 * BLACK - WIDE] * 32, abs=0.06)


def test_borders_are_told_for_squares_and_seen_from_pixels():
    torch.manual_seed(0)
    borders = Borders(width=6).eval()
    features, ink = torch.rand(1, 6, 5, 8), torch.zeros(1, 1, 20, 32)
    with torch.no_grad():
        plain = borders(features, ink)
        ink[..., 9, 13] = 1.0
        changed = (borders(features, ink) != plain)[0, 0]
    assert plain.shape == (1, 1, 10, 16)
    assert changed[4, 6]
    assert not changed[:, 14:].any()
    assert borders.tell.weight.shape[1] == INNER
