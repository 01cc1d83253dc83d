"""The wheel holds everything that the studio needs, and an installed copy finds it."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from fake_models import make_model

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, sys
from stenciltorch.runtime import find_model, open_model
from stenciltorch.studio.gallery import examples_folder, read_examples
from stenciltorch.studio.shelf import STATIC, site_files

model = open_model(find_model()).folder
files = site_files(STATIC, model, examples_folder())
print(json.dumps({path: str(file) for path, file in files.items() if file.is_file()}))
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of what a build reads, with a little model in it."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, copy / name)
    without = shutil.ignore_patterns("__pycache__", "models", "*.asyncify.*", "ort.webgpu.*")
    shutil.copytree(ROOT / "src", copy / "src", ignore=without)
    shutil.copytree(ROOT / "examples", copy / "examples")
    make_model(copy / "src/stenciltorch/models")
    return copy


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_holds_the_whole_front_end(source, names):
    static = source / "src/stenciltorch/studio/static"
    expected = {path.relative_to(source / "src").as_posix() for path in static.rglob("*") if path.is_file()}
    assert len(expected) > 40
    assert expected <= names


def test_it_holds_the_model(names):
    files = ("model.json", "encoder.onnx", "painter.onnx", "finisher.onnx")
    assert {f"stenciltorch/models/{file}" for file in files} <= names


def test_it_holds_the_examples_and_no_more_of_them(source, names):
    drawings = source / "examples/drawings"
    wanted = [*drawings.glob("*-lineart.png"), *drawings.glob("*-hints*.json")]
    found = {name for name in names if name.startswith("stenciltorch/studio/examples/")}
    assert len(wanted) >= 3
    assert found == {f"stenciltorch/studio/examples/{path.name}" for path in wanted}


def test_it_holds_nothing_from_outside_the_package(names):
    folders = {name.split("/")[0] for name in names}
    assert len(folders) == 2
    assert all(folder == "stenciltorch" or folder.endswith(".dist-info") for folder in folders)


def test_an_installed_copy_finds_its_own_files(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    environment = {name: value for name, value in os.environ.items() if name != "STENCILTORCH_MODEL"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    files = json.loads(done.stdout)
    assert {
        "/index.html",
        "/models/encoder.onnx",
        "/examples/ribbon-lineart.png",
        "/examples/ribbon-hints.json",
    } <= set(files)
    assert all(Path(file).is_relative_to(tmp_path) for file in files.values())
