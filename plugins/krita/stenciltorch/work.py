"""A Krita document -> a request, and the answer -> a group of layers. Knows Krita's objects, but imports nothing of it.

`codec` turns pixels into PNG and back: `encode(bgra, width, height)` and `decode(png) -> (bgra, width, height)`.
"""

import io
import zipfile
from xml.etree import ElementTree

from .client import ClientError

GROUP = "StencilTorch"
BLENDS = {"svg:src-over": "normal", "svg:multiply": "multiply", "svg:screen": "screen"}
NOT_WANTED = ("base", "mask", "hints")
"""Layers of the answer that the document has already."""


def layer_names(document):
    """Names of all layers, uppermost first; groups before what is in them."""
    return [node.name() for node in _below(document.rootNode())]


def _below(node):
    for child in reversed(node.childNodes()):
        yield child
        yield from _below(child)


def find_layer(document, name):
    """The uppermost layer of a name, or None."""
    return next((node for node in _below(document.rootNode()) if node.name() == name), None)


def request_of(document, codec, hints_name="", palette=b"", by="colour"):
    """The parts of a request: the active layer as lineart, a layer as hints, the selection as mask.

    Raises:
        ClientError: the document or the layer cannot be used.
    """
    _check(document)
    lines = document.activeNode()
    if lines is None:
        raise ClientError("No layer is active; click the layer with the lines.")
    if lines.name() == hints_name:
        raise ClientError(f"{hints_name!r} is active and chosen for hints; click the layer with the lines.")
    parts = {"lineart": _png(document, codec, lines.projectionPixelData), "output": "ora", "layers": by}
    if hints_name:
        hints = find_layer(document, hints_name)
        if hints is None:
            raise ClientError(f"There is no layer {hints_name!r} any more; choose the layer with the hints again.")
        parts["hints"] = _png(document, codec, hints.projectionPixelData)
    selection = document.selection()
    if selection is not None:
        parts["mask"] = _mask(document, codec, selection)
        parts["base"] = _png(document, codec, document.pixelData)
    if palette:
        parts["palette"] = palette
    return parts


def _check(document):
    if document is None:
        raise ClientError("No document is open; open a drawing first.")
    if (document.colorModel(), document.colorDepth()) != ("RGBA", "U8"):
        raise ClientError(
            f"The document is {document.colorModel()} {document.colorDepth()}; convert it with "
            "Image > Convert Image Color Space to RGB/Alpha, 8-bit."
        )


def _png(document, codec, pixels):
    width, height = document.width(), document.height()
    return codec.encode(bytes(pixels(0, 0, width, height)), width, height)


def _mask(document, codec, selection):
    """White where something is selected."""
    width, height = document.width(), document.height()
    levels = bytes(selection.pixelData(0, 0, width, height))
    pixels = bytearray(4 * width * height)
    for channel in range(3):
        pixels[channel::4] = levels
    pixels[3::4] = b"\xff" * (width * height)
    return codec.encode(bytes(pixels), width, height)


def insert_answer(document, codec, answer):
    """The answer's layers as a group on top; shown only in the selection, if there is one.

    Args:
        answer: an OpenRaster file.

    Returns:
        The group.
    """
    selection = document.selection()
    group = document.createGroupLayer(GROUP)
    with zipfile.ZipFile(io.BytesIO(answer)) as archive:
        root = ElementTree.fromstring(archive.read("stack.xml")).find("stack")
        _fill(document, codec, archive, group, _colouring(root))
    document.rootNode().addChildNode(group, None)
    if selection is not None:
        _add_mask(document, group, selection)
    document.refreshProjection()
    return group


def _add_mask(document, group, selection):
    """A transparency mask; up to Krita 5.1, which cannot make one that shows a selection, a layer that erases."""
    if hasattr(document, "createTransparencyMask"):
        mask = document.createTransparencyMask("mask")
        group.addChildNode(mask, None)
        mask.setSelection(selection)
        return
    mask = document.createNode("mask", "paintlayer")
    width, height = document.width(), document.height()
    pixels = bytearray(4 * width * height)
    pixels[3::4] = bytes(selection.pixelData(0, 0, width, height)).translate(bytes(range(255, -1, -1)))
    mask.setPixelData(bytes(pixels), 0, 0, width, height)
    mask.setBlendingMode("erase")
    group.addChildNode(mask, None)


def _colouring(root):
    """With a mask, the layers are inside one group."""
    found = [child for child in root if child.get("name") not in NOT_WANTED]
    return list(found[0]) if len(found) == 1 and found[0].get("name") == "colouring" else found


def _fill(document, codec, archive, parent, nodes):
    """The uppermost comes first in stack.xml, the lowest first into the group."""
    for node in reversed(nodes):
        if node.tag == "stack":
            made = document.createGroupLayer(node.get("name"))
            _fill(document, codec, archive, made, list(node))
        else:
            made = document.createNode(node.get("name"), "paintlayer")
            pixels, width, height = codec.decode(archive.read(node.get("src")))
            made.setPixelData(pixels, int(node.get("x")), int(node.get("y")), width, height)
        made.setBlendingMode(BLENDS.get(node.get("composite-op"), "normal"))
        made.setVisible(node.get("visibility") != "hidden")
        parent.addChildNode(made, None)
