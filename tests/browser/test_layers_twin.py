"""PSD and OpenRaster from the studio's modules: layer for layer as from Python, composed to the same picture."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import pytest
from little_paintings import made_painting
from PIL import Image
from psd_tools import PSDImage

from stenciltorch.canvas import Hints, Illustration, Lineart, Mask, Painting, Stencil
from stenciltorch.files import Provenance, digest_of_hints, encode_illustration
from stenciltorch.layers import Grouping, Stack, build_stack, encode_ora, encode_psd, open_document
from stenciltorch.palettes import Swatch, Swatches
from stenciltorch.runtime import fingerprint
from stenciltorch.runtime.folder import GRAPHS, FileFacts, Manifest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tests/support/studio/layers_case.mjs"
DRAWINGS = ROOT / "examples/drawings"
STROKES = [{"points": [14.5, 12.5, 6], "colour": [250, 20, 90], "softness": 0}]
RETOUCHES = [{"points": [30.5, 40.5, 7.2, 60, 44, 3], "colour": [20, 30, 250], "softness": 0.5}]

Pixels = npt.NDArray[np.uint8]
Case = tuple[Stencil, Painting]


def picture(name: str, mode: str = "RGB") -> Pixels:
    """A part of it that holds much and composes soon."""
    return np.asarray(Image.open(DRAWINGS / name).convert(mode))[200:520, 150:600]


def drawn(name: str, masked: bool) -> Case:
    """One of the project's own drawings, with the colours that it was drawn with."""
    ink = picture(f"{name}-lineart.png", "L")
    stencil = Stencil.start(Lineart(ink))
    if masked:
        ramp = np.clip(np.linspace(-500, 700, ink.shape[1]), 0, 255).astype(np.uint8)
        stencil = stencil.with_mask(Mask(ramp[None].repeat(ink.shape[0], axis=0)))
    colour, flats = picture(f"{name}-colour.png"), picture(f"{name}-flats.png")
    share = (stencil.mask.array / 255.0)[..., None]
    inked = colour * (ink / 255.0)[..., None] * share + stencil.base.array * (1 - share)
    illustration = np.floor(inked + 0.5).astype(np.uint8)
    return stencil, Painting(Illustration(illustration), Illustration(colour), Illustration(flats))


def speckled() -> Case:
    """More parts than have layers of their own; of each colour the smallest share one."""
    rng = np.random.default_rng(3)
    labels = np.zeros((160, 200), int)
    for place in range(320):
        row, column, side = rng.integers(150), rng.integers(190), rng.integers(3, 9)
        labels[row : row + side, column : column + side] = 1 + place % 4
    return made_painting(3, labels=labels)


NAMED = Swatches((Swatch((58, 95, 205), "コート & “coat”"), Swatch((58, 95, 205), "second"), Swatch((0, 255, 0))))
Settings = tuple[Grouping, Swatches | None]
CASES: dict[str, tuple[Callable[[], Case], Settings]] = {
    "little": (lambda: made_painting(1), ("colour", NAMED)),
    "little-masked": (lambda: made_painting(2, soft_mask=True), ("region", NAMED)),
    "speckled": (speckled, ("region", None)),
    "cat": (lambda: drawn("cat", masked=False), ("region", None)),
    "mage-masked": (lambda: drawn("mage", masked=True), ("colour", None)),
}
MODEL = 'net <"&é>'
FILES = {f"{graph}.onnx": {"sha256": digit * 64, "bytes": 1} for graph, digit in zip(GRAPHS, "A1b", strict=True)}


