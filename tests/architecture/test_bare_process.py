"""Colouring works where torch is not installed, and nothing heavy is loaded before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest

import stenciltorch

TRAINING_ONLY = ["torch", "torchvision", "onnx", "onnxscript", "safetensors", "tensorboard"]
"""What the base install does not bring."""

IMPORT_ALL = """
import importlib, pkgutil, sys
class Absent:
    # as if these packages were not installed
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Absent())
import stenciltorch
with_torch = ("stenciltorch.networks", "stenciltorch.training", "stenciltorch.export")
packages, found = [stenciltorch], []
while packages:
    package = packages.pop()
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if module.name.startswith(with_torch) or module.name.endswith("__main__"):
            continue
        found.append(module.name)
        imported = importlib.import_module(module.name)
        if module.ispkg:
            packages.append(imported)
for name in stenciltorch.__all__:
    getattr(stenciltorch, name)
print(*found)
"""


def run(code: str, *arguments: str) -> str:
    """Standard output of a fresh interpreter that runs `code`."""
    process = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    return process.stdout


def loaded_by(code: str, *arguments: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after `code`."""
    return set(run(code + "\nimport sys; print(*sys.modules)", *arguments).split())


def test_everything_but_training_imports_without_torch() -> None:
    found = run(IMPORT_ALL.format(blocked=TRAINING_ONLY)).split()
    assert {"stenciltorch.canvas", "stenciltorch.files.reading", "stenciltorch.colorizer"} <= set(found)
    assert any(name.startswith("stenciltorch.cli") for name in found)


def test_the_package_alone_loads_nothing_heavy() -> None:
    loaded = loaded_by("import stenciltorch")
    assert loaded.isdisjoint({"numpy", "PIL", "onnxruntime", "scipy", "skimage", "cv2", *TRAINING_ONLY})


def test_the_first_help_loads_nothing_heavy() -> None:
    code = "import stenciltorch.cli\nassert stenciltorch.cli.main(['--help']) == 0"
    loaded = loaded_by(code)
    assert loaded.isdisjoint({"onnxruntime", "scipy", "skimage", "cv2", *TRAINING_ONLY})


def test_drawings_are_read_without_the_runtime() -> None:
    loaded = loaded_by("from stenciltorch import Stencil, files; files.read_lineart")
    assert "PIL" in loaded
    assert loaded.isdisjoint({"onnxruntime", *TRAINING_ONLY})


@pytest.mark.parametrize("name", stenciltorch.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(stenciltorch, name) is not None
    assert name in dir(stenciltorch)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nonsense'"):
        _ = stenciltorch.Nonsense


def test_public_names_are_the_ones_of_their_modules() -> None:
    from stenciltorch import canvas, errors

    assert stenciltorch.Size is canvas.Size
    assert stenciltorch.InputError is errors.InputError


def test_the_version_is_the_installed_one() -> None:
    assert stenciltorch.__version__.count(".") == 2
