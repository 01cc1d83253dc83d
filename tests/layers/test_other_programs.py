"""Krita and GIMP compose our files, where they are installed."""

import os
import shutil
import signal
import subprocess

import numpy as np
import pytest
from little_paintings import made_painting
from PIL import Image

from stenciltorch.layers import build_stack, encode_ora, encode_psd

SECONDS = 240
EXPORT = (
    '(let* ((image (car (gimp-file-load 1 "{0}" "{0}"))) (layer (car (gimp-image-merge-visible-layers image 1))))'
    ' (file-png-save 1 image layer "{1}" "out" 0 1 0 0 0 0 0))'
)


def needs(*programs):
    missing = [program for program in programs if not shutil.which(program)]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} not installed")


def worst(path, illustration):
    with Image.open(path) as found:
        assert np.asarray(found.convert("RGBA"))[..., 3].min() == 255
        return int(np.abs(np.asarray(found.convert("RGB"), int) - illustration.array).max())


@pytest.fixture
def made():
    return made_painting(2, soft_mask=True)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One for all runs: the programs fill it once, which takes longer than their work."""
    return tmp_path_factory.mktemp("home")


def run(home, *command):
    settings = {"XDG_RUNTIME_DIR": str(home), "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")}
    home.chmod(0o700)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    program = subprocess.Popen(command, env=os.environ | settings, start_new_session=True, **quiet)
    try:
        program.wait(SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        pytest.skip(f"{command[0]} took more than {SECONDS} s on this machine")


@needs("krita", "xvfb-run")
@pytest.mark.parametrize("suffix", ["psd", "ora"])
def test_krita_shows_the_same_picture(tmp_path, home, made, suffix):
    stencil, painting = made
    encode = {"psd": encode_psd, "ora": encode_ora}[suffix]
    (tmp_path / f"page.{suffix}").write_bytes(encode(build_stack(stencil, painting)))
    out = tmp_path / "out.png"
    run(
        tmp_path, "xvfb-run", "-a", "krita", "--export", "--export-filename", str(out), str(tmp_path / f"page.{suffix}")
    )
    assert worst(out, painting.illustration) <= 1


@needs("gimp")
def test_gimp_shows_the_same_picture_without_clipping(tmp_path, home, made):
    stencil, painting = made
    page, out = tmp_path / "page.psd", tmp_path / "out.png"
    page.write_bytes(encode_psd(build_stack(stencil, painting), clipping=False))
    run(home, "gimp", "-i", "-d", "-f", "-b", EXPORT.format(page, out), "-b", "(gimp-quit 0)")
    assert worst(out, painting.illustration) <= 1
