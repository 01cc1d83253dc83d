"""Paint a scene with light, texture and damage that say nothing about its regions (ours)."""

from __future__ import annotations

import cv2
import numpy as np

from stenciltorch.canvas import Size, UInt8Array
from stenciltorch.synthesis.arrays import Float32Array, look_up, spread, to_bytes
from stenciltorch.synthesis.noise import smooth_noise
from stenciltorch.synthesis.scenes import Scene

COOL, WARM = np.array((0.78, 0.75, 0.90), np.float32), np.array((0.90, 0.70, 0.65), np.float32)
"""Light left in the shade on cool and on warm paints."""


def illuminate(scene: Scene, colours: UInt8Array, rng: np.random.Generator) -> Float32Array:
    """Flat paints under light: float32 (H, W, 3) in 0 .. 255, without the lines.

    Args:
        colours: uint8 (paints, 3).
    """
    picture = look_up(np.ascontiguousarray(colours[scene.groups]), scene.labels).astype(np.float32)
    size = Size.of(scene.labels)
    if rng.random() < 0.2:
        return picture
    for effect, chance in (
        (_gradients, 0.5),
        (_textures, 0.35),
        (_cel_shade, 0.6),
        (_cast_shade, 0.5),
        (_shine, 0.4),
        (_room_light, 0.3),
    ):
        if rng.random() < chance:
            effect(picture, scene, size, rng)
    return np.clip(picture, 0, 255)


def _tint(rng: np.random.Generator) -> Float32Array:
    """Light left in a shadow, per channel."""
    warmth = np.float32(rng.random())
    depth = np.float32(rng.uniform(0.3, 1.6))
    return np.asarray((COOL * (1 - warmth) + WARM * warmth) ** depth, dtype=np.float32)


def _dim(picture: Float32Array, shade: Float32Array, tint: Float32Array) -> None:
    """Multiply by `tint` where `shade` (H, W) is 1."""
    for channel in range(3):
        picture[..., channel] *= 1 - shade * (1 - tint[channel])


def _softened(mask: Float32Array, rng: np.random.Generator) -> Float32Array:
    """Edges hard, smooth, or melting away."""
    kind = rng.random()
    sigma = 0.5 if kind < 0.5 else float(np.exp(rng.uniform(0, np.log(12))))
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), sigma), dtype=np.float32)


def _cel_shade(picture: Float32Array, scene: Scene, size: Size, rng: np.random.Generator) -> None:
    """A crescent along one side of every part, and of whole objects: where the moved labels differ."""
    labels = scene.labels if rng.random() < 0.6 else scene.groups[scene.labels]
    reach = max(size) * rng.uniform(0.008, 0.09)
    angle = rng.uniform(0, 2 * np.pi)
    move = np.array(((1, 0, reach * np.cos(angle)), (0, 1, reach * np.sin(angle))), dtype=np.float32)
    moved = cv2.warpAffine(
        labels.astype(np.float32), move, size[::-1], flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
    )
    shade = (moved != labels).astype(np.float32)
    if rng.random() < 0.5:
        shade *= smooth_noise(size, max(size) * rng.uniform(0.08, 0.3), rng) > 0.35
    shade *= _chosen(scene, rng.uniform(0.5, 1), rng)
    _dim(picture, _softened(shade, rng), _tint(rng))


def _chosen(scene: Scene, share: float, rng: np.random.Generator) -> Float32Array:
    """1 on the pixels of a random share of the labels."""
    return (rng.random(len(scene.groups)) < share).astype(np.float32)[scene.labels]


def _cast_shade(picture: Float32Array, scene: Scene, size: Size, rng: np.random.Generator) -> None:
    """Shadows of any shape across some parts."""
    field = smooth_noise(size, max(size) * rng.uniform(0.05, 0.5), rng)
    shade = (field > rng.uniform(0.45, 0.7)).astype(np.float32) * _chosen(scene, rng.uniform(0.3, 1), rng)
    if rng.random() < 0.4:
        shade = np.clip((field - np.float32(0.4)) * np.float32(rng.uniform(1, 4)), 0, 1)
    _dim(picture, _softened(shade, rng), _tint(rng))


def _shine(picture: Float32Array, scene: Scene, size: Size, rng: np.random.Generator) -> None:
    """Bands and spots of light, stretched as on hair."""
    wide = max(size) * rng.uniform(0.03, 0.2)
    stretched = Size(size.height, max(8, round(size.width * rng.uniform(0.15, 1))))
    field = cv2.resize(smooth_noise(stretched, wide, rng), size[::-1], interpolation=cv2.INTER_LINEAR)
    light = (field > rng.uniform(0.65, 0.85)).astype(np.float32) * _chosen(scene, rng.uniform(0.1, 0.6), rng)
    light = _softened(light, rng) * np.float32(rng.uniform(0.15, 0.75))
    picture += (np.float32(rng.uniform(215, 255)) - picture) * spread(light)


def _gradients(picture: Float32Array, scene: Scene, size: Size, rng: np.random.Generator) -> None:
    """A slope of light of its own in every part: lighter at one end, darker at the other."""
    slope = rng.normal(0, rng.uniform(0.1, 0.9), (2, len(scene.groups))).astype(np.float32)
    slope *= rng.random(len(scene.groups)) < rng.uniform(0.3, 1)
    rows = np.linspace(-1, 1, size.height, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, size.width, dtype=np.float32)
    gain = np.exp2(np.clip(slope[0][scene.labels] * rows + slope[1][scene.labels] * columns, -1.2, 0.8))
    picture *= spread(gain)
    if rng.random() < 0.3:
        drift = rng.uniform(-60, 60, (len(scene.groups), 3)).astype(np.float32)
        for channel in range(3):
            picture[..., channel] += drift[:, channel][scene.labels] * columns


