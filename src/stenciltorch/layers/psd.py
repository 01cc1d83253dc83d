"""A stack of layers -> a Photoshop document.

The merged picture is the painting itself, layers are cropped, names are Unicode, transparency is real (never a mask),
and the stencil's mask is a layer mask that the artist can go on painting in.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image
from psd_tools import PSDImage
from psd_tools.api.layers import Group as PsdGroup
from psd_tools.api.layers import PixelLayer
from psd_tools.constants import BlendMode, Resource
from psd_tools.psd.image_resources import ImageResource

from stenciltorch.canvas import Mask
from stenciltorch.errors import InputError
from stenciltorch.layers.profile import srgb_profile
from stenciltorch.layers.stack import Box, Group, Layer, Node, Stack, bounds

MAX_SIDE = 30_000
"""Of a Photoshop document, pixels; larger ones need another format (PSB)."""
_BLENDS = {"normal": BlendMode.NORMAL, "multiply": BlendMode.MULTIPLY, "screen": BlendMode.SCREEN}


def encode_psd(stack: Stack, xmp: bytes | None = None, clipping: bool = True) -> bytes:
    """The file's bytes; the same stack gives the same bytes.

    Args:
        xmp: a metadata packet to put in.
        clipping: clip shade and light to the group of flats. The picture is the same without; GIMP 2.10 shows it
            right only without, because it takes clipped layers away from a group that they are clipped to.

    Raises:
        InputError: a side of more than `MAX_SIDE` pixels.
    """
    if max(stack.size) > MAX_SIDE:
        raise InputError(f"A PSD file holds at most {MAX_SIDE} pixels on a side, found {stack.size}; write .ora.")
    document = PSDImage.frompil(Image.fromarray(stack.preview.array))
    if stack.base:
        picture = np.dstack([stack.base.array, np.full(stack.size, 255, np.uint8)])
        _add_pixels(document, picture, "base", 0, 0)
    _add(document, stack.children, clipping)
    _set_resource(document, Resource.ICC_PROFILE, srgb_profile())
    if xmp:
        _set_resource(document, Resource.XMP_METADATA, xmp)
    document._updated = False  # else saving composes the merged picture anew, which takes 10 s and more
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_resource(document: PSDImage, key: Resource, data: bytes) -> None:
    document.image_resources[key] = ImageResource(key=key.value, data=data)


def _add(parent: Any, nodes: Sequence[Node], clipping: bool) -> None:
    for node in nodes:
        if isinstance(node, Group):
            _add_group(parent, node, clipping)
        else:
            _add_layer(parent, node, clipping)


def _add_group(parent: Any, group: Group, clipping: bool) -> None:
    made = PsdGroup.new(parent=parent, name="group", open_folder=group.mask is not None)
    made.name = group.name
    made.blend_mode = BlendMode.NORMAL
    _add(made, group.children, clipping)
    if group.mask:
        _add_mask(made, group.mask)


def _add_mask(group: PsdGroup, mask: Mask) -> None:
    """Closed outside its box. A new group and its end marker share one list of channels, which must be two first."""
    group._bounding_channels = deepcopy(group._bounding_channels)
    box = bounds(mask.array > 0) or Box(0, 0, 1, 1)
    group.create_mask(Image.fromarray(mask.array[box.slices]), top=box.top, left=box.left)


def _add_layer(parent: Any, layer: Layer, clipping: bool) -> None:
    made = _add_pixels(parent, layer.paint(), layer.name, layer.box.top, layer.box.left)
    made.blend_mode = _BLENDS[layer.blend]
    made.clipping = layer.clipped and clipping
    made.visible = layer.visible


def _add_pixels(parent: Any, pixels: Any, name: str, top: int, left: int) -> PixelLayer:
    """The name comes afterwards: the old field beside the Unicode one takes MacRoman only."""
    made = PixelLayer.fromarray(pixels, parent, name="layer", top=top, left=left)
    made.name = name
    return made
