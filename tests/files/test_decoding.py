"""Every mode of PNG, JPEG and WebP comes out as the sRGB colours that its maker meant."""

from __future__ import annotations

import struct
from io import BytesIO

import icc
import numpy as np
import numpy.typing as npt
import pytest
import raw_png
from colours import largest_difference
from PIL import Image

from stenciltorch import InputError, files
from stenciltorch.files.decoding import Raster, decode

UInt8Array = npt.NDArray[np.uint8]

RNG = np.random.default_rng(7)
PATCHES = np.array(
    [[[230, 40, 60], [250, 220, 30], [30, 160, 80]], [[40, 90, 210], [128, 128, 128], [255, 255, 255]]],
    np.uint8,
)
UPRIGHT = PATCHES.repeat(16, axis=0).repeat(16, axis=1)
"""Six flat patches, so that a lossy format keeps them too; no symmetry."""


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def colours_of(data: bytes) -> UInt8Array:
    return files.decode_illustration(data).array


def raster_of(data: bytes) -> tuple[UInt8Array, UInt8Array | None]:
    colour, alpha = decode(data, "picture", [])
    return np.asarray(colour.convert("RGB")), None if alpha is None else np.asarray(alpha)


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_grey_of_every_depth(depth: int, interlaced: bool) -> None:
    top = 2**depth - 1
    samples = RNG.integers(0, top, (11, 13, 1), endpoint=True)
    found = colours_of(raw_png.png(samples, depth, raw_png.GREY, interlaced=interlaced))
    assert np.array_equal(found, np.rint(samples * 255 / top).repeat(3, axis=2))


@pytest.mark.parametrize("interlaced", [False, True])
def test_eight_bit_colour_is_exact(interlaced: bool) -> None:
    samples = RNG.integers(0, 256, (11, 13, 3))
    assert np.array_equal(colours_of(raw_png.png(samples, 8, raw_png.RGB, interlaced=interlaced)), samples)


def test_sixteen_bit_colour_is_within_one_level() -> None:
    samples = RNG.integers(0, 65536, (11, 13, 3))
    found = colours_of(raw_png.png(samples, 16, raw_png.RGB)).astype(float)
    assert np.abs(found - samples / 257).max() <= 1


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_palettes_with_transparency(depth: int) -> None:
    entries = 2**depth
    palette = RNG.integers(0, 256, (entries, 3)).astype(np.uint8)
    alphas = RNG.integers(0, 256, entries).astype(np.uint8)
    samples = RNG.integers(0, entries, (9, 10, 1))
    chunks = [(b"PLTE", palette.tobytes()), (b"tRNS", alphas.tobytes())]
    colour, alpha = raster_of(raw_png.png(samples, depth, raw_png.PALETTE, chunks))
    assert np.array_equal(colour, palette[samples[..., 0]])
    assert alpha is not None
    assert np.array_equal(alpha, alphas[samples[..., 0]])


def test_a_palette_with_one_transparent_entry() -> None:
    palette = np.array([[255, 0, 0], [0, 255, 0]], np.uint8)
    chunks = [(b"PLTE", palette.tobytes()), (b"tRNS", b"\xff\0")]
    _, alpha = raster_of(raw_png.png(np.array([[[0], [1]]]), 8, raw_png.PALETTE, chunks))
    assert alpha is not None
    assert alpha.tolist() == [[255, 0]]


@pytest.mark.parametrize(("depth", "key"), [(1, 1), (2, 2), (4, 9), (8, 77), (16, 40_000)])
def test_one_transparent_grey(depth: int, key: int) -> None:
    samples = RNG.integers(0, 2**depth, (6, 7, 1))
    samples[2, 3] = key
    chunks = [(b"tRNS", struct.pack(">H", key))]
    _, alpha = raster_of(raw_png.png(samples, depth, raw_png.GREY, chunks))
    assert alpha is not None
    assert np.array_equal(alpha == 0, samples[..., 0] == key)


