"""Palettes in four formats: round trips, bytes worked by hand, and files of other programs' making."""

import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stenciltorch.canvas import Illustration
from stenciltorch.errors import InputError
from stenciltorch.palettes import (
    Swatch,
    Swatches,
    decode_swatches,
    encode_swatches,
    merged,
    read_swatches,
    swatches_of,
    write_swatches,
)  # fmt: skip
from stenciltorch.palettes.conversions import from_cmyk, from_hsb, from_lab

FORMATS = (".gpl", ".aco", ".ase", ".json")
TWO = Swatches((Swatch((242, 196, 160), "skin 肌"), Swatch((0, 16, 255), "")), "Mika")

levels = st.integers(0, 255)
names = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), max_size=12).filter(
    lambda text: text != "Untitled"
)
entries = st.builds(Swatch, st.tuples(levels, levels, levels), names)


@pytest.mark.parametrize("suffix", FORMATS)
@given(st.lists(entries, min_size=1, max_size=9))
@settings(max_examples=40)
def test_colours_and_names_come_back(suffix, listed):
    swatches = Swatches(tuple(listed))
    found = decode_swatches(encode_swatches(swatches, suffix), "p")
    assert found.entries == swatches.entries


@pytest.mark.parametrize("suffix", [".gpl", ".ase", ".json"])
def test_the_palettes_name_comes_back(suffix):
    assert decode_swatches(encode_swatches(TWO, suffix), "p").name == "Mika"


def test_gpl_is_the_text_that_gimp_writes():
    assert encode_swatches(TWO, ".gpl").decode().splitlines() == [
        "GIMP Palette",
        "Name: Mika",
        "Columns: 0",
        "#",
        "242 196 160\tskin 肌",
        "  0  16 255\tUntitled",
    ]


def test_gpl_as_other_programs_write_it():
    text = "\ufeffGIMP Palette\r\n#Colors: 2\r\n\r\n255   0  10 Red  one\r\n0 0 0\r\n"
    assert decode_swatches(text.encode(), "p").entries == (Swatch((255, 0, 10), "Red  one"), Swatch((0, 0, 0)))


def test_aco_bytes_by_hand():
    data = encode_swatches(Swatches((Swatch((255, 0, 1), "ab"),)), ".aco")
    colour = b"\0\0\xff\xff\0\0\1\1\0\0"
    assert data == b"\0\1\0\1" + colour + b"\0\2\0\1" + colour + b"\0\0\0\3" + b"\0a\0b\0\0"


def test_aco_other_colour_spaces():
    rows = [(0, 65535, 0, 0, 0), (1, 21845, 65535, 65535, 0), (2, 65535, 65535, 65535, 0), (8, 5000, 0, 0, 0)]
    rows += [(9, 0, 10000, 10000, 0), (7, 10000, 0, 0, 0)]
    data = struct.pack(">2H", 1, len(rows)) + b"".join(struct.pack(">5H", *row) for row in rows)
    found = [entry.colour for entry in decode_swatches(data, "p").entries]
    assert found[:5] == [(255, 0, 0), (0, 255, 0), (0, 0, 0), (128, 128, 128), (255, 0, 0)]
    assert found[5] == pytest.approx((255, 255, 255), abs=1)


def test_ase_bytes_by_hand():
    data = encode_swatches(Swatches((Swatch((255, 0, 0), "a"),), "g"), ".ase")
    group = b"\xc0\1" + struct.pack(">I", 6) + b"\0\2\0g\0\0"
    body = b"\0\2\0a\0\0" + b"RGB " + struct.pack(">3fH", 1, 0, 0, 2)
    assert data == b"ASEF\0\1\0\0\0\0\0\3" + group + b"\0\1" + struct.pack(">I", len(body)) + body + b"\xc0\2\0\0\0\0"


def test_conversions_by_hand():
    assert from_cmyk(0, 1, 1, 0.5) == (128, 0, 0)
    assert from_hsb(2 / 3, 1, 1) == (0, 0, 255)
    assert from_lab(54.29, 80.81, 69.89) == pytest.approx((255, 0, 0), abs=2)
    assert from_lab(50, 0, 0) == pytest.approx((119, 119, 119), abs=1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"P6 no palette",
        b"GIMP Palette\nName: empty\n",
        b"GIMP Palette\n300 0 0 too much\n",
        b"GIMP Palette\nred\n",
        b"ASEF\0\1\0\0\0\0\0\1\0\1",
        b"ASEF\0\1\0\0\0\0\0\1\0\1\0\0\0\x08\0\1\0\0XYZ ",
        b"ASEF\0\1\0\0\0\0\0\1\0\1\0\0\0\x14\0\1\0\0RGB " + struct.pack(">3f", float("nan"), 0, 0),
        b"\0\1\0\2\0\0",
        b"\0\1\0\1\0\3\0\0\0\0\0\0\0\0",
        b"\0\1\xff\xff",
        b"{}",
        b'{"format": "stenciltorch-sheet", "version": 2, "colors": []}',
        b'{"format": "stenciltorch-sheet", "version": 1, "colors": []}',
        b'{"format": "stenciltorch-sheet", "version": 1, "colors": [{"name": "x", "color": "red"}]}',
        b'{"format": "stenciltorch-sheet", "version": 1, "colors": [{"name": 5, "color": "#000000"}]}',
        b'{"format',
    ],
)
def test_what_cannot_be_read_is_one_sentence(data):
    with pytest.raises(InputError) as caught:
        decode_swatches(data, "p")
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=80), st.sampled_from([b"GIMP Palette\n", b"ASEF", b"\0\1", b"\0\2\0\1", b"{"]))
@settings(max_examples=120)
def test_any_bytes_are_read_or_refused(rest, start):
    with suppress(InputError):
        assert decode_swatches(start + rest, "p").entries


def test_files(tmp_path):
    for suffix in FORMATS:
        write_swatches(tmp_path / f"p{suffix}", TWO)
        assert read_swatches(tmp_path / f"p{suffix}").entries == TWO.entries
    with pytest.raises(InputError, match=r"\.gpl, \.aco, \.ase, \.json, found '\.txt'"):
        write_swatches(tmp_path / "p.txt", TWO)


def test_joined_palettes_hold_each_colour_once_with_its_name():
    other = Swatches((Swatch((0, 16, 255), "sea"), Swatch((1, 1, 1), "ink")), "Room")
    joined = merged([TWO, other])
    assert [(entry.hex, entry.name) for entry in joined.entries] == [
        ("#f2c4a0", "skin 肌"),
        ("#0010ff", "sea"),
        ("#010101", "ink"),
    ]
    assert joined.name == "Mika"


def test_a_pictures_colours_most_used_first():
    pixels = np.full((20, 20, 3), (58, 95, 205), np.uint8)
    pixels[:, :5] = (242, 196, 160)
    found = swatches_of(Illustration(pixels), TWO, "page")
    assert [(entry.hex, entry.name) for entry in found.entries] == [("#3a5fcd", "blue"), ("#f2c4a0", "skin 肌")]


@pytest.mark.parametrize("colour", [(256, 0, 0), (0, -1, 0)])
def test_levels_are_bytes(colour):
    with pytest.raises(InputError, match="from 0 to 255"):
        Swatch(colour)
