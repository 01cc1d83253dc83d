"""Each figure of the suite: right for a perfect painter, worse with each step of the defect that it is for."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import toy_cases as toy

from stenciltorch.canvas import Illustration, Painting
from stenciltorch.evaluation.contenders import FixedPicture
from stenciltorch.evaluation.figures import BY_NAME
from stenciltorch.evaluation.hints import SCOPES
from stenciltorch.evaluation.judges import LPIPS
from stenciltorch.evaluation.suite import FIXED, FULL, Plan, measure

PLAN = Plan(edits=4, passes=3, counts=(0, 1, 2), reaches=(4, 6))
DOCS = Path(__file__).parents[2] / "docs" / "metrics.md"


def values(measured):
    return measured.figures | {scope: float(np.mean(some)) for scope, some in measured.hints.items()}


@pytest.fixture(scope="module")
def perfect():
    return values(measure(toy.case(), toy.Rooms(), PLAN))


def test_a_perfect_painter(perfect):
    zero = ("bleed@4", "bleed@6", "phantom_lines", "mask_error", "drift@2", "drift@3", "order_gap")
    zero += ("undo_error", "edit_outside", "edit_noticed", "dE_mean")
    assert {name: perfect[name] for name in zero} == dict.fromkeys(zero, 0.0)
    one = ("line_contrast", "line_retention", "segment_accuracy", "pixel_accuracy", "edit_locality")
    assert {name: perfect[name] for name in one} == dict.fromkeys(one, 1.0)
    assert perfect["shading_ratio"] == pytest.approx(1.0)
    assert perfect["ssim"] == pytest.approx(1.0)
    assert perfect["psnr"] == perfect["psnr_L"] == 100.0
    assert perfect["stroke_chroma"] < 2
    assert perfect["edit_response"] > 0.75


def test_every_figure_has_a_row_and_a_definition(perfect):
    full = values(measure(toy.case(), toy.Rooms(), FULL))
    text = DOCS.read_text(encoding="utf-8")
    assert set(full) <= set(BY_NAME)
    stems = {name.split("@")[0].removesuffix("_hit") for name in full}
    assert [stem for stem in sorted(stems) if f"`{stem}" not in text] == []


LOOKS = Plan(edits=0, passes=1, counts=(), messy=False, mask=False, order=False, reaches=(4, 6))
EDITS = replace(LOOKS, edits=4, messy=True)
PASSES = replace(LOOKS, passes=3, order=True)
CURVES = replace(LOOKS, counts=(0, 1, 2))

DEFECTS = {
    "blur": (toy.blurred, (0, 1.5, 3, 6), ["dE_mean", "psnr", "ssim", "psnr_paper", "psnr_L", "ssim_L"], LOOKS),
    "spill": (toy.spilled, (0, 4, 6, 8), ["bleed@4", "bleed@6", "dE_p95"], LOOKS),
    "fade": (toy.faded, (0, 0.15, 0.3, 0.6), [*SCOPES, "dE_p95", "psnr", "palette_distance", "edit_response"], EDITS),
    "red": (toy.reddened, (0, 10, 20, 40), ["stroke_chroma", "region_chroma", "gap_chroma", "palette_distance"], LOOKS),
    "echo": (
        toy.tinted_by_hints,
        (0, 0.05, 0.1, 0.3),
        ["edit_locality", "edit_outside", "edit_noticed", "region_chroma_wrong"],
        EDITS,
    ),
    "memory": (toy.remembering, (0, 0.1, 0.2, 0.4), ["drift@2", "drift@3", "order_gap"], PASSES),
    "no travel": (toy.dabs_only, (0, 0.2, 0.4, 0.8), ["region", "gap", "gap_chroma", "region_chroma_area"], CURVES),
}  # fmt: skip


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_worse_defect_is_a_worse_figure(defect):
    spoil, steps, names, plan = DEFECTS[defect]
    found = [values(measure(toy.case(shade=0), toy.Rooms(spoil(step), shade=0), plan)) for step in steps]
    for name in names:
        badness = [BY_NAME[name].badness(one[name]) for one in found]
        assert badness == sorted(badness), name
        assert badness[0] < badness[-1] - 1e-6, name


def test_flatter_is_less_shaded():
    found = [
        values(measure(toy.case(), toy.Rooms(shade=shade), FIXED))["shading_ratio"] for shade in (0.25, 0.15, 0.05, 0)
    ]
    assert found == sorted(found, reverse=True)
    assert found[-1] == pytest.approx(0, abs=1e-9)


def test_lines_that_fade():
    case, found = toy.case(), []
    for share in (1.0, 0.7, 0.4, 0.1):
        painting = toy.Rooms()(case.stencil)
        lines = toy.lineart().array[..., None] == 0
        washed = np.where(lines, (1 - share) * painting.colour.array, painting.illustration.array).astype(np.uint8)
        picture = Illustration(washed)
        one = measure(case, FixedPicture(case.stencil, picture), FIXED)
        found.append((one.figures["line_retention"], one.figures["line_ratio"], one.figures["line_contrast"]))
    for values_ in zip(*found, strict=True):
        assert list(values_) == sorted(values_, reverse=True)
        assert values_[-1] < 0.5


def test_what_a_mask_keeps_and_what_it_opens(perfect):
    """A painter whose own answer is the truth leaks nothing; a net that paints everything red leaks outside the mask
    although the picture stays there.
    """
    assert perfect["raw_leak"] == pytest.approx(0, abs=0.1)
    assert perfect["psnr_in_mask"] == 100.0
    assert perfect["ssim_in_mask"] == pytest.approx(1.0)
    found = [
        values(measure(toy.case(shade=0), toy.Rooms(toy.reddened(step), shade=0), replace(LOOKS, mask=True)))
        for step in (0, 20, 40)
    ]
    for name in ("raw_leak", "psnr_in_mask", "ssim_in_mask"):
        badness = [BY_NAME[name].badness(one[name]) for one in found]
        assert badness == sorted(badness)
        assert badness[0] < badness[-1], name
    assert [one["mask_error"] for one in found] == [0.0, 0.0, 0.0]


def test_an_edit_reaches_as_far_as_its_room(perfect):
    """Rooms of 48 x 48 with the dab in the middle: pixels of a square lie 0.3826 of its side from the middle."""
    assert perfect["hint_range"] == pytest.approx(0.3826 * 48, rel=0.05)


def test_a_look_is_taken_wherever_the_truth_is_known():
    """LPIPS's place: a stand-in that counts differing bytes."""
    look = lambda found, true: float((found.array != true.array).mean())  # noqa: E731
    found = values(measure(toy.case(shade=0), toy.Rooms(shade=0), CURVES, look=look))
    curve = [found[f"{LPIPS}@{count}_hints"] for count in ("0", "1", "2", "all")]
    assert found[LPIPS] == curve[-1] == 0.0
    assert curve == sorted(curve, reverse=True)
    assert found[f"{LPIPS}_more_is_worse"] == 0.0
    assert found[f"{LPIPS}_area"] > 0


