from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from little_pictures import cartoon, quarters

import stenciltorch.synthesis.sample as sample_module
from stenciltorch.canvas import Illustration, Lineart, Mask, Regions, Size
from stenciltorch.errors import InputError
from stenciltorch.synthesis import (
    HintRecipe,
    MaskRecipe,
    SynthesisRecipe,
    compose,
    draw_portrait,
    draw_style,
    extract_lineart,
    extract_regions,
    flatten,
    synthesize,
    synthesize_procedural,
)

seeds = st.integers(0, 2**32 - 1)
RECIPE = SynthesisRecipe()
DRAWING = cartoon(96)
REGIONS = extract_regions(DRAWING)
FLATS = flatten(DRAWING, REGIONS)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_composite_by_hand() -> None:
    lineart = Lineart(np.array(((100, 100, 100),), np.uint8))
    picture = Illustration(np.array((((0, 10, 250),) * 3,), np.uint8))
    mask = Mask(np.array(((0, 255, 51),), np.uint8))
    expected = [[0, 10, 250], [100, 100, 100], [20, 28, 220]]
    assert compose(lineart, picture, mask).array[0].tolist() == expected


@given(seeds)
def test_composite_is_exact_at_both_ends_and_between_elsewhere(seed: int) -> None:
    generator = rng(seed)
    lineart = Lineart(generator.integers(0, 256, (5, 7)).astype(np.uint8))
    picture = Illustration(generator.integers(0, 256, (5, 7, 3)).astype(np.uint8))
    mask = Mask(generator.choice((0, 255, 90, 254), (5, 7)).astype(np.uint8))
    mixed = compose(lineart, picture, mask).array
    lines = lineart.as_illustration().array
    assert np.array_equal(mixed[mask.array == 0], picture.array[mask.array == 0])
    assert np.array_equal(mixed[mask.array == 255], lines[mask.array == 255])
    assert (mixed >= np.minimum(lines, picture.array)).all()
    assert (mixed <= np.maximum(lines, picture.array)).all()


def test_a_full_mask_composes_to_the_lineart() -> None:
    lineart = Lineart(rng().integers(0, 256, (4, 4)).astype(np.uint8))
    full = Mask.filled(Size(4, 4), 255)
    assert compose(lineart, Illustration.filled(Size(4, 4)), full) == lineart.as_illustration()


def test_composite_refuses_other_sizes() -> None:
    with pytest.raises(InputError, match="lineart is 4 x 4, the illustration 5 x 4"):
        compose(Lineart.filled(Size(4, 4)), Illustration.filled(Size(4, 5)), Mask.filled(Size(4, 4)))


def test_synthesis_refuses_other_sizes() -> None:
    with pytest.raises(InputError, match="its regions 3 x 4"):
        synthesize(DRAWING, Regions.filled(Size(4, 3), 1), FLATS, RECIPE, 0.5, rng())


@settings(max_examples=25)
@given(seeds, st.floats(0, 1))
def test_a_sample_hangs_together(seed: int, progress: float) -> None:
    sample = synthesize(DRAWING, REGIONS, FLATS, RECIPE, progress, rng(seed))
    stencil = sample.stencil
    assert stencil.size == sample.target.size == sample.flats.size == DRAWING.size
    kept = stencil.mask.array == 0
    assert np.array_equal(stencil.base.array[kept], sample.target.array[kept])
    painted = stencil.mask.array == 255
    lines = stencil.lineart.as_illustration().array
    assert np.array_equal(stencil.base.array[painted], lines[painted])
    known = {tuple(c) for c in np.unique(sample.flats.array.reshape(-1, 3), axis=0).tolist()}
    wished = stencil.hints.array[stencil.hints.array[..., 3] > 0][:, :3]
    assert {tuple(colour) for colour in wished.tolist()} <= known


