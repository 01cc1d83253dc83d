"""The examples run as a reader would run them, on the model that is found."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fake_models import make_model

from stenciltorch import files

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def run(tmp_path, model):
    """Runs an example in an empty folder; what it prints."""

    def run_example(name, *arguments):
        done = subprocess.run(
            [sys.executable, "-W", "error", EXAMPLES / name, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=os.environ | {"STENCILTORCH_MODEL": str(model)},
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run_example


def holds_shade_of(path, colour):
    """Whether the fake painted this hint somewhere: nine tenths of it, give or take a level."""
    gap = np.abs(files.read_illustration(path).array - 0.9 * np.array(colour)).max(axis=2)
    return bool((gap <= 1).any())


def test_colorize_a_file_takes_the_example_drawing_and_its_hints(run, tmp_path):
    assert run("1_colorize_a_file.py") == "ribbon-colored.png: 832 x 1024 pixels\n"
    for hinted in ((221, 74, 94), (66, 85, 143)):
        assert holds_shade_of(tmp_path / "ribbon-colored.png", hinted)


def test_colorize_a_file_takes_any_drawing(run, tmp_path):
    drawing = EXAMPLES / "drawings" / "ribbon-lineart.png"
    run("1_colorize_a_file.py", drawing, "proposal.png")
    grey = files.read_illustration(tmp_path / "proposal.png").array
    assert (grey == grey[..., :1]).all()


def test_iterate_with_masks_changes_nothing_outside_the_mask(run, tmp_path):
    found = re.fullmatch(r"(\d+) of 851968 pixels changed, (\d+) outside the mask\n", run("2_iterate_with_masks.py"))
    assert found
    assert int(found[1]) > 100
    assert int(found[2]) == 0
    mask = files.read_mask(tmp_path / "mask.png").array
    first, second = (files.read_illustration(tmp_path / name).array for name in ("1.png", "2.png"))
    assert np.array_equal(first[mask == 0], second[mask == 0])
    green = (47, 165, 142)
    assert not holds_shade_of(tmp_path / "1.png", green)
    assert holds_shade_of(tmp_path / "2.png", green)


@pytest.mark.timeout(900)
def test_train_tiny_goes_all_the_way(run, tmp_path):
    said = run("3_train_tiny.py", tmp_path / "home", "4").splitlines()
    assert said[:3] == ["packed 1 of 2", "packed 2 of 2", "2 pictures to learn from"]
    assert re.fullmatch(r"step 4 of 4: loss [01]\.\d{3}", said[3])
    assert re.fullmatch(r"exported; differs from torch by at most [01] level of 255", said[4])
    assert said[5:] == [f"painted {tmp_path / 'home' / 'painted.png'}"]
    painted = files.read_illustration(tmp_path / "home" / "painted.png")
    assert painted.size == (1024, 832)
    assert len(np.unique(painted.array.reshape(-1, 3), axis=0)) > 100
