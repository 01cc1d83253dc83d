"""What lines say about steps between cells: small pictures worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from stenciltorch.networks.lines import AWAY, OUTSIDE, SIDES, barriers, clearance, gaps, line_ink, off_to, widths

# barriers


def test_a_vertical_line_stands_between_two_columns_of_cells():
    """12 x 8 pixels, cells of 4: centres at columns 2, 6, 10; ink in column 5 lies between the first and second."""
    ink = torch.zeros(1, 1, 8, 12)
    ink[..., 5] = 1.0
    right, down = barriers(ink)
    assert right[0, 0].tolist() == [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    assert down[0, 0].tolist() == [[0.0, 0.25, 0.0], [0.0, 0.25, 0.0]]


def test_a_line_at_a_centre_counts_for_the_step_that_starts_there():
    for column, step in ((1, None), (2, 0), (5, 0), (6, 1), (9, 1), (10, 2)):
        ink = torch.zeros(1, 1, 4, 12)
        ink[..., column] = 1.0
        expected = [float(number == step) for number in range(3)]
        assert barriers(ink)[0][0, 0].tolist() == [expected], column


def test_barriers_of_a_turned_picture_are_turned():
    ink = torch.rand(1, 1, 12, 8, generator=torch.Generator().manual_seed(0))
    right, down = barriers(ink)
    turned_right, turned_down = barriers(ink.transpose(2, 3))
    assert torch.equal(turned_right, down.transpose(2, 3))
    assert torch.equal(turned_down, right.transpose(2, 3))


def test_faint_lines_are_weaker_barriers_and_gaps_are_holes():
    faint, broken = torch.zeros(1, 1, 4, 8), torch.zeros(1, 1, 4, 8)
    faint[..., 4] = 0.2
    broken[..., :2, 4] = 1.0
    assert barriers(faint)[0][0, 0, 0, 0].item() == pytest.approx(0.5)
    assert barriers(broken)[0][0, 0, 0, 0].item() == 0.5


def test_a_thin_line_is_a_line_and_a_filled_area_its_edge():
    ink = torch.zeros(1, 1, 40, 60)
    ink[..., 5:8] = 0.5
    ink[..., 20:50] = 0.4
    lines = line_ink(ink)[0, 0]
    expected = torch.zeros(60)
    expected[5:8] = 0.5
    expected[[19, 20, 49, 50]] = 0.4
    assert torch.equal(lines, expected.expand(40, 60))


def test_a_line_across_a_grey_area_keeps_its_contrast():
    ink = torch.full((1, 1, 40, 60), 0.25)
    ink[..., 30:32] = 1.0
    lines = line_ink(ink)[0, 0]
    assert lines[20].tolist() == [0.75 if column in (30, 31) else 0.0 for column in range(60)]


def test_paper_has_no_lines():
    assert line_ink(torch.zeros(1, 1, 8, 8)).abs().max() == 0.0


# widths and gaps


def corridor(width, length=96):
    """A corridor of so many pixels between two lines, in the middle of a filled picture."""
    lines = torch.ones(1, 1, 96, length)
    top = (96 - width) // 2
    lines[..., top : top + width, :] = 0.0
    return lines


@pytest.mark.parametrize("side", SIDES)
def test_a_corridor_is_as_wide_as_the_largest_square_in_it(side):
    for extra in (0, 1):
        middle = widths(corridor(side + extra))[0, 0, 48, 48]
        assert middle.item() == pytest.approx(math.log(side))
    below = max([1, *[other for other in SIDES if other < side]])
    assert widths(corridor(side - 1))[0, 0, 48, 48].item() == pytest.approx(math.log(below))


def test_all_of_a_corridor_is_equally_wide_and_lines_have_no_width():
    wide = widths(corridor(15))[0, 0]
    free = corridor(15)[0, 0] == 0.0
    assert torch.allclose(wide[free], torch.tensor(math.log(15.0)))
    assert (wide[~free] == 0.0).all()


def test_what_lies_outside_the_picture_is_free():
    assert torch.allclose(widths(torch.zeros(1, 1, 16, 16)), torch.tensor(math.log(float(SIDES[-1]))))


def test_grey_lines_narrow_a_place_less():
    faint, dark = widths(0.1 * corridor(5)), widths(corridor(5))
    assert faint[0, 0, 48, 48] > dark[0, 0, 48, 48]


def wall(gap):
    """A wall of 2 px between pixels 47 and 48, with a gap of so many pixels in the middle, across free space."""
    lines = torch.zeros(1, 1, 96, 96)
    lines[..., 47:49] = 1.0
    lines[..., 48 - gap // 2 : 48 - gap // 2 + gap, 47:49] = 0.0
    return lines


def test_a_gap_counts_by_how_much_narrower_it_is_than_both_sides():
    """Pixels 46 to 49 lie between the centres of cells 11 and 12; the gap is 15 px wide, its sides 41 and more."""
    right, down = gaps(wall(15))
    assert right.shape == down.shape == (1, 1, 24, 24)
    assert right[0, 0, 12, 11].item() == pytest.approx(math.log(41 / 15), rel=1e-5)
    assert right[0, 0, 12, :10].abs().max() == right[0, 0, 12, 14:].abs().max() == 0.0
    assert down[0, 0, 12, :10].abs().max() == 0.0


def test_the_narrower_the_gap_the_more_it_counts():
    found = [gaps(wall(gap))[0][0, 0, 12, 11].item() for gap in (50, 25, 15, 9, 5)]
    assert found == sorted(found)
    assert found[0] == 0.0


def test_a_place_that_only_opens_or_only_ends_is_no_gap():
    """A corridor of 8 px, room for squares of 5, that opens into one of 41 px; tips of locks are such places."""
    lines = corridor(8)
    lines[..., 48:] = corridor(41)[..., 48:]
    assert gaps(lines)[0][0, 0, 12].abs().max() == 0.0


def test_gaps_of_a_turned_picture_are_turned():
    lines = (torch.rand(1, 1, 48, 64, generator=torch.Generator().manual_seed(0)) > 0.97).float()
    right, down = gaps(lines)
    turned_right, turned_down = gaps(lines.transpose(2, 3))
    assert right.max() > 0.0
    assert torch.equal(turned_right, down.transpose(2, 3))
    assert torch.equal(turned_down, right.transpose(2, 3))


def test_widths_of_a_mirrored_picture_are_mirrored():
    lines = (torch.rand(1, 1, 48, 64, generator=torch.Generator().manual_seed(0)) > 0.97).float()
    torch.testing.assert_close(widths(lines.flip(3)), widths(lines).flip(3))


# where pixels beside lines find their colour


def ruled(*columns, side=32):
    """Vertical lines of full ink in these columns."""
    lines = torch.zeros(1, 1, side, side)
    lines[..., list(columns)] = 1.0
    return lines


def test_clearance_is_the_distance_from_lines_up_to_a_bound():
    found = clearance(ruled(10))[0, 0, 16]
    assert found[10] < 0
    assert found[11:18].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert found.flip(0)[22:29].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert (found[18:] == 1 + OUTSIDE).all()


def test_clearance_round_a_dot_is_an_octagon():
    lines = torch.zeros(1, 1, 32, 32)
    lines[..., 16, 16] = 1.0
    found = clearance(lines)[0, 0]
    for row, column in ((16, 20), (20, 16), (16, 12)):
        assert found[row, column] == 4
    assert 4 <= found[19, 19] <= 5


def test_pixels_go_straight_off_the_line_they_lie_beside():
    step = off_to(ruled(10))[0]
    assert step[0, 16, 11:15].tolist() == [AWAY] * 3 + [3.0]
    assert step[0, 16].flip(0)[22:26].tolist() == [-AWAY] * 3 + [-3.0]
    assert step[1].abs().max() == 0
    assert step[:, :, 18:].abs().max() == 0


def test_between_two_lines_they_halt_midway():
    place = off_to(ruled(10, 17))[0, 0, 16] + torch.arange(32)
    assert place[11:17].tolist() == [13.0, 13.0, 13.0, 14.0, 14.0, 14.0]


def test_under_a_line_they_come_out_on_the_nearer_side():
    place = off_to(ruled(10, 11, 12, 13))[0, 0, 16] + torch.arange(32)
    assert place[10] < 10
    assert place[13] > 13


def test_no_pixel_crosses_a_line_of_any_shape():
    torch.manual_seed(0)
    lines = torch.zeros(1, 1, 48, 48)
    for row in range(48):
        lines[..., row, (10 + 7 * (row % 5) // 5 + row // 2) % 48] = 1.0
        lines[..., row, (11 + 7 * (row % 5) // 5 + row // 2) % 48] = 1.0
    right, down = off_to(lines)[0].long()
    paper = lines[0, 0] == 0
    for row, column in paper.nonzero().tolist():
        for share in torch.linspace(0, 1, 9).tolist():
            at = (round(row + share * int(down[row, column])), round(column + share * int(right[row, column])))
            assert paper[at], f"({row}, {column}) looks over a line"


def test_faint_ink_parts_nothing_and_grey_ink_does():
    assert off_to(0.1 * ruled(10)).abs().max() == 0
    assert off_to(0.5 * ruled(10)).abs().max() == AWAY


def test_pixels_stay_within_the_picture():
    lines = ruled(1, 30)
    lines[..., [1, 30], :] = 1.0
    step = off_to(lines)[0]
    columns, rows = step[0] + torch.arange(32), step[1] + torch.arange(32)[:, None]
    assert columns.min() >= 0
    assert columns.max() <= 31
    assert rows.min() >= 0
    assert rows.max() <= 31
