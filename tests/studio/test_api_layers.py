"""The API's layered answers, palettes and provenance; drawings sent as layered documents."""

import zipfile
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from psd_tools import PSDImage

from stenciltorch.cli import main
from stenciltorch.files import decode_illustration

PALETTE = b"GIMP Palette\n200 0 0 dress\n250 250 250 paper\n"


def written(folder, model, parts, *options):
    """The command line's files for the same parts."""
    for name, content in parts.items():
        (folder / name).write_bytes(content)
    given = [option for name in ("hints", "mask", "base") for option in (f"--{name}", str(folder / name))]
    arguments = [
        "colorize",
        str(folder / "lineart"),
        *given,
        *options,
        "--model",
        str(model),
        "-o",
        str(folder / "o.png"),
    ]
    assert main([*arguments, "--threads", "1"]) == 0
    return folder


@pytest.mark.parametrize(("output", "kind"), [("psd", "image/vnd.adobe.photoshop"), ("ora", "image/openraster")])
def test_documents_are_the_command_lines_byte_for_byte(site, tmp_path, model, parts, output, kind):
    answer = site.colorize(**parts, output=output)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    written(tmp_path, model, parts, f"--{output}", str(tmp_path / f"page.{output}"))
    assert answer.body == (tmp_path / f"page.{output}").read_bytes()


def test_a_document_shows_the_picture(site, parts):
    painted = decode_illustration(site.colorize(**parts).body).array.astype(int)
    document = PSDImage.open(BytesIO(site.colorize(**parts, output="psd", layers="region", clipping="false").body))
    assert np.abs(np.asarray(document.composite(force=True).convert("RGB"), int) - painted).max() <= 1
    assert not any(layer.clipping for layer in document.descendants())


@pytest.mark.parametrize("output", ["psd", "ora"])
def test_a_document_can_be_sent_back_as_the_drawing(site, parts, output):
    sent = {name: parts[name] for name in ("lineart", "hints")}
    document = site.colorize(**sent, output=output).body
    assert site.colorize(lineart=document).body == site.colorize(**sent).body


def test_a_layer_that_is_not_there(site, parts):
    document = site.colorize(lineart=parts["lineart"], output="ora").body
    answer = site.colorize(lineart=document, line_layer="ink")
    assert (answer.status, answer.json["error"]) == (422, "unusable")
    assert "has no layer 'ink'" in answer.json["detail"]


def test_a_palette_and_changes(site, tmp_path, model, parts):
    (tmp_path / "p.gpl").write_bytes(PALETTE)
    options = ("--palette", str(tmp_path / "p.gpl"), "--recolour", "dress=#0000ff", "--flats", str(tmp_path / "f.png"))
    written(tmp_path, model, parts, *options)
    sent = dict(**parts, palette=PALETTE, recolour="dress=#0000ff")
    assert site.colorize(**sent, output="flats").body == (tmp_path / "f.png").read_bytes()
    assert site.colorize(**sent).body == (tmp_path / "o.png").read_bytes()
    flats = decode_illustration(site.colorize(**sent, output="flats").body).array.reshape(-1, 3)
    assert {tuple(colour) for colour in flats.tolist()} <= {(0, 0, 255), (250, 250, 250)}


def test_strip(site, parts):
    told, silent = site.colorize(**parts), site.colorize(**parts, strip="true")
    with Image.open(BytesIO(told.body)) as one, Image.open(BytesIO(silent.body)) as other:
        assert one.text["stenciltorch:model"] == "fake"
        assert other.text == {}
        assert np.array_equal(np.asarray(one), np.asarray(other))
    everything = zipfile.ZipFile(BytesIO(site.colorize(**parts, output="all", strip="true").body))
    assert all(b"tencil" not in everything.read(name) for name in everything.namelist())


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"layers": "pixel"}, "must be one of colour, region"),
        ({"clipping": "maybe"}, "must be one of true, false"),
        ({"palette": "nonsense"}, "palette is no palette"),
        ({"recolour": "red"}, "changes no colour"),
        ({"light": "left"}, "The part 'light' must be a number, found 'left'"),
        ({"light": "nan"}, "The light's angle must be a number of degrees"),
        ({"shade": "2.5"}, "The light's strength must be from 0 to 2, found 2.5"),
        ({"recolour": "#010203=#000000"}, "No part of the picture is #010203"),
        ({"recolour": "#" * 3000}, "more than 2000 bytes"),
        ({"lineart": b"8BPS" + b"\0" * 40}, "lineart is damaged"),
    ],
)
def test_wishes_that_cannot_be_granted(site, wish, sentence):
    answer = site.colorize(**{"lineart": _png(np.full((20, 30), 255, np.uint8))} | wish)
    assert (answer.status, answer.json["error"]) == (422, "unusable")
    assert sentence in answer.json["detail"]


def _png(pixels):
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
