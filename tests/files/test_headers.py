"""Limits hold before anything is decoded, and each refusal says what was found and what to do."""

from __future__ import annotations

import struct
import tracemalloc
from io import BytesIO

import numpy as np
import pytest
import raw_png
from PIL import Image

from stenciltorch import InputError, Size, files
from stenciltorch.files import PictureTooLargeError
from stenciltorch.files.headers import Header, read_header
from stenciltorch.files.limits import MAX_PIECES, MAX_SCANS


def saved(form: str, size: tuple[int, int] = (37, 21), mode: str = "RGB", **options: object) -> bytes:
    buffer = BytesIO()
    Image.new(mode, size, 9).save(buffer, form, **options)
    return buffer.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes that says it is huge."""
    return (
        raw_png.SIGNATURE
        + raw_png.header(width, height, 8, raw_png.GREY)
        + raw_png.chunk(b"IDAT", b"\x78\x9c\x03\0\0\0\0\x01")
        + raw_png.chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True, "exif": b"Exif\0\0" + bytes(500)}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"lossless": False}),
        ("WEBP", {"lossless": False, "exif": b"Exif\0\0" + bytes(20)}),
        ("WEBP", {"save_all": True, "append_images": [Image.new("RGB", (37, 21), 90)]}),
    ],
)
def test_headers_agree_with_the_decoder(form: str, options: dict[str, object]) -> None:
    assert read_header(saved(form, **options), "picture") == Header(form, Size(21, 37), 8)


def test_fill_bytes_before_a_jpeg_marker() -> None:
    data = saved("JPEG")
    assert read_header(data[:2] + b"\xff\xff" + data[2:], "picture").size == (21, 37)


@pytest.mark.parametrize(
    ("width", "height"), [(20_000, 20_000), (30_001, 1), (1, 30_001), (6_325, 6_325), (2**31 - 1, 2**31 - 1)]
)
def test_a_huge_claim_is_refused_before_memory_is_taken(width: int, height: int) -> None:
    data = claiming(width, height)
    tracemalloc.start()
    try:
        with pytest.raises(PictureTooLargeError) as caught:
            files.decode_lineart(data, "poster.png")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert str(caught.value) == (
        f"poster.png is {width} x {height} pixels; at most 40 million pixels "
        "and 30000 on a side can be read, so make it smaller."
    )
    assert peak < 2**20


def test_the_decoder_is_never_asked_about_a_huge_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("the decoder was asked"))
    with pytest.raises(PictureTooLargeError):
        files.decode_lineart(claiming(20_000, 20_000))


def test_a_second_png_header_counts_for_nothing() -> None:
    first, *rest = raw_png.split_chunks(raw_png.png(np.full((4, 5, 1), 7), 8, raw_png.GREY))
    huge = struct.pack(">IIBBBBB", 9_000, 9_000, 8, 0, 0, 0, 0)
    drawn = files.decode_lineart(raw_png.join_chunks([first, (b"IHDR", huge), *rest]))
    assert np.array_equal(drawn.array, np.full((4, 5), 7))


def test_a_second_jpeg_frame_does_not_slip_past_the_limit() -> None:
    data = saved("JPEG")
    start = data.index(b"\xff\xc0")
    stop = start + 2 + int.from_bytes(data[start + 2 : start + 4])
    frame = data[start : start + 5] + struct.pack(">HH", 9_000, 9_000) + data[start + 9 : stop]
    with pytest.raises(PictureTooLargeError, match="9000 x 9000"):
        files.decode_lineart(data[:stop] + frame + data[stop:])


@pytest.mark.parametrize("shape", [(2, 30_000), (30_000, 2)])
def test_the_longest_side_is_allowed(shape: tuple[int, int]) -> None:
    assert files.decode_lineart(raw_png.png(np.zeros((*shape, 1), int), 8, 0)).size == shape


def test_more_bytes_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stenciltorch.files.limits.MAX_BYTES", 1000)
    with pytest.raises(PictureTooLargeError, match=r"^page\.png is larger than"):
        files.decode_lineart(saved("PNG") + bytes(1000), "page.png")


def test_a_file_of_countless_pieces() -> None:
    chunks = raw_png.split_chunks(saved("PNG"))
    data = raw_png.join_chunks([chunks[0], *[(b"prVt", b"")] * (MAX_PIECES + 1), *chunks[1:]])
    with pytest.raises(PictureTooLargeError, match="more than 50000 pieces"):
        files.decode_lineart(data)


def test_a_jpeg_of_countless_segments() -> None:
    data = saved("JPEG")
    with pytest.raises(PictureTooLargeError, match="more than 50000 pieces"):
        files.decode_lineart(data[:2] + b"\xff\xe5\0\x02" * (MAX_PIECES + 1) + data[2:])


def test_a_jpeg_of_countless_scans() -> None:
    """Each scan costs a pass over the picture, however few bytes it has."""
    data = saved("JPEG", progressive=True)
    last_scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(PictureTooLargeError, match=r"JPEG of \d+ scans"):
        files.decode_lineart(data[:-2] + last_scan * MAX_SCANS + data[-2:])


FOREIGN = {
    "a GIF file": saved("GIF", mode="P"),
    "a TIFF file": saved("TIFF"),
    "a BMP file": saved("BMP"),
    "a Photoshop document file": b"8BPS\0\1" + bytes(40),
    "a Clip Studio document file": b"CSFCHUNK" + bytes(40),
    "an SVG file": b"<svg xmlns='x'></svg>",
    "an AVIF, HEIC or video file": b"\0\0\0\x20ftypheic" + bytes(20),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_other_formats_are_named(kind: str) -> None:
    with pytest.raises(InputError) as caught:
        files.decode_lineart(FOREIGN[kind], "page.bin")
    assert str(caught.value) == f"page.bin is {kind}; export it as PNG, JPEG or WebP."


def test_an_empty_file() -> None:
    with pytest.raises(InputError, match=r"^page\.png is empty; expected a PNG, JPEG or WebP picture\.$"):
        files.decode_lineart(b"", "page.png")


@pytest.mark.parametrize("data", [b"hello", b"\x89PN", b"\xff\xd8", b"RIFF1234WAVE", bytes(100)])
def test_no_picture_at_all(data: bytes) -> None:
    with pytest.raises(InputError, match="is not a picture that can be read"):
        files.decode_lineart(data)


@pytest.mark.parametrize(
    "data",
    [
        claiming(0, 5),
        raw_png.SIGNATURE + raw_png.chunk(b"IDAT", bytes(13)),
        raw_png.SIGNATURE,
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0\0\x10" + bytes(14),
        b"RIFF\x20\0\0\0WEBPVP8 " + bytes(20),
        b"RIFF\x20\0\0\0WEBPVP8L" + bytes(20),
        b"RIFF\x20\0\0\0WEBPXXXX" + bytes(20),
    ],
)
def test_headers_that_make_no_sense(data: bytes) -> None:
    with pytest.raises(InputError, match="is damaged or cut short"):
        files.decode_lineart(data)