@given(seeds)
def test_a_sample_repeats_with_its_seed(seed: int) -> None:
    first, second = (synthesize(DRAWING, REGIONS, FLATS, RECIPE, 0.5, rng(seed)) for _ in range(2))
    assert first == second
    assert synthesize_procedural(Size(40, 40), RECIPE, 0.5, rng(seed)) == synthesize_procedural(
        Size(40, 40), RECIPE, 0.5, rng(seed)
    )


@given(seeds)
def test_the_lineart_does_not_know_the_new_palette(seed: int) -> None:
    recipe = replace(RECIPE, recolour=1.0)
    sample = synthesize(DRAWING, REGIONS, FLATS, recipe, 0.5, rng(seed))
    generator = rng(seed)
    assert sample.stencil.lineart == extract_lineart(DRAWING, draw_style(generator), generator)


def test_without_recolouring_the_target_is_the_illustration() -> None:
    sample = synthesize(DRAWING, REGIONS, FLATS, replace(RECIPE, recolour=0.0), 0.5, rng())
    assert sample.target == DRAWING
    assert sample.flats == FLATS


def test_recolouring_is_as_common_as_asked() -> None:
    changed = [
        synthesize(DRAWING, REGIONS, FLATS, replace(RECIPE, recolour=0.5), 0.5, rng(seed)).target != DRAWING
        for seed in range(80)
    ]
    assert 0.3 < np.mean(changed) < 0.65


def test_the_main_case_is_common() -> None:
    """An all-painted mask with a few hints: what a user of the app starts with."""
    flats, regions = quarters(32)
    common = []
    for seed in range(150):
        stencil = synthesize(flats, regions, flats, RECIPE, 0.3, rng(seed)).stencil
        hinted = float((stencil.hints.array[..., 3] > 0).mean())
        common.append(stencil.mask.array.min() == 255 and 0 < hinted < 0.5)
    assert np.mean(common) > 0.25


def test_hint_count_and_mask_share_are_independent() -> None:
    flats, regions = quarters(32)
    recipe = SynthesisRecipe(
        hints=HintRecipe(dense=0, few=3, crowd=0, smallest_radius=2, largest_radius=2.1, even=0),
        masks=MaskRecipe(full=0.5),
    )
    hinted: dict[bool, list[bool]] = {True: [], False: []}
    for seed in range(400):
        stencil = synthesize(flats, regions, flats, recipe, 0.5, rng(seed)).stencil
        if stencil.mask.array.max() == 255:
            hinted[bool(stencil.mask.array.min() == 255)].append(bool(stencil.hints.array.any()))
    assert np.mean(hinted[True]) == pytest.approx(np.mean(hinted[False]), abs=0.1)


@given(seeds, st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=25)
def test_procedural_samples_of_any_size(seed: int, height: int, width: int) -> None:
    sample, regions = synthesize_procedural(Size(height, width), RECIPE, 0.5, rng(seed))
    assert sample.stencil.size == regions.size == (height, width)


@given(seeds)
def test_a_procedural_example_comes_with_its_regions(seed: int) -> None:
    recipe = replace(RECIPE, recolour=0.0, portraits=0.5)
    sample, regions = synthesize_procedural(Size(48, 64), recipe, 0.5, rng(seed))
    for label in np.unique(regions.array):
        assert len(np.unique(sample.flats.array[regions.array == label], axis=0)) == 1


def test_portraits_take_the_place_of_shapes_as_often_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(sample_module, "draw_portrait", lambda *given: drawn.append("people") or draw_portrait(*given))
    for share, wanted in ((0.0, 0), (1.0, 8)):
        drawn.clear()
        for seed in range(8):
            synthesize_procedural(Size(32, 32), replace(RECIPE, portraits=share), 0.5, rng(seed))
        assert len(drawn) == wanted


def test_cropped_regions_with_missing_labels_are_fine() -> None:
    crop = np.s_[20:60, 30:70]
    parts = (
        Illustration(DRAWING.array[crop]),
        Regions(REGIONS.array[crop] * 7),
        Illustration(FLATS.array[crop]),
    )
    for seed in range(20):
        assert synthesize(*parts, RECIPE, 0.5, rng(seed)).stencil.size == (40, 40)
