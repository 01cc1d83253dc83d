"""The hint sets of benchmarks/hints: dabs and strokes that suit the drawings they are named after.

The drawings are no part of the project. Where they are (`STENCILTORCH_ART`, or the folder shared/art beside
the project), the hints are held against them too.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from stenciltorch.canvas import Size
from stenciltorch.errors import InputError
from stenciltorch.files import read_lineart
from stenciltorch.hintfile import HintSheet, Mark, draw_hints, read_hint_file

ROOT = Path(__file__).resolve().parents[1]
ART = Path(os.environ.get("STENCILTORCH_ART", ROOT.parent / "shared" / "art"))
SETS = sorted((ROOT / "benchmarks" / "hints").glob("*.json"))
COUNT = 22
LEAST_HINTS, MOST_HINTS = 8, 25
DARK, MOST_DARK = 128, 0.2

each_set = pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)


def drawing_of(path: Path) -> Path:
    drawing = ART / "lineart" / f"{path.stem}.png"
    if not drawing.exists():
        pytest.skip(f"needs the drawing {drawing}")
    return drawing


def reach(mark: Mark) -> tuple[tuple[float, float], tuple[float, float]]:
    """Upper left and lower right corner of the box around a mark."""
    corners = np.array(mark.points)
    return tuple(corners.min(0) - mark.radius), tuple(corners.max(0) + mark.radius)


def covered(mark: Mark, size: Size) -> np.ndarray:
    return draw_hints(HintSheet((mark,), size), size).array[..., 3] > 0


def share_dark(mark: Mark, grey: np.ndarray) -> float:
    return float((grey[covered(mark, Size.of(grey))] < DARK).mean())


def test_there_is_a_set_for_every_drawing():
    assert len(SETS) == COUNT


@each_set
def test_a_set_states_its_size_and_a_fair_number_of_hints(path):
    sheet = read_hint_file(path)
    assert sheet.size is not None
    assert LEAST_HINTS <= len(sheet.marks) <= MOST_HINTS


@each_set
def test_every_hint_lies_wholly_inside_the_picture(path):
    sheet = read_hint_file(path)
    for mark in sheet.marks:
        assert mark.radius is not None, mark
        low, high = reach(mark)
        assert min(low) >= -0.5, mark
        assert high[0] <= sheet.size.width - 0.5, mark
        assert high[1] <= sheet.size.height - 0.5, mark


@each_set
def test_hints_of_different_colours_do_not_overlap(path):
    sheet = read_hint_file(path)
    drawn = draw_hints(sheet, sheet.size).array
    for mark in sheet.marks:
        assert (drawn[covered(mark, sheet.size)] == (*mark.colour, 255)).all(), mark


@each_set
def test_a_set_has_several_colours(path):
    assert len({mark.colour for mark in read_hint_file(path).marks}) >= 5


@each_set
def test_the_size_is_the_drawings(path):
    assert read_lineart(drawing_of(path)).size == read_hint_file(path).size


@each_set
def test_hints_lie_on_paper_not_on_lines(path):
    grey = read_lineart(drawing_of(path), levels=False).array
    for mark in read_hint_file(path).marks:
        assert share_dark(mark, grey) <= MOST_DARK, mark


def test_a_hint_on_a_line_would_be_noticed():
    grey = np.full((40, 40), 255, np.uint8)
    grey[:, 18:23] = 0
    assert share_dark(Mark(((20, 20),), (255, 0, 0), 4.0), grey) > MOST_DARK
    assert share_dark(Mark(((10, 20),), (255, 0, 0), 4.0), grey) == 0


def test_a_colour_that_is_none_would_be_noticed(tmp_path):
    path = tmp_path / "set.json"
    path.write_text('{"dabs": [{"at": [1, 1], "color": "skin"}]}')
    with pytest.raises(InputError, match="#rrggbb"):
        read_hint_file(path)
