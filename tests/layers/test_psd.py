"""Photoshop documents, read by psd-tools' own compositor, by Pillow, and by our reader."""

from io import BytesIO

import numpy as np
import pytest
from little_paintings import made_painting
from PIL import Image, ImageCms
from psd_tools import PSDImage
from psd_tools.constants import BlendMode, Resource

from stenciltorch.canvas import Illustration, Size
from stenciltorch.errors import InputError
from stenciltorch.layers import Stack, build_stack, encode_psd
from stenciltorch.palettes import Swatch, Swatches


def opened(stack, **options):
    return PSDImage.open(BytesIO(encode_psd(stack, **options)))


def worst(found, expected):
    return int(np.abs(np.asarray(found.convert("RGB"), int) - expected).max())


@pytest.mark.parametrize("clipping", [True, False])
def test_the_layers_give_the_picture_within_a_level(stack, made, clipping):
    document = opened(stack, clipping=clipping)
    assert worst(document.composite(force=True), made[1].illustration.array) <= 1


def test_the_merged_picture_is_the_illustration(stack, made):
    data = encode_psd(stack)
    with Image.open(BytesIO(data), formats=("PSD",)) as flat:
        assert (flat.mode, flat.size) == ("RGB", (80, 60))
        assert np.array_equal(np.asarray(flat), made[1].illustration.array)
    assert np.array_equal(np.asarray(PSDImage.open(BytesIO(data)).topil()), made[1].illustration.array)


def test_names_modes_and_flags_read_back():
    sheet = Swatches((Swatch((242, 196, 160), "肌"), Swatch((58, 95, 205), "Haare – blau")))
    document = opened(build_stack(*made_painting(), palette=sheet))
    assert [layer.name for layer in document] == ["flats", "shade", "light", "line", "hints"]
    assert {"肌 #f2c4a0", "Haare – blau #3a5fcd"} <= {layer.name for layer in document[0]}
    assert [layer.blend_mode for layer in document] == [
        BlendMode.NORMAL, BlendMode.MULTIPLY, BlendMode.SCREEN, BlendMode.MULTIPLY, BlendMode.NORMAL,
    ]  # fmt: skip
    assert [layer.clipping for layer in document] == [False, True, True, False, False]
    assert [layer.visible for layer in document] == [True, True, True, True, False]
    assert not any(layer.has_mask() for layer in document.descendants())


def test_layers_are_cropped(stack):
    document = opened(stack)
    hints = document.find("hints")
    assert hints.bbox == (4, 3, 10, 9)
    assert min(layer.width for layer in document.descendants() if layer.has_pixels()) < 80


def test_the_mask_is_a_layer_mask():
    stencil, painting = made_painting(soft_mask=True)
    document = opened(build_stack(stencil, painting))
    base, group, _ = document
    assert (base.name, group.name) == ("base", "colouring")
    assert np.array_equal(np.asarray(base.topil().convert("RGB")), stencil.base.array)
    left, top, right, bottom = group.mask.bbox
    whole = np.zeros(stencil.size, np.uint8)
    whole[top:bottom, left:right] = np.asarray(group.mask.topil())
    assert group.mask.background_color == 0
    assert np.array_equal(whole, stencil.mask.array)
    assert left > 0  # cropped


def test_the_profile_is_srgb_and_metadata_rides_along(stack):
    document = opened(stack, xmp=b"<x/>")
    profile = ImageCms.ImageCmsProfile(BytesIO(document.image_resources.get_data(Resource.ICC_PROFILE)))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    assert bytes(document.image_resources.get_data(Resource.XMP_METADATA)) == b"<x/>"
    assert Resource.XMP_METADATA not in opened(stack).image_resources


def test_equal_stacks_make_equal_files(made):
    stencil, painting = made
    assert encode_psd(build_stack(stencil, painting)) == encode_psd(build_stack(stencil, painting))


def test_too_large_for_the_format():
    wide = Illustration.filled(Size(1, 30_001))
    with pytest.raises(InputError, match=r"30000 pixels.*\.ora"):
        encode_psd(Stack(wide.size, [], wide))
