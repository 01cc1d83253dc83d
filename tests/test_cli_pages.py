"""`colorize` with layers and palettes, `batch` and `palette`, as a user types them."""

import json
from argparse import Namespace

import numpy as np
import pytest
from fake_models import make_model
from PIL import Image
from psd_tools import PSDImage

from stenciltorch.batch import Reference, carry
from stenciltorch.canvas import Size
from stenciltorch.cli import main
from stenciltorch.cli.paging import Batch
from stenciltorch.files import digest_of_hints, read_illustration, read_lineart
from stenciltorch.hintfile import draw_hints, read_hint_file
from stenciltorch.palettes import read_swatches

DABS = {"dabs": [{"at": [20, 20], "color": "#c83232", "radius": 70}]}


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def pages(tmp_path):
    """Two pages of one box each, with hints for the first."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in (1, 2):
        lines = np.full((40, 50), 255, np.uint8)
        lines[8:30, [8, 40]] = lines[[8, 29], 8:41] = 0
        Image.fromarray(lines).save(folder / f"page{number}.png")
    (tmp_path / "hints").mkdir()
    (tmp_path / "hints" / "page1.json").write_text(json.dumps(DABS))
    return folder


@pytest.fixture
def run(model, capsys):
    def run(*arguments):
        code = main([*map(str, arguments), *([] if arguments[0] == "palette" else ["--model", str(model)])])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def colours(path):
    return {tuple(colour) for colour in read_illustration(path).array.reshape(-1, 3).tolist()}


def test_layers_beside_the_picture_and_back_again(run, pages, tmp_path):
    psd, ora = tmp_path / "a.psd", tmp_path / "a.ora"
    first = tmp_path / "first.png"
    options = ("--hints", tmp_path / "hints/page1.json", "--layers", "region")
    assert run("colorize", pages / "page1.png", *options, "--psd", psd, "--ora", ora, "-o", first)[0] == 0
    assert [layer.name for layer in PSDImage.open(psd)] == ["flats", "shade", "line", "hints"]
    for document in (psd, ora):
        again = tmp_path / f"from-{document.suffix[1:]}.png"
        assert run("colorize", document, "-o", again)[0] == 0
        assert again.read_bytes() == first.read_bytes()


def test_layer_names_of_a_document(run, pages, tmp_path):
    psd = tmp_path / "a.psd"
    run("colorize", pages / "page1.png", "--psd", psd, "-o", tmp_path / "x.png")
    code, _, told = run("colorize", psd, "--line-layer", "ink", "-o", tmp_path / "y.png")
    assert code == 2
    assert "has no layer 'ink'; its layers are 'line'" in told


def test_a_palette_and_a_change_of_colour(run, pages, tmp_path):
    (tmp_path / "two.gpl").write_text("GIMP Palette\n200 0 0 dress\n250 250 250 paper\n")
    flats = tmp_path / "flats.png"
    options = ("--hints", tmp_path / "hints/page1.json", "--palette", tmp_path / "two.gpl", "--flats", flats)
    assert run("colorize", pages / "page1.png", *options, "-o", tmp_path / "x.png")[0] == 0
    assert colours(flats) == {(200, 0, 0)}
    assert (
        run("colorize", pages / "page1.png", *options, "--recolour", "dress=#0000ff", "-o", tmp_path / "x.png")[0] == 0
    )
    assert colours(flats) == {(0, 0, 255)}
    code, _, told = run(
        "colorize", pages / "page1.png", *options, "--recolour", "shoe=#0000ff", "-o", tmp_path / "x.png"
    )
    assert (code, "is no colour" in told) == (2, True)


def test_files_tell_how_they_were_made_unless_stripped(run, pages, tmp_path):
    run("colorize", pages / "page1.png", "-o", tmp_path / "told.png")
    run("colorize", pages / "page1.png", "--strip", "-o", tmp_path / "silent.png")
    with Image.open(tmp_path / "told.png") as told, Image.open(tmp_path / "silent.png") as silent:
        assert told.text["stenciltorch:model"] == "fake"
        assert silent.text == {}


def test_wrong_endings_are_refused_before_work(run, pages, tmp_path):
    code, _, told = run("colorize", pages / "page1.png", "--psd", tmp_path / "a.ora")
    assert (code, "must end in .psd" in told) == (2, True)


def batch(run, pages, tmp_path, *options):
    return run("batch", pages, "-o", tmp_path / "out", *options)


def test_a_batch_is_resumed_page_by_page(run, pages, tmp_path):
    hints = ("--hints", tmp_path / "hints", "--psd")
    code, told, _ = batch(run, pages, tmp_path, *hints)
    assert code == 0
    assert "2 made, 0 failed" in told
    out = tmp_path / "out"
    assert {path.name for path in out.iterdir()} == {
        "page1.png", "page1.psd", "page2.png", "page2.psd", "contact-sheet.png", "stenciltorch-batch.json",
    }  # fmt: skip
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert "2 done already\n0 made, 0 failed" in batch(run, pages, tmp_path, *hints)[1]
    (out / "page2.png").unlink()
    assert "1 made, 0 failed" in batch(run, pages, tmp_path, *hints)[1]
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert "2 made" in batch(run, pages, tmp_path, *hints, "--strip")[1]
    (out / "page1.png").write_bytes(before["page2.png"])
    code, told, complained = batch(run, pages, tmp_path, *hints)
    assert (code, "1 made, 1 failed" in told, "page1.png was changed" in complained) == (1, True, True)
    assert (out / "page1.png").read_bytes() == before["page2.png"]


def test_a_page_that_fails_does_not_stop_the_others(run, pages, tmp_path):
    (pages / "broken.png").write_bytes(b"no picture")
    code, told, complained = batch(run, pages, tmp_path)
    assert code == 1
    assert "2 made, 1 failed" in told
    assert "broken.png is not a picture" in complained


def test_hints_are_carried_from_a_coloured_page(run, pages, tmp_path):
    coloured = np.full((40, 50, 3), (240, 240, 255), np.uint8)
    coloured[8:30, 8:41] = (20, 160, 90)
    Image.fromarray(coloured).save(tmp_path / "reference.png")
    options = ("--reference", tmp_path / "reference.png", "--reference-lineart", pages / "page1.png")
    assert batch(run, pages, tmp_path, *options)[0] == 0
    lineart = read_lineart(pages / "page2.png")
    carried = carry(Reference.of(read_illustration(tmp_path / "reference.png"), lineart), lineart)
    assert {tuple(colour) for colour in carried.array[carried.array[..., 3] > 0].tolist()} == {
        (20, 160, 90, 255),
        (240, 240, 255, 255),
    }
    with Image.open(tmp_path / "out/page2.png") as found:
        assert found.text["stenciltorch:hints-sha256"] == digest_of_hints(carried)


def test_a_page_keeps_its_own_hints(run, pages, tmp_path):
    Image.new("RGB", (50, 40), (20, 160, 90)).save(tmp_path / "reference.png")
    options = ("--reference", tmp_path / "reference.png", "--reference-lineart", pages / "page1.png")
    assert batch(run, pages, tmp_path, *options, "--hints", tmp_path / "hints")[0] == 0
    own = draw_hints(read_hint_file(tmp_path / "hints/page1.json"), Size(40, 50))
    with Image.open(tmp_path / "out/page1.png") as found:
        assert found.text["stenciltorch:hints-sha256"] == digest_of_hints(own)


def test_folders_that_cannot_be_used(run, pages, tmp_path):
    assert run("batch", tmp_path / "none", "-o", tmp_path / "out")[0] == 2
    code, _, told = run("batch", pages, "-o", pages)
    assert (code, "another folder" in told) == (2, True)


def test_watching_colours_what_comes(model, pages, tmp_path, monkeypatch, capsys):
    """New pages come while it runs; Ctrl-C ends it with a summary."""
    rounds = iter(range(4))

    def pause(seconds):
        assert seconds == 7
        number = next(rounds, None)
        if number is None:
            raise KeyboardInterrupt
        if number == 1:
            (pages / "page3.png").write_bytes((pages / "page1.png").read_bytes())

    monkeypatch.setattr("stenciltorch.cli.paging.time.sleep", pause)
    arguments = ["batch", pages, "-o", tmp_path / "out", "--watch", "--every", 7, "--json", "--model", model]
    assert main([str(argument) for argument in arguments]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert [entry["drawing"].split("/")[-1] for entry in summary["drawings"]] == ["page1.png", "page2.png", "page3.png"]


def test_palettes_are_converted_named_and_listed(run, tmp_path):
    flats = np.full((20, 20, 3), (242, 196, 160), np.uint8)
    flats[:5] = (58, 95, 205)
    Image.fromarray(flats).save(tmp_path / "flats.png")
    sheet = tmp_path / "mika.json"
    code, told, _ = run(
        "palette",
        tmp_path / "flats.png",
        "-o",
        sheet,
        "--title",
        "Mika",
        "--name",
        "skin=#f2c4a0",
        "--name",
        "eyes=#102030",
    )
    assert (code, "3 colours" in told) == (0, True)
    found = read_swatches(sheet)
    assert [(entry.name, entry.hex) for entry in found.entries] == [
        ("skin", "#f2c4a0"), ("blue", "#3a5fcd"), ("eyes", "#102030"),
    ]  # fmt: skip
    assert run("palette", sheet, "-o", tmp_path / "mika.ase")[0] == 0
    assert read_swatches(tmp_path / "mika.ase").entries == found.entries
    assert run("palette", tmp_path / "mika.ase")[1].splitlines()[0] == "#f2c4a0  skin"
    assert run("palette", sheet, "--name", "skin")[0] == 2


def test_a_batch_knows_its_settings(model, pages, tmp_path):
    """Every option that changes a result is part of what is remembered."""
    options = Namespace(
        pages=pages, output=tmp_path / "out", hints=None, mask=None, base=None, psd=False, ora=False, layers="colour",
        clipping=True, line_layer=None, hints_layer=None, mask_layer=None, contact=True, reference=None,
        reference_lineart=None, palette=[], recolour=[], watch=False, every=2, levels=True, strip=False, json=False,
        model=model, threads=1, light=None, shade=None,
    )  # fmt: skip
    known = Batch.open(options).settings
    changes = {"levels": False, "strip": True, "psd": True, "layers": "region", "clipping": False, "light": 45.0}
    for name, value in (changes | {"shade": 0.0}).items():
        assert Batch.open(Namespace(**{**vars(options), name: value})).settings != known
