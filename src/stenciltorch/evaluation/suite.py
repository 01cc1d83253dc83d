"""The whole weight-free suite on one case: every figure that docs/metrics.md names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from stenciltorch.canvas import Colorizer, Hints, Illustration, Lineart, Painting, Stencil
from stenciltorch.evaluation import areas, edits, lines, masks, pixels, requests
from stenciltorch.evaluation.cases import Case
from stenciltorch.evaluation.hints import SCOPES, HintError, Stroke, Wishes, away_from_lines, find_strokes, hint_errors
from stenciltorch.evaluation.judges import LPIPS

Figures = dict[str, float | None]

Look = Callable[[Illustration, Illustration], float | None]
"""How different a painting looks from the true picture, as a network with published weights sees it."""

PAPER = 200
"""Lineart brighter than this is bare paper."""

LOOKED_AT = 400
"""Pixels of a region that curves and sloppy hints are judged by."""


@dataclass(frozen=True)
class Plan:
    """What is asked of a model beyond one painting of each case.

    Args:
        edits: regions that get another wish.
        passes: the last pass over the own result, from 2 on; 1 = none.
        counts: how many hints the curve tries besides all of them.
        messy, mask, order: whether sloppy hints, a partial mask and two orders of work are tried.
        reaches: of the bleed curve, in pixels.
    """

    edits: int = 4
    passes: int = 8
    counts: tuple[int, ...] = (0, 1, 2, 4, 8, 16, 32)
    messy: bool = True
    mask: bool = True
    order: bool = True
    reaches: tuple[int, ...] = (4, 6, 8, 12, 16)


FULL = Plan()
QUICK = Plan(edits=2, passes=2, counts=(), messy=False, mask=True, order=False, reaches=(6,))
FIXED = Plan(edits=0, passes=1, counts=(), messy=False, mask=False, order=False)
"""What can be said of a picture that another program made."""


@dataclass(frozen=True)
class Measured:
    """All figures of one case.

    Args:
        figures: by name; None = does not apply to this case.
        hints: by name, one value for each stroke that has one.
    """

    figures: Figures
    hints: dict[str, list[float]] = field(default_factory=dict)


def measure(
    case: Case, colorizer: Colorizer, plan: Plan = FULL, painting: Painting | None = None, look: Look | None = None
) -> Measured:
    """Paint the case and what the plan makes of it, and measure all of it.

    Args:
        painting: the case's own painting, if it is there already.
        look: LPIPS, where its weights are here.
    """
    first = painting or colorizer(case.stencil)
    found = hint_errors(first.illustration, case.stencil.hints, case.stencil.lineart, case.regions)
    figures: Figures = {}
    for part in (_of_painting(case, first, plan, look), _of_requests(case, first, colorizer, plan, look)):
        figures.update(part)
    return Measured(figures, by_scope(found))


def by_scope(errors: list[HintError]) -> dict[str, list[float]]:
    values = {scope: [value for error in errors if (value := getattr(error, scope)) is not None] for scope in SCOPES}
    return {scope: some for scope, some in values.items() if some}


def _of_painting(case: Case, painting: Painting, plan: Plan, look: Look | None) -> Figures:
    """What one painting shows."""
    lineart, shown = case.stencil.lineart, painting.illustration
    figures: Figures = {"line_contrast": lines.line_contrast(shown, lineart)}
    reference = case.target or lineart.as_illustration()
    figures |= _named(lines.line_retention(shown, reference, lineart), "line_retention", "line_ratio")
    figures["phantom_lines"] = lines.phantom_lines(shown, lineart, case.target)
    if case.target and look:
        figures[LPIPS] = look(shown, case.target)
    if case.target and case.flats:
        figures |= _against_truth(case, painting, case.target, case.flats, plan)
    return figures


def _against_truth(case: Case, painting: Painting, target: Illustration, flats: Illustration, plan: Plan) -> Figures:
    lineart, shown = case.stencil.lineart, painting.illustration
    hinted = areas.hinted_regions(case.stencil.hints, case.regions)
    borders = lines.find_borders(flats, case.regions, lineart, target, hinted)
    unhinted = away_from_lines(lineart) & ~hinted[case.regions.array]
    figures: Figures = {f"bleed@{reach}": lines.bleed(shown, borders, reach) for reach in plan.reaches}
    figures["bleed_open@6"] = lines.bleed(shown, borders, 6, lined=False)
    figures["shading_ratio"] = areas.shading_ratio(shown, target, flats, case.regions, lineart, hinted)
    figures |= _named(areas.tint_bias(shown, target, unhinted), "tint_a", "tint_b")
    rng = case.rng("palette")
    figures["palette_distance"] = areas.palette_distance(shown, target, away_from_lines(lineart), rng)
    accuracy = areas.segment_accuracy(painting.colour, flats, case.regions, lineart)
    figures |= _named(accuracy, "segment_accuracy", "segment_accuracy_all", "pixel_accuracy")
    return figures | _pixelwise(painting, target, lineart.array > PAPER)


def _pixelwise(painting: Painting, target: Illustration, paper: np.ndarray) -> Figures:
    shown = painting.illustration
    mean, tail = pixels.colour_error(shown, target)
    return {
        "dE_mean": mean,
        "dE_p95": tail,
        "psnr": pixels.psnr(shown, target),
        "psnr_paper": pixels.psnr(painting.colour, target, paper),
        "psnr_L": pixels.psnr_lightness(shown, target),
        "ssim": pixels.ssim(shown, target),
        "ssim_L": pixels.ssim_lightness(shown, target),
        "ms_ssim": pixels.ms_ssim(shown, target),
        "ms_ssim_L": pixels.ms_ssim_lightness(shown, target),
    }


def _named(values: tuple[float, ...] | None, *names: str) -> Figures:
    return dict(zip(names, values or (None,) * len(names), strict=True))


def _of_requests(case: Case, first: Painting, colorizer: Colorizer, plan: Plan, look: Look | None) -> Figures:
    """What further requests show."""
    figures: Figures = {}
    if plan.edits:
        figures |= _edits(case, colorizer, plan.edits)
    if plan.passes > 1:
        figures |= _passes(case, first, colorizer, plan.passes)
    if plan.counts:
        figures |= _curve(case, first, colorizer, plan.counts, look)
    if plan.messy:
        figures |= _messy(case, colorizer)
    if plan.mask:
        figures |= _mask(case, first, colorizer)
    if plan.order:
        figures |= _order(case, first, colorizer)
    return figures


def _edits(case: Case, colorizer: Colorizer, count: int) -> Figures:
    clear, effects = away_from_lines(case.stencil.lineart), []
    for edit in requests.draw_edits(case, count, case.rng("edits")):
        before, after = (colorizer(case.stencil.with_hints(hints)).illustration for hints in (edit.before, edit.after))
        effects.append(edits.edit_effect(before, after, edit.region, edit.colour, clear, edit.place))
    return {
        "edit_locality": edits.locality(effects),
        "edit_outside": _mean(effect.outside for effect in effects),
        "edit_noticed": _mean(effect.noticed for effect in effects),
        "edit_response": _mean(effect.response for effect in effects),
        "hint_range": _mean(effect.hint_range for effect in effects),
    }


def _mean(values: Iterator[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _passes(case: Case, first: Painting, colorizer: Colorizer, count: int) -> Figures:
    later = edits.passes(colorizer, case.stencil, first, count)
    return {
        f"drift@{number}": edits.drift(first.illustration, picture, case.stencil)
        for number, picture in enumerate(later, start=2)
    }


def _curve(case: Case, first: Painting, colorizer: Colorizer, counts: tuple[int, ...], look: Look | None) -> Figures:
    """Nested sets of hints; every painting is judged by all hints, given or not."""
    order = requests.shuffled(find_strokes(case.stencil.hints), case.rng("curve"))
    paper, wishes = case.stencil.lineart.array > PAPER, _wishes(case, order)
    figures: Figures = {}
    steps = [(str(count), min(count, len(order))) for count in counts] + [("all", len(order))]
    last: tuple[int, dict[str, float | None]] = (-1, {})
    for title, count in steps:
        if count != last[0]:
            whole = count == len(order)
            shown = first if whole else colorizer(requests.with_strokes(case.stencil, order[:count]))
            last = (count, _step(case, shown, wishes, paper, look))
        figures |= {f"{name}@{title}_hints": value for name, value in last[1].items()}
    return figures | _areas(figures, [title for title, _ in steps])


def _wishes(case: Case, found: list[Stroke]) -> Wishes:
    return Wishes(found, case.stencil.lineart, case.regions, LOOKED_AT)


def _step(case: Case, painting: Painting, wishes: Wishes, paper: np.ndarray, look: Look | None) -> Figures:
    shown = painting.illustration
    step: Figures = {"region_chroma": wishes.region_chroma(shown)}
    if case.target:
        step["psnr"] = pixels.psnr(shown, case.target)
        step["psnr_paper"] = pixels.psnr(painting.colour, case.target, paper)
        if look:
            step[LPIPS] = look(shown, case.target)
    return step


def _areas(figures: Mapping[str, float | None], titles: list[str]) -> Figures:
    """Mean height of each curve over its steps, and the share of steps at which more hints made it worse."""
    found: Figures = {}
    for name, better, step in (("region_chroma", -1, 0.05), ("psnr", 1, 0.05), (LPIPS, -1, 0.005)):
        heights = [figures.get(f"{name}@{title}_hints") for title in titles]
        known = np.array([height for height in heights if height is not None])
        if len(known) == len(titles) > 1:
            found[f"{name}_area"] = float((known[1:] + known[:-1]).mean() / 2)
            found[f"{name}_more_is_worse"] = float(np.mean(np.diff(known) * better < -step))
    return found


def _messy(case: Case, colorizer: Colorizer) -> Figures:
    """Sloppy hints, judged by the wishes that were meant."""
    found, size = find_strokes(case.stencil.hints), case.stencil.size
    if not found:
        return {}
    wrong, right = requests.miscoloured(found, size, case.rng("wrong"))
    meant = _wishes(case, found)
    variants: dict[str, tuple[Hints, Wishes]] = {
        "jitter": (requests.jittered(found, size, case.rng("jitter")), meant),
        "crossing": (requests.crossing(found, size, case.rng("crossing")), meant),
        "wrong": (wrong, _wishes(case, right)),
    }
    return {
        f"region_chroma_{name}": wished.region_chroma(colorizer(case.stencil.with_hints(given)).illustration)
        for name, (given, wished) in variants.items()
    }


def _mask(case: Case, first: Painting, colorizer: Colorizer) -> Figures:
    """A random half of the regions is painted again over the truth, or over the first painting."""
    base = case.target or first.illustration
    mask = requests.partial_mask(case, case.rng("mask"))
    painting = colorizer(case.stencil.with_base(base).with_mask(mask))
    shown, inside = painting.illustration, mask.array > 127
    error = masks.mask_error(shown, base, mask)
    figures: Figures = {
        "mask_error": None if error is None else float(error),
        "seam": masks.seam(shown, base, mask, case.stencil.lineart),
        "raw_leak": masks.raw_leak(inked(painting.colour, case.stencil.lineart), base, mask),
    }
    if case.target:
        figures["psnr_in_mask"] = pixels.psnr(shown, case.target, inside)
        figures["ssim_in_mask"] = pixels.ssim(shown, case.target, inside)
    return figures


def inked(colour: Illustration, lineart: Lineart) -> Illustration:
    """The drawing's lines over colours, as finished pictures have them."""
    return Illustration((colour.array * (lineart.array[..., None] / 255.0)).round().astype(np.uint8))


def _order(case: Case, first: Painting, colorizer: Colorizer) -> Figures:
    found = requests.shuffled(find_strokes(case.stencil.hints), case.rng("order"))
    if len(found) < 2:
        return {}
    half = len(found) // 2
    halves: tuple[Stencil, Stencil] = (
        requests.with_strokes(case.stencil, found[:half]),
        requests.with_strokes(case.stencil, found[half:]),
    )
    again = colorizer(case.stencil).illustration.array.astype(np.int16)
    return {
        "order_gap": edits.order_gap(colorizer, case.stencil, halves),
        "undo_error": float(np.abs(again - first.illustration.array).max()),
    }
