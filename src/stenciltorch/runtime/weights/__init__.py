"""Weights that others trained: which are known, where they lie on this machine, and how they get there safely."""

from stenciltorch.runtime.weights.catalogue import CATALOGUE, Published, published
from stenciltorch.runtime.weights.fetch import Allowed, fetch
from stenciltorch.runtime.weights.store import Stored, find_weights, keep, store_folder, stored

__all__ = [
    "CATALOGUE",
    "Allowed",
    "Published",
    "Stored",
    "fetch",
    "find_weights",
    "keep",
    "published",
    "store_folder",
    "stored",
]