def _textures(picture: Float32Array, scene: Scene, size: Size, rng: np.random.Generator) -> None:
    """Cloth, paper, dots or brushwork at low contrast."""
    kind, deep = rng.random(), np.float32(rng.uniform(0.05, 0.35))
    rows, columns = np.mgrid[: size.height, : size.width].astype(np.float32)
    pitch = np.float32(rng.uniform(0.3, 1.6))
    if kind < 0.25:
        grain = np.sin(rows * pitch) * np.sin(columns * pitch)
    elif kind < 0.45:
        turn = np.float32(rng.uniform(0, np.pi))
        grain = np.sin((rows * np.sin(turn) + columns * np.cos(turn)) * pitch)
    elif kind < 0.75:
        grain = 2 * smooth_noise(size, rng.uniform(2, 14), rng) - 1
    else:
        grain = rng.normal(0, 0.7, size).astype(np.float32)
    picture *= spread(1 + deep * grain * _chosen(scene, rng.uniform(0.2, 1), rng))


def _room_light(picture: Float32Array, scene: Scene, size: Size, rng: np.random.Generator) -> None:
    """One light over the whole picture, coloured."""
    field = smooth_noise(size, max(size) * rng.uniform(0.5, 1.5), rng)
    tint = rng.uniform(0.45, 1.15, 3).astype(np.float32)
    _dim(picture, field, tint)


def lay_ink(picture: Float32Array, ink: Float32Array, rng: np.random.Generator) -> tuple[Float32Array, Float32Array]:
    """Lines in one dark colour, in the paint's own colour made darker, or (seldom) light.

    Args:
        ink: float32 (H, W) in [0, 1].

    Returns:
        the picture, and how dark the ink is on average, as a colour float32 (3,) in 0 .. 255.
    """
    kind = rng.random()
    tone = rng.uniform(0, 60, 3).astype(np.float32) * np.float32(rng.random() < 0.7)
    layer: Float32Array = np.broadcast_to(tone, picture.shape).astype(np.float32)
    if kind < 0.3:
        around = cv2.blur(picture, (7, 7))
        layer = np.asarray(around * np.float32(rng.uniform(0.25, 0.6)), dtype=np.float32)
    elif kind < 0.35:
        layer = np.full(picture.shape, 245, dtype=np.float32)
    strength = np.float32(rng.uniform(0.55, 1) if rng.random() < 0.4 else 1)
    return picture + (layer - picture) * spread(ink * strength), layer.mean(axis=(0, 1))


def weather(picture: Float32Array, rng: np.random.Generator) -> UInt8Array:
    """What happens to pictures: blur, resampling, levels, a grey copy, grain, JPEG."""
    if rng.random() < 0.35:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 1.6))), np.float32)
    if rng.random() < 0.15:
        picture = _resampled(picture, float(rng.uniform(0.45, 0.9)))
    if rng.random() < 0.3:
        picture = _curved(picture, np.float32(np.exp(rng.uniform(-0.5, 0.5))))
        picture = picture * np.float32(rng.uniform(0.75, 1)) + np.float32(rng.uniform(0, 40))
    if rng.random() < 0.08:
        picture = spread(np.ascontiguousarray(picture[..., int(rng.integers(3))]))
    if rng.random() < 0.2:
        picture = picture + rng.normal(0, rng.uniform(1, 9), picture.shape).astype(np.float32)
    levels = to_bytes(picture)
    if rng.random() < 0.35:
        _, packed = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 96))])
        levels = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)
    return levels


def _curved(picture: Float32Array, gamma: np.float32) -> Float32Array:
    return np.asarray(255 * np.clip(picture / 255, 0, 1) ** gamma, dtype=np.float32)


def _resampled(picture: Float32Array, factor: float) -> Float32Array:
    size = Size.of(picture)
    small = (max(1, round(size.width * factor)), max(1, round(size.height * factor)))
    down = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(down, size[::-1], interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def draw_lineart(ink: Float32Array, rng: np.random.Generator) -> Float32Array:
    """Lines on paper: float32 (H, W, 3) in 0 .. 255; grey, soft, stained or tinted at times."""
    paper = np.float32(rng.uniform(235, 255) if rng.random() < 0.3 else 255)
    dark = np.float32(rng.uniform(0, 130) if rng.random() < 0.5 else 0)
    size = Size.of(ink)
    strength = ink
    if rng.random() < 0.25:
        strength = ink * (np.float32(0.35) + np.float32(0.65) * smooth_noise(size, rng.uniform(2, 20), rng))
    page = paper + (dark - paper) * strength
    if rng.random() < 0.15:
        page = page - np.float32(rng.uniform(5, 25)) * smooth_noise(size, max(size) / 3, rng)
    picture = spread(np.asarray(page, dtype=np.float32))
    if rng.random() < 0.1:
        picture = picture * rng.uniform(0.8, 1, 3).astype(np.float32)
    return np.asarray(picture, dtype=np.float32)
