"""Build small ICC profiles by hand (ICC.1:2001-04), and convert colours as they prescribe."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]

D50 = np.array([0.9642, 1.0, 0.8249])
SRGB = np.array(
    [[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]]
)
"""Linear RGB -> XYZ for a D50 white, one primary a column; so the two below."""
ADOBE_RGB = np.array(
    [[0.6097559, 0.2052401, 0.1492240], [0.3111242, 0.6256560, 0.0632197], [0.0194811, 0.0608902, 0.7448387]]
)
DISPLAY_P3 = np.array(
    [[0.5151187, 0.2919778, 0.1571035], [0.2411892, 0.6922441, 0.0665668], [-0.0010505, 0.0418791, 0.7840713]]
)
ADOBE_GAMMA = 563 / 256


def srgb_to_linear(encoded: Matrix) -> Matrix:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(linear: Matrix) -> Matrix:
    clipped = np.clip(linear, 0, 1)
    return np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)


def to_bytes(unit: Matrix) -> npt.NDArray[np.uint8]:
    return np.rint(255 * np.clip(unit, 0, 1)).astype(np.uint8)


def xyz_to_srgb(xyz: Matrix) -> npt.NDArray[np.uint8]:
    """XYZ (..., 3) of a D50 white -> sRGB bytes, what lies outside cut off."""
    return to_bytes(linear_to_srgb(xyz @ np.linalg.inv(SRGB).T))


def lab_to_xyz(lab: Matrix) -> Matrix:
    lightness = (lab[..., 0] + 16) / 116
    roots = np.stack([lightness + lab[..., 1] / 500, lightness, lightness - lab[..., 2] / 200], axis=-1)
    return D50 * np.where(roots > 6 / 29, roots**3, 3 * (6 / 29) ** 2 * (roots - 4 / 29))


def _number(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: Matrix) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_number(float(value)) for value in values)


def _gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256))


def _srgb_curve() -> bytes:
    levels = np.rint(65535 * srgb_to_linear(np.linspace(0, 1, 1024))).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", len(levels)) + levels.tobytes()


def _text(words: bytes) -> bytes:
    return b"desc\0\0\0\0" + struct.pack(">I", len(words) + 1) + words + b"\0" + bytes(78)


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"desc": _text(b"made for a test"), b"cprt": b"text\0\0\0\0CC0\0", b"wtpt": _xyz(D50), **tags}
    table, contents, position = b"", b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", position + len(contents), len(content))
        contents += content + bytes(-len(content) % 4)
    header = struct.pack(">I4sI4s4s4s", position + len(contents), b"\0" * 4, 0x02400000, kind, space, connection)
    header += bytes(12) + b"acsp" + bytes(28) + b"".join(_number(float(value)) for value in D50)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + contents


def rgb_profile(primaries: Matrix, gamma: float | None = None) -> bytes:
    """A matrix profile; without `gamma` with sRGB's own curve."""
    curve = _srgb_curve() if gamma is None else _gamma(gamma)
    tags = {name + b"XYZ": _xyz(primaries[:, column]) for column, name in enumerate([b"r", b"g", b"b"])}
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags | {name + b"TRC": curve for name in [b"r", b"g", b"b"]})


def grey_profile(gamma: float) -> bytes:
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": _gamma(gamma)})


def cmyk_profile(inks: dict[tuple[int, int, int, int], tuple[float, float, float]]) -> bytes:
    """A table profile with two grid points an ink; combinations that are not in `inks` (Lab) are black."""
    ramp = bytes(range(256))
    table = b"".join(
        _lab_bytes(inks.get(((corner >> 3) & 1, (corner >> 2) & 1, (corner >> 1) & 1, corner & 1), (0, 0, 0)))
        for corner in range(16)
    )
    identity = b"".join(_number(value) for value in np.eye(3).ravel())
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + identity + ramp * 4 + table + ramp * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut})


def _lab_bytes(lab: tuple[float, float, float]) -> bytes:
    return bytes([round(lab[0] * 2.55), round(lab[1]) + 128, round(lab[2]) + 128])
