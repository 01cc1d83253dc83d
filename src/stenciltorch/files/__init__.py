"""Pictures on disk <-> the nouns of `canvas`: the one place that knows file formats.

Reading takes PNG, JPEG and WebP in all their modes and settles orientation, transparency, colour profile and
limits; writing is lossless (PNG, WebP) unless the name ends in .jpg, and never leaves half a file.
"""

from stenciltorch.files.fitting import fit_hints, fit_mask
from stenciltorch.files.levels import level_paper
from stenciltorch.files.limits import MAX_BYTES, MAX_PIXELS, MAX_SIDE, PictureTooLargeError
from stenciltorch.files.provenance import Provenance, digest_of_hints
from stenciltorch.files.reading import (
    decode_hints,
    decode_illustration,
    decode_lineart,
    decode_mask,
    read_bytes,
    read_hints,
    read_illustration,
    read_lineart,
    read_mask,
)
from stenciltorch.files.writing import (
    FORMATS,
    encode_hints,
    encode_illustration,
    encode_lineart,
    encode_mask,
    write_bytes,
    write_hints,
    write_illustration,
    write_lineart,
    write_mask,
)

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "PictureTooLargeError",
    "Provenance",
    "decode_hints",
    "decode_illustration",
    "decode_lineart",
    "decode_mask",
    "digest_of_hints",
    "encode_hints",
    "encode_illustration",
    "encode_lineart",
    "encode_mask",
    "fit_hints",
    "fit_mask",
    "level_paper",
    "read_bytes",
    "read_hints",
    "read_illustration",
    "read_lineart",
    "read_mask",
    "write_bytes",
    "write_hints",
    "write_illustration",
    "write_lineart",
    "write_mask",
]
