"""What is written can be read back unchanged; a failure leaves the old file and nothing else."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from stenciltorch import Hints, Illustration, InputError, Lineart, Mask, Size, files

Picture = Illustration | Lineart | Hints | Mask

SIDES = st.integers(1, 9)
KINDS: dict[type[Picture], tuple[int, ...]] = {Illustration: (3,), Lineart: (), Hints: (4,), Mask: ()}


def pictures() -> st.SearchStrategy[Picture]:
    return st.one_of(
        st.tuples(SIDES, SIDES).flatmap(
            lambda shape, kind=kind, channels=channels: arrays.arrays(np.uint8, shape + channels).map(kind)
        )
        for kind, channels in KINDS.items()
    )


def function_for(verb: str, picture: Picture) -> Callable[..., Any]:
    return getattr(files, f"{verb}_{type(picture).__name__.lower()}")


@given(pictures(), st.sampled_from([".png", ".PNG", ".webp"]))
def test_lossless_formats_give_back_every_byte(picture: Picture, suffix: str) -> None:
    data = function_for("encode", picture)(picture, suffix)
    options = {"levels": False} if isinstance(picture, Lineart) else {}
    assert function_for("decode", picture)(data, **options) == picture


@pytest.mark.parametrize("kind", KINDS)
def test_the_suffix_chooses_the_format(kind: type[Picture], tmp_path: Path) -> None:
    picture = kind.filled(Size(4, 5), 77)
    path = tmp_path / "result.webp"
    function_for("write", picture)(path, picture)
    assert path.read_bytes()[8:12] == b"WEBP"
    assert function_for("read", picture)(path).size == (4, 5)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".JPG"])
def test_jpeg_keeps_full_resolution_colour(suffix: str) -> None:
    data = files.encode_illustration(Illustration(np.full((16, 16, 3), (250, 20, 60), np.uint8)), suffix)
    image = Image.open(BytesIO(data))
    assert image.format == "JPEG"
    assert [component[1:3] for component in image.layer] == [(1, 1)] * 3
    assert np.abs(np.asarray(image, dtype=int) - (250, 20, 60)).max() <= 2


def test_hints_are_never_jpeg() -> None:
    with pytest.raises(InputError, match=r"Hints need transparency.*\.png or \.webp"):
        files.encode_hints(Hints.filled(Size(2, 2)), ".jpg")


@pytest.mark.parametrize(("name", "found"), [("out.gif", "'.gif'"), ("out", "no suffix")])
def test_other_suffixes_are_refused(name: str, found: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"must end in \.png, \.webp, \.jpg or \.jpeg, found {found}\.$"):
        files.write_mask(tmp_path / name, Mask.filled(Size(2, 2)))
    assert list(tmp_path.iterdir()) == []


def test_webp_has_a_longest_side() -> None:
    with pytest.raises(InputError, match="at most 16383 pixels"):
        files.encode_mask(Mask.filled(Size(1, 16_384)), ".webp")


def test_an_old_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "out.bin"
    path.write_bytes(b"old")
    path.chmod(0o640)
    files.write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write_bytes(tmp_path / "out.bin", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.bin").stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.bin", tmp_path / "link.bin"
    real.write_bytes(b"old")
    link.symlink_to(real)
    files.write_bytes(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_the_longest_name_that_a_file_can_have(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".png")
    files.write_bytes(path, b"new")
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_at_any_step_leaves_the_old_file_alone(
    step: str, failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise failure

    path = tmp_path / "out.png"
    path.write_bytes(b"old")
    monkeypatch.setattr(step, fail)
    with pytest.raises(InputError if isinstance(failure, OSError) else KeyboardInterrupt) as caught:
        files.write_mask(path, Mask.filled(Size(2, 2)))
    if isinstance(failure, OSError):
        reason = "No space left on device"
        assert str(caught.value) == f"'{path}' cannot be written ({reason}); nothing was changed."
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


FULL_DISK = """
import resource, signal, sys
from stenciltorch import InputError, files
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    files.write_bytes(sys.argv[1], bytes(5000))
except InputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of this kind are POSIX")
def test_a_disk_that_fills_up_half_way(tmp_path: Path) -> None:
    path = tmp_path / "out.bin"
    path.write_bytes(b"old")
    answer = subprocess.run([sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True)
    assert answer.stdout == f"'{path}' cannot be written (File too large); nothing was changed.\n"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be written \(No such file or directory\)"):
        files.write_bytes(tmp_path / "no" / "out.png", b"")


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it is a folder"):
        files.write_bytes(tmp_path, b"")


def test_a_name_with_a_zero_byte(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be written") as caught:
        files.write_bytes(tmp_path / "a\0b.png", b"")
    assert "\0" not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX")
def test_a_device_or_pipe_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="it is not an ordinary file"):
        files.write_bytes(pipe, b"")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
