"""Little drawings with known truth, for the tests of this folder."""

from __future__ import annotations

import cv2
import numpy as np

from stenciltorch.canvas import Illustration, Int32Array, Regions, UInt8Array

WHITE, SKIN, HAIR, SHIRT, INK = (255, 255, 255), (250, 220, 190), (90, 60, 160), (60, 160, 90), (20, 15, 25)


def cartoon(side: int = 256) -> Illustration:
    """A head with hair, a body and a white background, drawn with dark closed lines."""
    canvas = np.full((side, side, 3), 255, dtype=np.uint8)
    unit = side / 256
    line = max(1, round(3 * unit))

    def at(column: float, row: float) -> tuple[int, int]:
        return round(column * unit), round(row * unit)

    body = np.array([at(60, 250), at(90, 150), at(166, 150), at(196, 250)], np.int32)
    cv2.fillPoly(canvas, [body], SHIRT, cv2.LINE_AA)
    cv2.polylines(canvas, [body], True, INK, line, cv2.LINE_AA)
    cv2.circle(canvas, at(128, 95), round(66 * unit), HAIR, -1, cv2.LINE_AA)
    cv2.circle(canvas, at(128, 95), round(66 * unit), INK, line, cv2.LINE_AA)
    cv2.circle(canvas, at(128, 110), round(44 * unit), SKIN, -1, cv2.LINE_AA)
    cv2.circle(canvas, at(128, 110), round(44 * unit), INK, line, cv2.LINE_AA)
    return Illustration(canvas)


LANDMARKS = {
    "background": (20, 20),
    "hair": (128, 45),
    "face": (128, 110),
    "shirt": (128, 215),
}
"""(column, row) inside each part of `cartoon(256)`."""

COLOURS = {"background": WHITE, "hair": HAIR, "face": SKIN, "shirt": SHIRT}


def label_at(regions: Regions, name: str) -> int:
    column, row = LANDMARKS[name]
    return int(regions.array[row, column])


def quarters(side: int = 32) -> tuple[Illustration, Regions]:
    """Four squares, labels 1..4 in reading order, one colour each."""
    labels: Int32Array = np.ones((side, side), dtype=np.int32)
    half = side // 2
    labels[:half, half:], labels[half:, :half], labels[half:, half:] = 2, 3, 4
    colours: UInt8Array = np.array(((0, 0, 0), (200, 30, 30), (30, 200, 30), (30, 30, 200), (240, 240, 240)), np.uint8)
    return Illustration(colours[labels]), Regions(labels)


def lit_ball() -> Illustration:
    """A disc on paper, lit from the left: its right side has not half the light of its left."""
    pixels = np.full((160, 160, 3), 235, np.uint8)
    ball = np.zeros((160, 160), np.uint8)
    cv2.circle(ball, (80, 80), 50, 1, -1)
    light = np.linspace(1.25, 0.25, 160, dtype=np.float32)[None, :, None]
    lit = np.clip(np.array((180, 90, 60), np.float32) * light, 0, 255).astype(np.uint8)
    pixels = np.where(ball[..., None] > 0, np.broadcast_to(lit, pixels.shape), pixels).astype(np.uint8)
    cv2.circle(pixels, (80, 80), 50, (60, 20, 10), 3, cv2.LINE_AA)
    return Illustration(pixels)
