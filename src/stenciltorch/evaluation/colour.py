"""Colours and their distances in CIELAB (D65, 2 degrees)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from skimage.color import xyz_tristimulus_values
from skimage.color.colorconv import xyz_from_rgb

from stenciltorch.canvas import Illustration

Float = npt.NDArray[np.float64]


_LEVELS = np.arange(256) / 255.0
_LINEAR = np.where(_LEVELS > 0.04045, ((_LEVELS + 0.055) / 1.055) ** 2.4, _LEVELS / 12.92)
_TO_XYZ = xyz_from_rgb.T / xyz_tristimulus_values(illuminant="D65", observer="2")  # type: ignore[no-untyped-call]
_TOE = 0.008856

AT_ONCE = 1 << 13
"""Pixels worked on at once, so that what is on the way stays in the processor's cache."""

REMEMBERED = 2
"""Pictures whose Lab colours are kept: most figures look at a painting and at the truth."""


def to_lab(pixels: npt.NDArray[np.uint8]) -> Float:
    """sRGB uint8 (..., 3) -> CIELAB (..., 3): scikit-image's `rgb2lab` in less time."""
    flat = pixels.reshape(-1, 3)
    found = np.empty(flat.shape)
    for part in _parts(len(flat)):
        _lab(flat[part], found[part])
    return found.reshape(pixels.shape)


class _Same:
    """A picture as itself: pictures of equal pixels are not looked through to find out that they are equal."""

    def __init__(self, picture: Illustration) -> None:
        self.picture = picture

    def __hash__(self) -> int:
        return id(self.picture)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.picture is other.picture


def lab_of(picture: Illustration) -> Float:
    """`to_lab` of a whole picture, float64 (H, W, 3), not to be written to; the last few pictures' are remembered."""
    return _lab_of(_Same(picture))


@lru_cache(REMEMBERED)
def _lab_of(same: _Same) -> Float:
    lab = to_lab(same.picture.array)
    lab.flags.writeable = False
    return lab


class Differences(NamedTuple):
    """Where two pictures differ, and by which pairs of colours: paintings have far fewer pairs than pixels.

    Args:
        places: flat indices of the pixels that differ, ascending.
        one, other: each pair that occurs, in Lab (n, 3).
        pair: which of them each pixel has.
    """

    places: npt.NDArray[np.intp]
    one: Float
    other: Float
    pair: npt.NDArray[np.intp]

    def distances(self) -> Float:
        """CIEDE2000 of each of the pixels."""
        return delta_e(self.one, self.other)[self.pair]


def differences(one: Illustration, other: Illustration) -> Differences:
    """Of two pictures of one size."""
    codes, others = _packed(one), _packed(other)
    places = np.flatnonzero(codes != others)
    pairs, pair = np.unique(codes[places] << 24 | others[places], return_inverse=True)
    return Differences(places, to_lab(_unpacked(pairs >> 24)), to_lab(_unpacked(pairs)), pair)


def _packed(picture: Illustration) -> npt.NDArray[np.int64]:
    """Colours as numbers below 2^24, (H * W,)."""
    red, green, blue = (picture.array[..., channel].ravel().astype(np.int64) for channel in range(3))
    return red << 16 | green << 8 | blue


