"""The project's own drawings: the committed files agree with each other and with their sources."""

import importlib.util
import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from PIL import Image

from stenciltorch.canvas import MAX_PALETTE

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "examples" / "drawings"
NAMES = sorted(source.stem for source in FOLDER.glob("*.svg"))
MODES = {"lineart": "L", "flats": "RGB", "colour": "RGB", "illustration": "RGB"}
HINT_FILES = [f"{name}-hints{suffix}" for name in NAMES for suffix in ("", "-2")]

each_drawing = pytest.mark.parametrize("name", NAMES)


def picture(name, ending):
    with Image.open(FOLDER / f"{name}-{ending}.png") as opened:
        assert opened.mode == MODES[ending]
        return np.asarray(opened)


def packed(colours):
    """One number a pixel, to compare colours."""
    wide = colours.astype(np.int64)
    return wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]


def plain(flats):
    """Where a pixel has the colour of its eight neighbours: no anti-aliasing."""
    code = packed(flats).astype(np.float64)
    return cv2.dilate(code, np.ones((3, 3))) == cv2.erode(code, np.ones((3, 3)))


def borders(flats):
    """Where two flat colours meet."""
    steps = (
        np.abs(flats[1:, 1:].astype(int) - flats[:-1, 1:]).max(2),
        np.abs(flats[1:, 1:].astype(int) - flats[1:, :-1]).max(2),
    )
    return np.maximum(*steps) > 12


def hint_spots(sheet):
    """Each hint's colour and the mask of its pixels."""
    for kind in ("dabs", "strokes"):
        for hint in sheet[kind]:
            mask = np.zeros(sheet["size"], np.uint8)
            points = np.array([hint["at"]] if kind == "dabs" else hint["points"], np.int32)
            width = max(1, int(2 * hint["radius"]) - 1)
            cv2.polylines(mask, [np.repeat(points, 2, axis=0)], False, 1, width)
            yield hint["color"], mask > 0


