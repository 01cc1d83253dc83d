"""Related pictures: no pair is missed, and what is dropped is dropped for something that stays."""

from __future__ import annotations

import numpy as np
import pytest
from generated_pictures import draw, encode
from hypothesis import given
from hypothesis import strategies as some

from stenciltorch.canvas import Illustration
from stenciltorch.curation import duplicates
from stenciltorch.curation.config import Duplicates
from stenciltorch.curation.duplicates import best_of_equal, bits_set, bucket_masks, kept_of, related_pairs, same_look
from stenciltorch.curation.fingerprints import fingerprint
from stenciltorch.files import decode_illustration


def by_comparing_all(hashes, distance):
    return [
        [one, other]
        for one in range(len(hashes))
        for other in range(one + 1, len(hashes))
        if (int(hashes[one]) ^ int(hashes[other])).bit_count() <= distance
    ]


@given(some.integers(0, 2**32), some.integers(0, 9))
def test_exactly_the_near_pairs_are_found(seed, distance):
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 2**64, 60, dtype=np.uint64)
    for number in range(30, 60):  # some are a few bits away from others, some equal
        flips = rng.choice(64, int(rng.integers(0, 12)), replace=False)
        hashes[number] = hashes[number - 30] ^ np.uint64(sum(1 << int(bit) for bit in flips))
    assert related_pairs(hashes, distance).tolist() == by_comparing_all(hashes, distance)


def test_of_many_equal_hashes_the_rest_is_paired_with_the_first(monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_EQUAL", 3)
    hashes = np.array([9, 5, 9, 9, 9, 9], np.uint64)
    assert related_pairs(hashes, 1).tolist() == [[0, 2], [0, 3], [0, 4], [0, 5], [2, 3]]


def test_pairs_are_found_in_small_portions(monkeypatch):
    monkeypatch.setattr(duplicates, "CHUNK", 5)
    hashes = np.array([0, 1, 2, 3, 0, 1, 2, 3], np.uint64)
    assert related_pairs(hashes, 2).tolist() == by_comparing_all(hashes, 2)


def test_no_pictures():
    assert related_pairs(np.zeros(0, np.uint64), 6).shape == (0, 2)


def test_buckets_are_fine_enough_for_millions():
    """Three of nine blocks of about seven bits: 2 million buckets, so 5 million pictures share one with a few."""
    masks = bucket_masks(6)
    assert len(masks) == 84
    assert min(int(mask).bit_count() for mask in masks) >= 21


@given(some.lists(some.integers(0, 2**64 - 1), min_size=1, max_size=20))
def test_bits_are_counted(values):
    assert bits_set(np.array(values, np.uint64)).tolist() == [value.bit_count() for value in values]


def test_a_picture_is_dropped_for_the_best_that_stays_and_never_through_a_chain():
    """0-1-2 are a chain; 0 is best, so 1 goes for it; 2 is like 1 only, and stays."""
    pairs = np.array([[0, 1], [1, 2]])
    free = np.zeros(3, bool)
    assert kept_of(pairs, np.array([0, 1, 2]), free).tolist() == [-1, 0, -1]
    assert kept_of(pairs, np.array([2, 0, 1]), free).tolist() == [1, -1, 1]


def test_what_a_hand_kept_stays():
    pairs = np.array([[0, 1]])
    assert kept_of(pairs, np.array([0, 1]), np.array([True, True])).tolist() == [-1, -1]


def test_of_equal_pictures_the_best_is_named():
    keys = np.array([b"aa", b"bb", b"aa", b"aa"], "V2")
    assert best_of_equal(keys, np.array([3, 0, 1, 2])).tolist() == [2, 1, 2, 2]


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_another_format_and_size_of_a_picture_is_a_duplicate(suffix):
    picture = draw(np.random.default_rng(4), (360, 320))
    smaller = np.ascontiguousarray(picture[::2, ::2])
    prints = [fingerprint(Illustration(picture)), fingerprint(decode_illustration(encode(smaller, suffix)))]
    assert prints[0].pixels != prints[1].pixels
    assert look(prints) == (True, True)


def test_another_colouring_is_related_but_no_duplicate():
    picture = draw(np.random.default_rng(4), (360, 320))
    shifted = picture.copy()
    shifted[..., 0], shifted[..., 2] = picture[..., 2], picture[..., 0]
    blend = (0.6 * picture + 0.4 * shifted).astype(np.uint8)
    related, same = look([fingerprint(Illustration(picture)), fingerprint(Illustration(blend))])
    assert (related, same) == (True, False)


def test_other_pictures_are_neither():
    prints = [fingerprint(Illustration(draw(np.random.default_rng(seed)))) for seed in (1, 2)]
    assert look(prints) == (False, False)


def look(prints):
    rule = Duplicates()
    hashes = np.array([int(entry.perceptual, 16) for entry in prints], np.uint64)
    thumbnails = np.stack([np.frombuffer(bytes.fromhex(entry.thumbnail), np.uint8) for entry in prints])
    pairs = np.array([[0, 1]])
    return bool(len(related_pairs(hashes, rule.distance))), bool(same_look(pairs, thumbnails, rule)[0])


def test_a_change_of_one_level_is_another_picture():
    picture = draw(np.random.default_rng(1))
    changed = picture.copy()
    changed[3, 3, 0] ^= 1
    one, other = fingerprint(Illustration(picture)), fingerprint(Illustration(changed))
    assert one.pixels != other.pixels
    turned = fingerprint(Illustration(picture.reshape(picture.shape[1], picture.shape[0], 3)))
    assert turned.pixels != one.pixels, "the same bytes in another shape"
