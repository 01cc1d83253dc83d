"""What is done with a painting before it is handed over: the same for the command line, the studio and batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Self

from stenciltorch.canvas import Hints, Illustration, Painting, Stencil
from stenciltorch.errors import InputError
from stenciltorch.files import Provenance, digest_of_hints
from stenciltorch.layers import Grouping, Stack, build_stack, encode_ora, encode_psd
from stenciltorch.palettes import Change, Swatches, recolour, snap
from stenciltorch.runtime import Model, fingerprint, read_manifest


@dataclass(frozen=True)
class Maker:
    """Who coloured: program and model."""

    version: str
    model: str
    model_digest: str

    @classmethod
    def of(cls, model: Model) -> Self:
        return cls(version("stenciltorch"), model.card.name, fingerprint(read_manifest(model.folder)))


@dataclass(frozen=True)
class Finish:
    """The artist's wishes for the result.

    Args:
        palette: colours that the flats are kept to.
        changes: colours that become others wherever they are, after that.
        by: one layer of flats for each colour or for each region.
        clipping: shade and light belong to the flats in PSD files.
        maker: named in the files; None to say nothing.
    """

    palette: Swatches | None = None
    changes: Sequence[Change] = ()
    by: Grouping = "colour"
    clipping: bool = True
    maker: Maker | None = None

    def settled(self, painting: Painting, stencil: Stencil) -> Painting:
        """The painting in the palette's colours, with the changes.

        Raises:
            InputError: a colour to be changed is not there.
        """
        if self.palette:
            painting = snap(painting, stencil, self.palette)
        return recolour(painting, stencil, self.changes) if self.changes else painting

    def provenance(self, hints: Hints) -> Provenance | None:
        if self.maker is None:
            return None
        return Provenance(self.maker.version, self.maker.model, self.maker.model_digest, digest_of_hints(hints))

    def stack(
        self,
        stencil: Stencil,
        painting: Painting,
        retouches: Hints | None = None,
        result: Illustration | None = None,
    ) -> Stack:
        return build_stack(stencil, painting, self.by, self.palette, retouches, result)

    def layered(self, stack: Stack, suffix: str, provenance: Provenance | None) -> bytes:
        """A document's bytes: .psd or .ora.

        Raises:
            InputError: another suffix, or too large for the format.
        """
        xmp = provenance.xmp() if provenance else None
        if suffix.lower() == ".psd":
            return encode_psd(stack, xmp, self.clipping)
        if suffix.lower() == ".ora":
            return encode_ora(stack, xmp)
        raise InputError(f"A layered document's name ends in .psd or .ora, found {suffix!r}.")
