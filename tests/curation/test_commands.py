"""`stenciltorch curate` and `stenciltorch preprocess`: options, reports, exit codes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from generated_pictures import draw, encode
from inline_engine import Inline

from stenciltorch.cli import curate as curate_command
from stenciltorch.cli import main
from stenciltorch.curation.config import ScorerRule


@pytest.fixture(autouse=True)
def inline(monkeypatch):
    """No processes: the engines have tests of their own."""
    monkeypatch.setattr("stenciltorch.cli.curate.engine_of", lambda options: Inline())
    monkeypatch.setattr("stenciltorch.cli.preprocess.engine_of", lambda options: Inline())


@pytest.fixture
def art(tmp_path):
    (tmp_path / "art" / "ada").mkdir(parents=True)
    for number in range(3):
        picture = draw(np.random.default_rng(number), (72, 64))
        (tmp_path / "art" / "ada" / f"{number}.png").write_bytes(encode(picture))
    (tmp_path / "art" / "ada" / "cut.png").write_bytes(encode(picture)[:99])
    return tmp_path / "art"


def options_of(*arguments):
    from stenciltorch.cli import build_parser

    return build_parser().parse_args(["curate", "a", "b", *arguments])


def test_from_pictures_to_shards(tmp_path, art, capsys):
    dataset, shards = tmp_path / "dataset", tmp_path / "shards"
    settings = ["--set", "thresholds.least_side=60", "--sheet", "4", "--licence", "CC0-1.0", "--test", "0"]
    assert main(["curate", str(art), str(dataset), *settings]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{dataset}: 4 pictures, 3 kept (3 train)", "       1 broken"]
    assert (dataset / "sheets" / "kept.png").exists()
    assert main(["preprocess", str(dataset), str(shards)]) == 0
    assert capsys.readouterr().out == f"{shards}: 3 pictures in 1 shards\n"
    assert main(["preprocess", str(dataset), str(shards), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pictures"] == 3


def test_the_report_as_json(tmp_path, art, capsys):
    assert main(["curate", str(art), str(tmp_path / "dataset"), "--json", "--sheet", "0"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reasons"] == {"broken": 1, "too-small": 3}
    assert not (tmp_path / "dataset" / "sheets").exists()


def test_options_become_settings():
    options = options_of("--drop-above", "unsafe=0.5", "--drop-below", "a=b=0.25", "--licences", "CC0", "MIT")
    config = curate_command.config_of(options)
    assert config.scorers == (ScorerRule("unsafe", most=0.5), ScorerRule("a=b", least=0.25))
    assert config.licences == ("CC0", "MIT")
    assert (config.splits.test, config.splits.group_by) == (0.14, ("artist", "character", "folder"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--set", "thresholds.least_side"], "--set takes NAME=VALUE, found 'thresholds.least_side'."),
        (["--drop-above", "unsafe"], "A scorer is given as NAME=VALUE, such as unsafe=0.5; found 'unsafe'."),
        (["--drop-below", "unsafe=nan"], "found 'unsafe=nan'"),
        (["--test", "0.9", "--validation", "0.2"], "must lie in 0..1 together"),
        (["--test", "2"], "expected a number from 0 to 1, found '2'"),
        (["--group-by", "mood"], "Pictures are grouped by artist, character, folder; found mood."),
        (["--layout", "artist/mood"], "Folders can name source, licence, author, artist, character or - for nothing"),
        (["--drop-above", "no-such-scorer=1"], "The scorer 'no-such-scorer' is not installed"),
        (["--workers", "0"], "expected a whole number from 1, found '0'"),
    ],
)
def test_options_that_make_no_sense(tmp_path, art, capsys, arguments, sentence):
    assert main(["curate", str(art), str(tmp_path / "dataset"), *arguments]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1


def test_folders_that_are_not_datasets(tmp_path, capsys):
    assert main(["preprocess", str(tmp_path), str(tmp_path / "shards")]) == 2
    assert "curation.json is missing or damaged; make the dataset with `stenciltorch curate`" in capsys.readouterr().err
    assert main(["curate", str(tmp_path / "none"), str(tmp_path / "dataset")]) == 2
    assert "none is not a folder; name the folder that holds the pictures." in capsys.readouterr().err


def test_notices_are_told_and_a_flood_is_cut_short(tmp_path, art, capsys):
    for number in range(25):
        (art / f"{number}.png").write_bytes(encode(draw(np.random.default_rng(50 + number), (40, 40))))
        (art / f"{number}.json").write_text("{")
    assert main(["curate", str(art), str(tmp_path / "dataset"), "--sheet", "0"]) == 0
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 21
    assert told[-1] == "stenciltorch: note: and 5 more like these."
