"""The command line: what it writes, what it says, and its exit codes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import commands
import numpy as np
import pytest
from fake_models import make_graph, make_model, replace_graph
from studio.fake_model import save_model

from stenciltorch import files
from stenciltorch.canvas import Hints, Illustration, Lineart, Mask, Size
from stenciltorch.cli import COMMANDS, build_parser
from stenciltorch.cli.lineart import STYLES
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.runtime import Graph
from stenciltorch.synthesis import lineart as synthesis_lineart

SIZE = Size(30, 40)
RED = (255, 0, 0)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model"), work_pixels=5000)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, model):
    """An empty working folder; the fake model is the one that is found."""
    monkeypatch.setenv("STENCILTORCH_MODEL", str(model))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draw(path="drawing.png", size=SIZE):
    """White paper with a frame."""
    paper = np.full(size, 255, np.uint8)
    paper[4:-4, 4] = paper[4:-4, -5] = paper[4, 4:-4] = paper[-5, 4:-4] = 0
    files.write_lineart(path, Lineart(paper))
    return Path(path)


def paint_hints(path, size=SIZE, colour=RED):
    files.write_hints(path, Hints(np.full((*size, 4), (*colour, 255), np.uint8)))
    return Path(path)


def colours(path):
    return {tuple(int(value) for value in pixel) for pixel in files.read_illustration(path).array.reshape(-1, 3)}


SHADED_WHITE, SHADED_RED, BLACK = (229, 229, 229), (229, 0, 0), (0, 0, 0)


def near(found, *expected):
    """Each colour is one of those expected, give or take a level, and all of those occur."""

    def same(one, other):
        return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= 1

    return all(any(same(one, other) for other in expected) for one in found) and all(
        any(same(one, other) for other in found) for one in expected
    )


# colorize: one drawing


def test_a_drawing_without_hints_gets_a_proposal_beside_it(said):
    code, out, err = said("colorize", draw())
    assert (code, err) == (0, [])
    assert re.fullmatch(r"drawing-colored\.png \(40 x 30, \d+\.\d s\)", out[0])
    assert near(colours("drawing-colored.png"), SHADED_WHITE, BLACK)


def test_a_model_without_a_taste_completes_nothing(said):
    code, _, err = said("colorize", draw(), "--complete")
    assert code == 2
    assert re.search(r"makes no proposals; use one made since\.$", err[-1])


def test_hints_mask_base_and_flats(said):
    draw()
    paint_hints("hints.png")
    mask = np.zeros(SIZE, np.uint8)
    mask[10:] = 255
    files.write_mask("mask.png", Mask(mask))
    base = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    files.write_illustration("base.png", Illustration(base))
    arguments = ["--hints", "hints.png", "--mask", "mask.png", "--base", "base.png", "--flats", "f.png", "-o", "o.png"]
    assert said("colorize", "drawing.png", *arguments)[0] == 0
    painted = files.read_illustration("o.png").array
    assert np.array_equal(painted[:10], base[:10])
    assert near({tuple(map(int, pixel)) for pixel in painted[10:].reshape(-1, 3)}, SHADED_RED, BLACK)
    assert colours("f.png") == {RED}


def test_dabs_from_the_command_line_lie_on_the_hints(said):
    draw()
    paint_hints("hints.png")
    said("colorize", "drawing.png", "--hints", "hints.png", "--hint", "20,15,#0000ff,3", "--flats", "f.png")
    flats = files.read_illustration("f.png").array
    assert flats[15, 20].tolist() == [0, 0, 255]
    assert (flats == (0, 0, 255)).all(axis=2).sum() == 29
    assert (flats == RED).all(axis=2).sum() == SIZE.pixels - 29


def test_a_hint_file_is_scaled_to_the_drawing(said):
    draw()
    Path("h.json").write_text('{"size": [15, 20], "dabs": [{"at": [0, 0], "color": "#ff0000", "radius": 0.5}]}')
    assert said("colorize", "drawing.png", "--hints", "h.json", "--flats", "f.png")[0] == 0
    assert (files.read_illustration("f.png").array == RED).all(axis=2).nonzero()[0].tolist() == [0, 0, 1, 1]


def test_hints_of_another_size_and_the_same_shape_are_fitted(said):
    draw()
    paint_hints("hints.png", Size(60, 80))
    assert said("colorize", "drawing.png", "--hints", "hints.png", "--flats", "f.png")[0] == 0
    assert colours("f.png") == {RED}


def test_a_drawing_stands_in_a_light(said, here):
    """From the upper left unless it is said otherwise."""
    shading = save_model(here / "shading", lit=True)
    draw()

    def painted(*options):
        assert said("colorize", "drawing.png", "--model", shading, "-o", "o.png", *options)[0] == 0
        return files.read_illustration("o.png").array[:, :, 0].astype(int)

    usual, right, flat = painted(), painted("--light", "90"), painted("--shade", "0")
    assert usual[0, 0] > usual[-1, -1] + 50
    assert right[0, -1] > right[0, 0] + 50
    assert (flat[flat > 100] == 255).all()
    assert np.array_equal(usual, painted("--light", "-45", "--shade", "1"))
    assert (painted("--shade", "0.4") >= usual).all()


def test_json_tells_the_same_to_programs(said):
    code, out, err = said("colorize", draw(), "--json")
    told = json.loads("\n".join(out))
    assert (code, err, told["made"], told["failed"]) == (0, [], 1, 0)
    (entry,) = told["drawings"]
    assert entry.pop("seconds") >= 0
    assert entry == {"drawing": "drawing.png", "output": "drawing-colored.png", "size": [30, 40]}


def test_an_existing_folder_as_output(said):
    draw()
    Path("out").mkdir()
    assert said("colorize", "drawing.png", "-o", "out", "--flats", "out/flats.png")[0] == 0
    assert sorted(path.name for path in Path("out").iterdir()) == ["drawing.png", "flats.png"]


def test_jpeg_and_webp_outputs(said):
    draw()
    for name, magic in (("o.jpg", b"\xff\xd8"), ("o.webp", b"RIFF")):
        assert said("colorize", "drawing.png", "-o", name)[0] == 0
        assert Path(name).read_bytes().startswith(magic)


def test_threads_before_and_after_the_command(said, monkeypatch):
    seen = []
    real = OnnxColorizer.load.__func__
    monkeypatch.setattr(
        OnnxColorizer,
        "load",
        classmethod(lambda cls, model, threads: seen.append(threads) or real(cls, model, threads)),
    )
    draw()
    said("--threads", "1", "colorize", "drawing.png")
    said("colorize", "drawing.png", "--threads", "2")
    said("colorize", "drawing.png")
    assert seen == [1, 2, None]


# colorize: what can go wrong with one drawing


def refused(said, *arguments):
    """The one line of a command that is refused and leaves no new file."""
    before = sorted(Path().rglob("*"))
    line = commands.refused(said, *arguments)
    assert sorted(Path().rglob("*")) == before
    return line


def test_a_missing_drawing(said):
    assert "nowhere.png does not exist" in refused(said, "colorize", "nowhere.png")


def test_a_truncated_drawing(said):
    draw()
    Path("cut.png").write_bytes(Path("drawing.png").read_bytes()[:60])
    assert "cut.png" in refused(said, "colorize", "cut.png")


def test_hints_of_another_shape_name_both_sizes(said):
    draw()
    paint_hints("hints.png", Size(30, 30))
    line = refused(said, "colorize", "drawing.png", "--hints", "hints.png")
    assert "30 x 30" in line
    assert "40 x 30" in line


def test_a_base_of_another_size_names_both_sizes(said):
    draw()
    files.write_illustration("base.png", Illustration.filled(Size(9, 9)))
    line = refused(said, "colorize", "drawing.png", "--base", "base.png")
    assert "9 x 9" in line
    assert "40 x 30" in line


def test_hints_without_transparency(said):
    draw()
    files.write_illustration("hints.png", Illustration.filled(SIZE))
    assert "no transparency" in refused(said, "colorize", "drawing.png", "--hints", "hints.png")


def test_a_dab_outside_the_drawing(said):
    line = refused(said, "colorize", draw(), "--hint", "40,3,#ff0000")
    assert "outside the drawing of 40 x 30 pixels" in line


def test_a_dab_that_cannot_be_read_is_refused_before_any_work(said, monkeypatch):
    monkeypatch.setattr(Graph, "run", lambda *_: pytest.fail("something ran"))
    assert "x,y,#rrggbb" in refused(said, "colorize", draw(), "--hint", "red")


def test_no_folder_for_the_output(said):
    assert "no folder gone; make it first" in refused(said, "colorize", draw(), "-o", "gone/out.png")


@pytest.mark.parametrize("option", ["-o", "--flats"])
def test_an_output_of_an_unknown_format(said, option):
    assert "out.gif must end in .png" in refused(said, "colorize", draw(), option, "out.gif")


@pytest.mark.parametrize("option", ["-o", "--flats"])
@pytest.mark.parametrize("name", ["drawing.png", "./drawing.png", "hints.png"])
def test_no_input_is_overwritten(said, option, name):
    draw()
    paint_hints("hints.png")
    arguments = ["colorize", "drawing.png", "--hints", "hints.png", option, name]
    assert "would replace" in refused(said, *arguments)
    assert np.array_equal(files.read_lineart("drawing.png").array[4, 4:-4], np.zeros(32))


def test_the_output_and_the_flats_are_two_files(said):
    assert "would both be written to o.png" in refused(said, "colorize", draw(), "-o", "o.png", "--flats", "o.png")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_in_a_locked_folder(said):
    draw()
    Path("locked").mkdir(mode=0o500)
    assert "cannot be written" in refused(said, "colorize", "drawing.png", "-o", "locked/out.png")


def test_an_output_that_is_a_device(said):
    draw()
    Path("out.png").symlink_to("/dev/full")
    assert "cannot be written" in refused(said, "colorize", "drawing.png", "-o", "out.png")


def test_a_missing_model(said, monkeypatch):
    monkeypatch.setenv("STENCILTORCH_MODEL", "nowhere")
    line = refused(said, "colorize", draw())
    assert "nowhere, does not exist; give a model folder with --model FOLDER" in line


def test_a_damaged_model(said, here):
    spoilt = make_model(here / "spoilt")
    (spoilt / "painter.onnx").write_bytes(b"other bytes")
    assert "get the model anew" in refused(said, "colorize", draw(), "--model", "spoilt")


def test_an_interruption_is_code_130(said, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Graph, "run", interrupt)
    assert said("colorize", draw()) == (130, [], [])


def test_too_little_memory_is_one_line(said, monkeypatch):
    def starve(*_):
        raise MemoryError

    monkeypatch.setattr(Graph, "run", starve)
    assert "Memory ran out" in refused(said, "colorize", draw())


def test_a_defect_of_ours_is_not_hidden(said, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(Graph, "run", fail)
    with pytest.raises(ZeroDivisionError):
        said("colorize", draw())


# colorize: several drawings


@pytest.fixture
def pages():
    """Three pages, hints for the first two, the second as a hint file."""
    for folder in ("pages", "hints"):
        Path(folder).mkdir()
    for name in ("a", "b", "c"):
        draw(f"pages/{name}.png")
    paint_hints("hints/a.png")
    Path("hints/b.json").write_text('{"strokes": [{"points": [[0, 0], [39, 29]], "color": "#ff0000", "radius": 60}]}')


def test_a_folder_is_coloured_with_hints_by_name(said, pages):
    code, out, err = said("colorize", "pages", "--hints", "hints", "-o", "out", "--flats", "flats")
    assert (code, out, err) == (0, ["3 made, 0 failed"], [])
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.png", "b.png", "c.png"]
    assert [colours(f"flats/{name}.png") for name in "abc"] == [{RED}, {RED}, {(255, 255, 255)}]


def test_a_broken_drawing_does_not_stop_the_rest(said, pages):
    Path("pages/b.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    code, out, err = said("colorize", "pages", "-o", "out", "--json")
    told = json.loads("\n".join(out))
    assert (code, told["made"], told["failed"]) == (1, 2, 1)
    assert [("error" in entry, entry["drawing"]) for entry in told["drawings"]] == [
        (False, "pages/a.png"),
        (True, "pages/b.png"),
        (False, "pages/c.png"),
    ]
    assert len(err) == 1
    assert err[0].startswith("stenciltorch: pages/b.png")
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.png", "c.png"]


def test_an_error_that_names_no_file_is_told_with_the_drawing(said, pages):
    paint_hints("hints/c.png", Size(9, 30))
    code, _, err = said("colorize", "pages", "--hints", "hints", "-o", "out")
    assert (code, len(err)) == (1, 1)
    assert err[0].startswith("stenciltorch: pages/c.png: The picture of the hints has 30 x 9 pixels")


def test_several_drawings_without_an_output_land_beside_themselves(said, pages):
    assert said("colorize", "pages/a.png", "pages/c.png")[0] == 0
    assert {path.name for path in Path("pages").glob("*-colored.png")} == {"a-colored.png", "c-colored.png"}


def test_results_are_no_drawings_of_the_next_run(said, pages):
    for _ in range(2):
        assert said("colorize", "pages")[1] == ["3 made, 0 failed"]


def test_a_second_pass_goes_on_from_the_first(said, pages):
    said("colorize", "pages", "--hints", "hints", "-o", "first")
    Path("masks").mkdir()
    for name in "abc":
        files.write_mask(f"masks/{name}.png", Mask.filled(SIZE, 0))
    assert said("colorize", "pages", "--base", "first", "--mask", "masks", "-o", "second")[0] == 0
    for name in "abc":
        assert files.read_illustration(f"second/{name}.png") == files.read_illustration(f"first/{name}.png")


def test_results_in_the_drawings_folder_are_refused(said, pages):
    assert "would replace pages/a.png" in refused(said, "colorize", "pages", "-o", "pages")


def test_two_drawings_of_one_name(said, pages):
    draw("pages/a.jpg")
    assert "would both be written to pages/a-colored.png" in refused(said, "colorize", "pages")


def test_two_hints_for_one_drawing(said, pages):
    Path("hints/a.json").write_text("{}")
    assert "both named like one drawing" in refused(said, "colorize", "pages", "--hints", "hints")


def test_hints_that_belong_to_no_drawing(said, pages):
    Path("others").mkdir()
    paint_hints("others/z.png")
    line = refused(said, "colorize", "pages", "--hints", "others")
    assert "No file in others is named like a drawing" in line


def test_one_hint_picture_for_many_drawings(said, pages):
    assert "--hints must be a folder" in refused(said, "colorize", "pages", "--hints", "hints/a.png")


def test_dabs_for_many_drawings(said, pages):
    assert "--hint is for one drawing" in refused(said, "colorize", "pages", "--hint", "1,1,#ff0000")


def test_a_folder_without_pictures(said):
    Path("empty").mkdir()
    Path("empty/.hidden.png").write_bytes(b"")
    Path("empty/notes.txt").write_text("no picture")
    assert "empty holds no pictures" in refused(said, "colorize", "empty")


def test_a_file_where_a_folder_must_be_made(said, pages):
    Path("out").write_text("in the way")
    assert "-o out cannot be made a folder" in refused(said, "colorize", "pages", "-o", "out")


def test_a_bar_is_shown_to_people_on_stderr_only(said, pages, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    code, out, err = said("colorize", "pages", "-o", "out")
    assert (code, out) == (0, ["3 made, 0 failed"])
    assert "colouring" in "".join(err)


# lineart


def test_lines_of_an_illustration(said):
    picture = np.full((*SIZE, 3), 230, np.uint8)
    picture[14:16] = 0
    files.write_illustration("picture.png", Illustration(picture))
    assert said("lineart", "picture.png", "--style", "thick")[0] == 0
    drawn = files.read_lineart("picture-lineart.png").array
    assert drawn[14:16].max() < 60
    assert drawn[:5].min() > 200


def test_a_seed_repeats_a_random_style(said):
    rng = np.random.default_rng(3)
    files.write_illustration("picture.png", Illustration(rng.integers(0, 256, (60, 60, 3), dtype=np.uint8)))
    for seed, name in ((7, "one.png"), (7, "two.png"), (8, "three.png")):
        assert said("lineart", "picture.png", "--seed", seed, "-o", name)[0] == 0
    one, two, three = (Path(name).read_bytes() for name in ("one.png", "two.png", "three.png"))
    assert one == two != three


def test_lines_of_a_folder_go_on_past_a_broken_picture(said):
    Path("in").mkdir()
    files.write_illustration("in/a.png", Illustration.filled(SIZE, 99))
    Path("in/b.png").write_bytes(b"no picture")
    code, out, err = said("lineart", "in", "-o", "out")
    assert (code, out, len(err)) == (1, ["1 made, 1 failed"], 1)
    assert Path("out/a.png").exists()


def test_the_styles_of_the_help_are_those_that_exist():
    assert set(STYLES) == set(synthesis_lineart.STYLES)


def test_an_unknown_style(said):
    assert "'crayon'" in refused(said, "lineart", "picture.png", "--style", "crayon")


# model


def test_model_info(said, model):
    code, out, _ = said("model", "info")
    assert code == 0
    assert f"folder         {model}" in out
    told = json.loads("\n".join(said("model", "info", "--json")[1]))
    assert told["name"] == "fake"
    assert told["painter.onnx"] == (model / "painter.onnx").stat().st_size


def test_model_check_paints(said, model, monkeypatch):
    ran = []
    real = Graph.run
    monkeypatch.setattr(Graph, "run", lambda self, values: ran.append(self.path.stem) or real(self, values))
    assert said("model", "check")[:2] == (0, [f"fake in {model} works"])
    assert set(ran) == {"encoder", "painter", "finisher"}


def test_model_check_finds_a_model_that_paints_outside_the_mask(said, here):
    bold = make_model(here / "bold")
    painter = make_graph("painter")
    node = next(node for node in painter.graph.node if node.output[0] == "illustration")
    node.input[0] = "inked"
    replace_graph(bold, "painter", painter.SerializeToString())
    line = refused(said, "model", "check", "--model", "bold")
    assert re.search(r"bold changes \d+ bytes outside the mask of a drawing of \d+ x \d+ pixels", line)


# all commands


def test_help_for_every_command(said):
    assert said("--help")[0] == 0
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        code, out, err = said(name, "--help")
        assert (code, err) == (0, [])
        assert out[0].startswith(f"usage: stenciltorch {name}")


def test_version(said):
    code, out, _ = said("--version")
    assert code == 0
    assert re.fullmatch(r"stenciltorch \d+\.\d+\.\d+\S*", out[0])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "required: COMMAND"),
        (["colourize"], "invalid choice: 'colourize'"),
        (["colorize"], "required: DRAWING; see `stenciltorch colorize --help`"),
        (["colorize", "a.png", "--hin", "1,1,#ff0000"], "unrecognized arguments: --hin"),
        (["colorize", "a.png", "--threads", "0"], "expected a whole number from 1, found '0'"),
        (["lineart", "a.png", "--seed", "-1"], "--seed"),
        (["colorize", "a.png", "--light", "left"], "--light: expected a number from -360 to 360, found 'left'"),
        (["colorize", "a.png", "--light", "inf"], "--light"),
        (["colorize", "a.png", "--shade", "2.1"], "--shade: expected a number from 0 to 2, found '2.1'"),
        (["batch", "pages", "--shade", "nan"], "--shade"),
        (["model"], "required: ACTION"),
    ],
)
def test_wrong_usage_is_one_line(said, arguments, reason):
    assert reason in refused(said, *arguments)


def test_every_option_is_explained():
    def walk(parser):
        for action in parser._actions:
            assert action.help or action.choices, action
            for inner in (action.choices or {}).values() if hasattr(action.choices, "values") else ():
                walk(inner)

    walk(build_parser())


def python(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_help_loads_nothing_that_takes_long():
    code = """
import sys
from stenciltorch.cli import main
main(sys.argv[1:])
slow = {"onnxruntime", "PIL", "cv2", "scipy", "skimage", "rich", "torch", "onnx", "importlib.metadata"}
sys.exit(f"loaded {slow & set(sys.modules)}" if slow & set(sys.modules) else 0)
"""
    for arguments in (["--help"], ["colorize", "--help"], ["lineart", "--help"], ["model", "info", "--help"]):
        assert python(code, *arguments).returncode == 0, python(code, *arguments).stderr


@pytest.mark.skipif(os.name != "posix", reason="pipes close otherwise elsewhere")
def test_a_closed_pipe_is_quiet(model):
    code = """
import os, sys
from stenciltorch.cli import main
reader, writer = os.pipe()
os.dup2(writer, 1)
os.close(writer)
os.close(reader)
sys.exit(main(["model", "info"]))
"""
    done = python(code)
    assert (done.returncode, done.stderr) == (141, "")


def test_python_dash_m(model):
    done = subprocess.run(
        [sys.executable, "-m", "stenciltorch.cli", "model", "info"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "fake" in done.stdout
