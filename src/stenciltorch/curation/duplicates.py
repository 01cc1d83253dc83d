"""Which pictures are alike, without comparing all with all.

Two 64-bit hashes that differ in at most d bits agree wholly in at least 3 of d + 3 blocks of bits. So every choice of
3 blocks sorts the hashes into buckets, and only pictures that share a bucket are compared (after Manku, Jain,
Das Sarma: "Detecting near-duplicates for web crawling", 2007). No pair within the distance is missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from stenciltorch.curation.config import Duplicates

Int64Array = npt.NDArray[np.int64]
UInt64Array = npt.NDArray[np.uint64]
UInt8Array = npt.NDArray[np.uint8]

BITS = 64
SHARED_BLOCKS = 3
MOST_EQUAL = 256
"""Equal hashes that are compared with one another; blank pages come by the thousand."""
CHUNK = 1 << 21
"""Pairs that are compared at once, at most: bounds memory."""


def related_pairs(hashes: UInt64Array, distance: int) -> Int64Array:
    """Pairs (i, j), i < j, of hashes that differ in at most `distance` bits, as int64 (pairs, 2) in order.

    Where more than `MOST_EQUAL` hashes are equal, the further ones are only paired with the first of them.
    """
    order = np.argsort(hashes, kind="stable").astype(np.int64)
    starts = np.concatenate(([True], hashes[order][1:] != hashes[order][:-1])) if len(hashes) else np.zeros(0, bool)
    first = np.flatnonzero(starts)[np.cumsum(starts) - 1]
    surplus = np.arange(len(hashes)) - first >= MOST_EQUAL
    further = np.stack((order[first[surplus]], order[surplus]), axis=1)
    compared = np.sort(order[~surplus])
    near = [compared[pairs] for pairs in _near(hashes[compared], distance)]
    pairs = np.concatenate([further, *near])
    return np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int64).reshape(-1, 2)


def _near(hashes: UInt64Array, distance: int) -> Iterator[Int64Array]:
    """Pairs that are near, some of them several times."""
    for mask in bucket_masks(distance) if len(hashes) else []:
        keys = hashes & mask
        order = np.argsort(keys, kind="stable").astype(np.int64)
        for one, other in _bucket_pairs(keys[order]):
            left, right = order[one], order[other]
            close = bits_set(hashes[left] ^ hashes[right]) <= distance
            yield np.stack((left[close], right[close]), axis=1)


def bits_set(values: UInt64Array) -> UInt64Array:
    """How many bits of each value are 1, by adding neighbours in parallel (Warren, "Hacker's Delight", 5-1)."""
    ones, twos, fours = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
    pairs = values - ((values >> np.uint64(1)) & ones)
    nibbles = (pairs & twos) + ((pairs >> np.uint64(2)) & twos)
    octets = (nibbles + (nibbles >> np.uint64(4))) & fours
    return np.asarray((octets * np.uint64(0x0101010101010101)) >> np.uint64(56), dtype=np.uint64)


def bucket_masks(distance: int) -> list[np.uint64]:
    """The bits that must agree, one mask for every choice of blocks."""
    edges = np.linspace(0, BITS, distance + SHARED_BLOCKS + 1).round().astype(int).tolist()
    blocks = [sum(1 << bit for bit in range(start, stop)) for start, stop in pairwise(edges)]
    return [np.uint64(sum(chosen)) for chosen in combinations(blocks, SHARED_BLOCKS)]


def _bucket_pairs(keys: UInt64Array) -> Iterator[tuple[Int64Array, Int64Array]]:
    """Positions of the two of every pair with one key; `keys` are sorted."""
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    sizes = np.diff(np.append(starts, len(keys)))
    later = np.repeat(starts + sizes, sizes) - np.arange(len(keys)) - 1  # how many follow in the same bucket
    done = 0
    totals = np.cumsum(later)
    while done < len(keys):
        before = int(totals[done - 1]) if done else 0
        stop = max(done + 1, int(np.searchsorted(totals, before + CHUNK, side="right")))
        counts = later[done:stop]
        one = np.repeat(np.arange(done, stop), counts)
        steps = np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts, counts)
        yield one, one + 1 + steps
        done = stop


def same_look(pairs: Int64Array, thumbnails: UInt8Array, rule: Duplicates) -> npt.NDArray[np.bool_]:
    """Which pairs have the same colours in the same places: one drawing in other colours is no duplicate.

    Args:
        thumbnails: uint8 (pictures, values).
    """
    alike = np.zeros(len(pairs), dtype=bool)
    for start in range(0, len(pairs), 1 << 16):
        part = pairs[start : start + (1 << 16)]
        gap = np.abs(thumbnails[part[:, 0]].astype(np.int16) - thumbnails[part[:, 1]])
        alike[start : start + len(part)] = (gap.mean(axis=1) < rule.colour) & (gap.max(axis=1) <= rule.worst)
    return alike


def kept_of(pairs: Int64Array, rank: Int64Array, forced: npt.NDArray[np.bool_]) -> Int64Array:
    """For each picture the one it is a duplicate of, -1 for those that are kept: int64 (pictures,).

    The best of any that are alike stays; a picture is only dropped for one that stays, never through a chain.

    Args:
        rank: 0 for the picture that is kept before all others.
        forced: pictures that stay in any case.
    """
    owner = np.full(len(rank), -1, dtype=np.int64)
    worse_first = rank[pairs[:, 0]] > rank[pairs[:, 1]]
    better = np.where(worse_first, pairs[:, 1], pairs[:, 0])
    worse = np.where(worse_first, pairs[:, 0], pairs[:, 1])
    order = np.lexsort((rank[better], rank[worse]))
    for one, other in zip(better[order].tolist(), worse[order].tolist(), strict=True):
        if owner[one] < 0 and owner[other] < 0 and not forced[other]:
            owner[other] = one
    return owner


def best_of_equal(keys: npt.NDArray[np.void], rank: Int64Array) -> Int64Array:
    """For each picture the best one with the same key, itself if there is no better: int64 (pictures,)."""
    order = np.argsort(rank, kind="stable")
    _, first, owner = np.unique(keys[order], return_index=True, return_inverse=True)
    best = np.empty(len(keys), dtype=np.int64)
    best[order] = order[first[owner.ravel()]]
    return best