@pytest.mark.parametrize("depth", [8, 16])
def test_one_transparent_colour(depth: int) -> None:
    samples = RNG.integers(0, 2**depth, (6, 7, 3))
    chunks = [(b"tRNS", struct.pack(">3H", *samples[2, 3]))]
    _, alpha = raster_of(raw_png.png(samples, depth, raw_png.RGB, chunks))
    assert alpha is not None
    assert np.argwhere(alpha == 0).tolist() == [[2, 3]]


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize(("colour_type", "channels"), [(raw_png.GREY_ALPHA, 1), (raw_png.RGBA, 3)])
def test_alpha_channels(depth: int, colour_type: int, channels: int) -> None:
    samples = RNG.integers(0, 2**depth, (6, 7, channels + 1))
    colour, alpha = raster_of(raw_png.png(samples, depth, colour_type))
    scaled = samples / (257 if depth == 16 else 1)
    slack = 1 if depth == 16 else 0
    assert alpha is not None
    assert np.abs(alpha - scaled[..., -1]).max() <= slack
    assert np.abs(colour - scaled[..., :-1]).max() <= slack


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_lossless_files_with_alpha_are_exact(form: str) -> None:
    pixels = RNG.integers(0, 256, (9, 8, 4)).astype(np.uint8)
    options = {"lossless": True, "exact": True} if form == "WEBP" else {}
    colour, alpha = raster_of(saved(Image.fromarray(pixels), form, **options))
    assert alpha is not None
    assert np.array_equal(np.dstack([colour, alpha]), pixels)


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {"quality": 100, "subsampling": 0}),
        ("JPEG", {"quality": 100, "subsampling": 0, "progressive": True}),
        ("WEBP", {"quality": 100, "exact": True}),
    ],
)
def test_lossy_colour(form: str, options: dict[str, object]) -> None:
    found = colours_of(saved(Image.fromarray(UPRIGHT), form, **options))
    centres = (slice(8, None, 16), slice(8, None, 16))
    assert largest_difference(found[centres], PATCHES) <= 1


def test_grey_jpeg() -> None:
    grey = np.full((16, 16), 90, np.uint8)
    assert np.array_equal(colours_of(saved(Image.fromarray(grey), "JPEG")), np.full((16, 16, 3), 90))


CMYK = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 128, 200, 0], [10, 60, 200, 100]]], np.uint8)
CMYK_AS_RGB = np.rint((255 - CMYK[..., :3].astype(float)) * (255 - CMYK[..., 3:]) / 255).astype(np.uint8)


def cmyk_jpeg(inks: UInt8Array, **options: object) -> bytes:
    flat = inks.repeat(16, axis=0).repeat(16, axis=1)
    image = Image.frombytes("CMYK", (flat.shape[1], flat.shape[0]), flat.tobytes())
    return saved(image, "JPEG", quality=100, subsampling=0, **options)


def test_cmyk_jpeg_as_adobe_writes_it() -> None:
    """Adobe stores 255 - ink."""
    data = cmyk_jpeg(CMYK)
    assert b"Adobe" in data
    assert largest_difference(colours_of(data)[8::16, 8::16], CMYK_AS_RGB) <= 1


def test_ycck_jpeg() -> None:
    """The same inks with C, M and Y turned into luma and chroma, and the marker saying so."""
    stored = 255 - CMYK[..., :3].astype(float)
    to_ycc = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
    # the decoder answers 255 - RGB(YCC), so luma and chroma are those of the ink itself
    ycc = (255 - stored) @ to_ycc.T + [0, 128, 128]
    as_written = 255 - np.dstack([ycc, 255 - CMYK[..., 3:].astype(float)])
    data = bytearray(cmyk_jpeg(np.rint(as_written).clip(0, 255).astype(np.uint8)))
    data[data.index(b"Adobe") + 11] = 2
    assert largest_difference(colours_of(bytes(data))[8::16, 8::16], CMYK_AS_RGB) <= 1