class Made:
    """What both wrote of one painting."""

    def __init__(self, folder: Path, case: Case, by: Grouping, palette: Swatches | None) -> None:
        stencil, self.painting = case
        pictures = {
            "lineart": stencil.lineart, "mask": stencil.mask, "base": stencil.base,
            "illustration": self.painting.illustration, "colour": self.painting.colour, "flats": self.painting.flats,
        }  # fmt: skip
        for name, noun in pictures.items():
            (folder / f"{name}.raw").write_bytes(noun.array.tobytes())
        size = stencil.size
        known = [{"colour": entry.colour, "name": entry.name} for entry in palette.entries] if palette else []
        facts = {
            "width": size.width, "height": size.height, "strokes": STROKES, "retouches": RETOUCHES,
            "wish": {"by": by, "palette": known}, "facts": {"version": "1.2.3", "model": MODEL, "files": FILES},
        }  # fmt: skip
        (folder / "case.json").write_text(json.dumps(facts))
        done = subprocess.run(["node", SCRIPT, folder], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        hints, retouches = (
            Hints(np.frombuffer((folder / f"{name}.raw").read_bytes(), np.uint8).reshape(*size, 4))
            for name in ("hints", "retouches")
        )
        self.stack: Stack = build_stack(stencil.with_hints(hints), self.painting, by, palette, retouches)
        manifest = Manifest(
            MODEL, 1, {name: FileFacts(1, str(facts["sha256"]).lower()) for name, facts in FILES.items()}
        )
        self.provenance = Provenance("1.2.3", MODEL, fingerprint(manifest), digest_of_hints(hints))
        self.named = [(folder / f"named{suffix}").read_bytes() for suffix in (".psd", ".ora")]
        self.psd, self.ora, self.png = ((folder / f"made{suffix}").read_bytes() for suffix in (".psd", ".ora", ".png"))
        self.retouches = retouches


@pytest.fixture(scope="module", params=list(CASES))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    case, settings = CASES[request.param]
    return Made(tmp_path_factory.mktemp(request.param), case(), *settings)


def facts_of(layer: Any) -> tuple[Any, ...]:
    return layer.name, layer.kind, layer.bbox, layer.blend_mode, layer.clipping, layer.visible, layer.opacity


def test_the_psd_has_the_same_layers(made: Made) -> None:
    found, expected = PSDImage.open(BytesIO(made.psd)), PSDImage.open(BytesIO(encode_psd(made.stack)))
    assert [facts_of(layer) for layer in found.descendants()] == [facts_of(layer) for layer in expected.descendants()]
    for layer, twin in zip(found.descendants(), expected.descendants(), strict=True):
        if not layer.is_group():
            assert np.array_equal(layer.numpy(), twin.numpy()), layer.name
        assert layer.has_mask() == twin.has_mask()
        if layer.has_mask():
            assert (layer.mask.bbox, layer.mask.background_color) == (twin.mask.bbox, twin.mask.background_color)
            assert np.array_equal(layer.numpy("mask"), twin.numpy("mask"))
    assert found.image_resources.get_data(1039) == expected.image_resources.get_data(1039)
    assert np.array_equal(np.asarray(found.topil()), made.painting.illustration.array)


def error(made: Made, composed: npt.NDArray[Any]) -> float:
    """The farthest from the illustration with the strokes on it, in levels."""
    alpha = made.retouches.array[..., 3:] / 255.0
    wanted = made.painting.illustration.array * (1 - alpha) + made.retouches.array[..., :3] * alpha
    return float(np.abs(np.rint(composed) - np.rint(wanted)).max())


def test_the_psd_composes_to_the_picture(made: Made) -> None:
    composed = PSDImage.open(BytesIO(made.psd)).composite(force=True)
    assert composed is not None
    assert error(made, np.asarray(composed.convert("RGB"), float)) <= 1


def entries(data: bytes) -> list[tuple[str, dict[str, str]]]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        image = ElementTree.fromstring(archive.read("stack.xml"))
        return [(node.tag, dict(node.attrib)) for node in image.iter()]


def test_the_ora_has_the_same_layers(made: Made) -> None:
    expected = encode_ora(made.stack, made.provenance.xmp())
    assert entries(made.ora) == entries(expected)
    with zipfile.ZipFile(BytesIO(made.ora)) as found, zipfile.ZipFile(BytesIO(expected)) as twin:
        assert found.infolist()[0].filename == "mimetype"
        assert found.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert found.read("mimetype") == b"image/openraster"
        pictures = [name for name in twin.namelist() if name.startswith("data/") or name == "mergedimage.png"]
        assert set(found.namelist()) == set(twin.namelist())
        for name in pictures:
            one, other = (np.asarray(Image.open(BytesIO(archive.read(name)))) for archive in (found, twin))
            assert np.array_equal(one, other), name
        thumbnail = Image.open(BytesIO(found.read("Thumbnails/thumbnail.png")))
        assert (thumbnail.format, thumbnail.mode, max(thumbnail.size) <= 256) == ("PNG", "RGBA", True)


def test_the_ora_composes_to_the_picture(made: Made) -> None:
    """By our own reader, which composes the root as a group."""
    document: Any = open_document(made.ora, "made.ora")
    page = np.zeros((*document.size, 4), np.float32)
    document._lay(page, document._stack().find("stack"))
    assert page[..., 3].min() > 0.999
    assert error(made, 255.0 * page[..., :3]) <= 1


def test_png_texts_are_pythons(made: Made) -> None:
    expected = encode_illustration(made.painting.illustration, ".png", made.provenance)
    with Image.open(BytesIO(made.png)) as found, Image.open(BytesIO(expected)) as twin:
        assert list(found.text.items()) == list(twin.text.items())
        assert found.text["stenciltorch:model"] == MODEL
        assert np.array_equal(np.asarray(found), np.asarray(twin))


def test_layered_documents_carry_pythons_packet(made: Made) -> None:
    assert PSDImage.open(BytesIO(made.psd)).image_resources.get_data(1060) == made.provenance.xmp()
    with zipfile.ZipFile(BytesIO(made.ora)) as archive:
        assert archive.read("META-INF/metadata.xml") == made.provenance.xmp()


def test_documents_without_a_packet_say_nothing(made: Made) -> None:
    psd, ora = made.named
    assert 1060 not in PSDImage.open(BytesIO(psd)).image_resources
    with zipfile.ZipFile(BytesIO(ora)) as archive:
        assert "META-INF/metadata.xml" not in archive.namelist()
    assert b"tencil" not in psd


def test_names_may_be_in_any_script(made: Made) -> None:
    for data in made.named:
        assert "肌 & <髪> “é” 🎨" in open_document(data, "named").names()