def test_a_painter_that_breaks_the_mask_is_caught():
    class Careless(toy.Rooms):
        def __call__(self, stencil):
            painting = super().__call__(stencil)
            off = np.minimum(painting.illustration.array, 254) + np.uint8(1)
            return Painting(Illustration(off), painting.colour, painting.flats)

    assert measure(toy.case(), Careless(), PLAN).figures["mask_error"] == 1.0


def test_a_painter_with_a_memory_is_caught():
    class Moody(toy.Rooms):
        calls = 0

        def __call__(self, stencil):
            self.calls += 1
            self.spoil = toy.faded(0.02 * self.calls)
            return super().__call__(stencil)

    assert measure(toy.case(), Moody(), PLAN).figures["undo_error"] > 0


def test_more_hints_help_a_painter_that_follows_them(perfect):
    curve = [perfect[f"region_chroma@{count}_hints"] for count in ("0", "1", "2", "all")]
    assert curve == sorted(curve, reverse=True)
    assert len(set(curve)) == 4
    assert perfect["region_chroma_more_is_worse"] == perfect["psnr_more_is_worse"] == 0.0
    heights = [perfect[f"psnr@{count}_hints"] for count in ("0", "1", "2", "all")]
    assert perfect["psnr_area"] == pytest.approx(np.mean([np.mean(pair) for pair in itertools.pairwise(heights)]))


def test_without_truth_only_what_needs_none():
    case = toy.case()
    real = type(case)(case.name, case.stencil, case.regions)
    found = values(measure(real, toy.Rooms(), PLAN))
    assert not {"psnr", "bleed@6", "shading_ratio", "tint_a"} & set(found)
    assert {"stroke", "region_chroma", "line_contrast", "edit_locality", "drift@2", "mask_error"} <= set(found)


def test_without_hints():
    case = toy.case()
    plain = type(case)("bare", case.stencil.with_hints(toy.hints(())), case.regions, case.flats, case.target)
    measured = measure(plain, toy.Rooms(), PLAN)
    assert measured.hints == {}
    assert measured.figures["bleed@6"] is None
    assert measured.figures["edit_locality"] is None
    assert measured.figures["psnr"] < 20


def test_the_same_case_gives_the_same_figures(perfect):
    assert values(measure(toy.case(), toy.Rooms(), PLAN)) == perfect
