"""What a picture shows in numbers: pure functions of its pixels, the same at any size.

All but the size and text are measured on a copy whose longer side is at most `MEASURED_SIDE` pixels, text on one of
`TEXT_SIDE`, where letters are still apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Illustration, UInt8Array
from stenciltorch.synthesis.arrays import brightest

VERSION = 2
"""Raised when a measure changes, so that pictures are measured again."""
MEASURED_SIDE = 384
TEXT_SIDE = 640
TEXT_REACH = 11
"""px: thicker strokes are no letters, wider gaps part words."""
STROKE = 40
"""Levels by which letters differ from their ground."""
LEAST_STROKES = 4
"""Strokes that a row of pixels through a line of text crosses at least: two or three letters."""
FLAT = 4
"""Levels that a pixel's neighbours may differ by in a flat area."""
PAPER = 88.0
"""Lightness, 0..100, of bare paper at least."""
BACKGROUND = 12
"""Levels that the background may differ by from its colour."""

Float32Array = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Measures:
    """Size in pixels, and shares in 0..1 unless stated.

    Args:
        colour: how far colours spread: 98th percentile of the distance in Lab's (a, b) from the median.
        paper: share of bare, light paper.
        smooth: share of pixels whose 3 x 3 neighbourhood has one colour.
        entropy: bits of the distribution of colours in 5 bits a channel, 0..15.
        light: 95th percentile of the lightness, 0..100.
        text: share that lines of text cover.
        content: share that differs from the background, the colour that most of the border has.
    """

    height: int
    width: int
    colour: float
    paper: float
    smooth: float
    entropy: float
    light: float
    text: float
    content: float

    @property
    def shorter(self) -> int:
        return min(self.height, self.width)


def measure(illustration: Illustration) -> Measures:
    """All measures of one picture, rounded so that they read well."""
    small = reduced(illustration.array, MEASURED_SIDE)
    lab = _lab(small)
    page = reduced(illustration.array, TEXT_SIDE)
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    return Measures(
        illustration.size.height,
        illustration.size.width,
        round(colour_spread(lab), 2),
        round(float((lab[..., 0] >= PAPER).mean()), 4),
        round(float(flat_pixels(small).mean()), 4),
        round(colour_entropy(small), 3),
        round(float(np.percentile(lab[..., 0], 95)), 2),
        round(text_share(grey), 4),
        round(float(content_pixels(small).mean()), 4),
    )


def reduced(pixels: UInt8Array, side: int) -> UInt8Array:
    """The picture with its longer side at most `side` px, area-averaged."""
    scale = side / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    wanted = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, wanted, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _lab(pixels: UInt8Array) -> Float32Array:
    """CIE Lab float32 (H, W, 3), lightness 0..100."""
    unit = pixels.astype(np.float32) * np.float32(1 / 255)
    return np.asarray(cv2.cvtColor(unit, cv2.COLOR_RGB2LAB), dtype=np.float32)


def colour_spread(lab: Float32Array) -> float:
    """98th percentile of the distance of (a, b) from their median: 0 for grey and for one even tint."""
    red, yellow = lab[..., 1].ravel(), lab[..., 2].ravel()
    away = np.hypot(red - np.median(red), yellow - np.median(yellow))
    return float(np.percentile(away, 98))


def flat_pixels(pixels: UInt8Array) -> BoolArray:
    """Where the 3 x 3 neighbourhood differs by at most `FLAT` levels in every channel."""
    span = cv2.subtract(cv2.dilate(pixels, _NEIGHBOURS), cv2.erode(pixels, _NEIGHBOURS))
    return np.asarray(brightest(np.asarray(span, dtype=np.uint8)) <= FLAT)


def colour_entropy(pixels: UInt8Array) -> float:
    """Bits of the histogram of colours in 5 bits a channel."""
    packed = (pixels >> 3).astype(np.int32) @ np.array((1024, 32, 1), np.int32)
    counts = np.bincount(packed.ravel(), minlength=1)
    shares = counts[counts > 0] / packed.size
    return float(abs((shares * np.log2(shares)).sum()))


def content_pixels(pixels: UInt8Array) -> BoolArray:
    """Where the picture differs from its background, the median colour of its border."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    background = np.append(np.floor(np.median(border, axis=0)), 0)  # four numbers: a colour to OpenCV
    away = np.asarray(cv2.absdiff(pixels, background), dtype=np.uint8)
    return np.asarray(brightest(away) > BACKGROUND)


def text_share(grey: UInt8Array) -> float:
    """Share of the picture that lines of text cover, dark on light or light on dark."""
    kernel = np.ones((TEXT_REACH, TEXT_REACH), np.uint8)
    hats = (cv2.morphologyEx(grey, polarity, kernel) for polarity in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT))
    covered = max(_lines_area((hat > STROKE).astype(np.uint8)) for hat in hats)
    return float(min(1.0, covered / grey.size))


def _lines_area(strokes: UInt8Array) -> float:
    """Pixels of rows of strokes that are long, low and broken up, of about one height, and at least three."""
    joined = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((1, TEXT_REACH), np.uint8))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
    width, height, area = boxes[1:, 2], boxes[1:, 3], boxes[1:, 4]
    lines = (height >= 5) & (height <= 40) & (width >= 2.5 * height) & (area >= 0.35 * width * height)
    if not lines.any():
        return 0.0
    starts = _starts_per_row(strokes, boxes[1:].astype(np.int32))
    lines &= (starts >= LEAST_STROKES) & (starts * height >= 0.5 * width)
    if not lines.any():
        return 0.0
    usual = np.median(height[lines])
    alike = lines & (np.abs(height - usual) <= 0.5 * usual)
    return float((1.5 * height * width)[alike].sum()) if np.count_nonzero(alike) >= 3 else 0.0


def _starts_per_row(strokes: UInt8Array, boxes: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """How many strokes a row of each box has on average: letters are about half as wide as their line is high."""
    starts = np.zeros(strokes.shape, np.uint8)
    starts[:, 1:] = (strokes[:, 1:] == 1) & (strokes[:, :-1] == 0)
    sums = cv2.integral(starts)
    left, top = boxes[:, 0], boxes[:, 1]
    right, bottom = left + boxes[:, 2], top + boxes[:, 3]
    found = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return np.asarray(found / np.maximum(boxes[:, 3], 1), dtype=np.float64)
