"""File bytes -> colours in sRGB and transparency, whatever the file's own mode is."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import Image

from stenciltorch.canvas import Size, UInt8Array
from stenciltorch.errors import reading
from stenciltorch.files.headers import Header, read_header
from stenciltorch.files.limits import check_size
from stenciltorch.files.png import still
from stenciltorch.files.profiles import to_srgb

ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WARNINGS_LOCK = threading.Lock()

Transparency = int | tuple[int, ...]


class Raster(NamedTuple):
    """A picture the right way up: colours (mode L or RGB, sRGB) and straight alpha (L) if the file has it."""

    colour: Image.Image
    alpha: Image.Image | None

    @property
    def size(self) -> Size:
        return Size(self.colour.height, self.colour.width)


def decode(data: bytes, name: str, notices: list[str]) -> Raster:
    """Decode one PNG, JPEG or WebP; of an animation the first frame.

    Args:
        data: the file's bytes.
        name: what messages call the file.
        notices: receives a sentence for everything that the user should know but that stops nothing.

    Raises:
        InputError: not such a picture, damaged, or (PictureTooLargeError) over the limits.
    """
    header = read_header(data, name)
    frames = 1
    if header.format == "PNG":
        data, frames = still(data, name)
    with reading(name, "is damaged or cut short; save it again or fetch it anew", "; make it smaller"), _quietly():
        image = Image.open(BytesIO(data), formats=(header.format,))
        check_size(Size(image.height, image.width), name)
        image.load()
        if image.format == "WEBP":
            frames = getattr(image, "n_frames", 1)
        if frames > 1:
            notices.append(f"{name} is animated; only its first frame is used.")
        info, turn = image.info, _TURNS.get(_orientation(image))
        colour, alpha = _split(image, header)
        del image  # 160 MB of a picture at the limit
        stored = Raster(to_srgb(colour, info, name, notices), alpha)
        return stored if turn is None else _turned(stored, turn)


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep Pillow's remarks on odd files off the terminal; filters are global, so one thread at a time."""
    with _WARNINGS_LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION_TAG, 1))
    except Exception:  # damaged EXIF data says nothing of the way up; the picture itself is sound
        return 1


def _turned(raster: Raster, turn: Image.Transpose) -> Raster:
    return Raster(raster.colour.transpose(turn), raster.alpha and raster.alpha.transpose(turn))


def _split(image: Image.Image, header: Header) -> Raster:
    """Colours in mode L, RGB or CMYK and alpha, both eight bits."""
    transparency = image.info.get("transparency")
    if image.mode == "P" and transparency is None:
        return Raster(image.convert("RGB"), None)
    if image.mode in ("P", "PA", "RGBA"):
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        return Raster(image.convert("RGB"), image.getchannel("A"))
    if image.mode == "LA":
        return Raster(image.getchannel("L"), image.getchannel("A"))
    alpha = None if transparency is None else _keyed_out(image, _stored_key(transparency, header.depth))
    if image.mode in ("I", "I;16"):
        image = Image.fromarray(_eight_bits(np.asarray(image)))
    return Raster(image.convert("L") if image.mode == "1" else _without_transparency(image), alpha)


def _without_transparency(image: Image.Image) -> Image.Image:
    if image.mode not in ("L", "RGB", "CMYK"):
        raise ValueError(f"mode {image.mode}")
    return image


def _eight_bits(sixteen: np.ndarray[tuple[int, ...], np.dtype[np.integer]]) -> UInt8Array:
    """0..65535 -> 0..255, rounded."""
    return ((sixteen.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _stored_key(key: Transparency, depth: int) -> Transparency:
    """PNG's transparent colour in Pillow's levels: it spreads 2 and 4 bits to 8 and cuts 16-bit RGB to 8."""
    if isinstance(key, tuple):
        return tuple(level >> 8 for level in key) if depth == 16 else key
    if depth == 1:  # as stored up to Pillow 10.3, spread since
        return 255 * min(key, 1)
    return key * {2: 85, 4: 17}.get(depth, 1)


def _keyed_out(image: Image.Image, key: Transparency) -> Image.Image:
    """Alpha 0 where the pixel has exactly the key's colour, else 255."""
    pixels = np.asarray(image.convert("L") if image.mode == "1" else image)
    same = (pixels == np.array(key)).all(axis=-1) if pixels.ndim == 3 else pixels == key
    return Image.fromarray(np.where(same, 0, 255).astype(np.uint8))
