"""What a file means as a drawing, hints, a mask or an illustration; and files that cannot be opened."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import raw_png

from stenciltorch import InputError, files
from stenciltorch.files import PictureTooLargeError

UInt8Array = npt.NDArray[np.uint8]

READERS: list[Callable[[Path], object]] = [
    files.read_illustration,
    files.read_lineart,
    files.read_hints,
    files.read_mask,
]


def rgba(pixels: list[list[tuple[int, int, int, int]]]) -> bytes:
    return raw_png.png(np.array(pixels), 8, raw_png.RGBA)


def layer(colour: tuple[int, int, int], opacity: UInt8Array) -> bytes:
    painted = np.broadcast_to(np.array(colour), (*opacity.shape, 3))
    return raw_png.png(np.dstack([painted, opacity]), 8, raw_png.RGBA)


STROKE = np.zeros((20, 20), np.uint8)
STROKE[5], STROKE[6] = 255, 128


def test_an_illustration_lies_on_white() -> None:
    data = rgba([[(10, 20, 30, 255), (10, 20, 30, 0), (0, 100, 200, 51)]])
    found = files.decode_illustration(data).array
    assert found.tolist() == [[[10, 20, 30], [255, 255, 255], [204, 224, 244]]]


@pytest.mark.parametrize("colour", [(0, 0, 0), (200, 30, 40), (20, 20, 160)])
def test_lines_that_live_in_the_alpha_channel(colour: tuple[int, int, int]) -> None:
    drawn = files.decode_lineart(layer(colour, STROKE)).array
    luminance = round(0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2])
    assert (drawn[0] == 255).all()
    assert np.abs(drawn[5].astype(int) - luminance).max() <= 1
    assert np.abs(drawn[6].astype(int) - (255 + luminance) / 2).max() <= 1


@pytest.mark.parametrize("colour", [(255, 255, 255), (255, 240, 120), (255, 180, 200)])
def test_pale_lines_on_transparency_are_ink_all_the_same(colour: tuple[int, int, int]) -> None:
    notices: list[str] = []
    drawn = files.decode_lineart(layer(colour, STROKE), "blue.png", notices=notices).array
    assert np.array_equal(drawn, 255 - STROKE)
    assert notices == ["blue.png has pale lines on a transparent page; their opacity is used as ink."]


def test_a_pale_drawing_cut_out_of_its_page_is_no_silhouette() -> None:
    """White body, light grey lines, transparent around: it has two tones, so it is laid on white."""
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[4:12, 4:12] = (255, 255, 255, 255)
    pixels[8, 4:12] = (150, 150, 150, 255)
    drawn = files.decode_lineart(raw_png.png(pixels, 8, raw_png.RGBA)).array
    assert (drawn[8, 4:12] == 150).all()
    assert (np.delete(drawn, 8, axis=0) == 255).all()


def test_a_lineart_is_luminance_and_grey_is_exact() -> None:
    greys = np.arange(256).reshape(16, 16, 1).repeat(3, axis=2)
    drawn = files.decode_lineart(raw_png.png(greys, 8, raw_png.RGB), levels=False).array
    assert np.array_equal(drawn, greys[..., 0])


def test_levels_are_optional() -> None:
    pixels = np.full((50, 50, 1), 200)
    pixels[:5] = 20
    data = raw_png.png(pixels, 8, raw_png.GREY)
    assert files.decode_lineart(data).array.max() == 255
    assert np.array_equal(files.decode_lineart(data, levels=False).array, pixels[..., 0])


def test_yellowed_paper_becomes_white() -> None:
    pixels = np.full((50, 50, 3), (238, 228, 180))
    pixels[:5] = (40, 30, 30)
    drawn = files.decode_lineart(raw_png.png(pixels, 8, raw_png.RGB)).array
    assert (drawn[5:] == 255).all()
    assert drawn[:5].max() < 50


def test_hints_keep_colour_and_straight_alpha() -> None:
    pixels = [[(1, 2, 3, 255), (200, 100, 50, 7), (9, 9, 9, 0)]]
    assert files.decode_hints(rgba(pixels)).array.tolist() == np.array(pixels).tolist()


def test_hints_without_transparency_are_refused() -> None:
    data = raw_png.png(np.full((2, 2, 3), 255), 8, raw_png.RGB)
    with pytest.raises(InputError, match=r"^dabs\.png has no transparency.*transparent layer\.$"):
        files.decode_hints(data, "dabs.png")


def test_hints_may_cover_everything_where_there_is_an_alpha_channel() -> None:
    assert (files.decode_hints(rgba([[(1, 2, 3, 255)] * 2])).array[..., 3] == 255).all()


def test_a_mask_is_white_where_it_is_open_and_transparency_is_shut() -> None:
    whites = [(255, 255, 255, 255), (255, 255, 255, 0), (255, 255, 255, 128)]
    data = rgba([[*whites, (0, 0, 0, 255), (90, 90, 90, 255)]])
    assert files.decode_mask(data).array.tolist() == [[255, 0, 128, 0, 90]]


@pytest.mark.parametrize("read", READERS)
def test_reading_is_decoding(read: Callable[[Path], object], tmp_path: Path) -> None:
    data = layer((200, 30, 40), STROKE)
    path = tmp_path / "sketch.png"
    path.write_bytes(data)
    decode = getattr(files, read.__name__.replace("read_", "decode_"))
    assert read(path) == decode(data)
    assert read(os.fspath(path)) == decode(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("read", READERS)
def test_a_missing_file(read: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "nothing.png"
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == f"{path} does not exist; check the name."


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder; name a picture file"):
        files.read_lineart(tmp_path)


@pytest.mark.parametrize("name", ["nul\0byte.png", "a/" * 3000, "n" * 300 + ".png"])
def test_names_that_no_file_can_have(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read|does not exist") as caught:
        files.read_lineart(tmp_path / name)
    assert "\0" not in str(caught.value)


def test_a_file_inside_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be read"):
        files.read_lineart(tmp_path / "file" / "sketch.png")


def test_reading_stops_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endless file is not read to its end."""
    monkeypatch.setattr("stenciltorch.files.reading.MAX_BYTES", 1000)
    monkeypatch.setattr("stenciltorch.files.limits.MAX_BYTES", 1000)
    with pytest.raises(PictureTooLargeError, match=r"/dev/zero is larger"):
        files.read_lineart("/dev/zero")


def test_a_drawing_from_a_pipe() -> None:
    outlet, inlet = os.pipe()
    os.write(inlet, layer((0, 0, 0), STROKE))
    os.close(inlet)
    try:
        assert files.read_lineart(f"/dev/fd/{outlet}").size == (20, 20)
    finally:
        os.close(outlet)
