"""Colour spaces of files -> sRGB: embedded ICC profiles, PNG gamma, and CMYK without a profile."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from stenciltorch.canvas import UInt8Array

SRGB_GAMMA = 0.45455
"""The gAMA value that sRGB files carry (PNG, 11.3.2.2)."""
GAMMA_TOLERANCE = 0.002
PROBE_STEPS = 17
"""Lattice points a channel when asking whether a profile differs from sRGB at all."""


def to_srgb(image: Image.Image, info: dict[Any, Any], name: str, notices: list[str]) -> Image.Image:
    """L, RGB or CMYK in the colour space that `info` tells of -> L or RGB in sRGB.

    An ICC profile goes before PNG's sRGB chunk, and that before its gAMA chunk. A profile that moves no
    colour by more than one level is taken for sRGB, and the pixels stay as they are. A profile that is
    damaged, or is for another number of channels, is left out with a notice.
    """
    profile = info.get("icc_profile")
    if profile:
        try:
            return _by_profile(image, profile)
        except (ImageCms.PyCMSError, OSError, ValueError):
            notices.append(f"{name} has a colour profile that does not fit it; its colours are read as sRGB.")
    elif "srgb" not in info and "gamma" in info and image.mode != "CMYK":
        return _by_gamma(image, float(info["gamma"]))
    return image.convert("RGB") if image.mode == "CMYK" else image


def _by_gamma(image: Image.Image, gamma: float) -> Image.Image:
    """Undo a PNG's encoding exponent, then encode for sRGB."""
    if gamma <= 0 or abs(gamma - SRGB_GAMMA) <= GAMMA_TOLERANCE:
        return image
    linear = (np.arange(256) / 255) ** (1 / gamma)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return image.point(np.rint(255 * encoded).astype(int).tolist() * len(image.getbands()))


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    mode = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}.get(source.profile.xcolor_space, "")
    if mode == "RGB" and image.mode == "L":
        image = image.convert("RGB")
    if mode != image.mode:
        raise ValueError(f"a profile for {source.profile.xcolor_space} in a picture of {image.mode}")
    if mode == "L":
        return _by_grey_profile(image, source)
    lattice = Image.fromarray(_lattice())
    if mode == "RGB" and _is_near(_converted(lattice, source), lattice):
        return image
    return _converted(image, source)


def _by_grey_profile(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    """By a table of all 256 levels: LittleCMS's own shortcut for grey is six levels off near black."""
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    table = _converted(ramp, source, ImageCms.Flags.NOOPTIMIZE).getchannel("G")
    return image if _is_near(table, ramp) else image.point(np.asarray(table).ravel().tolist())


def _converted(
    image: Image.Image, source: ImageCms.ImageCmsProfile, flags: ImageCms.Flags = ImageCms.Flags.NONE
) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image,
        source,
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        "RGB",
        flags=flags | ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None  # it is None only when asked to work in place
    return converted


def _lattice() -> UInt8Array:
    """Colours from all over RGB, (1, PROBE_STEPS ** 3, 3)."""
    levels = np.linspace(0, 255, PROBE_STEPS).astype(np.uint8)
    return np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)


def _is_near(image: Image.Image, other: Image.Image) -> bool:
    difference = np.asarray(image, dtype=int) - np.asarray(other, dtype=int)
    return bool(np.abs(difference).max() <= 1)
