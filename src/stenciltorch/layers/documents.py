"""Layered documents as they come from painting programs: their layers by name, and the picture that they show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from stenciltorch.canvas import Mask, Size
from stenciltorch.errors import InputError
from stenciltorch.files.decoding import Raster
from stenciltorch.layers.ora_reading import is_ora, open_ora
from stenciltorch.layers.psd_reading import is_psd, open_psd

SUFFIXES = (".psd", ".psb", ".ora", ".kra")
MAX_BYTES = 2**29
"""Bytes of a document."""


class Document(Protocol):
    """What both formats answer."""

    name: str
    size: Size

    def names(self) -> Sequence[str]:
        """Of all layers and groups, uppermost first."""

    def merged(self) -> Raster:
        """The whole picture."""

    def layer(self, name: str) -> Raster:
        """One layer or group alone, hidden or not, on a transparent page of the document's size."""

    def mask_of(self, name: str) -> Mask | None:
        """The layer mask of a layer or group; None when it has none."""


def is_document(data: bytes) -> bool:
    """Whether these are the bytes of a document that `open_document` knows."""
    return is_psd(data) or is_ora(data)


def read_document(path: Path) -> Document:
    """Raises InputError when the file is missing, too large, damaged or another format."""
    return open_document(_read(path), str(path))


def open_document(data: bytes, name: str) -> Document:
    """Photoshop (PSD, PSB), OpenRaster, or Krita's own format by the flat picture that it holds."""
    if is_psd(data):
        return open_psd(data, name)
    if is_ora(data):
        return open_ora(data, name)
    raise InputError(f"{name} is no Photoshop or OpenRaster document; save it as .psd, .ora or .png.")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist; check the name.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the file.") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES // 2**20} MiB; leave out layers that are not needed.")
    return data
