"""How high each place lies for floods of colour."""

from __future__ import annotations

import pytest
import torch

from stenciltorch.networks.terrain import BLACK, INNER, SUREST, Borders, heights


def test_the_likelier_a_border_the_higher():
    foreseen = torch.tensor([-99.0, -SUREST, 0.0, 2.0, SUREST, 99.0]).view(1, 1, 1, 6)
    found = heights(foreseen, torch.zeros(1, 1, 2, 12))
    assert found.dtype == torch.uint8
    assert found[0].tolist() == [0, 0, 97, 121, 194, 194]


def test_black_lies_higher_than_paper_by_as_much_as_five_units_of_log_odds():
    blank = torch.zeros(1, 1, 2, 8)
    black, line, grey = blank.clone(), blank.clone(), blank + 0.5
    black[..., 2:4] = 1.0
    line[..., 4] = 1.0
    level = heights(torch.zeros(1, 1, 1, 4), blank)[0].tolist()
    step = 255.0 / (2.0 * SUREST + BLACK)
    assert level == [97] * 4
    assert heights(torch.zeros(1, 1, 1, 4), black)[0].tolist() == pytest.approx([97, 97 + BLACK * step, 97, 97], abs=1)
    assert heights(torch.zeros(1, 1, 1, 4), line)[0, 2].item() == pytest.approx(97 + 0.75 * BLACK * step, abs=1)
    assert heights(torch.zeros(1, 1, 1, 4), grey)[0].float().mean().item() == pytest.approx(
        97 + 0.5 * BLACK * step, abs=1
    )
    assert heights(torch.full((1, 1, 1, 4), SUREST), torch.ones(1, 1, 2, 8)).max() == 255


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
