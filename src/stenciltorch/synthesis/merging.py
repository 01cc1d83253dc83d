"""Joining regions: little ones into a neighbour, alike ones into one."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from stenciltorch.canvas import Int32Array
from stenciltorch.synthesis.arrays import BoolArray, Float32Array, Float64Array, Int64Array
from stenciltorch.synthesis.labels import compact, guarded_contacts, totals


class Bordered(Protocol):
    """Regions 0..n-1 and the ends of each border between them."""

    @property
    def areas(self) -> Float64Array: ...
    @property
    def first(self) -> Int64Array: ...
    @property
    def second(self) -> Int64Array: ...


class RegionGraph(NamedTuple):
    """Regions 0..n-1 and their borders, kept while regions are joined.

    Args:
        owner: the region that each first label belongs to now.
        areas: px of each region; `weights`: px that count for its colour.
        colours: (n, 3) mean Lab of each region.
        first, second: ends of each border; `length`: px; `barrier`: sum of line strength along it.
    """

    owner: Int64Array
    areas: Float64Array
    weights: Float64Array
    colours: Float64Array
    first: Int64Array
    second: Int64Array
    length: Float64Array
    barrier: Float64Array


def region_graph(
    labels: Int32Array,
    lab: Float32Array,
    counted: BoolArray,
    barrier: Float32Array,
) -> RegionGraph:
    """Graph of labels 0..n-1 on Lab colours (H, W, 3); `counted` pixels outweigh others in its colours."""
    count = int(labels.max()) + 1
    flat = labels.ravel().astype(np.intp)
    areas = np.bincount(flat, minlength=count).astype(np.float64)
    share = np.where(counted, np.float32(1), np.float32(0.02)).ravel()
    weights = totals(flat, share, count)
    channels = [totals(flat, share * lab[..., channel].ravel(), count) for channel in range(3)]
    colours = np.stack(channels, axis=1) / weights[:, None]
    (first, second, length), strength = guarded_contacts(labels, count, barrier)
    return RegionGraph(np.arange(count), areas, weights, colours, first, second, length, strength)


def joined(graph: RegionGraph, borders: Int64Array) -> RegionGraph:
    """The graph after the two sides of each of these borders have become one region."""
    count = len(graph.areas)
    roots = roots_of(count, graph.first[borders], graph.second[borders])
    number, owner = np.unique(roots, return_inverse=True)
    left = len(number)
    weights = totals(owner, graph.weights, left)
    channels = [totals(owner, graph.weights * graph.colours[:, channel], left) for channel in range(3)]
    one, two = owner[graph.first], owner[graph.second]
    apart = one != two
    keys = np.minimum(one, two)[apart] * left + np.maximum(one, two)[apart]
    borders_left, place = np.unique(keys, return_inverse=True)
    return RegionGraph(
        owner[graph.owner],
        totals(owner, graph.areas, left),
        weights,
        np.stack(channels, axis=1) / weights[:, None],
        borders_left // left,
        borders_left % left,
        totals(place, graph.length[apart], len(borders_left)),
        totals(place, graph.barrier[apart], len(borders_left)),
    )


def roots_of(count: int, first: Int64Array, second: Int64Array) -> Int64Array:
    """Smallest member of the group of each of 0..count-1 under the pairs (union-find)."""
    parents = list(range(count))

    def root(label: int) -> int:
        while parents[label] != label:
            parents[label] = parents[parents[label]]
            label = parents[label]
        return label

    for one, two in zip(first.tolist(), second.tolist(), strict=True):
        low, high = sorted((root(one), root(two)))
        parents[high] = low
    return np.array([root(label) for label in range(count)], dtype=np.int64)


def merge_alike(graph: RegionGraph, cost_limit: float, line_cost: float, ample: float = 0.0) -> RegionGraph:
    """Join each region to its cheapest neighbour, cheap borders first, until all cost more than the limit.

    The cost of a border is the distance of the two colours (`shade_distance`) plus `line_cost` times the
    share of the border that a line runs along. If the smaller region has under `ample` px, the distance
    counts less, down to half: texture is made of little regions.
    """
    for limit in np.linspace(0, cost_limit, 5)[1:]:
        while len(graph.first):
            smaller = np.minimum(graph.areas[graph.first], graph.areas[graph.second])
            cost = shade_distance(graph) * np.clip(smaller / max(ample, 1e-9), 0.5, 1)
            cost += line_cost * graph.barrier / graph.length
            cheap = cheap_borders(graph, cost, limit)
            if not len(cheap):
                break
            graph = joined(graph, cheap)
    return graph


def colour_distance(graph: RegionGraph) -> Float64Array:
    """Distance in Lab across each border."""
    return norm(graph.colours[graph.first] - graph.colours[graph.second])


def shade_distance(graph: RegionGraph) -> Float64Array:
    """`shade` of the colours across each border."""
    return shade(graph.colours[graph.first] - graph.colours[graph.second])


def norm(gaps: Float64Array) -> Float64Array:
    """Lengths of rows."""
    return np.asarray(np.sqrt((gaps * gaps).sum(axis=1)))


def shade(gaps: Float64Array) -> Float64Array:
    """Lengths of differences in Lab (m, 3) with lightness at 0.6: shadow and light of one colour are near."""
    return norm(gaps * (0.6, 1.0, 1.0))


def cheap_borders(graph: Bordered, cost: Float64Array, limit: float) -> Int64Array:
    """The cheapest border of each region (which must have a neighbour), where it costs less than the limit; once."""
    best = np.unique(best_border(graph, -cost))
    return best[cost[best] < limit]


def best_border(graph: Bordered, score: Float64Array) -> Int64Array:
    """The border of highest score of each region (which must have a neighbour)."""
    order = np.argsort(score, kind="stable")
    best = np.full(len(graph.areas), -1, dtype=np.int64)
    best[graph.first[order]] = order
    other = np.full(len(graph.areas), -1, dtype=np.int64)
    other[graph.second[order]] = order
    padded = np.append(score, -np.inf)
    return np.where(padded[other] > padded[best], other, best)


def merge_little(graph: RegionGraph, smallest: float, colour_weight: float) -> RegionGraph:
    """Join each region under `smallest` px to the neighbour with the longest border, discounted by colour.

    A border's score is length / (1 + colour_weight x distance in Lab).
    """
    while len(graph.first) and graph.areas.min() < smallest:
        score = graph.length / (1 + colour_weight * colour_distance(graph))
        little = np.flatnonzero(graph.areas < smallest)
        graph = joined(graph, np.unique(best_border(graph, score)[little]))
    return graph


def merge_small(labels: Int32Array, smallest: float) -> Int32Array:
    """Join each region of a label map under `smallest` px to the neighbour with the longest border."""
    labels = compact(labels).labels
    blank = np.zeros((*labels.shape, 3), dtype=np.float32)
    counted = np.ones(labels.shape, dtype=bool)
    graph = region_graph(labels, blank, counted, blank[..., 0])
    return merge_little(graph, smallest, 0.0).owner.astype(np.int32)[labels]
