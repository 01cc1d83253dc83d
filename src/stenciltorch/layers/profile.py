"""The sRGB profile that layered files carry: without a time in it, so that equal pictures make equal files."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from PIL import ImageCms

_DATE = slice(24, 36)
_IDENTITY = slice(84, 100)
_NEW_YEAR_2000 = bytes((7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """ICC profile of sRGB."""
    made: Any = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    profile = bytearray(made.tobytes())
    profile[_DATE] = _NEW_YEAR_2000
    profile[_IDENTITY] = bytes(16)
    return bytes(profile)
