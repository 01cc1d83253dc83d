"""Folders of generated pictures, some of them broken in known ways: for tests and for `benchmarks/curation.py`."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from little_scorers import POISON

SIDE = (144, 128)
"""Height and width of a generated picture."""
INK = (25, 20, 30)
FORMATS = (".png", ".png", ".jpg", ".webp")

Pixels = np.ndarray


class Made(NamedTuple):
    """A generated file, and the reason that curation must give; None for a good one."""

    path: str
    reason: str | None


def draw(rng: np.random.Generator, size: tuple[int, int] = SIDE, shapes: tuple[int, int] = (7, 13)) -> Pixels:
    """A flat, inked scene of shapes, unlike any other."""
    height, width = size
    scene = np.empty((height, width, 3), np.uint8)
    scene[:] = rng.integers(120, 256, 3)
    unit = min(size)
    for _ in range(int(rng.integers(*shapes))):
        centre = int(rng.integers(width)), int(rng.integers(height))
        colour = tuple(int(level) for level in rng.integers(30, 256, 3))
        axes = int(rng.integers(unit // 12, unit // 3)), int(rng.integers(unit // 12, unit // 3))
        turn = int(rng.integers(180))
        if rng.random() < 0.6:
            cv2.ellipse(scene, centre, axes, turn, 0, 360, colour, -1, cv2.LINE_AA)
            cv2.ellipse(scene, centre, axes, turn, 0, 360, INK, max(1, unit // 90), cv2.LINE_AA)
        else:
            corners = cv2.boxPoints((centre, (2 * axes[0], 2 * axes[1]), turn)).astype(np.int32)
            cv2.fillPoly(scene, [corners], colour, cv2.LINE_AA)
            cv2.polylines(scene, [corners], True, INK, max(1, unit // 90), cv2.LINE_AA)
    return scene


def encode(pixels: Pixels, suffix: str = ".png") -> bytes:
    options = {".jpg": [cv2.IMWRITE_JPEG_QUALITY, 95], ".webp": [cv2.IMWRITE_WEBP_QUALITY, 95]}
    done, data = cv2.imencode(suffix, pixels[..., ::-1], options.get(suffix, []))
    assert done
    return bytes(data)


def _photo(rng: np.random.Generator) -> Pixels:
    """Soft light, texture at every size, and the noise of a sensor."""
    height, width = SIDE
    scene = np.full((height, width, 3), 120.0)
    for size in (2, 5, 12, 30):
        coarse = rng.normal(0, 26, (size, size, 3))
        scene += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(scene + rng.normal(0, 9, scene.shape), 0, 255).astype(np.uint8)


def _line_drawing(rng: np.random.Generator) -> Pixels:
    page = np.full((*SIDE, 3), 255, np.uint8)
    for _ in range(9):
        centre = int(rng.integers(SIDE[1])), int(rng.integers(SIDE[0]))
        cv2.circle(page, centre, int(rng.integers(8, 50)), INK, 1, cv2.LINE_AA)
    return page


def _text(rng: np.random.Generator) -> Pixels:
    """Letters and a band of a strong colour, without which it would be a line drawing too."""
    page = np.full((*SIDE, 3), 255, np.uint8)
    page[:] = rng.integers(225, 256, 3)
    page[-24:] = rng.permutation((190, 120, 50)) + rng.integers(-20, 21, 3)
    for row in range(15, SIDE[0] - 28, 15):
        words = "".join(chr(int(letter)) for letter in rng.integers(97, 123, 22))
        cv2.putText(page, words, (4, row), cv2.FONT_HERSHEY_SIMPLEX, 0.34, INK, 1, cv2.LINE_AA)
    return page


def _blank(rng: np.random.Generator) -> Pixels:
    page = np.empty((*SIDE, 3), np.uint8)
    page[:] = rng.integers(100, 256, 3)
    colour = tuple(int(level) for level in rng.integers(0, 256, 3))
    spot = int(rng.integers(20, 100)), int(rng.integers(20, 100))
    cv2.circle(page, spot, 6, colour, -1)
    return page


def _cut_short(rng: np.random.Generator) -> bytes:
    data = encode(draw(rng))
    return data[: int(len(data) * rng.uniform(0.3, 0.8))]


def _scrambled(rng: np.random.Generator) -> bytes:
    data = bytearray(encode(draw(rng)))
    middle = len(data) // 2
    data[middle : middle + 40] = rng.bytes(40)
    return bytes(data)


def _oversized(rng: np.random.Generator) -> bytes:
    """A PNG of a few bytes that says it has 3.6 thousand million pixels."""
    head = struct.pack(">IIBBBBB", 60_000 + int(rng.integers(1000)), 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rng.bytes(64))), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def _tint(rng: np.random.Generator) -> Pixels:
    """Greyscale: every pixel its mean."""
    grey = draw(rng).mean(axis=2, keepdims=True)
    return np.repeat(grey, 3, axis=2).astype(np.uint8)


WAYS: dict[str, tuple[str, Callable[[np.random.Generator], bytes]]] = {
    "cut-short": ("broken", _cut_short),
    "scrambled": ("broken", _scrambled),
    "foreign": ("not-a-picture", lambda rng: b"Not Found: " + rng.bytes(60)),
    "oversized": ("too-large", _oversized),
    "tiny": ("too-small", lambda rng: encode(draw(rng, (60, 90)))),
    "grey": ("greyscale", lambda rng: encode(_tint(rng))),
    "lines": ("line-only", lambda rng: encode(_line_drawing(rng))),
    "photo": ("photo-like", lambda rng: encode(_photo(rng))),
    "dark": ("too-dark", lambda rng: encode((draw(rng) * 0.2).astype(np.uint8))),
    "text": ("text-heavy", lambda rng: encode(_text(rng))),
}
"""Ten ways to be broken: the reason, and how such a file is made."""

MORE_WAYS: dict[str, tuple[str, Callable[[np.random.Generator], bytes]]] = {
    "blank": ("near-empty", lambda rng: encode(_blank(rng))),
    "poison": ("poison", lambda rng: encode(marked(draw(rng), POISON))),
}


def marked(pixels: Pixels, corner: tuple[int, int, int]) -> Pixels:
    """With a top left corner that a scorer of `little_scorers` reacts to."""
    pixels = pixels.copy()
    pixels[0, 0] = corner
    return pixels


def make_pictures(root: Path, count: int, broken: int, seed: int = 0, more: tuple[str, ...] = ()) -> list[Made]:
    """`count` files in folders of artists: `broken` of them by `WAYS` in turn, one more for each of `more`.

    The same files for the same arguments; sorted by path.
    """
    ways = list(WAYS.items())
    made = [_good(root, number, seed) for number in range(count - broken)]
    made += [_bad(root, number, seed, *ways[number % len(ways)]) for number in range(broken)]
    made += [_bad(root, broken + number, seed, name, MORE_WAYS[name]) for number, name in enumerate(more)]
    return sorted(made)


def _good(root: Path, number: int, seed: int) -> Made:
    rng = np.random.default_rng((seed, 0, number))
    suffix = FORMATS[number % len(FORMATS)]
    return _write(root, f"artist{number % 97:02d}/{number:06d}{suffix}", encode(draw(rng), suffix), None)


def _bad(
    root: Path, number: int, seed: int, name: str, way: tuple[str, Callable[[np.random.Generator], bytes]]
) -> Made:
    reason, make = way
    data = make(np.random.default_rng((seed, 1, number)))
    return _write(root, f"artist{number % 97:02d}/{name}-{number:05d}.png", data, reason)


def _write(root: Path, path: str, data: bytes, reason: str | None) -> Made:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return Made(path, reason)
