"""`stenciltorch regions`."""

import json

import numpy as np
import pytest

from stenciltorch import files
from stenciltorch.canvas import Illustration
from stenciltorch.cli import main


@pytest.fixture
def picture(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pixels = np.full((80, 120, 3), (240, 220, 180), np.uint8)
    pixels[:, 60:] = (40, 90, 160)
    pixels[:, 58:62] = 0
    files.write_illustration("picture.png", Illustration(pixels))
    return "picture.png"


def colours_of(path):
    return np.unique(files.read_illustration(path).array.reshape(-1, 3), axis=0)


@pytest.mark.parametrize("method", ["classical", "disnet"])
def test_each_region_gets_a_colour_and_they_are_counted(picture, capsys, method):
    assert main(["regions", picture, "--method", method]) == 0
    out, err = capsys.readouterr()
    assert "picture-regions.png" in out
    assert "2 regions" in err
    written = files.read_illustration("picture-regions.png").array
    assert len(colours_of("picture-regions.png")) == 2
    assert (written[10, 10] != written[10, 110]).any()


def test_flats_are_the_pictures_own_colours(picture):
    assert main(["regions", picture, "--method", "classical", "--view", "flats", "-o", "flat.png"]) == 0
    assert colours_of("flat.png").tolist() == [[40, 90, 160], [240, 220, 180]]


def test_borders_lie_over_the_picture(picture):
    assert main(["regions", picture, "--view", "borders", "-o", "cut.png"]) == 0
    assert [220, 0, 0] in colours_of("cut.png").tolist()


def test_a_folder_is_cut_picture_by_picture(picture, tmp_path, capsys):
    files.write_illustration("second.png", files.read_illustration(picture))
    assert main(["regions", str(tmp_path), "-o", "maps", "--method", "classical", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["made"] == 2
    assert len(list((tmp_path / "maps").iterdir())) == 2


def test_a_network_that_is_not_there_is_refused_in_one_line(picture, tmp_path, capsys):
    assert main(["regions", picture, "--net", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "model.json is missing" in err


def test_disnet_needs_a_run_to_release(tmp_path, capsys):
    assert main(["disnet", str(tmp_path), "--release", str(tmp_path / "out")]) == 2
    assert "not a checkpoint" in capsys.readouterr().err
