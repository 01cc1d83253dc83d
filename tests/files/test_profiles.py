"""Colour profiles and gamma chunks against conversions written out here by hand."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import icc
import numpy as np
import numpy.typing as npt
import pytest
import raw_png
from colours import largest_difference
from PIL import Image, ImageCms

from stenciltorch import files

UInt8Array = npt.NDArray[np.uint8]

LEVELS = np.array([0, 13, 60, 128, 200, 255], np.uint8)
LATTICE = np.stack(np.meshgrid(LEVELS, LEVELS, LEVELS, indexing="ij"), axis=-1).reshape(12, 18, 3)
RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)


def iccp(profile: bytes) -> tuple[bytes, bytes]:
    return b"iCCP", b"test\0\0" + zlib.compress(profile)


def decoded(data: bytes) -> tuple[UInt8Array, list[str]]:
    notices: list[str] = []
    return files.decode_illustration(data, "scan.png", notices).array, notices


@pytest.mark.parametrize(
    ("primaries", "gamma"),
    [(icc.ADOBE_RGB, icc.ADOBE_GAMMA), (icc.DISPLAY_P3, None), (icc.SRGB, 1.0), (icc.SRGB, 1.8)],
    ids=["Adobe RGB", "Display P3", "linear", "gamma 1.8"],
)
@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_matrix_profiles(primaries: icc.Matrix, gamma: float | None, form: str) -> None:
    unit = LATTICE / 255
    linear = icc.srgb_to_linear(unit) if gamma is None else unit**gamma
    expected = icc.xyz_to_srgb(linear @ primaries.T)
    profile = icc.rgb_profile(primaries, gamma)
    buffer = BytesIO()
    Image.fromarray(LATTICE).save(buffer, form, icc_profile=profile, lossless=True)
    found, notices = decoded(buffer.getvalue())
    assert notices == []
    assert largest_difference(found, expected) <= 1


@pytest.mark.parametrize("profile", ["made by hand", "built in"])
def test_srgb_profiles_leave_every_byte(profile: str) -> None:
    built_in = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    chosen = icc.rgb_profile(icc.SRGB) if profile == "made by hand" else built_in
    found, notices = decoded(raw_png.png(LATTICE, 8, raw_png.RGB, [iccp(chosen)]))
    assert np.array_equal(found, LATTICE)
    assert notices == []


@pytest.mark.parametrize("gamma", [1.0, 1.8])
def test_grey_profiles(gamma: float) -> None:
    found, _ = decoded(raw_png.png(RAMP, 8, raw_png.GREY, [iccp(icc.grey_profile(gamma))]))
    expected = icc.to_bytes(icc.linear_to_srgb((RAMP / 255) ** gamma)).repeat(3, axis=2)
    assert largest_difference(found, expected) <= 1


def test_a_grey_picture_with_a_colour_profile() -> None:
    found, notices = decoded(raw_png.png(RAMP, 8, raw_png.GREY, [iccp(icc.rgb_profile(icc.SRGB, 1.0))]))
    expected = icc.to_bytes(icc.linear_to_srgb(RAMP / 255)).repeat(3, axis=2)
    assert largest_difference(found, expected) <= 1
    assert notices == []


def test_a_palette_with_a_profile() -> None:
    palette = LATTICE.reshape(-1, 3)[:200]
    profile = icc.rgb_profile(icc.ADOBE_RGB, icc.ADOBE_GAMMA)
    chunks = [iccp(profile), (b"PLTE", palette.tobytes())]
    found, _ = decoded(raw_png.png(np.arange(200).reshape(10, 20, 1), 8, raw_png.PALETTE, chunks))
    expected = icc.xyz_to_srgb((palette / 255) ** icc.ADOBE_GAMMA @ icc.ADOBE_RGB.T).reshape(10, 20, 3)
    assert largest_difference(found, expected) <= 1


def test_cmyk_profile() -> None:
    """A press whose inks are known in Lab, in a JPEG as Adobe writes it."""
    inks = {
        (0, 0, 0, 0): (100.0, 0.0, 0.0),
        (1, 0, 0, 0): (65.0, -20.0, -30.0),
        (0, 1, 0, 0): (50.0, 50.0, 0.0),
        (0, 0, 1, 0): (85.0, -5.0, 60.0),
    }
    patches = np.array([list(inks)], np.uint8).repeat(16, axis=0).repeat(16, axis=1) * 255
    image = Image.frombytes("CMYK", (64, 16), patches.tobytes())
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=100, icc_profile=icc.cmyk_profile(inks))
    found, notices = decoded(buffer.getvalue())
    expected = icc.xyz_to_srgb(icc.lab_to_xyz(np.array([list(inks.values())])))
    assert notices == []
    assert largest_difference(found[8:9, 8::16], expected) <= 1


@pytest.mark.parametrize(
    "profile",
    [b"no profile at all", icc.rgb_profile(icc.SRGB)[:200], icc.grey_profile(1.0), icc.cmyk_profile({})],
    ids=["noise", "cut short", "for grey", "for print"],
)
def test_a_profile_that_does_not_fit_is_left_out_with_a_notice(profile: bytes) -> None:
    found, notices = decoded(raw_png.png(LATTICE, 8, raw_png.RGB, [iccp(profile)]))
    assert np.array_equal(found, LATTICE)
    assert notices == ["scan.png has a colour profile that does not fit it; its colours are read as sRGB."]


def gama(value: int) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", value)


@pytest.mark.parametrize("gamma", [100_000, 55_556, 30_000])
@pytest.mark.parametrize("samples", [LATTICE, RAMP], ids=["colour", "grey"])
def test_png_gamma(gamma: int, samples: UInt8Array) -> None:
    colour_type = raw_png.RGB if samples.shape[2] == 3 else raw_png.GREY
    found, _ = decoded(raw_png.png(samples, 8, colour_type, [gama(gamma)]))
    expected = icc.to_bytes(icc.linear_to_srgb((samples / 255) ** (100_000 / gamma)))
    assert largest_difference(found, np.broadcast_to(expected, found.shape)) <= 1


@pytest.mark.parametrize(
    "chunks",
    [
        [gama(45_455)],
        [gama(0)],
        [(b"sRGB", b"\0"), gama(100_000)],
        [iccp(icc.rgb_profile(icc.SRGB)), gama(100_000)],
    ],
    ids=["sRGB's own", "zero", "sRGB chunk", "profile"],
)
def test_png_gamma_that_changes_nothing(chunks: list[tuple[bytes, bytes]]) -> None:
    found, _ = decoded(raw_png.png(LATTICE, 8, raw_png.RGB, chunks))
    assert np.array_equal(found, LATTICE)
