"""Project files of the studio, sound and hostile, and their way through the command line."""

import hashlib
import io
import json
import struct
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fake_models import make_model
from hypothesis import given
from hypothesis import strategies as st
from studio.fake_model import save_model

from stenciltorch import files, project
from stenciltorch.canvas import Hints, Illustration, Light, Lineart, Mask, Size, Stencil
from stenciltorch.cli import main
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.errors import InputError
from stenciltorch.project import Project, read_project

FIXTURES = Path(__file__).parent / "fixtures"
SIZE = Size(9, 13)


def noise(seed, *channels):
    return np.random.default_rng(seed).integers(0, 256, (*SIZE, *channels), dtype=np.uint8)


STENCIL = Stencil(Lineart(noise(1)), Hints(noise(2, 4)), Mask(noise(3)), Illustration(noise(4, 3)), Light(30, 0.5))
RETOUCHES = Hints(noise(5, 4))


def manifest(**changes):
    about = {"format": "stenciltorch-project", "version": 1, "name": "cat", "width": 13, "height": 9}
    about |= {"hints": [], "retouches": [], "base": "pictures/1.png", "passes": []}
    about |= {"light": {"angle": 30, "strength": 0.5}}
    return json.dumps({key: value for key, value in (about | changes).items() if value is not ...}).encode()


def members(**changes):
    """What a project holds, by name."""
    return {
        "project.json": manifest(**changes),
        "lineart.png": files.encode_lineart(STENCIL.lineart),
        "mask.png": files.encode_mask(STENCIL.mask),
        "hints.png": files.encode_hints(STENCIL.hints),
        "retouches.png": files.encode_hints(RETOUCHES),
        "pictures/1.png": files.encode_illustration(STENCIL.base),
    }


