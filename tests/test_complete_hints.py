"""`tools/complete_hints.py`: which dabs it adds to a drawing of two rooms and a wall without a line."""

import importlib.util
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from stenciltorch import Painting
from stenciltorch.canvas import Illustration, Lineart
from stenciltorch.evaluation.classical import ClassicalColorizer
from stenciltorch.files import write_illustration, write_lineart
from stenciltorch.hintfile import HintSheet, Mark, format_hint_file, read_hint_file

TOOL = Path(__file__).parent.parent / "tools" / "complete_hints.py"
RED, BLUE, GREEN, TINY = (200, 40, 40), (40, 60, 200), (40, 160, 60), (250, 200, 0)
SIDE = 160


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("complete_hints", TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def folder(tmp_path):
    """A red room; a room that is blue above and green below, with no line between; a speck of yellow in the red."""
    lineart, flats = np.full((SIDE, SIDE), 255, np.uint8), np.zeros((SIDE, SIDE, 3), np.uint8)
    flats[:, :80], flats[:100, 80:], flats[100:, 80:] = RED, BLUE, GREEN
    flats[20:26, 20:26] = TINY
    for box in ((0, 0, 80, SIDE - 1), (80, 0, SIDE - 1, SIDE - 1)):
        cv2.rectangle(lineart, box[:2], box[2:], 0, 3)
    write_lineart(tmp_path / "rooms-lineart.png", Lineart(lineart))
    write_illustration(tmp_path / "rooms-flats.png", Illustration(flats))
    for name, colour in (("rooms-hints.json", RED), ("rooms-hints-2.json", (10, 20, 30))):
        sheet = HintSheet((Mark(((40.0, 80.0),), colour, 5.0),), Lineart(lineart).size)
        (tmp_path / name).write_bytes(format_hint_file(sheet))
    return tmp_path


def colours_at(page, marks):
    return [
        tuple(page.codes[round(mark.points[0][1]), round(mark.points[0][0])].tolist().to_bytes(3)) for mark in marks
    ]


def test_each_area_without_a_hint_gets_one_of_its_colour(tool, folder):
    page = tool.read_page(folder / "rooms-hints.json")
    (mark,) = tool.for_areas(page)
    assert mark.colour == colours_at(page, [mark])[0]
    assert mark.colour in (BLUE, GREEN)
    assert tool.for_areas(page.with_marks([mark])) == []


def test_what_the_painter_misses_gets_a_dab_and_then_it_misses_nothing(tool, folder):
    """One colour floods the room of two; the other half is missed until it has a dab of its own."""
    page = tool.read_page(folder / "rooms-hints.json")
    whole = page.with_marks(tool.for_areas(page))
    before = tool.missed_by(whole, ClassicalColorizer()(whole.stencil()).flats)
    assert before.sum() > 3000
    added = tool.for_misses(whole, ClassicalColorizer())
    assert [mark.colour for mark in added] == colours_at(page, added)
    mended = whole.with_marks(added)
    after = tool.missed_by(mended, ClassicalColorizer()(mended.stencil()).flats)
    assert after.sum() < before.sum() / 3
    assert {mark.colour for mark in mended.sheet.marks} == {RED, BLUE, GREEN}


def test_a_painter_that_misses_nothing_gets_no_more(tool, folder):
    page = tool.read_page(folder / "rooms-hints.json")
    flats = Illustration(np.array([tuple(code.to_bytes(3)) for code in page.codes.ravel().tolist()], np.uint8).reshape(
        SIDE, SIDE, 3))  # fmt: skip
    assert not tool.missed_by(page, flats).any()
    assert tool.for_misses(page, lambda stencil: Painting(flats, flats, flats)) == []


def test_a_painter_that_hears_nothing_does_not_get_dabs_for_ever(tool, folder):
    page = tool.read_page(folder / "rooms-hints.json")
    white = Illustration.filled(page.lineart.size, 255)
    added = tool.for_misses(page, lambda stencil: Painting(white, white, white))
    assert 3 <= len(added) <= tool.ROUNDS * tool.PER_ROUND
    assert all(2 <= mark.radius <= tool.LARGEST for mark in added)


def test_the_largest_miss_comes_first_and_specks_are_left_out(tool):
    missed = np.zeros((200, 200), bool)
    missed[10:40, 10:40] = missed[60:160, 60:160] = missed[180:190, 180:190] = True
    found = list(tool.deepest(missed))
    assert [depth for _, depth in found] == pytest.approx([50, 15], abs=1.5)
    assert found[0][0] == pytest.approx((110, 110), abs=2)


def test_a_second_palette_names_few_colours_and_only_those_are_judged(tool, folder):
    page = tool.read_page(folder / "rooms-hints-2.json")
    assert page.palette == {RED[0] << 16 | RED[1] << 8 | RED[2]: (10, 20, 30)}
    white = Illustration.filled(page.lineart.size, 255)
    assert not tool.missed_by(page, white)[:, 84:].any()
    assert all(mark.colour == (10, 20, 30) for mark in tool.for_misses(page, lambda _: Painting(white, white, white)))


def test_the_command_adds_and_says_how_many(tool, folder, capsys):
    before = read_hint_file(folder / "rooms-hints.json")
    assert tool.main(["--folder", str(folder), "--areas-only"]) == 0
    after = read_hint_file(folder / "rooms-hints.json")
    assert after.marks[: len(before.marks)] == before.marks
    assert len(after.marks) == 2
    assert "rooms-hints.json: 1 hints, 1 for areas, 0 for misses" in capsys.readouterr().out
    unchanged = (folder / "rooms-hints.json").read_bytes()
    assert tool.main(["--folder", str(folder), "--areas-only"]) == 0
    assert (folder / "rooms-hints.json").read_bytes() == unchanged
