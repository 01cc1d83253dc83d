"""Sound little pictures, and seeded ways to break them that know the formats' structure."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import icc
import numpy as np
import raw_png
from PIL import Image

Mutator = Callable[[bytes, np.random.Generator], bytes]


def _saved(pixels: np.ndarray, form: str, mode: str | None = None, **options: object) -> bytes:
    buffer = BytesIO()
    image = Image.fromarray(pixels.astype(np.uint8))
    (image.convert(mode) if mode else image).save(buffer, form, **options)
    return buffer.getvalue()


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a maker"
    exif.get_ifd(0x8769)[0x9003] = "2020:01:01 00:00:00"
    return exif.tobytes()


def sound_pngs() -> dict[str, bytes]:
    noise = np.random.default_rng(1).integers(0, 256, (16, 20, 4)).astype(np.uint8)
    frames = [Image.fromarray(np.roll(noise, turn, axis=1)) for turn in range(3)]
    profile = icc.rgb_profile(icc.ADOBE_RGB, icc.ADOBE_GAMMA)
    palette = [(b"PLTE", noise[..., :3].tobytes()[:768]), (b"tRNS", bytes(range(200)))]
    text = [(b"zTXt", b"Comment\0\0" + zlib.compress(b"hello" * 50)), (b"gAMA", struct.pack(">I", 100_000))]
    return {
        "rgba": _saved(noise, "PNG", exif=_exif()),
        "profile": _saved(noise[..., :3], "PNG", icc_profile=profile),
        "palette": raw_png.png(noise[..., :1], 8, raw_png.PALETTE, palette),
        "grey16": raw_png.png(noise[..., :1].astype(int) * 257, 16, raw_png.GREY, [(b"tRNS", b"\x12\x34")]),
        "bits": raw_png.png(noise[..., :1] & 1, 1, raw_png.GREY, interlaced=True),
        "text": raw_png.png(noise[..., :3], 8, raw_png.RGB, text),
        "animated": _saved(noise, "PNG", save_all=True, append_images=frames[1:]),
    }


def sound_others() -> dict[str, bytes]:
    noise = np.random.default_rng(2).integers(0, 256, (24, 20, 4)).astype(np.uint8)
    frames = [Image.fromarray(np.roll(noise, turn, axis=1)) for turn in range(3)]
    profile = icc.rgb_profile(icc.DISPLAY_P3)
    return {
        "jpeg": _saved(noise[..., :3], "JPEG", exif=_exif(), icc_profile=profile),
        "progressive": _saved(noise[..., :3], "JPEG", progressive=True),
        "cmyk": _saved(noise[..., :3], "JPEG", mode="CMYK"),
        "grey": _saved(noise[..., 0], "JPEG"),
        "mpo": _saved(noise[..., :3], "MPO", save_all=True, append_images=[Image.new("RGB", (20, 24))]),
        "webp": _saved(noise, "WEBP", exif=_exif(), icc_profile=profile),
        "lossless": _saved(noise, "WEBP", lossless=True),
        "animated webp": _saved(noise, "WEBP", save_all=True, append_images=frames[1:], lossless=True),
    }


def flip_bytes(data: bytes, rng: np.random.Generator) -> bytes:
    broken = bytearray(data)
    for position in rng.integers(0, len(data), rng.integers(1, 9)):
        broken[position] = rng.integers(0, 256)
    return bytes(broken)


def cut_short(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: rng.integers(0, len(data))]


def repeat_part(data: bytes, rng: np.random.Generator) -> bytes:
    start, stop = sorted(rng.integers(0, len(data), 2))
    return data[:stop] + data[start:stop] * int(rng.integers(1, 4)) + data[stop:]


def lose_part(data: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(0, len(data)))
    return data[:start] + data[start + int(rng.integers(1, 40)) :]


def lie_in_header(data: bytes, rng: np.random.Generator) -> bytes:
    """Any size, depth, colour type and interlace, with the right checksum."""
    chunks = raw_png.split_chunks(data)
    width, height = (int(2 ** rng.uniform(0, 12)) for _ in range(2))
    depth, colour_type = int(rng.choice([1, 2, 4, 8, 16, 3])), int(rng.choice([0, 2, 3, 4, 6, 5]))
    lie = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, int(rng.integers(0, 2)))
    return raw_png.join_chunks([(b"IHDR", lie), *chunks[1:]])


def garble_chunk(data: bytes, rng: np.random.Generator) -> bytes:
    """Random bytes in one chunk, its checksum made right again."""
    chunks = raw_png.split_chunks(data)
    chosen = int(rng.integers(1, len(chunks)))
    kind, content = chunks[chosen]
    chunks[chosen] = (kind, flip_bytes(content, rng) if content else rng.bytes(5))
    return raw_png.join_chunks(chunks)


def shuffle_chunks(data: bytes, rng: np.random.Generator) -> bytes:
    chunks = raw_png.split_chunks(data)
    order = rng.integers(1, len(chunks), len(chunks))
    return raw_png.join_chunks([chunks[0], *(chunks[place] for place in order)])


def cut_image_data(data: bytes, rng: np.random.Generator) -> bytes:
    chunks = raw_png.split_chunks(data)
    return raw_png.join_chunks(
        [(kind, part[: rng.integers(0, len(part))] if kind == b"IDAT" else part) for kind, part in chunks]
    )


def plant_bomb(data: bytes, rng: np.random.Generator) -> bytes:
    """A few kilobytes that unpack to megabytes, as a text or as a colour profile."""
    chunks = raw_png.split_chunks(data)
    packed = zlib.compress(bytes(int(rng.integers(1, 6)) * 2**20))
    bomb = [
        (b"zTXt", b"bomb\0\0" + packed),
        (b"iCCP", b"bomb\0\0" + packed),
        (b"iTXt", b"bomb\0\1\0\0\0" + packed),
    ][rng.integers(0, 3)]
    return raw_png.join_chunks([chunks[0], *[bomb] * int(rng.integers(1, 4)), *chunks[1:]])


def plant_exif(data: bytes, rng: np.random.Generator) -> bytes:
    """A directory that points at itself, or garbage where EXIF is expected."""
    chunks = raw_png.split_chunks(data)
    loop = b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x08\0\0\0\x08"
    exif = loop if rng.random() < 0.5 else flip_bytes(_exif()[6:], rng)
    return raw_png.join_chunks([chunks[0], (b"eXIf", exif), *chunks[1:]])


def lie_of_frames(data: bytes, rng: np.random.Generator) -> bytes:
    """Animation chunks with impossible counts and rectangles."""
    chunks = raw_png.split_chunks(data)
    control = (b"acTL", struct.pack(">II", int(rng.choice([0, 1, 2, 2**31, 2**32 - 1])), 0))
    box = [int(2 ** rng.uniform(0, 32)) % 2**32 for _ in range(4)] if rng.random() < 0.5 else [3, 3, 1, 1]
    frame = (b"fcTL", struct.pack(">IIIIIHHBB", 0, *box, 1, 10, 0, 0))
    return raw_png.join_chunks([chunks[0], control, frame, *chunks[1:]])


ANY_FORMAT: list[Mutator] = [flip_bytes, cut_short, repeat_part, lose_part]
PNG_ONLY: list[Mutator] = [
    lie_in_header,
    garble_chunk,
    shuffle_chunks,
    cut_image_data,
    plant_bomb,
    plant_exif,
    lie_of_frames,
]
