"""Broken and hostile files: a picture or an InputError of one sentence, never anything else."""

from __future__ import annotations

import os
import struct
import threading
import warnings
import zlib
from collections.abc import Callable

import mutants
import numpy as np
import pytest
import raw_png

from stenciltorch import InputError, files

MUTANTS_EACH = int(os.environ.get("STENCILTORCH_MUTANTS", "9"))
"""Seeds for each pair of picture and mutator; 9 make about a thousand mutants."""

DECODERS: list[Callable[..., object]] = [
    files.decode_illustration,
    files.decode_lineart,
    files.decode_hints,
    files.decode_mask,
]
PNGS, OTHERS = mutants.sound_pngs(), mutants.sound_others()
PAIRS = [(name, mutate) for name in PNGS for mutate in mutants.ANY_FORMAT + mutants.PNG_ONLY]
PAIRS += [(name, mutate) for name in OTHERS for mutate in mutants.ANY_FORMAT]


def outcome(data: bytes, seed: int) -> str:
    """What reading the bytes came to; anything but a value or a proper InputError fails the test."""
    try:
        DECODERS[seed % len(DECODERS)](data, "mutant.png")
    except InputError as error:
        message = str(error)
        assert message.startswith(("mutant.png ", "There is not enough free memory to open mutant.png"))
        assert message.endswith(".")
        assert "\n" not in message
        return "refused"
    return "read"


@pytest.mark.parametrize(("name", "mutate"), PAIRS, ids=[f"{name}-{mutate.__name__}" for name, mutate in PAIRS])
def test_mutants(name: str, mutate: mutants.Mutator) -> None:
    sound = (PNGS | OTHERS)[name]
    for seed in range(MUTANTS_EACH):
        outcome(mutate(sound, np.random.default_rng((seed, len(sound)))), seed)


def test_the_run_has_a_thousand_mutants_of_which_some_are_read_and_most_refused() -> None:
    assert len(PAIRS) * MUTANTS_EACH >= 900
    fates = [
        outcome(mutants.flip_bytes(sound, np.random.default_rng(seed)), seed)
        for sound in (PNGS | OTHERS).values()
        for seed in range(4)
    ]
    assert {"read", "refused"} == set(fates)


@pytest.mark.parametrize("name", PNGS | OTHERS)
def test_the_pictures_before_mutation_are_sound(name: str) -> None:
    assert files.decode_illustration((PNGS | OTHERS)[name]).size in {(16, 20), (20, 16), (24, 20), (20, 24)}


def packed(megabytes: int) -> bytes:
    """Zeros that unpack a thousandfold."""
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(megabytes)) + packer.flush()


def with_chunks(chunks: list[raw_png.Chunk]) -> bytes:
    first, *rest = raw_png.split_chunks(PNGS["bits"])
    return raw_png.join_chunks([first, *chunks, *rest])


def test_a_profile_that_unpacks_without_end() -> None:
    with pytest.raises(InputError, match="is damaged or cut short"):
        files.decode_lineart(with_chunks([(b"iCCP", b"bomb\0\0" + packed(64))]))


@pytest.mark.parametrize(
    "chunks",
    [
        [(b"zTXt", b"bomb\0\0" + packed(64))],
        [(b"iTXt", b"bomb\0\1\0\0\0" + packed(2))] * 100,
        [(b"acTL", struct.pack(">II", 0, 0))],
        [(b"acTL", b"")],
    ],
    ids=["one huge text", "many texts", "no frames", "no count"],
)
def test_what_a_still_picture_does_not_need_never_reaches_the_decoder(chunks: list[raw_png.Chunk]) -> None:
    assert files.decode_lineart(with_chunks(chunks)) == files.decode_lineart(PNGS["bits"])


def test_remarks_of_the_decoder_stay_off_the_terminal() -> None:
    """Damaged EXIF makes Pillow warn; the picture is sound all the same."""
    data = with_chunks([(b"eXIf", b"MM\0*\0\0\0\x08\0\x05\x01\x12")])
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        assert files.decode_lineart(data).size == (16, 20)
    assert remarks == []


def test_many_threads_read_at_once_and_leave_the_warning_filters_as_they_were() -> None:
    before = list(warnings.filters)
    found: list[object] = []
    workers = [
        threading.Thread(target=lambda: found.append(files.decode_illustration(PNGS["profile"]))) for _ in range(8)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == [files.decode_illustration(PNGS["profile"])] * 8
    assert list(warnings.filters) == before
