"""Krita and GIMP compose our files, where they are installed."""

import numpy as np
import pytest
from little_paintings import made_painting
from painting_programs import needs, run, run_in_krita
from PIL import Image

from stenciltorch.layers import build_stack, encode_ora, encode_psd

EXPORT = (
    '(let* ((image (car (gimp-file-load 1 "{0}" "{0}"))) (layer (car (gimp-image-merge-visible-layers image 1))))'
    ' (file-png-save 1 image layer "{1}" "out" 0 1 0 0 0 0 0))'
)


def worst(path, illustration):
    with Image.open(path) as found:
        assert np.asarray(found.convert("RGBA"))[..., 3].min() == 255
        return int(np.abs(np.asarray(found.convert("RGB"), int) - illustration.array).max())


def pages():
    """What both programs are shown: with a mask and without, a layer for each colour and for each region."""
    masked, whole = made_painting(2, soft_mask=True), made_painting(4)
    return {"masked": (*masked, build_stack(*masked)), "regions": (*whole, build_stack(*whole, by="region"))}


@pytest.fixture(scope="module")
def shown_by_krita(request, tmp_path_factory):
    """Every page in both formats, by one start of the program."""
    folder, arguments = tmp_path_factory.mktemp("krita"), []
    for name, (_, _, stack) in pages().items():
        for suffix, encode in (("psd", encode_psd), ("ora", encode_ora)):
            page = folder / f"{name}.{suffix}"
            page.write_bytes(encode(stack))
            arguments += [page, folder / f"{name}-{suffix}.png"]
    run_in_krita(request.config, "convert", *arguments)
    return folder


@needs("kritarunner", "xvfb-run")
@pytest.mark.parametrize("suffix", ["psd", "ora"])
@pytest.mark.parametrize("page", ["masked", "regions"])
def test_krita_shows_the_same_picture(shown_by_krita, page, suffix):
    painting = pages()[page][1]
    assert worst(shown_by_krita / f"{page}-{suffix}.png", painting.illustration) <= 1


@needs("gimp")
def test_gimp_shows_the_same_picture_without_clipping(request, tmp_path):
    commands = []
    for name, (_, _, stack) in pages().items():
        page, out = tmp_path / f"{name}.psd", tmp_path / f"{name}.png"
        page.write_bytes(encode_psd(stack, clipping=False))
        commands += ["-b", EXPORT.format(page, out)]
    run(request.config, "gimp", "gimp", "-i", "-d", "-f", *commands, "-b", "(gimp-quit 0)")
    for name, (_, painting, _) in pages().items():
        assert worst(tmp_path / f"{name}.png", painting.illustration) <= 1