def zipped(contents, method=zipfile.ZIP_STORED, comment=b""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for member, content in contents.items():
            archive.writestr(member, content)
        archive.comment = comment
    return buffer.getvalue()


@pytest.fixture
def saved(tmp_path):
    """Writes cat.zip from bytes or from members."""

    def save(content):
        path = tmp_path / "cat.zip"
        path.write_bytes(content if isinstance(content, bytes) else zipped(content))
        return path

    return save


def refusal(path):
    """The one sentence, which names the file."""
    with pytest.raises(InputError) as caught:
        read_project(path)
    message = str(caught.value)
    assert Path(path).name in message
    assert "\n" not in message
    return message


# what the format says


def test_a_project_is_the_stencil_that_it_holds(saved):
    assert read_project(saved(members())) == Project(STENCIL)


@pytest.mark.parametrize(("method", "comment"), [(zipfile.ZIP_DEFLATED, b""), (zipfile.ZIP_STORED, b"packed by hand")])
def test_a_project_that_was_packed_again(saved, method, comment):
    assert read_project(saved(zipped(members(), method, comment))) == Project(STENCIL)


def test_without_a_base_it_is_the_bare_lineart(saved):
    assert read_project(saved(members(base=None))) == Project(STENCIL.with_base(STENCIL.lineart.as_illustration()))


def test_retouches_come_with_it_when_there_are_any(saved):
    assert read_project(saved(members(retouches=[{"kind": "stroke"}]))) == Project(STENCIL, RETOUCHES)


def test_a_project_from_before_there_was_a_light_is_flat(saved):
    for light in (..., None):
        read = read_project(saved(members(light=light)))
        assert read.stencil.light.strength == 0
        assert read == Project(STENCIL.with_light(read.stencil.light))


def test_grey_paper_stays_as_the_studio_had_it(saved):
    paper = np.full(SIZE, 200, np.uint8)
    paper[4] = 0
    drawn = files.encode_lineart(Lineart(paper))
    assert files.decode_lineart(drawn).array.max() == 255
    assert read_project(saved(members() | {"lineart.png": drawn})).stencil.lineart == Lineart(paper)


def test_unknown_fields_and_members_are_ignored(saved):
    contents = members(mood="good") | {"../../outside.txt": b"never unpacked", "passes/": b""}
    assert read_project(saved(contents)) == Project(STENCIL)


def test_the_studios_own_file_gives_the_studios_pixels():
    told = json.loads((FIXTURES / "project.json").read_text())
    read = read_project(FIXTURES / "project.zip")
    parts = {part: getattr(read.stencil, part) for part in ("lineart", "hints", "mask", "base")}
    parts |= {"retouches": read.retouches, "retouched": read.retouched(read.stencil.base)}
    assert {part: hashlib.sha256(picture.array.tobytes()).hexdigest() for part, picture in parts.items()} == told
    assert read.stencil.size == Size(47, 61)
    assert read.stencil.light == Light(30, 0.5)


# retouches on a result


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_retouches_are_laid_on_as_the_format_says(below, above, alpha):
    size = Size(1, 1)
    retouches = Hints(np.array([[[above, above, above, alpha]]], np.uint8))
    result = Project(Stencil.start(Lineart.filled(size)), retouches).retouched(Illustration.filled(size, below))
    assert result == Illustration.filled(size, int(np.floor(below + (above - below) * alpha / 255 + 0.5)))


def test_without_retouches_the_result_is_the_result():
    assert Project(STENCIL).retouched(STENCIL.base) is STENCIL.base


# what is no project


def test_a_missing_file():
    assert "does not exist" in refusal("nowhere.zip")


def test_a_folder(tmp_path):
    assert "cannot be read" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\5\6", b"no zip" * 100, files.encode_lineart(STENCIL.lineart)])
def test_no_zip(saved, content):
    assert "is not a whole zip file" in refusal(saved(content))


def test_another_zip(saved):
    assert "has no project.json" in refusal(saved({"notes.txt": b"hello"}))


@pytest.mark.parametrize("text", [b"{]", b"\xff\xfe\xff", b"[" * 100_000, b"", b"1" * 5000])
def test_a_manifest_that_is_not_json(saved, text):
    assert "is not JSON" in refusal(saved(members() | {"project.json": text}))


@pytest.mark.parametrize("text", [b"[]", b"null", b'{"format": "other"}', b'{"version": 1}'])
def test_a_manifest_of_something_else(saved, text):
    assert "does not say" in refusal(saved(members() | {"project.json": text}))


def test_a_newer_version(saved):
    assert "version 2, and 1 is the latest known here; update StencilTorch" in refusal(saved(members(version=2)))


@pytest.mark.parametrize(
    ("field", "value"),
    [("version", value) for value in (..., "1", 0, True, 1.5, [])]
    + [(side, value) for side in ("width", "height") for value in (..., 0, -1, 30_001, "13", 13.0, True, 10**400)]
    + [("base", value) for value in (3, ["pictures/1.png"], {}, False)]
    + [("retouches", value) for value in (None, {}, "all", 1)]
    + [("light", value) for value in (3, "left", [], {}, {"angle": 1}, {"strength": 1}, [30, 0.5])]
    + [("light", {"angle": value, "strength": 1}) for value in (None, "30", True, [], float("inf"), 10**400)]
    + [("light", {"angle": 0, "strength": value}) for value in (None, "1", False, -1, 2.5, float("nan"), 10**400)],
)
def test_values_that_cannot_be(saved, field, value):
    assert field in refusal(saved(members(**{field: value})))


# what is damaged


@pytest.mark.parametrize("member", ["lineart.png", "mask.png", "hints.png", "retouches.png", "pictures/1.png"])
def test_a_missing_picture(saved, member):
    contents = members(retouches=[{}])
    del contents[member]
    assert f"{member} in " in (message := refusal(saved(contents)))
    assert "is missing" in message


@pytest.mark.parametrize("member", ["lineart.png", "mask.png", "hints.png", "retouches.png", "pictures/1.png"])
def test_a_picture_of_another_size(saved, member):
    contents = members(retouches=[{}]) | {member: files.encode_hints(Hints.filled(Size(13, 9)))}
    assert "9 x 13 pixels but the project has 13 x 9" in (message := refusal(saved(contents)))
    assert f"{member} in " in message


@pytest.mark.parametrize("member", ["lineart.png", "mask.png", "hints.png", "pictures/1.png"])
def test_a_picture_that_is_cut_short_or_none(saved, member):
    contents = members()
    cut = refusal(saved(contents | {member: contents[member][:60]}))
    assert f"{member} in " in cut
    assert "is not a PNG" in refusal(saved(contents | {member: b"\xff\xd8\xff no PNG"}))
    assert "is not a PNG" in refusal(saved(contents | {member: b""}))


def test_hints_without_transparency(saved):
    assert "no transparency" in refusal(saved(members() | {"hints.png": files.encode_mask(STENCIL.mask)}))


def test_a_base_cannot_name_a_file_outside_nor_write_to_the_terminal(saved, tmp_path):
    (tmp_path / "secret.png").write_bytes(files.encode_illustration(STENCIL.base))
    assert "is missing" in refusal(saved(members(base=str(tmp_path / "secret.png"))))
    assert "is missing" in refusal(saved(members(base="../secret.png")))
    assert refusal(saved(members(base="\x1b[2J\n"))).isprintable()
    assert len(refusal(saved(members(base="a" * 5000)))) < 1000


def test_every_cut_is_refused(saved):
    whole = zipped(members())
    for length in range(0, len(whole), 7):
        refusal(saved(whole[:length]))


def test_a_flipped_byte_is_refused_or_harms_nothing(saved):
    whole = zipped(members())
    for at in range(0, len(whole), 5):
        spoilt = bytearray(whole)
        spoilt[at] ^= 0x55
        path = saved(bytes(spoilt))
        try:
            found = read_project(path)
        except InputError:
            refusal(path)
        else:
            assert found == Project(STENCIL)


# what is hostile


def central(data, member):
    """Where the list of members tells of this one."""
    return data.rindex(member.encode()) - 46


def patched(data, at, form, *values):
    changed = bytearray(data)
    struct.pack_into(form, changed, at, *values)
    return bytes(changed)


def test_an_encrypted_project(saved):
    whole = zipped(members())
    assert "is encrypted" in refusal(saved(patched(whole, central(whole, "lineart.png") + 8, "<H", 1)))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_packing(saved, method):
    assert "another method than deflate" in refusal(saved(zipped(members(), method)))


def test_more_than_it_may_unpack_to_is_never_unpacked(saved, monkeypatch):
    whole = patched(whole := zipped(members()), central(whole, "mask.png") + 20, "<II", 100, 2**30)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("something was unpacked"))
    assert "unpacks to more than 1024 MiB" in refusal(saved(whole))


