"""The wheel holds what colouring needs: code, models, the studio's files, the marker for types."""

from __future__ import annotations

import email
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRAINING_ONLY = ("torch", "onnx>", "onnxscript", "safetensors", "tensorboard")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this checkout, built without asking any package index."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_every_tracked_file_of_the_package_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    answer = subprocess.run(["git", "ls-files", "-z", "src/stenciltorch"], cwd=ROOT, capture_output=True, text=True)
    if answer.returncode:
        pytest.skip("not a checkout")
    tracked = {name.removeprefix("src/") for name in answer.stdout.split("\0") if name}
    there = {name for name in tracked if (ROOT / "src" / name).exists() and not name.endswith(".gitignore")}
    assert "stenciltorch/py.typed" in there
    assert there - set(wheel.namelist()) == set()


def test_the_wheel_holds_nothing_but_the_package_and_its_licence(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"stenciltorch"}
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_the_base_install_needs_no_torch(wheel: zipfile.ZipFile) -> None:
    metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    needed = email.message_from_bytes(wheel.read(metadata)).get_all("Requires-Dist") or []
    base = [line for line in needed if "extra ==" not in line]
    assert any(line.lower().startswith("pillow") for line in base)
    assert [line for line in base if line.startswith(TRAINING_ONLY)] == []


def test_the_command_is_installed(wheel: zipfile.ZipFile) -> None:
    entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "stenciltorch = stenciltorch.cli:main" in wheel.read(entry_points).decode()


def test_dependencies_have_a_lower_bound_and_an_upper_major() -> None:
    """No exact pin, except for torch in development."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"base": project["dependencies"], **project["optional-dependencies"]}
    loose = [
        line
        for group, lines in groups.items()
        for line in lines
        if not (">=" in line and ",<" in line) and (group, line.split("==")[0]) != ("dev", "torch")
    ]
    assert loose == []
