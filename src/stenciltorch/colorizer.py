"""Colour a drawing of any size with a model folder: the host of the model contract (docs/architecture.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np
import numpy.typing as npt
from onnxruntime import OrtValue

from stenciltorch.canvas import Illustration, Light, Lineart, Mask, Painting, Size, Stencil, UInt8Array
from stenciltorch.flooding import Terrain, flood, survey
from stenciltorch.runtime import Model, Tensors, find_model, open_model, tensor
from stenciltorch.scaling import area_average, reduce_hints, working_size

STRIP_PIXELS = 1 << 19
"""Pixels that the finisher treats at once; bounds its memory."""

ANSWERS = ("illustration", "colour", "flats")

Progress = Callable[[float], None]
"""Called with the share that is done, 0..1; an exception that it raises stops the work and passes through."""


@dataclass(frozen=True)
class Drawing:
    """One lineart, mask and base, looked at once; good for every set of hints.

    Args:
        lineart, mask, base: at the drawing's own size.
        light: in which it was looked at, where the model's encoder asks for one; else None.
        working: the working size.
        given: lineart, mask and base at the working size.
        opaque: what the encoder answered.
        terrain: for floods of colour, where the model's painter asks for one.
    """

    lineart: Lineart
    mask: Mask
    base: Illustration
    light: Light | None
    working: Size
    given: Tensors
    opaque: Tensors
    terrain: Terrain | None = None

    @property
    def size(self) -> Size:
        return self.lineart.size

    def fits(self, stencil: Stencil) -> bool:
        """Whether this is the request's drawing, whatever the hints."""
        pairs = ((self.lineart, stencil.lineart), (self.mask, stencil.mask), (self.base, stencil.base))
        return self.light in (None, stencil.light) and all(mine is other or mine == other for mine, other in pairs)


class OnnxColorizer:
    """Paints with onnxruntime, any size in, the same size out.

    The encoder's answer for the last drawing is kept, so that further strokes on it run the painter only.
    One instance may be called from several threads; calls wait for each other.
    """

    def __init__(self, model: Model, strip_pixels: int = STRIP_PIXELS) -> None:
        self.model = model
        self.strip_pixels = strip_pixels
        self._last: Drawing | None = None
        self._lock = Lock()

    @classmethod
    def load(cls, model: Path | None = None, threads: int | None = None) -> Self:
        """Open a model folder.

        Args:
            model: the folder; when not given, that in the environment variable STENCILTORCH_MODEL, else the
                packaged one.
            threads: all cores that this process may use when not given.

        Raises:
            ModelError: there is no such model, or it cannot be trusted or used.
        """
        return cls(open_model(find_model(model), threads))

    def __call__(self, stencil: Stencil, progress: Progress | None = None) -> Painting:
        """Paint where the mask is open; every byte of the illustration elsewhere is the base's.

        Raises:
            ModelError: the model fails in onnxruntime.
        """
        if not stencil.mask.array.any():
            return Painting(stencil.base, stencil.base, stencil.base)
        report = progress or _silent
        with self._lock:
            drawing = self.encode(stencil)
            report(0.2)
            answers = self.paint(drawing, stencil)
            report(0.4)
            if drawing.working == drawing.size:
                painting = _painting(**{name: answers[name].numpy().copy() for name in ANSWERS})
            else:
                painting = self.finish(drawing, answers, lambda share: report(0.4 + 0.6 * share))
        report(1.0)
        return painting

    def look(self, stencil: Stencil) -> Drawing:
        """What the encoder knows of the drawing, for any thread.

        Raises:
            ModelError: the model fails in onnxruntime.
        """
        with self._lock:
            return self.encode(stencil)

    def encode(self, stencil: Stencil) -> Drawing:
        """Look at the drawing, unless it is the one looked at last."""
        if self._last is None or not self._last.fits(stencil):
            self._last = None
            self._last = self._encode(stencil)
        return self._last

    def _encode(self, stencil: Stencil) -> Drawing:
        size = working_size(stencil.size, self.model.card.work_pixels)
        given = _tensors(
            lineart=area_average(stencil.lineart.array, size),
            mask=area_average(stencil.mask.array, size),
            base=area_average(stencil.base.array, size),
        )
        opaque = self.model.encoder.run({**given, **_tensors(light=stencil.light.vector)})
        light = stencil.light if self.model.encoder.asks_for("light") else None
        terrain = None
        if self.model.painter.asks_for("flooded"):
            heights = opaque["heights"].numpy()
            terrain = survey(heights, Lineart(given["lineart"].numpy()), Mask(given["mask"].numpy()))
        return Drawing(stencil.lineart, stencil.mask, stencil.base, light, size, given, opaque, terrain)

    def paint(self, drawing: Drawing, stencil: Stencil) -> dict[str, OrtValue]:
        """The painter's answers, pictures at the working size and opaque tensors, by name."""
        hints = reduce_hints(stencil.hints, drawing.working)
        wishes = _tensors(hints=hints.array, light=stencil.light.vector)
        if drawing.terrain:
            wishes |= _tensors(flooded=flood(drawing.terrain, hints))
        return self.model.painter.run({**drawing.opaque, **drawing.given, **wishes})

    def finish(self, drawing: Drawing, answers: Tensors, progress: Progress | None = None) -> Painting:
        """Bring the painter's answers to the drawing's own size, strip by strip."""
        pictures = {name: np.empty((*drawing.size, 3), np.uint8) for name in ANSWERS}
        for rows in strips(drawing.size, self.strip_pixels):
            finished = self.model.finisher.run({**drawing.opaque, **answers, **_strip(drawing, rows)})
            for name, picture in pictures.items():
                picture[rows] = finished[name].numpy()
            (progress or _silent)(rows.stop / drawing.size.height)
        return _painting(**pictures)


def strips(size: Size, pixels: int) -> Iterator[slice]:
    """Rows of `size` in order, at most `pixels` at a time but at least one row."""
    step = max(1, pixels // size.width)
    for start in range(0, size.height, step):
        yield slice(start, min(start + step, size.height))


def _strip(drawing: Drawing, rows: slice) -> dict[str, OrtValue]:
    return _tensors(
        lineart=drawing.lineart.array[rows],
        mask=drawing.mask.array[rows],
        base=drawing.base.array[rows],
        span=np.array([rows.start, drawing.size.height], np.int64),
    )


def _tensors(**arrays: npt.NDArray[np.generic]) -> dict[str, OrtValue]:
    return {name: tensor(array) for name, array in arrays.items()}


def _painting(illustration: UInt8Array, colour: UInt8Array, flats: UInt8Array) -> Painting:
    """Arrays that nobody else holds become pictures without a copy."""
    for array in (illustration, colour, flats):
        array.flags.writeable = False
    return Painting(Illustration(illustration), Illustration(colour), Illustration(flats))


def _silent(share: float) -> None:
    """No progress is asked for."""
