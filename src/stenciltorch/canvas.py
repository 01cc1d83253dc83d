"""The nouns of StencilTorch: eight-bit pictures that are checked when built and cannot be changed.

All arrays are uint8, height x width (x channels), sRGB, row 0 at the top. `Regions` is int32.
Every class raises `InputError` for a wrong shape, type or size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from stenciltorch.errors import InputError

UInt8Array = npt.NDArray[np.uint8]
Int32Array = npt.NDArray[np.int32]

MAX_PALETTE = 25
"""Colours that a quantised illustration keeps (paper 3.2)."""


MAX_LIGHT = 2.0
"""The greatest strength of a light."""

AROUND, SLANT = 0.5, 0.5
"""A light of strength 1: how dark what faces away is whatever the angle, and how much the angle tells."""


class Size(NamedTuple):
    """Height and width in pixels, always in this order."""

    height: int
    width: int

    @classmethod
    def of(cls, array: npt.NDArray[Any]) -> Self:
        return cls(int(array.shape[0]), int(array.shape[1]))

    @property
    def pixels(self) -> int:
        return self.height * self.width

    def __str__(self) -> str:
        """Width first, as painting programs write it."""
        return f"{self.width} x {self.height}"


def _frozen(array: npt.ArrayLike, name: str, dtype: type, channels: int | None) -> npt.NDArray[Any]:
    pixels = np.asarray(array)
    wanted = f"{np.dtype(dtype)} (height, width{f', {channels}' if channels else ''})"
    fits = pixels.ndim == (3 if channels else 2) and (not channels or pixels.shape[2] == channels)
    if not fits or pixels.dtype != dtype:
        raise InputError(f"{name} must be {wanted}, found {pixels.dtype} {pixels.shape}.")
    if 0 in pixels.shape:
        raise InputError(f"{name} is empty: {Size.of(pixels)} pixels.")
    if pixels.flags.c_contiguous and _cannot_change(pixels):
        return pixels
    copy = np.array(pixels, order="C")
    copy.flags.writeable = False
    return copy


def _cannot_change(pixels: npt.NDArray[Any]) -> bool:
    """Neither the array nor anything that it is a view of can be written to."""
    owner: Any = pixels
    while isinstance(owner, np.ndarray):
        if owner.flags.writeable:
            return False
        owner = owner.base
    return owner is None


@dataclass(frozen=True, eq=False)
class _Picture:
    """One frozen array; equal when type and pixels are equal."""

    array: npt.NDArray[Any]
    channels: ClassVar[int | None] = None
    dtype: ClassVar[type] = np.uint8

    def __post_init__(self) -> None:
        frozen = _frozen(self.array, type(self).__name__, self.dtype, self.channels)
        object.__setattr__(self, "array", frozen)

    @property
    def size(self) -> Size:
        return Size.of(self.array)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return bool(np.array_equal(self.array, other.array))

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def filled(cls, size: Size, value: int = 0) -> Self:
        shape = (size.height, size.width) + ((cls.channels,) if cls.channels else ())
        return cls(np.full(shape, value, dtype=cls.dtype))


class Illustration(_Picture):
    """A coloured picture, uint8 (H, W, 3), sRGB."""

    channels: ClassVar[int | None] = 3


class Lineart(_Picture):
    """A line drawing, uint8 (H, W): 0 full ink .. 255 bare paper."""

    def as_illustration(self) -> Illustration:
        return Illustration(np.repeat(self.array[..., None], 3, axis=2))


class Hints(_Picture):
    """Colour wishes, uint8 (H, W, 4): sRGB and straight alpha; alpha 0 = no wish here."""

    channels: ClassVar[int | None] = 4


class Mask(_Picture):
    """Where to paint, uint8 (H, W): 255 repaint, 0 keep exactly; between = soft edge."""


class Regions(_Picture):
    """Labels of connected areas, int32 (H, W): 0 line or none, 1..n."""

    dtype: ClassVar[type] = np.int32

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.array.min() < 0:
            raise InputError(f"Regions must be 0 or above, found {int(self.array.min())}.")

    @property
    def count(self) -> int:
        """The highest label n."""
        return int(self.array.max())


@dataclass(frozen=True, eq=False)
class Palette:
    """At most 25 colours, uint8 (K, 3) sRGB, most used first (paper 3.2)."""

    array: UInt8Array

    def __post_init__(self) -> None:
        colours = np.array(self.array, copy=True)
        if colours.dtype != np.uint8 or colours.ndim != 2 or colours.shape[1] != 3:
            raise InputError(f"Palette must be uint8 (K, 3), found {colours.dtype} {colours.shape}.")
        if not 1 <= len(colours) <= MAX_PALETTE:
            raise InputError(f"Palette must hold 1 to {MAX_PALETTE} colours, found {len(colours)}.")
        colours.flags.writeable = False
        object.__setattr__(self, "array", colours)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Palette) and bool(np.array_equal(self.array, other.array))

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Light:
    """The light in which a drawing stands.

    Args:
        angle: where it comes from, in degrees: 0 from above, 90 from the right, -90 or 270 from the left.
        strength: 0 = none, flat colours; 1 = as in most finished illustrations; at most 2.

    Raises:
        InputError: one of them is no number, or the strength lies outside 0..2.
    """

    angle: float = -45.0
    strength: float = 1.0

    def __post_init__(self) -> None:
        if not np.isfinite(self.angle):
            raise InputError(f"The light's angle must be a number of degrees, found {self.angle}.")
        if not 0.0 <= self.strength <= MAX_LIGHT:
            raise InputError(f"The light's strength must be from 0 to {MAX_LIGHT:g}, found {self.strength}.")

    @property
    def vector(self) -> npt.NDArray[np.float32]:
        """As models take it, float32 (3,): how dark what faces away is, and where the light stands, to the right and
        below."""
        turn = np.deg2rad(self.angle)
        return np.array([AROUND, SLANT * np.sin(turn), -SLANT * np.cos(turn)], np.float32) * np.float32(self.strength)


@dataclass(frozen=True)
class Stencil:
    """The whole request: what is drawn, wished, allowed to change, and already there.

    Args:
        lineart: the drawing.
        hints: colour wishes.
        mask: 255 where the colorizer paints; elsewhere `base` is kept byte for byte.
        base: the picture so far: the previous pass, or the bare lineart on the first.
        light: for models that can put a drawing into one; others pass it over.

    Raises:
        InputError: the four sizes differ.
    """

    lineart: Lineart
    hints: Hints
    mask: Mask
    base: Illustration
    light: Light = Light()

    def __post_init__(self) -> None:
        for name in ("hints", "mask", "base"):
            found = getattr(self, name).size
            if found != self.lineart.size:
                raise InputError(
                    f"The {name} has {found} pixels but the lineart has {self.lineart.size}; "
                    "all parts of a stencil must have one size."
                )

    @classmethod
    def start(cls, lineart: Lineart) -> Self:
        """No hints, everything may be painted, nothing painted yet."""
        size = lineart.size
        return cls(lineart, Hints.filled(size), Mask.filled(size, 255), lineart.as_illustration())

    @property
    def size(self) -> Size:
        return self.lineart.size

    def with_hints(self, hints: Hints) -> Self:
        return replace(self, hints=hints)

    def with_mask(self, mask: Mask) -> Self:
        return replace(self, mask=mask)

    def with_base(self, base: Illustration) -> Self:
        return replace(self, base=base)

    def with_light(self, light: Light) -> Self:
        return replace(self, light=light)

    def continue_from(self, painting: Painting) -> Self:
        """The result of one pass as the base of the next (paper 3.4)."""
        return self.with_base(painting.illustration)


@dataclass(frozen=True)
class Painting:
    """What the colorizer answers.

    Args:
        illustration: the finished picture, lines included; equals the base where the mask is 0.
        colour: the shaded colours without the lines (what lies under the ink).
        flats: the unshaded colours without the lines (the guide's output, paper Eq. 9).
    """

    illustration: Illustration
    colour: Illustration
    flats: Illustration

    @property
    def size(self) -> Size:
        return self.illustration.size


@dataclass(frozen=True)
class Sample:
    """One training example (paper Fig. 3): the request, and what should come out."""

    stencil: Stencil
    target: Illustration
    flats: Illustration


@runtime_checkable
class Colorizer(Protocol):
    """Anything that paints a stencil: the ONNX model, a torch model, a fake in a test."""

    def __call__(self, stencil: Stencil) -> Painting: ...
