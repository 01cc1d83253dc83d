"""Bring the paper of scanned drawings to white."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Lineart

WHITE = 253
"""From here on paper counts as white already."""
WHITE_SHARE = 0.02
"""With this share of white pixels beside another paper, the drawing is on white and its greys are meant."""
PAPER_FLOOR = 128
"""Darker paper than this is left alone: it may as well be ink."""
PAPER_DEPTH = 40
"""Paper lies at most this many levels below the brightest pixels."""
PAPER_SHARE = 0.5
"""Paper covers more than this share, or the drawing is mostly ink."""
INK_SHARE = 1e-4
"""At least this share is ink, or there is nothing on the page to tell it from paper."""
INK_RATIO = 0.75
"""Below this part of the white point a pixel is ink."""

Histogram = npt.NDArray[np.int64]


def level_paper(lineart: Lineart) -> Lineart:
    """Scale the levels so that the paper's white point becomes 255; ours.

    The white point is the dark shoulder of the brightest broad mode of the histogram, so that the grain of
    the paper is white too. Full ink stays 0 and the order of levels is kept. The drawing is returned as it is
    when its paper is white already, when it is mostly ink, and when it shows no ink at all.
    """
    histogram = np.bincount(lineart.array.ravel(), minlength=256)
    white = white_point(histogram)
    if white == 255:
        return lineart
    levels = np.minimum(255, np.rint(np.arange(256) * 255 / white)).astype(np.uint8)
    return Lineart(levels[lineart.array])


def white_point(histogram: Histogram) -> int:
    """The level that is to become 255, from the counts (256,) of all levels; 255 to leave all as it is."""
    total = histogram.sum()
    peak = _brightest_mode(histogram)
    white = peak - _bright_shoulder(histogram, peak)
    if white < PAPER_FLOOR or _has_white(histogram, peak):
        return 255
    paper = histogram[max(0, white - PAPER_DEPTH) :].sum()
    broad = histogram[white:].sum() >= PAPER_SHARE / 2 * total
    ink = histogram[: int(INK_RATIO * white)].sum()
    return white if broad and paper > PAPER_SHARE * total and ink >= INK_SHARE * total else 255


def _has_white(histogram: Histogram, peak: int) -> bool:
    """True where the paper is white already, or where white stands beside a grey that fills more.

    White beside grey rises from a valley; the bright tail of grainy grey paper does not, even cut off at 255.
    """
    total, whites = histogram.sum(), histogram[WHITE:].sum()
    triples = np.convolve(histogram, [1, 1, 1], mode="valid")
    valley = triples[min(peak, WHITE - 3) : WHITE - 2].min()
    stands_out = whites >= WHITE_SHARE * total and whites > 3 * valley
    return bool(peak >= WHITE or whites >= PAPER_SHARE / 2 * total or stands_out)


def _brightest_mode(histogram: Histogram) -> int:
    """The fullest level among the `PAPER_DEPTH` below the brightest pixels, specks left aside."""
    smooth = np.convolve(histogram, [1, 2, 3, 2, 1], mode="same")
    from_above = np.cumsum(histogram[::-1])[::-1]
    brightest = int(np.flatnonzero(from_above >= 0.005 * from_above[0])[-1])
    lowest = max(0, brightest - PAPER_DEPTH)
    return lowest + int(np.argmax(smooth[lowest : brightest + 1]))


def _bright_shoulder(histogram: Histogram, peak: int) -> int:
    """Levels from the mode's peak up to where 98 % of its bright half lie: half the grain's width."""
    bright_half = np.cumsum(histogram[peak:])
    return int(np.searchsorted(bright_half, 0.98 * bright_half[-1]))