def test_one_picture_that_is_too_large(saved, monkeypatch):
    monkeypatch.setattr(project, "MAX_PICTURE", 150)
    assert "it cannot be read" in refusal(saved(members()))


def test_a_bomb_that_lies_about_its_size_is_unpacked_only_so_far(saved, monkeypatch):
    bomb = zipped(members() | {"mask.png": bytes(2**24)}, zipfile.ZIP_DEFLATED)
    whole = patched(bomb, central(bomb, "mask.png") + 24, "<I", 100)
    asked = []
    real = zipfile.ZipExtFile.read
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda file, most=-1: asked.append(most) or real(file, most))
    assert "is damaged" in refusal(saved(whole))
    assert asked[-1] == 101
    assert all(most >= 0 for most in asked)


def test_too_many_members_are_not_listed(saved, monkeypatch):
    whole = zipped(members() | {f"{number}": b"" for number in range(project.MAX_MEMBERS)})
    monkeypatch.setattr(project, "ZipFile", lambda *_: pytest.fail("the list was read"))
    assert "more than 10000 files" in refusal(saved(whole))


@pytest.mark.parametrize("comment", [b"", b"a comment"])
def test_a_list_that_hides_its_length_is_not_read(saved, monkeypatch, comment):
    whole = zipped(members(), comment=comment)
    end = whole.rindex(b"PK\5\6")
    monkeypatch.setattr(project, "ZipFile", lambda *_: pytest.fail("the list was read"))
    assert "no project is" in refusal(saved(patched(whole, end + 12, "<I", 2**31)))
    assert "no project is" in refusal(saved(whole[:end] + b"PK\6\7" + bytes(16) + whole[end:]))


def test_a_file_over_the_limit_is_not_read(saved, monkeypatch):
    monkeypatch.setattr(project, "MAX_PROJECT", 1000)
    assert "is larger than" in refusal(saved(zipped(members())))


