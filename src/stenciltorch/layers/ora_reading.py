"""OpenRaster documents, read layer by layer. Of a Krita document the flat picture inside can be read."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
from PIL import Image

from stenciltorch.canvas import Mask, Size
from stenciltorch.errors import InputError
from stenciltorch.files.decoding import Raster, decode
from stenciltorch.files.limits import check_size
from stenciltorch.layers.psd_reading import place_of, reading_layers

MAX_MEMBER = 2**28
"""Bytes of one picture in it, unpacked."""
MAX_STACK = 2**22
"""Bytes of stack.xml."""
_MIMETYPES = (b"image/openraster", b"application/x-krita", b"application/x-kra")

Pixels = npt.NDArray[np.float32]


def is_ora(data: bytes) -> bool:
    return data.startswith(b"PK\3\4") and any(kind in data[30:80] for kind in _MIMETYPES)


def open_ora(data: bytes, name: str) -> OraDocument:
    """Raises InputError when the file is damaged or over the limits."""
    with reading_layers(name):
        return OraDocument(zipfile.ZipFile(BytesIO(data)), name)


class OraDocument:
    """A document that is open.

    Args:
        archive: the file.
        name: what messages call it.
    """

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self.name = name
        self._nodes: list[ElementTree.Element] = []
        if "stack.xml" in archive.namelist():
            image = self._stack()
            self.size = Size(int(image.attrib["h"]), int(image.attrib["w"]))
            check_size(self.size, name)
            self._nodes = [node for node in image.iter() if node.tag in ("layer", "stack")][1:]
        else:
            self.size = self.merged().size

    def _stack(self) -> ElementTree.Element:
        content = self._content("stack.xml", MAX_STACK)
        if b"<!" in content.replace(b"<!--", b""):
            raise ValueError("a document type, which may hide an endless text")
        return ElementTree.fromstring(content)

    def _content(self, member: str, most: int = MAX_MEMBER) -> bytes:
        with self._archive.open(member) as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise InputError(f"{member} in {self.name} is larger than {most // 2**20} MiB; it cannot be read.")
        return content

    def names(self) -> Sequence[str]:
        return [node.get("name", "") for node in self._nodes]

    def merged(self) -> Raster:
        with reading_layers(self.name):
            return decode(self._content("mergedimage.png"), f"the flat picture in {self.name}", [])

    def layer(self, name: str) -> Raster:
        node = self._nodes[place_of(name, self.names(), self.name)]
        with reading_layers(self.name):
            page = np.zeros((*self.size, 4), np.float32)
            self._lay(page, node, alone=True)
            return _raster(page)

    def mask_of(self, name: str) -> Mask | None:
        return None

    def _lay(self, page: Pixels, node: ElementTree.Element, alone: bool = False) -> None:
        """Put a layer, or a group flattened on its own, on the page (premultiplied, 0..1)."""
        if node.get("visibility") == "hidden" and not alone:
            return
        pixels = np.zeros_like(page)
        if node.tag == "stack":
            for child in reversed(list(node)):
                if child.tag in ("layer", "stack"):
                    self._lay(pixels, child)
        else:
            self._place(pixels, node)
        pixels *= np.float32(1 if alone else float(node.get("opacity", "1")))
        _blend(page, pixels, "svg:src-over" if alone else node.get("composite-op", "svg:src-over"))

    def _place(self, page: Pixels, node: ElementTree.Element) -> None:
        raster = decode(self._content(node.attrib["src"]), f"{node.get('name', 'a layer')} in {self.name}", [])
        top, left = int(float(node.get("y", "0"))), int(float(node.get("x", "0")))
        image = raster.colour.convert("RGB")
        image.putalpha(raster.alpha or Image.new("L", image.size, 255))
        whole = Image.new("RGBA", (page.shape[1], page.shape[0]))
        whole.paste(image, (left, top))
        page[:] = np.asarray(whole, np.float32) / 255
        page[..., :3] *= page[..., 3:]


def _blend(below: Pixels, above: Pixels, mode: str) -> None:
    """Separable blending of premultiplied colours (W3C Compositing 1); modes that are not known are normal."""
    cover = above[..., 3:].copy()
    if mode == "svg:multiply":
        mixed = above[..., :3] * below[..., :3]
        below[..., :3] = mixed + above[..., :3] * (1 - below[..., 3:]) + below[..., :3] * (1 - cover)
    elif mode == "svg:screen":
        below[..., :3] += above[..., :3] - above[..., :3] * below[..., :3]
    else:
        below[..., :3] = above[..., :3] + below[..., :3] * (1 - cover)
    below[..., 3:] = cover + below[..., 3:] * (1 - cover)


def _raster(page: Pixels) -> Raster:
    alpha = page[..., 3:]
    straight = np.divide(page[..., :3], alpha, out=np.zeros_like(page[..., :3]), where=alpha > 0)
    colours = np.rint(255 * np.clip(straight, 0, 1)).astype(np.uint8)
    opacity = np.rint(255 * np.clip(alpha[..., 0], 0, 1)).astype(np.uint8)
    return Raster(Image.fromarray(colours), Image.fromarray(opacity))
