"""Photoshop documents, read layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageChops
from psd_tools import PSDImage
from psd_tools.constants import ChannelID

from stenciltorch.canvas import Mask, Size
from stenciltorch.errors import InputError, reading
from stenciltorch.files.decoding import Raster
from stenciltorch.files.limits import check_size

MAX_LAYERS = 8000
"""As many as Photoshop allows."""
MAX_MEMORY = 2**31
"""Bytes that reading one picture of a document may take, guessed by psd-tools before it is read."""


def reading_layers(name: str) -> AbstractContextManager[None]:
    """Failures of libraries in one sentence."""
    return reading(name, "is damaged or of an unknown kind; save it again, or export a PNG", "; make it smaller")


def is_psd(data: bytes) -> bool:
    return data.startswith(b"8BPS")


def open_psd(data: bytes, name: str) -> PsdDocument:
    """Raises InputError when the file is damaged or over the limits."""
    height, width = (int.from_bytes(data[start : start + 4]) for start in (14, 18))
    if height and width:
        check_size(Size(height, width), name)
    with reading_layers(name):
        return PsdDocument(PSDImage.open(BytesIO(data), max_alloc_bytes=MAX_MEMORY), name)


class PsdDocument:
    """A document that is open.

    Args:
        opened: by psd-tools.
        name: what messages call the file.
    """

    def __init__(self, opened: PSDImage, name: str) -> None:
        self._opened = opened
        self.name = name
        self.size = Size(opened.height, opened.width)
        self._layers = [layer for _, layer in zip(range(MAX_LAYERS), opened.descendants(), strict=False)][::-1]

    def names(self) -> Sequence[str]:
        return [layer.name for layer in self._layers]

    def merged(self) -> Raster:
        with reading_layers(self.name):
            image = self._opened.topil() if self._opened.has_preview() else self._opened.composite(force=True)
            if image is None:
                raise ValueError("no picture")
            return _raster(image)

    def layer(self, name: str) -> Raster:
        layer = self._find(name)
        with reading_layers(self.name):
            layer.visible = True
            page = Image.new("RGBA", (self.size.width, self.size.height))
            image = layer.composite() if layer.is_group() else layer.topil()
            if image is not None:
                page.paste(image.convert("RGBA"), (layer.left, layer.top))
            mask = None if layer.is_group() else self._mask(layer)
            colours, alpha = page.convert("RGB"), page.getchannel("A")
            return Raster(colours, alpha if mask is None else _both(alpha, mask))

    def mask_of(self, name: str) -> Mask | None:
        layer = self._find(name)
        with reading_layers(self.name):
            return self._mask(layer)

    def _find(self, name: str) -> Any:
        return self._layers[place_of(name, self.names(), self.name)]

    def _mask(self, layer: Any) -> Mask | None:
        if not layer.has_mask() or layer.mask.disabled:
            return None
        whole = np.full(self.size, layer.mask.background_color, np.uint8)
        image = layer.topil(ChannelID.USER_LAYER_MASK)
        if image is not None:
            page = Image.fromarray(whole)
            page.paste(image.convert("L"), (layer.mask.left, layer.mask.top))
            whole = np.array(page)
        return Mask(whole)


def _both(alpha: Image.Image, mask: Mask) -> Image.Image:
    return ImageChops.multiply(alpha, Image.fromarray(mask.array))


def _raster(image: Image.Image) -> Raster:
    if "A" in image.getbands():
        return Raster(image.convert("RGB"), image.getchannel("A"))
    return Raster(image if image.mode == "L" else image.convert("RGB"), None)


def place_of(name: str, names: Sequence[str], document: str) -> int:
    """Where a layer is in the list: by its exact name, else by its name in any case.

    Raises:
        InputError: there is none, or there are several.
    """
    exact = [place for place, found in enumerate(names) if found == name]
    alike = exact or [place for place, found in enumerate(names) if found.strip().casefold() == name.strip().casefold()]
    if not alike:
        shown = ", ".join(repr(found) for found in names[:12]) or "none"
        raise InputError(f"{document} has no layer {name!r}; its layers are {shown}.")
    if len(alike) > 1:
        raise InputError(f"{document} has {len(alike)} layers named {name!r}; rename the one that is meant.")
    return alike[0]