def test_of_two_members_of_one_name_the_later_counts_as_in_the_studio(saved):
    buffer = io.BytesIO(zipped(members()))
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("mask.png", files.encode_mask(Mask.filled(SIZE, 7)))
    assert read_project(saved(buffer.getvalue())).stencil.mask == Mask.filled(SIZE, 7)


# the command line


@pytest.fixture
def colorize(tmp_path, monkeypatch, capsys):
    """Runs `colorize` with the fake model in an empty folder: exit code, lines on stderr."""
    monkeypatch.setenv("STENCILTORCH_MODEL", str(make_model(tmp_path / "model")))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        code = main(["colorize", *map(str, arguments)])
        return code, capsys.readouterr().err.splitlines()

    run.painted = lambda stencil: OnnxColorizer.load(tmp_path / "model")(stencil)
    return run


def test_a_project_is_coloured_with_its_retouches(colorize, saved):
    path = saved(members(retouches=[{}]))
    assert colorize(path, "--flats", "flats.png") == (0, [])
    painting = colorize.painted(STENCIL)
    expected = Project(STENCIL, RETOUCHES).retouched(painting.illustration)
    assert expected != painting.illustration
    assert files.read_illustration("cat-colored.png") == expected
    assert files.read_illustration("flats.png") == painting.flats


def test_files_on_the_command_line_go_before_the_projects(colorize, saved):
    hints, mask, base = Hints(noise(6, 4)), Mask(noise(7)), Illustration(noise(8, 3))
    files.write_hints("h.png", hints)
    files.write_mask("m.png", mask)
    files.write_illustration("b.png", base)
    assert colorize(saved(members()), "--hints", "h.png", "--mask", "m.png", "--base", "b.png") == (0, [])
    expected = colorize.painted(Stencil(STENCIL.lineart, hints, mask, base, STENCIL.light)).illustration
    assert files.read_illustration("cat-colored.png") == expected


def test_dabs_lie_on_the_projects_hints(colorize, saved):
    assert colorize(saved(members()), "--hint", "5,4,#0102f0,1", "--flats", "flats.png") == (0, [])
    changed = files.read_illustration("flats.png").array != colorize.painted(STENCIL).flats.array
    assert changed.any(axis=2).sum() == 5
    assert files.read_illustration("flats.png").array[4, 5].tolist() == [1, 2, 240]


def test_a_project_is_coloured_in_its_light_or_in_the_one_asked_for(colorize, saved, tmp_path):
    shading = save_model(tmp_path / "shading", lit=True)
    paint = OnnxColorizer.load(shading)
    asked = {(): Light(30, 0.5), ("--light", "-90"): Light(-90, 0.5), ("--light", "200", "--shade", "2"): Light(200, 2)}
    asked |= {("--shade", "0"): Light(30, 0)}
    found = set()
    for options, light in asked.items():
        assert colorize(saved(members()), "--model", shading, *options) == (0, [])
        painted = files.read_illustration("cat-colored.png")
        assert painted == paint(STENCIL.with_light(light)).illustration
        found.add(painted.array.tobytes())
    assert len(found) == len(asked)


def test_projects_and_drawings_in_one_folder(colorize):
    Path("pages").mkdir()
    Path("pages/CAT.ZIP").write_bytes(zipped(members()))
    Path("pages/torn.zip").write_bytes(zipped(members())[:900])
    files.write_lineart("pages/dog.png", STENCIL.lineart)
    code, err = colorize("pages")
    assert (code, len(err)) == (1, 1)
    assert err[0].startswith("stenciltorch: pages/torn.zip")
    assert {path.name for path in Path("pages").glob("*-colored.png")} == {"CAT-colored.png", "dog-colored.png"}
    assert files.read_illustration("pages/CAT-colored.png") == colorize.painted(STENCIL).illustration


def test_a_project_and_a_drawing_of_one_name(colorize, saved):
    path = saved(members())
    files.write_lineart("cat.png", STENCIL.lineart)
    code, err = colorize(path, path.with_suffix(".png"))
    assert code == 2
    assert "would both be written to" in err[0]


def test_a_project_is_no_illustration(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("pages").mkdir()
    Path("pages/cat.zip").write_bytes(zipped(members()))
    assert main(["lineart", "pages"]) == 2
    assert "pages holds no pictures" in capsys.readouterr().err
