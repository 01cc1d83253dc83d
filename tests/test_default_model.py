"""The model that comes with StencilTorch: it is whole, small enough to ship, and does its job."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from stenciltorch import files
from stenciltorch.canvas import Lineart, Mask, Stencil
from stenciltorch.cli import main
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.evaluation.hints import hint_errors
from stenciltorch.evaluation.lines import line_contrast
from stenciltorch.hintfile import draw_hints, read_hint_file
from stenciltorch.runtime.folder import PACKAGED

DRAWINGS = Path(__file__).parent.parent / "examples" / "drawings"
MOST_BYTES = 16_000_000


@pytest.fixture(scope="module")
def stencil():
    """A drawing of the project with its hints."""
    start = Stencil.start(files.read_lineart(DRAWINGS / "ribbon-lineart.png"))
    return start.with_hints(draw_hints(read_hint_file(DRAWINGS / "ribbon-hints.json"), start.size))


@pytest.fixture(scope="module")
def painting(stencil):
    return OnnxColorizer.load(PACKAGED, threads=1)(stencil)


def test_the_command_that_checks_models_is_content(capsys):
    assert main(["model", "check", "--model", str(PACKAGED), "--threads", "1"]) == 0
    assert capsys.readouterr().out.endswith(f"in {PACKAGED} works\n")


def test_it_is_small_enough_to_ship():
    assert sum(path.stat().st_size for path in PACKAGED.iterdir()) <= MOST_BYTES


def test_what_has_no_hint_takes_colours_of_hints_near_by(tmp_path):
    """Three rooms in a frame; the left and the middle one are hinted."""
    paper = np.full((96, 160), 255, np.uint8)
    paper[4:-4, 4] = paper[4:-4, -5] = paper[4, 4:-4] = paper[-5, 4:-4] = 0
    paper[4:-4, 52] = paper[4:-4, 104] = 0
    files.write_lineart(tmp_path / "rooms.png", Lineart(paper))
    asked = [str(tmp_path / "rooms.png"), "--hint", "28,48,#c83c3c,8", "--hint", "78,48,#3c5ac8,8", "--shade", "0"]
    found = {}
    for name, more in (("asked", []), ("completed", ["--complete"])):
        assert main(["colorize", *asked, *more, "-o", str(tmp_path / f"{name}.png"), "--threads", "1"]) == 0
        found[name] = files.read_illustration(tmp_path / f"{name}.png").array[48, [28, 78, 130]].astype(int)
    assert np.abs(found["asked"] - [(200, 60, 60), (60, 90, 200), (255, 255, 255)]).max() <= 6
    assert np.abs(found["completed"] - [(200, 60, 60), (60, 90, 200), (60, 90, 200)]).max() <= 6


def test_a_gap_in_an_outline_is_told_for_a_border():
    """A ring on paper, open for 12 pixels: higher in the gap than inside and outside, lower than the line."""
    paper = np.full((192, 192), 255, np.uint8)
    cv2.circle(paper, (96, 96), 60, 0, 3)
    paper[90:102, 130:] = 255
    drawing = OnnxColorizer.load(PACKAGED, threads=1).look(Stencil.start(Lineart(paper)))
    high = drawing.opaque["heights"].numpy().astype(int)
    gap, inside, outside, line = (
        high[46:50, 76:80].max(axis=1).min(),
        high[48, 30:66],
        high[48, 90:],
        high[46:50, 17:20],
    )
    assert gap > 1.2 * max(inside.max(), outside.max())
    assert line.max() > gap


def test_what_is_asked_for_comes_out(stencil, painting):
    strokes = [error.stroke for error in hint_errors(painting.colour, stencil.hints, stencil.lineart)]
    counted = [error for error in strokes if error is not None]
    assert len(counted) >= 10
    assert np.mean(counted) <= 3.0


def test_the_lines_stay(stencil, painting):
    contrast = line_contrast(painting.illustration, stencil.lineart)
    assert contrast is not None
    assert contrast > 0.9


def test_outside_the_mask_every_byte_stays(stencil, painting):
    open_part = np.zeros(stencil.size, np.uint8)
    open_part[300:700, 200:600] = 255
    open_part[290:300, 200:600] = 128
    base = np.random.default_rng(0).integers(0, 256, (*stencil.size, 3), dtype=np.uint8)
    again = stencil.continue_from(painting).with_mask(Mask(open_part))
    for request in (again, again.with_base(type(again.base)(base))):
        found = OnnxColorizer.load(PACKAGED, threads=1)(request)
        kept = open_part == 0
        assert np.array_equal(found.illustration.array[kept], request.base.array[kept])
        assert not np.array_equal(found.illustration.array[~kept], request.base.array[~kept])
