"""What each figure is called, which way is better, and what it asks; docs/metrics.md defines them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from stenciltorch.evaluation.judges import FID, LPIPS

Better = Literal["less", "more", "near"]


@dataclass(frozen=True)
class Figure:
    """One row of the table.

    Args:
        better: which values are better; `near` = those nearest to `ideal`.
        asks: the question it answers, in a few words.
    """

    name: str
    better: Better
    asks: str
    ideal: float = 0.0

    @property
    def wanted(self) -> str:
        """Which values are better, in a word or two."""
        return f"near {self.ideal:g}" if self.better == "near" else self.better

    def badness(self, value: float) -> float:
        """Larger is worse."""
        if self.better == "near":
            return abs(value - self.ideal)
        return value if self.better == "less" else -value


_LESS: Final = "less"
_MORE: Final = "more"
_NEAR: Final = "near"

_CURVES: tuple[tuple[str, Better, str], ...] = (
    ("region_chroma", "less", "all wishes' error over their regions"),
    ("psnr", "more", "PSNR"),
    ("psnr_paper", "more", "PSNR on paper"),
    (LPIPS, "less", "LPIPS"),
)

FIGURES = (
    Figure("stroke", _LESS, "is the wish met under the stroke? (median dE2000)"),
    Figure("region", _LESS, "is it met over its whole region?"),
    Figure("gap", _LESS, "is it met over the region beyond the stroke?"),
    Figure("stroke_chroma", _LESS, "is it met under the stroke, lightness aside?"),
    Figure("region_chroma", _LESS, "is it met over its whole region, lightness aside?"),
    Figure("gap_chroma", _LESS, "is it met beyond the stroke, lightness aside?"),
    Figure("stroke_hit@5", _MORE, "share of hints met within 5 under the stroke"),
    Figure("region_hit@5", _MORE, "the same over the region"),
    Figure("gap_hit@5", _MORE, "the same beyond the stroke"),
    Figure("stroke_chroma_hit@5", _MORE, "the same under the stroke, lightness aside"),
    Figure("region_chroma_hit@5", _MORE, "the same over the region, lightness aside"),
    Figure("gap_chroma_hit@5", _MORE, "the same beyond the stroke, lightness aside"),
    Figure("bleed@4", _LESS, "share of pixels in the neighbour's colour, within 4 px of a lined border"),
    Figure("bleed@6", _LESS, "the same within 6 px: does colour stop at lines?"),
    Figure("bleed@8", _LESS, "within 8 px"),
    Figure("bleed@12", _LESS, "within 12 px"),
    Figure("bleed@16", _LESS, "within 16 px"),
    Figure("bleed_open@6", _LESS, "within 6 px of borders that have no line"),
    Figure("line_contrast", _MORE, "share of line pixels that stay as dark as drawn"),
    Figure("line_retention", _MORE, "share of line pixels that keep half of the true picture's contrast"),
    Figure("line_ratio", _NEAR, "median of their contrast over the true picture's", 1.0),
    Figure("phantom_lines", _LESS, "px of lines that nobody drew, for each million px"),
    Figure("mask_error", _LESS, "largest change of a byte outside the mask"),
    Figure("seam", _LESS, "dE2000 across the mask's border beyond that of the base"),
    Figure("raw_leak", _LESS, "mean dE2000 by which the net's own answer would change what the mask keeps"),
    Figure("psnr_in_mask", _MORE, "PSNR of R, G, B where a partial mask is open"),
    Figure("ssim_in_mask", _MORE, "SSIM of R, G, B there"),
    Figure("edit_locality", _MORE, "share of an edit's change that lies inside its region"),
    Figure("edit_outside", _LESS, "mean dE2000 elsewhere"),
    Figure("edit_noticed", _LESS, "share of pixels elsewhere that visibly change"),
    Figure("edit_response", _MORE, "how much of the way to the new colour is covered"),
    Figure("hint_range", _MORE, "mean distance in px from an edit's hint of what visibly changes (iColoriT)"),
    *(Figure(f"drift@{count}", _LESS, f"mean dE2000 between pass {count} and the first") for count in range(2, 9)),
    Figure("order_gap", _LESS, "mean dE2000 between two orders of work"),
    Figure("undo_error", _LESS, "largest difference of a byte once other requests came between"),
    *(
        Figure(f"{name}@{count}_hints", better, f"{asks} with {count} hints")
        for name, better, asks in _CURVES
        for count in ("0", "1", "2", "4", "8", "16", "32", "all")
    ),
    Figure("region_chroma_area", _LESS, "mean height of that curve"),
    Figure("region_chroma_more_is_worse", _LESS, "share of its steps at which more hints made it worse"),
    Figure("psnr_area", _MORE, "mean height of that curve"),
    Figure("psnr_more_is_worse", _LESS, "share of its steps at which more hints made it worse"),
    Figure(f"{LPIPS}_area", _LESS, "mean height of that curve"),
    Figure(f"{LPIPS}_more_is_worse", _LESS, "share of its steps at which more hints made it worse"),
    Figure("region_chroma_jitter", _LESS, "error over the region with hints pushed by up to 8 px"),
    Figure("region_chroma_crossing", _LESS, "with strokes drawn on over lines"),
    Figure("region_chroma_wrong", _LESS, "of right hints among one in ten wrong ones"),
    Figure("tint_a", _NEAR, "greener (-) or redder (+) than the truth where no hint was"),
    Figure("tint_b", _NEAR, "bluer (-) or yellower (+)"),
    Figure("palette_distance", _LESS, "how far the colours are from the true ones, wherever they lie"),
    Figure("shading_ratio", _NEAR, "spread of lightness within regions over the true one", 1.0),
    Figure("segment_accuracy", _MORE, "share of regions above 10 px nearest to their own flat colour"),
    Figure("segment_accuracy_all", _MORE, "share of all regions"),
    Figure("pixel_accuracy", _MORE, "share of the pixels of those above 10 px"),
    Figure("dE_mean", _LESS, "mean dE2000 to the true picture"),
    Figure("dE_p95", _LESS, "95th percentile of it"),
    Figure("psnr", _MORE, "PSNR of R, G, B in dB"),
    Figure("psnr_paper", _MORE, "PSNR of the colours without lines, on paper"),
    Figure("psnr_L", _MORE, "PSNR of L*"),
    Figure("ssim", _MORE, "SSIM of R, G, B"),
    Figure("ssim_L", _MORE, "SSIM of L*"),
    Figure("ms_ssim", _MORE, "SSIM of R, G, B over five scales"),
    Figure("ms_ssim_L", _MORE, "SSIM of L* over five scales"),
    Figure(LPIPS, _LESS, "how different it looks from the true picture to AlexNet"),
)  # fmt: skip

SETS = (
    Figure("own-frechet", _LESS, "distance of the sets on our own features; grows as pictures get fewer"),
    Figure("own-kid", _LESS, "the same with an unbiased polynomial kernel"),
    Figure("own-mmd", _LESS, "the same with an unbiased Gaussian kernel"),
    Figure(FID, _LESS, "distance of the sets on Inception's features; grows as pictures get fewer"),
    Figure("FID-clean", _LESS, "the same with pictures brought to size by a low-pass filter"),
    Figure("KID", _LESS, "unbiased distance of the sets on Inception's features"),
)  # fmt: skip
"""Figures of all pictures together."""

BY_NAME = {figure.name: figure for figure in (*FIGURES, *SETS)}