def rendering():
    """The module behind `tools/render_drawings.py`; skips where the renderer is not installed."""
    pytest.importorskip("resvg_py")
    spec = importlib.util.spec_from_file_location("render_drawings", ROOT / "tools" / "render_drawings.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def drawing_code(monkeypatch):
    """Makes `drawing` importable; skips where shapely is not installed."""
    pytest.importorskip("shapely")
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    yield importlib.import_module
    for module in [module for module in sys.modules if module.split(".")[0] == "drawing"]:
        del sys.modules[module]


def test_there_are_at_least_five_drawings():
    assert len(NAMES) >= 5


@each_drawing
def test_source_has_the_four_layers_and_its_licence(name):
    root = ElementTree.parse(FOLDER / f"{name}.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    layers = {group.get("id"): len(group) for group in root.findall(f"{space}g")}
    assert list(layers) == ["flats", "shade", "light", "line"]
    assert min(layers.values()) > 0
    assert "CC0-1.0" in root.find(f"{space}metadata").text


@each_drawing
def test_views_have_one_size_and_their_mode(name):
    root = ElementTree.parse(FOLDER / f"{name}.svg").getroot()
    wanted = int(root.get("height")), int(root.get("width"))
    assert {picture(name, ending).shape[:2] for ending in MODES} == {wanted}
    assert 700 <= max(wanted) <= 1024


@each_drawing
def test_flats_are_few_colours(name):
    flats = picture(name, "flats")
    colours = np.unique(packed(flats)[plain(flats)])
    assert 5 <= len(colours) <= MAX_PALETTE


@each_drawing
def test_flat_colours_are_those_of_the_source(name):
    flats = picture(name, "flats")
    root = ElementTree.parse(FOLDER / f"{name}.svg").getroot()
    written = {path.get("fill") for path in root.find(".//*[@id='flats']")}
    code = packed(flats)
    held = {f"#{colour:06x}" for colour in np.unique(code[plain(flats)])}
    assert held <= written


@each_drawing
def test_lineart_is_ink_on_bare_paper(name):
    lineart = picture(name, "lineart")
    assert (lineart.min(), lineart.max()) == (0, 255)
    assert (lineart == 255).mean() > 0.7
    assert 0.03 < (lineart < 128).mean() < 0.2
    assert ((lineart > 0) & (lineart < 255)).mean() > 0.005  # anti-aliased


@each_drawing
def test_colours_meet_under_lines(name):
    edge = borders(picture(name, "flats"))
    inked = cv2.dilate((picture(name, "lineart") < 128).astype(np.uint8), np.ones((5, 5)))[1:, 1:] > 0
    assert edge.sum() > 5000
    assert (edge & ~inked).sum() < 0.003 * edge.sum()


@each_drawing
def test_illustration_is_the_colour_with_ink_over_it(name):
    lineart, colour, whole = (picture(name, ending) for ending in ("lineart", "colour", "illustration"))
    assert np.abs(whole.astype(int) - colour)[lineart == 255].max() <= 1
    assert whole[lineart == 0].max() < 60
    between = (lineart > 0) & (lineart < 255)
    ink = np.median(whole[lineart == 0], axis=0)
    share = lineart[between, None] / 255
    assert np.abs(colour[between] * share + ink * (1 - share) - whole[between]).max() <= 3


@each_drawing
def test_shade_and_light_change_the_flats(name):
    gap = np.abs(picture(name, "colour").astype(int) - picture(name, "flats")).max(axis=2)
    assert (gap > 8).mean() > 0.1


@pytest.mark.parametrize("file", HINT_FILES)
def test_hints_are_in_the_documented_form(file):
    sheet = json.loads((FOLDER / f"{file}.json").read_text(encoding="utf-8"))
    assert set(sheet) == {"size", "dabs", "strokes"}
    hints = sheet["dabs"] + sheet["strokes"]
    assert 8 <= len(hints) <= 140
    assert all(re.fullmatch("#[0-9a-f]{6}", hint["color"]) and hint["radius"] > 0 for hint in hints)
    assert tuple(sheet["size"]) == picture(file.split("-")[0], "flats").shape[:2]


@each_drawing
def test_hints_lie_inside_their_flat_colour(name):
    flats = packed(picture(name, "flats"))
    sheet = json.loads((FOLDER / f"{name}-hints.json").read_text(encoding="utf-8"))
    for colour, spot in hint_spots(sheet):
        assert set(flats[spot]) == {int(colour[1:], 16)}, f"hint {colour} leaves its area"


@each_drawing
def test_second_hints_keep_the_places_and_change_the_palette(name):
    flats = packed(picture(name, "flats"))
    first, second = (
        json.loads((FOLDER / f"{name}-hints{suffix}.json").read_text(encoding="utf-8")) for suffix in ("", "-2")
    )
    wanted = {}
    for colour, spot in hint_spots(second):
        (area,) = set(flats[spot])
        assert wanted.setdefault(area, colour) == colour, "one area, two colours"
    assert len({colour for colour, _ in hint_spots(first)} & set(wanted.values())) <= 0.2 * len(wanted)


@each_drawing
def test_views_are_what_the_source_renders_to(name):
    fresh = rendering().views((FOLDER / f"{name}.svg").read_text(encoding="utf-8"))
    assert set(fresh) == set(MODES)
    for ending, rendered in fresh.items():
        gap = np.abs(np.asarray(rendered).astype(int) - picture(name, ending))
        assert gap.mean() < 0.05, f"{ending}: mean difference {gap.mean():.3f}"
        assert (gap > 24).mean() < 1e-4, f"{ending}: {(gap > 24).sum()} values are far off"


def test_only_keeps_the_wanted_layers():
    svg = "".join(f'<g id="{group}"><path d="{group}"/></g>\n' for group in ("flats", "shade", "light", "line"))
    kept = rendering().only(svg, ("flats", "line"))
    assert re.findall('id="(.*?)"', kept) == ["flats", "line"]


def test_source_is_what_the_drawing_code_draws(drawing_code):
    art = drawing_code("drawing.art.window")
    sheet = art.draw()
    drawn = np.asarray(rendering().lineart(sheet.svg(art.TITLE))).astype(int)
    gap = np.abs(drawn - picture("window", "lineart"))
    assert gap.mean() < 0.05


def test_hint_outside_one_flat_colour_is_refused(drawing_code):
    sheet = drawing_code("drawing.sheet").Sheet(100, 100)
    oval = drawing_code("drawing.curves").oval
    sheet.part("paper", oval((50, 50), 80, 80), "#ffffff")
    sheet.part("dot", oval((50, 50), 20, 20), "#ff0000")
    hints = drawing_code("drawing.hints")
    held = json.loads(hints.hint_text(sheet, hints.Wishes([(50, 50, 9)], []), {"#ff0000": "#00ff00"}))
    assert held["dabs"] == [{"at": [50, 50], "color": "#00ff00", "radius": 9}]
    with pytest.raises(ValueError, match="leaves its flat colour"):
        hints.hint_text(sheet, hints.Wishes([(70, 50, 9)], []), {})


def test_curve_through_four_points_of_a_circle_is_that_circle(drawing_code):
    ring = drawing_code("drawing.curves").shape("100,0 0,100 -100,0 0,-100").points()
    assert np.abs(np.linalg.norm(ring, axis=1) - 100).max() < 0.1


def test_corners_stay_sharp(drawing_code):
    square = drawing_code("drawing.curves").shape("0,0! 100,0! 100,100! 0,100!")
    assert drawing_code("drawing.ink").area(square).area == pytest.approx(10_000)


def test_pen_stroke_has_its_width_and_tapers(drawing_code):
    curves, ink = drawing_code("drawing.curves"), drawing_code("drawing.ink")
    line = curves.curve("0,0 200,0")
    full = ink.stroke(line, ink.Nib(4.0))
    assert full.area == pytest.approx(800 + np.pi * 4, rel=0.01)  # and two round ends
    tapered = ink.stroke(line, ink.Nib(4.0, lift_in=80, lift_out=80, tip=0.0))
    assert tapered.area < 0.85 * full.area
    assert tapered.bounds[3] == pytest.approx(2.0, abs=0.01)


def test_nearer_parts_hide_the_lines_behind_them(drawing_code):
    sheet = drawing_code("drawing.sheet").Sheet(100, 100)
    box = drawing_code("shapely").box
    curve, nib = drawing_code("drawing.curves").curve, drawing_code("drawing.ink").Nib(4.0)
    sheet.part("far", box(0, 0, 100, 100), "#ffffff").line(curve("10,50 90,50"), nib=nib)
    sheet.part("near", box(40, 0, 60, 100), "#ff0000")
    drawn = np.asarray(rendering().lineart(sheet.svg("test")))
    assert (drawn[50, 20], drawn[50, 50], drawn[50, 80]) == (0, 255, 0)
