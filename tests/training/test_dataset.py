"""Examples: what they hold, and that number n is number n whoever draws it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from stenciltorch.canvas import Hints, Illustration, Lineart, Mask, Sample, Size, Stencil
from stenciltorch.errors import DatasetError
from stenciltorch.training.config import DataConfig, HintRecipe, MaskRecipe, SynthesisRecipe
from stenciltorch.training.dataset import (
    Examples,
    PackReader,
    asked_area,
    beside_others,
    collate,
    either,
    hinted_area,
    outlines,
    without,
)
from stenciltorch.training.pack import read_pack
from stenciltorch.training.picture import Picture, crop

DATA = DataConfig(crop=64)


def arrays(example):
    stencil = example.sample.stencil
    pictures = (stencil.lineart, stencil.hints, stencil.mask, stencil.base, example.sample.target, example.sample.flats)
    return [picture.array for picture in pictures] + [example.weight]


def colour_labels(flats):
    """A number for each distinct colour, (H, W)."""
    packed = flats.array.astype(np.int64) @ np.array([65536, 256, 1])
    return np.unique(packed, return_inverse=True)[1].reshape(packed.shape)


def same(one, other):
    return all(np.array_equal(*pair) for pair in zip(arrays(one), arrays(other), strict=True))


# reading


def test_a_split_without_pictures(pack):
    assert {entry.split for entry in read_pack(pack)} == {"train"}
    with pytest.raises(DatasetError, match=r"has no picture for validation; make it again"):
        PackReader(pack, "validation")


def test_sources_that_nobody_listed_are_drawn_alike(pack):
    reader = PackReader(pack, "train")
    assert reader.sources == ["sketchbook"]
    assert reader.shares.tolist() == [1.0]


def test_every_picture_is_drawn(pack):
    reader = PackReader(pack, "train")
    rng = np.random.default_rng(0)
    drawn = {reader.draw(rng).illustration.tobytes() for _ in range(40)}
    assert len(drawn) == len(read_pack(pack)) == 3


# crops


def gradient(height, width):
    """A picture whose pixels tell their own place."""
    rows, columns = np.mgrid[:height, :width]
    illustration = np.stack([rows, columns, rows * 0], axis=2).astype(np.uint8)
    return Picture(illustration, (1 + columns // 32).astype(np.uint16), np.zeros((9, 3), np.uint8))


@pytest.mark.parametrize("seed", range(8))
def test_a_crop_is_a_square_with_its_regions(seed):
    cut = crop(gradient(200, 160), 64, DATA, np.random.default_rng(seed))
    assert (cut.illustration.shape, cut.regions.shape) == ((64, 64, 3), (64, 64))
    expected = 1 + cut.illustration[..., 1].astype(int) // 32
    assert np.mean(cut.regions == expected) > 0.9


@pytest.mark.parametrize("size", [(1, 1), (10, 300), (300, 10)])
def test_pictures_smaller_than_a_crop(size):
    cut = crop(gradient(*size), 64, DATA, np.random.default_rng(0))
    assert cut.illustration.shape == (64, 64, 3)


def test_crops_are_mirrored_at_times():
    turns = [crop(gradient(90, 90), 32, DATA, np.random.default_rng(seed)).illustration[..., 1] for seed in range(20)]
    falling = sum(int(cut[0, 0] > cut[0, -1]) for cut in turns)
    assert 3 < falling < 17


# what counts


def test_the_hinted_area_by_hand():
    """Left half red, right half blue: a red dab of five pixels in the red, a red one in the blue."""
    flats = np.zeros((8, 8, 3), np.uint8)
    flats[:, :4], flats[:, 4:] = (200, 0, 0), (0, 0, 200)
    hints = np.zeros((8, 8, 4), np.uint8)
    hints[2, :4] = hints[3, 0] = (205, 5, 0, 255)
    hints[2, 4:] = (200, 0, 0, 255)
    paper = Lineart.filled(Size(8, 8), 255)
    stencil = Stencil(paper, Hints(hints), Mask.filled(paper.size, 255), paper.as_illustration())
    sample = Sample(stencil, Illustration(flats), Illustration(flats))
    labels = np.where(np.arange(8) < 4, 1, 2)[None].repeat(8, axis=0)
    assert hinted_area(sample, labels).tolist() == [[255] * 4 + [0] * 4] * 8
    hints[2:4] = 0
    hints[2, :3] = (200, 0, 0, 255)
    few = Sample(stencil.with_hints(Hints(hints)), Illustration(flats), Illustration(flats))
    assert not hinted_area(few, labels).any()


# examples


def test_an_example_depends_on_its_position_alone(pack):
    one, other = Examples(pack, DATA, 5), Examples(pack, DATA, 5)
    for _ in range(3):
        _ = other[2]
    assert same(one[7], other[7])
    assert not same(one[7], one[8])


def test_another_seed_gives_other_examples(pack):
    assert not same(Examples(pack, DATA, 5)[0], Examples(pack, DATA, 6)[0])


@pytest.mark.parametrize("procedural", [0.0, 1.0])
def test_an_example_is_consistent(pack, procedural):
    data = DataConfig(crop=64, procedural=procedural)
    examples = Examples(pack, data, 0)
    for position in range(6):
        example = examples[position]
        stencil, target = example.sample.stencil, example.sample.target
        assert stencil.size == target.size == example.sample.flats.size == (64, 64)
        kept = stencil.mask.array == 0
        assert np.array_equal(stencil.base.array[kept], target.array[kept])
        assert set(np.unique(example.weight)) <= {76, 255}
        assert (stencil.hints.array[stencil.hints.array[..., 3] == 0] == 0).all()


def test_unhinted_areas_count_as_the_settings_say(pack):
    examples = Examples(pack, DataConfig(crop=64, unhinted=0.2), 0)
    assert {int(examples[number].weight.min()) for number in range(12)} <= {51, 255}


def test_a_batch_is_eight_bits_and_channels_first(pack):
    examples = Examples(pack, DATA, 0)
    batch = collate([examples[0], examples[1]])
    assert [values.shape[1] for values in batch] == [1, 4, 1, 3, 3, 3, 1, 3, 1, 1]
    assert {values.dtype for values in batch} == {torch.uint8}
    assert np.array_equal(batch.hints[1].permute(1, 2, 0).numpy(), examples[1].sample.stencil.hints.array)


def test_batches_are_the_same_with_and_without_workers(pack):
    examples = Examples(pack, DATA, 3)

    def batches(workers):
        positions = [[2, 3], [4, 5], [6, 7]]
        return list(DataLoader(examples, batch_sampler=positions, collate_fn=collate, num_workers=workers))

    alone, helped = batches(0), batches(2)
    assert len(alone) == len(helped) == 3
    for one, other in zip(alone, helped, strict=True):
        assert all(torch.equal(*pair) for pair in zip(one, other, strict=True))


# outlines


def flats_without_outlines(sample, labels):
    return without(outlines(sample, labels), sample.flats.array)


def outlined(outline=(20, 20, 20), hints=None):
    """Red to the left, blue to the right, an outline 4 px wide in between, and a lineart of half that width."""
    flats = np.zeros((32, 32, 3), np.uint8)
    flats[:, :14], flats[:, 14:18], flats[:, 18:] = (255, 0, 0), outline, (0, 0, 255)
    lineart = np.full((32, 32), 255, np.uint8)
    lineart[:, 15:17] = 0
    dabs = np.zeros((32, 32, 4), np.uint8) if hints is None else hints
    picture = Illustration(flats)
    return Sample(
        Stencil(Lineart(lineart), Hints(dabs), Mask(np.full((32, 32), 255, np.uint8)), picture), picture, picture
    )


def test_outlines_give_way_to_the_colours_beside_them():
    sample = outlined()
    found = flats_without_outlines(sample, colour_labels(sample.flats))
    assert (found[:, :16] == (255, 0, 0)).all()
    assert (found[:, 16:] == (0, 0, 255)).all()


def test_borders_are_where_areas_end_and_not_where_their_outline_does():
    sample = outlined()
    labels = colour_labels(sample.flats)
    found = beside_others(without(outlines(sample, labels), labels))
    assert set(np.unique(np.nonzero(found)[1]).tolist()) == {15, 16}
    assert np.unique(np.nonzero(beside_others(labels))[1]).size > 2


def test_both_sides_of_a_border_lie_beside_it():
    labels = np.zeros((4, 5), np.int64)
    labels[2:, 3:] = 7
    expected = np.zeros((4, 5), np.uint8)
    expected[1, 3:] = expected[2, 3:] = expected[2:, 2] = expected[2:, 3] = 255
    assert np.array_equal(beside_others(labels), expected)


def test_thin_coloured_parts_stay():
    sample = outlined(outline=(0, 200, 0))
    assert np.array_equal(flats_without_outlines(sample, colour_labels(sample.flats)), sample.flats.array)


def test_what_is_hinted_stays():
    dabs = np.zeros((32, 32, 4), np.uint8)
    dabs[10:12, 14:18] = (20, 20, 20, 255)
    sample = outlined(hints=dabs)
    found = flats_without_outlines(sample, colour_labels(sample.flats))
    assert (found[10:12, 14:18] == (20, 20, 20)).all()
    assert (found[25, 14:16] == (255, 0, 0)).all()


def test_a_drawing_that_is_all_line_keeps_its_flats():
    flats = Illustration(np.full((8, 8, 3), 30, np.uint8))
    ink, open_mask = np.zeros((8, 8), np.uint8), np.full((8, 8), 255, np.uint8)
    stencil = Stencil(Lineart(ink), Hints(np.zeros((8, 8, 4), np.uint8)), Mask(open_mask), flats)
    sample = Sample(stencil, flats, flats)
    assert np.array_equal(flats_without_outlines(sample, np.zeros((8, 8), np.int64)), flats.array)


def test_hatching_changes_lines_and_base_and_nothing_else(pack):
    plain = Examples(pack, replace(DATA, hatched=0.0, procedural=0.0), 3)
    hatched = Examples(pack, replace(DATA, hatched=1.0, procedural=0.0), 3)
    changed = 0
    for position in range(6):
        one, other = plain[position].sample, hatched[position].sample
        assert np.array_equal(one.flats.array, other.flats.array)
        assert np.array_equal(one.stencil.hints.array, other.stencil.hints.array)
        assert (other.stencil.lineart.array <= one.stencil.lineart.array).all()
        changed += not np.array_equal(one.stencil.lineart.array, other.stencil.lineart.array)
        kept = other.stencil.mask.array == 0
        assert np.array_equal(other.stencil.base.array[kept], other.target.array[kept])
    assert changed > 0


# what is asked for


def asking(dabs=None, mask=None):
    """Red, green and blue stripes of 10 px, and a second red one."""
    flats = np.zeros((40, 40, 3), np.uint8)
    for stripe, colour in enumerate(((200, 0, 0), (0, 200, 0), (0, 0, 200), (205, 5, 5))):
        flats[:, 10 * stripe : 10 * stripe + 10] = colour
    hints = np.zeros((40, 40, 4), np.uint8) if dabs is None else dabs
    picture, paper = Illustration(flats), np.full((40, 40), 255, np.uint8)
    open_mask = paper if mask is None else mask
    return Sample(Stencil(Lineart(paper), Hints(hints), Mask(open_mask), picture), picture, picture)


def stripes(asked):
    return [bool(asked[:, 10 * stripe : 10 * stripe + 10].all()) for stripe in range(4)]


def test_a_hinted_colour_is_asked_for_wherever_it_is():
    dabs = np.zeros((40, 40, 4), np.uint8)
    dabs[5:9, 3:7] = (200, 0, 0, 255)
    sample = asking(dabs)
    assert stripes(asked_area(sample, colour_labels(sample.flats))) == [True, False, False, True]


def test_what_only_has_a_colour_asked_for_elsewhere_may_be_either():
    """The second red stripe; not where a part of it is kept."""
    dabs, mask = np.zeros((40, 40, 4), np.uint8), np.full((40, 40), 255, np.uint8)
    dabs[5:9, 3:7], mask[:20, 30:] = (200, 0, 0, 255), 0
    sample = asking(dabs, mask)
    regions = np.repeat(np.arange(4), 10)[None].repeat(40, axis=0)
    found = either(sample, asked_area(sample, regions), hinted_area(sample, regions))
    expected = np.zeros((40, 40), np.bool_)
    expected[20:, 30:] = True
    assert np.array_equal(found, expected)


def test_what_may_be_either_counts_nothing(pack):
    counted = Examples(pack, replace(DATA, asked_only=True, unhinted=0.5, procedural=0.0), 5)
    guessed = Examples(pack, replace(DATA, asked_only=False, unhinted=0.5, procedural=0.0), 5)
    values = set()
    for position in range(8):
        one, other = counted[position].weight, guessed[position].weight
        assert (one[one != other] == 0).all()
        assert (one[other == 255] == 255).all()
        values |= set(np.unique(one).tolist())
    assert values == {0, 128, 255}


def test_a_kept_colour_is_known():
    mask = np.full((40, 40), 255, np.uint8)
    mask[:20, 12:18] = 0
    sample = asking(mask=mask)
    assert stripes(asked_area(sample, colour_labels(sample.flats))) == [False, True, False, False]


def test_nothing_is_asked_for_without_hints():
    sample = asking()
    assert not asked_area(sample, colour_labels(sample.flats)).any()


def test_what_is_not_asked_for_is_paper(pack):
    data = replace(DATA, asked_only=True, procedural=0.0)
    guessing = Examples(pack, replace(data, asked_only=False), 5)
    asked_only = Examples(pack, data, 5)
    for position in range(8):
        whole, part = guessing[position], asked_only[position]
        white = (part.sample.flats.array == 255).all(axis=2)
        assert (part.sample.target.array[~white] == whole.sample.target.array[~white]).all()
        assert np.array_equal(part.sample.stencil.base.array, whole.sample.stencil.base.array)


def test_without_hints_all_is_paper(pack):
    synthesis = SynthesisRecipe(HintRecipe(none=1.0), MaskRecipe(full=1.0))
    examples = Examples(pack, replace(DATA, asked_only=True, synthesis=synthesis), 5)
    for position in range(4):
        sample = examples[position].sample
        assert (sample.flats.array == 255).all()
        assert (sample.target.array == 255).all()
        assert not (examples[position].own.array == 255).all()