def _unpacked(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    return np.stack([codes >> 16 & 255, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)


def _lab(pixels: npt.NDArray[np.uint8], out: Float) -> None:
    red, green, blue = (_LINEAR[pixels[:, channel]] for channel in range(3))
    first, second, third = (_curve(red * part[0] + green * part[1] + blue * part[2]) for part in _TO_XYZ.T)
    out[:, 0] = 116.0 * second - 16.0
    out[:, 1] = 500.0 * (first - second)
    out[:, 2] = 200.0 * (second - third)


def _curve(ratio: Float) -> Float:
    """The cube root, to the last digits by one step of Halley's from a guess in single precision; a line near black."""
    curved = np.asarray(cv2.pow(ratio.astype(np.float32), 1 / 3), np.float64).reshape(ratio.shape)
    cube = curved * curved * curved
    curved *= (cube + 2 * ratio) / np.maximum(2 * cube + ratio, 1e-300)
    dark = ratio <= _TOE
    if dark.any():
        curved[dark] = 7.787 * ratio[dark] + 16.0 / 116.0
    return curved


def _parts(count: int) -> list[slice]:
    return [slice(start, start + AT_ONCE) for start in range(0, count, AT_ONCE)]


def delta_e(found: Float, wanted: Float) -> Float:
    """CIEDE2000 between Lab colours (..., 3), broadcast; 2.3 is just noticeable."""
    return _distances(found, wanted, lambda one, other: _ciede2000(one, other, other[:, 0] - one[:, 0]))


def chroma_delta_e(found: Float, wanted: Float) -> Float:
    """CIEDE2000 with the lightness of `found` taken from `wanted`, so that shading costs nothing."""
    return _distances(found, wanted, lambda one, other: _ciede2000(one, other, None))


def _distances(found: Float, wanted: Float, distance: Callable[[Float, Float], Float]) -> Float:
    one, other = np.broadcast_arrays(found, wanted)
    shape = one.shape[:-1]
    one, other = one.reshape(-1, 3), other.reshape(-1, 3)
    result = np.empty(len(one))
    for part in _parts(len(one)):
        result[part] = distance(one[part], other[part])
    return result.reshape(shape)


def _ciede2000(one: Float, other: Float, lighter: Float | None) -> Float:
    """The formula of Sharma, Wu and Dalal (2005) without angles where it can do without: cosines of multiples of the
    mean hue come from the unit vector that halves the angle between the two hues, and 2 sqrt(C1 C2) sin(dh / 2) from
    the distance in the a-b plane.

    Args:
        lighter: difference of L*; None = leave lightness aside.
    """
    first, second = one[:, 2], other[:, 2]
    grown = 1 + _grey_part(0.5 * (_length(one[:, 1], first) + _length(other[:, 1], second)))
    red, redder = one[:, 1] * grown, other[:, 1] * grown
    chroma, stronger = _length(red, first), _length(redder, second)
    mean = 0.5 * (chroma + stronger)
    cosine, sine = _mean_hue(red, first, chroma, redder, second, stronger)
    weight, turn = _of_hue(cosine, sine)
    chromatic = (stronger - chroma) / (1 + 0.045 * mean)
    apart = (red - redder) ** 2 + (first - second) ** 2 - (stronger - chroma) ** 2
    hue = np.copysign(np.sqrt(apart.clip(0)), red * second - first * redder) / (1 + 0.015 * mean * weight)
    twist = -2 * (1 - 2 * _grey_part(mean)) * np.sin(turn)
    total = chromatic * chromatic + hue * hue + twist * chromatic * hue
    if lighter is not None:
        from_middle = (0.5 * (one[:, 0] + other[:, 0]) - 50) ** 2
        total += (lighter / (1 + 0.015 * from_middle / np.sqrt(20 + from_middle))) ** 2
    return np.asarray(np.sqrt(total.clip(0)))


def _length(a: Float, b: Float) -> Float:
    """Of a vector: colours are no numbers that could overflow."""
    return np.asarray(np.sqrt(a * a + b * b))


def _grey_part(chroma: Float) -> Float:
    """(1 - sqrt(C^7 / (C^7 + 25^7))) / 2."""
    third = chroma * chroma * chroma
    seventh = third * third * chroma
    return np.asarray(0.5 - 0.5 * np.sqrt(seventh / (seventh + 25.0**7)))


def _mean_hue(
    a: Float, b: Float, chroma: Float, a_other: Float, b_other: Float, chroma_other: Float
) -> tuple[Float, Float]:
    """Cosine and sine of the mean hue: between the two along the shorter way; that of the other where one is grey.

    Opposite hues have two means; the one at half of their sum is taken, as the formula says.
    """
    one, other = np.maximum(chroma, 1e-300), np.maximum(chroma_other, 1e-300)
    cosine, sine = a / one + a_other / other, b / one + b_other / other
    length = _length(cosine, sine)
    opposite = length < 1e-7
    length[opposite] = 1.0
    cosine, sine = cosine / length, sine / length
    if opposite.any():
        hues = [np.arctan2(*part) % (2 * np.pi) for part in ((b, a), (b_other, a_other))]
        half = (hues[0][opposite] + hues[1][opposite]) / 2
        cosine[opposite], sine[opposite] = np.cos(half), np.sin(half)
    return cosine, sine


def _of_hue(cosine: Float, sine: Float) -> tuple[Float, Float]:
    """T and twice the angle of R_T, in radians, for a mean hue h."""
    twice, twice_sine = 2 * cosine * cosine - 1, 2 * sine * cosine
    thrice, thrice_sine = cosine * twice - sine * twice_sine, sine * twice + cosine * twice_sine
    four, four_sine = 2 * twice * twice - 1, 2 * twice * twice_sine
    weight = 1 - 0.17 * _turned(cosine, sine, -30) + 0.24 * twice
    weight += 0.32 * _turned(thrice, thrice_sine, 6) - 0.20 * _turned(four, four_sine, -63)
    hue = np.arctan2(sine, cosine)
    from_blue = hue + np.where(hue < 0, np.radians(360 - 275), -np.radians(275))
    return weight, np.radians(60) * np.exp(-((from_blue / np.radians(25)) ** 2))


def _turned(cosine: Float, sine: Float, degrees: float) -> Float:
    """The cosine of the angle and so many degrees more."""
    return np.asarray(cosine * np.cos(np.radians(degrees)) - sine * np.sin(np.radians(degrees)))
