"""OpenRaster to the letter of the specification, composed by an independent few lines with Pillow's pictures."""

import zipfile
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
from little_paintings import made_painting
from PIL import Image

from stenciltorch.layers import build_stack, encode_ora


def archive_of(stack, **options):
    return zipfile.ZipFile(BytesIO(encode_ora(stack, **options)))


def composed(archive, node, size):
    """W3C's formulas in float64, straight from stack.xml: colours premultiplied, and alpha."""
    colour, alpha = np.zeros((*size, 3)), np.zeros((*size, 1))
    for child in reversed(list(node)):
        if child.get("visibility") == "hidden":
            continue
        if child.tag == "stack":
            above, cover = composed(archive, child, size)
            straight = np.divide(above, cover, out=np.zeros_like(above), where=cover > 0)
        else:
            pixels = np.asarray(Image.open(archive.open(child.get("src"))), float) / 255
            straight, cover = np.zeros((*size, 3)), np.zeros((*size, 1))
            top, left = int(child.get("y")), int(child.get("x"))
            place = np.s_[top : top + pixels.shape[0], left : left + pixels.shape[1]]
            straight[place], cover[place] = pixels[..., :3], pixels[..., 3:]
        below = np.divide(colour, alpha, out=np.zeros_like(colour), where=alpha > 0)
        mixed = {
            "svg:src-over": lambda below, above: above,
            "svg:multiply": lambda below, above: below * above,
            "svg:screen": lambda below, above: below + above - below * above,
        }[child.get("composite-op")](below, straight)
        colour = (1 - cover) * colour + cover * ((1 - alpha) * straight + alpha * mixed)
        alpha = cover + alpha * (1 - cover)
    return colour, alpha


def test_the_layers_give_the_picture_within_a_level(stack, made):
    archive = archive_of(stack)
    root = ElementTree.fromstring(archive.read("stack.xml"))
    colour, alpha = composed(archive, root.find("stack"), made[0].size)
    assert np.allclose(alpha, 1)
    assert np.abs(np.rint(colour * 255) - made[1].illustration.array).max() <= 1


def test_the_zip_is_to_the_specification(stack, made):
    archive = archive_of(stack)
    first = archive.infolist()[0]
    assert (first.filename, first.compress_type, first.header_offset, first.extra) == ("mimetype", 0, 0, b"")
    assert archive.read("mimetype") == b"image/openraster"
    assert {"stack.xml", "mergedimage.png", "Thumbnails/thumbnail.png"} <= set(archive.namelist())
    image = ElementTree.fromstring(archive.read("stack.xml"))
    assert (image.tag, image.get("version"), image.get("w"), image.get("h")) == ("image", "0.0.5", "80", "60")
    sources = [layer.get("src") for layer in image.iter("layer")]
    assert len(set(sources)) == len(sources)
    assert set(sources) == {name for name in archive.namelist() if name.startswith("data/")}
    merged = Image.open(archive.open("mergedimage.png"))
    assert np.array_equal(np.asarray(merged.convert("RGB")), made[1].illustration.array)
    assert merged.info["icc_profile"]


def test_the_thumbnail_is_small():
    stencil, painting = made_painting(labels=np.zeros((300, 520), int))
    thumbnail = Image.open(archive_of(build_stack(stencil, painting)).open("Thumbnails/thumbnail.png"))
    assert thumbnail.size == (256, 148)
    assert thumbnail.mode == "RGBA"


def test_the_mask_comes_along_hidden_and_exact():
    stencil, painting = made_painting(soft_mask=True)
    archive = archive_of(build_stack(stencil, painting))
    layers = {layer.get("name"): layer for layer in ElementTree.fromstring(archive.read("stack.xml")).iter("layer")}
    assert layers["mask"].get("visibility") == "hidden"
    mask = np.asarray(Image.open(archive.open(layers["mask"].get("src"))))
    assert np.array_equal(mask[..., 0], stencil.mask.array)


def test_equal_stacks_make_equal_files_and_metadata_rides_along(made):
    stack = build_stack(*made)
    assert encode_ora(stack) == encode_ora(build_stack(*made))
    assert archive_of(stack, xmp=b"<x/>").read("META-INF/metadata.xml") == b"<x/>"
