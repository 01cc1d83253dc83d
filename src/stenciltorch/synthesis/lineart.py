"""Line drawings out of finished illustrations: extended difference of Gaussians.

Winnemoller, Kyprianidis, Olsen: "XDoG: an eXtended difference-of-Gaussians compendium", 2012 (paper 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from stenciltorch.canvas import Illustration, Lineart, Size, UInt8Array
from stenciltorch.synthesis.arrays import Float32Array, brightest, darkest, to_bytes
from stenciltorch.synthesis.noise import smooth_noise


@dataclass(frozen=True)
class LineStyle:
    """How lines are found and how they are drawn. Lengths are in pixels of the illustration.

    Args:
        sigma: width of the narrow Gaussian.
        k: the wide Gaussian's sigma is k x sigma.
        gain: weight of the wide Gaussian; 1 finds edges only, below 1 drops faint ones.
        epsilon: a pixel is ink where the difference of Gaussians is below this.
        phi: steepness of the ramp from paper to ink; 1e9 is a hard threshold.
        binary: threshold the ramp by Otsu's rule, as the authors do.
        channelwise: look for lines in R, G and B apart, so that edges between equally bright colours show.
        stroke: dark strokes up to this wide become solid ink; 0 = off.
        hollow: dark areas wider than `stroke` keep their outline only.
        thickness: px added to (or taken from) each line's width.
        softness: sigma of a final blur.
        darkness: ink at its darkest, 0 none .. 1 black.
        gaps: share of the lines left out.
        grain: 0 .. 1, how much the ink breaks up like pencil on paper.
        jitter: px that lines wander from their place.
        dirt: 0 .. 1, smudges and tone of the paper.
    """

    sigma: float = 0.5
    k: float = 1.6
    gain: float = 1.0
    epsilon: float = -0.012
    phi: float = 80.0
    binary: bool = False
    channelwise: bool = True
    stroke: int = 9
    hollow: bool = True
    thickness: float = 0.0
    softness: float = 0.0
    darkness: float = 1.0
    gaps: float = 0.0
    grain: float = 0.0
    jitter: float = 0.0
    dirt: float = 0.0


AUTHORS = LineStyle(
    sigma=0.3, k=4.5, gain=0.95, epsilon=0.0, phi=1e9, binary=True, channelwise=False, stroke=0, hollow=False
)
"""The authors' constants. Their epsilon of -10 is never reached by a difference in [-1, 1], so in
closed form: ink where a pixel is at least 5 % darker than its blurred neighbourhood."""

STYLES: dict[str, LineStyle] = {
    "authors": AUTHORS,
    "thin": LineStyle(sigma=0.4, stroke=5, thickness=-0.7),
    "clean": LineStyle(sigma=0.6, stroke=9),
    "thick": LineStyle(sigma=0.8, epsilon=-0.03, stroke=11, thickness=1.2),
    "ink": LineStyle(sigma=0.5, k=4.5, gain=0.97, epsilon=-0.02, phi=40.0, stroke=13, hollow=False),
    "grey": LineStyle(sigma=0.5, stroke=7, thickness=-0.4, darkness=0.4),
    "soft": LineStyle(sigma=0.9, phi=20.0, stroke=9, softness=0.9, darkness=0.8),
    "broken": LineStyle(sigma=0.5, stroke=7, gaps=0.12),
    "pencil": LineStyle(
        sigma=0.6, phi=25.0, stroke=9, softness=0.5, darkness=0.85, gaps=0.06, grain=0.6, jitter=0.7, dirt=0.3
    ),
}


def extract_lineart(illustration: Illustration, style: LineStyle, rng: np.random.Generator) -> Lineart:
    """The illustration as a line drawing in this style."""
    ink = _found_ink(illustration.array, style)
    ink = _drawn_ink(ink, style, rng)
    return Lineart(to_bytes(255 * (1 - ink)))


def draw_style(rng: np.random.Generator) -> LineStyle:
    """A random member of the family: a named style with its numbers moved."""
    names = ("authors", "thin", "clean", "thick", "ink", "grey", "soft", "broken", "pencil")
    name = str(rng.choice(names, p=(0.1, 0.16, 0.2, 0.1, 0.06, 0.12, 0.08, 0.06, 0.12)))
    style = STYLES[name]
    if name == "authors":
        return replace(style, sigma=float(rng.choice((0.3, 0.4, 0.5))), darkness=float(rng.uniform(0.6, 1)))
    return _moved(style, rng)


def _moved(style: LineStyle, rng: np.random.Generator) -> LineStyle:
    often = rng.random(4)
    return replace(
        style,
        sigma=style.sigma * float(rng.choice((0.6, 0.8, 1.0, 1.3, 1.7))),
        epsilon=style.epsilon * float(rng.uniform(0.5, 2.5)),
        thickness=style.thickness + float(rng.uniform(-0.4, 0.6)),
        stroke=max(3, style.stroke + int(rng.integers(-2, 5))),
        softness=max(style.softness, float(rng.uniform(0, 0.7)) * (often[0] < 0.5)),
        darkness=style.darkness * float(rng.uniform(0.6, 1.0)),
        gaps=max(style.gaps, float(rng.uniform(0, 0.15)) * (often[1] < 0.25)),
        jitter=max(style.jitter, float(rng.uniform(0, 0.8)) * (often[2] < 0.25)),
        dirt=max(style.dirt, float(rng.uniform(0, 0.5)) * (often[3] < 0.15)),
    )


def _gaussian(picture: Float32Array, sigma: float) -> Float32Array:
    """Truncated at 4 sigma, mirrored at the border."""
    taps = 2 * int(4 * sigma + 0.5) + 1
    blurred = cv2.GaussianBlur(picture, (taps, taps), sigma, borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred, dtype=np.float32)


def difference_of_gaussians(brightness: Float32Array, style: LineStyle) -> Float32Array:
    """D = G(sigma) - gain G(k sigma), brightness in [0, 1] (Winnemoller 2012 Eq. 3)."""
    return _gaussian(brightness, style.sigma) - np.float32(style.gain) * _gaussian(brightness, style.k * style.sigma)


def _found_ink(pixels: UInt8Array, style: LineStyle) -> Float32Array:
    if style.binary:
        return otsu_ink(difference_of_gaussians(_brightness(pixels, channelwise=False), style))
    difference = difference_of_gaussians(_brightness(pixels, style.channelwise), style)
    if difference.ndim == 3:
        difference = darkest(difference)
    ramp = (np.float32(style.epsilon) - difference) * np.float32(style.phi)
    ink = np.tanh(np.clip(ramp, 0, 10))
    if style.stroke:
        ink = np.maximum(ink, stroke_ink(pixels, style.stroke))
    if not style.hollow:
        ink = np.maximum(ink, np.clip((48.0 - brightest(pixels).astype(np.float32)) / 16.0, 0, 1))
    return np.asarray(ink, dtype=np.float32)


def _brightness(pixels: UInt8Array, channelwise: bool) -> Float32Array:
    unit = pixels.astype(np.float32) * np.float32(1 / 255)
    return unit if channelwise else np.asarray(unit @ np.full(3, 1 / 3, np.float32))


def otsu_ink(difference: Float32Array) -> Float32Array:
    """Ink 0 or 1 out of 1 - tanh(phi D) with phi -> infinity: response 2, 1, 0 for D < 0, D = 0, D > 0.

    Otsu's threshold over three values has two choices: D = 0 (exact black) is ink with D < 0, or paper with
    D > 0, whichever parts the classes further. A picture with one response only has no lines.
    """
    below, equal = difference < 0, difference == 0
    shares = np.array((below.mean(), equal.mean(), 0.0))
    shares[2] = 1 - shares[0] - shares[1]
    if np.count_nonzero(shares > 0) < 2:
        return np.zeros_like(difference)
    with_ink = _between_variance(shares[0] + shares[1], 2 * shares[0] + shares[1], 0.0)
    with_paper = _between_variance(shares[0], 2 * shares[0], shares[1])
    ink = below | equal if with_ink >= with_paper and shares[2] > 0 else below
    return ink.astype(np.float32)


def _between_variance(ink: float, ink_sum: float, paper_sum: float) -> float:
    """Otsu's criterion from the share of ink and the sums of both classes' responses."""
    if not 0 < ink < 1:
        return 0.0
    return float(ink * (1 - ink) * (ink_sum / ink - paper_sum / (1 - ink)) ** 2)


def stroke_ink(pixels: UInt8Array, width: int) -> Float32Array:
    """Ink of the dark strokes at most `width` px wide: black top-hat of the brightness, 0 .. 1."""
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (width + 2, width + 2))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    hat = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip((hat.astype(np.float32) - 24.0) / 72.0, 0, 1), dtype=np.float32)


def _drawn_ink(ink: Float32Array, style: LineStyle, rng: np.random.Generator) -> Float32Array:
    ink = _thickened(ink, style.thickness)
    size = Size.of(ink)
    if style.jitter:
        ink = _wandered(ink, style.jitter, rng)
    if style.gaps:
        ink = ink * np.clip((smooth_noise(size, 9, rng) - 0.75 * style.gaps - 0.1) * 8, 0, 1)
    if style.softness:
        ink = _gaussian(ink, style.softness)
    if style.grain:
        ink = ink * (1 - np.float32(style.grain) * rng.random(ink.shape, dtype=np.float32))
    ink = ink * np.float32(style.darkness)
    if style.dirt:
        smudge = smooth_noise(size, 24, rng) * rng.random(ink.shape, dtype=np.float32)
        ink = np.maximum(ink, smudge * np.float32(0.12 * style.dirt))
    return np.asarray(ink, dtype=np.float32)


def _thickened(ink: Float32Array, pixels: float) -> Float32Array:
    """Whole px by dilation, the rest by mixing with the next whole step."""
    whole, rest = divmod(abs(pixels), 1.0)
    morph = cv2.dilate if pixels > 0 else cv2.erode
    kernel = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    for _ in range(int(whole)):
        ink = np.asarray(morph(ink, kernel), dtype=np.float32)
    if rest > 0:
        ink = ink + (np.asarray(morph(ink, kernel), dtype=np.float32) - ink) * np.float32(rest)
    return ink


def _wandered(ink: Float32Array, pixels: float, rng: np.random.Generator) -> Float32Array:
    size = Size.of(ink)
    columns, rows = np.meshgrid(np.arange(size.width, dtype=np.float32), np.arange(size.height, dtype=np.float32))
    columns += (smooth_noise(size, 12, rng) - 0.5) * np.float32(4 * pixels)
    rows += (smooth_noise(size, 12, rng) - 0.5) * np.float32(4 * pixels)
    moved = cv2.remap(ink, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=np.float32)
