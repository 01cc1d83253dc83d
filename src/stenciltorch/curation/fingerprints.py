"""What makes two pictures one: a hash of the pixels, a perceptual hash, and a thumbnail to tell recolourings apart.

The only module of curation that knows Pillow, because imagehash takes Pillow's images.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import cv2
import imagehash
import numpy as np
from PIL import Image

from stenciltorch.canvas import Illustration, UInt8Array

THUMBNAIL_SIDE = 8
HASHED_SIDE = 256


class Prints(NamedTuple):
    """Fingerprints of one picture.

    Args:
        pixels: sha256 of the size and the decoded pixels, in hexadecimal digits.
        perceptual: 64 bits in 16 hexadecimal digits (pHash: low frequencies of the luminance).
        thumbnail: RGB uint8 of 8 x 8 in hexadecimal digits.
    """

    pixels: str
    perceptual: str
    thumbnail: str


def fingerprint(illustration: Illustration) -> Prints:
    small = _shrunk(illustration.array, HASHED_SIDE)
    perceptual = str(imagehash.phash(Image.fromarray(small)))
    thumbnail = cv2.resize(small, (THUMBNAIL_SIDE, THUMBNAIL_SIDE), interpolation=cv2.INTER_AREA)
    return Prints(pixel_hash(illustration), perceptual, np.asarray(thumbnail, np.uint8).tobytes().hex())


def pixel_hash(illustration: Illustration) -> str:
    """The same for every file that decodes to these pixels."""
    start = f"{illustration.size.height} {illustration.size.width} ".encode()
    return hashlib.sha256(start + illustration.array.tobytes()).hexdigest()


def _shrunk(pixels: UInt8Array, side: int) -> UInt8Array:
    """Squeezed to at most `side` px a side; perceptual hashes ignore the aspect."""
    width, height = min(side, pixels.shape[1]), min(side, pixels.shape[0])
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