STORED = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}
"""How a camera held in each of the eight ways stores the upright scene (EXIF 2.32, Orientation)."""


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", STORED)
def test_orientations(orientation: int, form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation](UPRIGHT)))
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0}}.get(form, {})
    found = colours_of(saved(stored, form, exif=exif.tobytes(), **options))
    assert found.shape == UPRIGHT.shape
    assert largest_difference(found[8::16, 8::16], PATCHES) <= 1


def test_orientation_turns_alpha_too() -> None:
    pixels = np.zeros((2, 3, 4), np.uint8)
    pixels[0, 0, 3] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    _, alpha = raster_of(saved(Image.fromarray(pixels), "PNG", exif=exif.tobytes()))
    assert alpha is not None
    assert np.argwhere(alpha).tolist() == [[0, 1]]
    assert alpha.shape == (3, 2)


@pytest.mark.parametrize("exif", [b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0nonsense", b"Exif\0\0"])
def test_damaged_exif_leaves_the_picture_as_it_is(exif: bytes) -> None:
    assert np.array_equal(colours_of(saved(Image.fromarray(UPRIGHT), "PNG", exif=exif)), UPRIGHT)


@pytest.mark.parametrize(("form", "options"), [("PNG", {}), ("WEBP", {"lossless": True, "minimize_size": False})])
def test_animations_give_their_first_frame_and_a_notice(form: str, options: dict[str, object]) -> None:
    frames = [Image.fromarray(frame) for frame in (UPRIGHT, 255 - UPRIGHT, UPRIGHT[::-1])]
    data = saved(frames[0], form, save_all=True, append_images=frames[1:], duration=100, **options)
    notices: list[str] = []
    found = files.decode_illustration(data, "dance.png", notices)
    assert np.array_equal(found.array, UPRIGHT)
    assert notices == ["dance.png is animated; only its first frame is used."]


def test_a_still_picture_gives_no_notice() -> None:
    notices: list[str] = []
    files.decode_illustration(saved(Image.fromarray(UPRIGHT), "WEBP"), "still.webp", notices)
    assert notices == []


def test_a_camera_file_of_several_pictures_gives_the_first() -> None:
    first, second = Image.fromarray(UPRIGHT), Image.fromarray(255 - UPRIGHT)
    data = saved(first, "MPO", save_all=True, append_images=[second], quality=100, subsampling=0)
    notices: list[str] = []
    found = files.decode_illustration(data, "photo.jpg", notices)
    assert largest_difference(found.array[8::16, 8::16], PATCHES) <= 1
    assert notices == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 10_000), (10_000, 1)])
def test_extreme_shapes(shape: tuple[int, int]) -> None:
    samples = RNG.integers(0, 256, (*shape, 1))
    assert np.array_equal(colours_of(raw_png.png(samples, 8, raw_png.GREY))[..., :1], samples)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_files_that_are_cut_short(form: str, share: float) -> None:
    data = saved(Image.fromarray(RNG.integers(0, 256, (40, 40, 3)).astype(np.uint8)), form)
    with pytest.raises(InputError, match=r"^sketch\.png is .*(damaged|cut short|not a picture)"):
        files.decode_illustration(data[: int(share * len(data))], "sketch.png")


def test_a_decoder_out_of_memory_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    data = saved(Image.fromarray(UPRIGHT), "PNG")
    monkeypatch.setattr("stenciltorch.files.decoding._split", fail)
    with pytest.raises(InputError, match=r"not enough free memory to open sketch\.png"):
        files.decode_illustration(data, "sketch.png")


def test_raster_size_is_height_before_width() -> None:
    assert Raster(Image.new("L", (3, 2)), None).size == (2, 3)


def test_the_references_above_agree_with_srgb() -> None:
    """The helper that the colour tests rest on: its white and grey are sRGB's."""
    assert icc.xyz_to_srgb(icc.D50).tolist() == [255, 255, 255]
    assert icc.to_bytes(icc.linear_to_srgb(np.array([0.2158605]))).tolist() == [128]
