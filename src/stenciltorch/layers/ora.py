"""A stack of layers -> OpenRaster (baseline 0.0.5): a zip with stack.xml, a PNG for each layer, and the flat picture.

OpenRaster has neither layer masks nor clipping. So the kept picture lies on top, with the mask cut out of it, which
gives the same picture; shade and light are transparent where they change nothing; and the mask comes along as a
hidden layer.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
from PIL import Image

from stenciltorch.canvas import Illustration, Mask, UInt8Array
from stenciltorch.layers.profile import srgb_profile
from stenciltorch.layers.stack import Group, Layer, Node, Stack, bounds

MIMETYPE = "image/openraster"
VERSION = "0.0.5"
THUMBNAIL_SIDE = 256
_BLENDS = {"normal": "svg:src-over", "multiply": "svg:multiply", "screen": "svg:screen"}
_COMPRESS_LEVEL = 4


def encode_ora(stack: Stack, xmp: bytes | None = None) -> bytes:
    """The file's bytes; the same stack gives the same bytes.

    Args:
        xmp: a metadata packet to put in.
    """
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _store(archive, "mimetype", MIMETYPE.encode(), zipfile.ZIP_STORED)
        writer = _Writer(archive)
        image = ElementTree.Element(
            "image", version=VERSION, w=str(stack.size.width), h=str(stack.size.height), xres="72", yres="72"
        )
        root = ElementTree.SubElement(image, "stack")
        writer.add(root, [*stack.children[:1], *_kept(stack), *stack.children[1:]])
        _store(archive, "stack.xml", ElementTree.tostring(image, "UTF-8", xml_declaration=True), zipfile.ZIP_DEFLATED)
        _store(archive, "mergedimage.png", _png(_opaque(stack.preview.array)), zipfile.ZIP_STORED)
        _store(archive, "Thumbnails/thumbnail.png", _thumbnail(stack.preview), zipfile.ZIP_STORED)
        if xmp:
            _store(archive, "META-INF/metadata.xml", xmp, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _kept(stack: Stack) -> list[Node]:
    """The picture before, only where the mask keeps it, over the colouring; and the mask, hidden."""
    if stack.base is None or stack.mask is None:
        return []
    nodes = []
    box = bounds(stack.mask.array < 255)
    if box:
        kept = np.dstack([stack.base.array[box.slices], 255 - stack.mask.array[box.slices]])
        nodes.append(Layer("base", box, lambda: kept))
    return [*nodes, _mask_layer(stack.mask)]


def _mask_layer(mask: Mask) -> Layer:
    """White on black, opaque: it reads back as it is."""
    whole = bounds(np.ones(mask.size, bool))
    assert whole is not None
    return Layer("mask", whole, lambda: _opaque(np.repeat(mask.array[..., None], 3, axis=2)), visible=False)


class _Writer:
    """Writes layers and numbers their files."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._count = 0

    def add(self, stack: ElementTree.Element, nodes: Sequence[Node]) -> None:
        """In stack.xml the uppermost comes first."""
        for node in reversed(nodes):
            if isinstance(node, Group):
                about = {"name": node.name, **_mode("normal"), "isolation": "isolate"}
                group = ElementTree.SubElement(stack, "stack", about)
                self.add(group, node.children)
            else:
                self._add_layer(stack, node)

    def _add_layer(self, stack: ElementTree.Element, layer: Layer) -> None:
        self._count += 1
        source = f"data/layer{self._count:03}.png"
        _store(self._archive, source, _png(layer.paint()), zipfile.ZIP_STORED)
        place = {"x": str(layer.box.left), "y": str(layer.box.top)}
        about = {"name": layer.name, "src": source, **place, **_mode(layer.blend, layer.visible)}
        ElementTree.SubElement(stack, "layer", about)


def _mode(blend: str, visible: bool = True) -> dict[str, str]:
    return {
        "composite-op": _BLENDS[blend],
        "opacity": "1.0",
        "visibility": "visible" if visible else "hidden",
    }


def _opaque(colours: UInt8Array) -> UInt8Array:
    return np.dstack([colours, np.full(colours.shape[:2], 255, np.uint8)])


def _png(pixels: UInt8Array) -> bytes:
    return _as_png(Image.fromarray(pixels))


def _as_png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=_COMPRESS_LEVEL, icc_profile=srgb_profile())
    return buffer.getvalue()


def _thumbnail(preview: Illustration) -> bytes:
    """At most 256 pixels on a side, 8-bit RGBA, as the specification asks."""
    image = Image.fromarray(preview.array)
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    pixels: npt.NDArray[np.uint8] = np.asarray(image.convert("RGBA"))
    return _png(pixels)


def _store(archive: zipfile.ZipFile, name: str, content: bytes, method: int) -> None:
    """Without a time, so that equal pictures make equal files."""
    archive.writestr(zipfile.ZipInfo(name), content, method)
