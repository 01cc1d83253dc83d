"""Drawings opened from layered documents, ours and others'."""

import zipfile
from io import BytesIO

import numpy as np
import pytest
from little_paintings import made_painting
from PIL import Image
from psd_tools import PSDImage
from psd_tools.api.layers import PixelLayer

from stenciltorch.canvas import Hints, Lineart, Stencil
from stenciltorch.errors import InputError
from stenciltorch.layers import Choice, build_stack, encode_ora, encode_psd, open_document, read_document, stencil_of

ENCODERS = {"psd": encode_psd, "ora": encode_ora}


def foreign_psd(names=("paper", "rough", "主線"), merged=200):
    """Three layers on 8 x 6 pixels: white, grey at column 1, black at column 2."""
    document = PSDImage.frompil(Image.new("RGB", (8, 6), (merged,) * 3))
    for number, (name, level) in enumerate(zip(names, (255, 100, 0), strict=True)):
        pixels = np.zeros((6, 1 if number else 8, 4), np.uint8)
        pixels[...] = (level, level, level, 255)
        layer = PixelLayer.fromarray(pixels, document, name="layer", left=number)
        layer.name = name
    document._updated = False
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)
def test_our_own_documents_give_the_stencil_back(encode, made):
    stencil, painting = made
    found = stencil_of(open_document(encode(build_stack(stencil, painting)), "ours"), Choice(), False, [])
    assert found.lineart == stencil.lineart
    assert found.hints == stencil.hints
    assert found.mask == stencil.mask
    if stencil.mask.array.min() < 255:
        assert found.base == painting.illustration


def test_a_usual_name_is_found_and_another_can_be_chosen():
    document, notices = open_document(foreign_psd(), "page.psd"), []
    assert document.names() == ["主線", "rough", "paper"]
    usual = stencil_of(document, Choice(), False, notices).lineart.array
    assert (usual[:, 2] == 0).all()
    assert (np.delete(usual, 2, axis=1) == 255).all()
    chosen = stencil_of(document, Choice(line="ROUGH"), False, notices).lineart.array
    assert (chosen[:, 1] == 100).all()
    assert (np.delete(chosen, 1, axis=1) == 255).all()
    assert notices == []


def test_without_a_line_layer_the_flat_picture_and_a_word_about_it():
    notices = []
    found = stencil_of(open_document(foreign_psd(("a", "b", "c"), 90), "page.psd"), Choice(), False, notices)
    assert (found.lineart.array == 90).all()
    assert "no layer named like lines" in notices[0]


def test_a_layer_can_be_hints_or_mask():
    document = open_document(foreign_psd(("keep", "dabs", "lines")), "page.psd")
    found = stencil_of(document, Choice(hints="dabs", mask="dabs"), False, [])
    assert (found.hints.array[:, 1] == (100, 100, 100, 255)).all()
    assert (np.delete(found.hints.array, 1, axis=1)[..., 3] == 0).all()
    assert (found.mask.array[:, 1] == 100).all()
    assert (np.delete(found.mask.array, 1, axis=1) == 0).all()
    assert (found.base.array == 200).all()


def test_names_that_do_not_fit():
    with pytest.raises(InputError, match=r"page.psd has no layer 'ink'; its layers are '主線', 'rough', 'paper'"):
        stencil_of(open_document(foreign_psd(), "page.psd"), Choice(line="ink"), False, [])
    with pytest.raises(InputError, match="2 layers named 'a'"):
        stencil_of(open_document(foreign_psd(("a", "a", "c")), "page.psd"), Choice(line="a"), False, [])


@pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)
def test_a_group_can_be_the_lines(encode):
    """Flats and shade of a grey picture are its colours flattened."""
    stencil = Stencil.start(Lineart(np.full((20, 20), 255, np.uint8)))
    _, painting = made_painting(labels=np.zeros((20, 20), int), flats=np.array([[90, 90, 90]], np.uint8))
    painting = type(painting)(painting.flats, painting.flats, painting.flats)
    found = stencil_of(open_document(encode(build_stack(stencil, painting)), "d"), Choice(line="flats"), False, [])
    assert (found.lineart.array == 90).all()


def test_a_layers_own_mask_hides_it():
    document = PSDImage.open(BytesIO(foreign_psd()))
    document[2].create_mask(Image.fromarray(np.array([[255]] * 3 + [[0]] * 3, np.uint8)))
    document._updated = False
    buffer = BytesIO()
    document.save(buffer)
    lineart = stencil_of(open_document(buffer.getvalue(), "d"), Choice(), False, []).lineart.array
    assert lineart[:, 2].tolist() == [0, 0, 0, 255, 255, 255]


def ora_with(stack_xml, **members):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "image/openraster")
        archive.writestr("stack.xml", stack_xml)
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        foreign_psd()[:200],
        foreign_psd()[:26] + b"\xff" * 90,
        ora_with("<image w='4' h='4'><stack><layer name='line' src='no.png'/></stack></image>"),
        ora_with("<!DOCTYPE x [<!ENTITY a 'aaaa'>]><image w='4' h='4'><stack/></image>"),
        ora_with("<image w='99999' h='99999'><stack/></image>"),
        ora_with("<image w='4'"),
        b"PK\3\4" + b"\0" * 26 + b"mimetypeimage/openraster",
        b"neither",
    ],
    ids=["short psd", "damaged psd", "no member", "entities", "huge", "no xml", "no zip", "foreign"],
)
def test_what_cannot_be_read_is_one_sentence(data):
    with pytest.raises(InputError) as caught:
        stencil_of(open_document(data, "page"), Choice(), False, [])
    assert "page" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"none\.psd does not exist"):
        read_document(tmp_path / "none.psd")


def test_krita_documents_give_their_flat_picture():
    flat = BytesIO()
    Image.new("RGB", (5, 4), (70, 70, 70)).save(flat, "PNG")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/x-krita")
        archive.writestr("mergedimage.png", flat.getvalue())
    found = stencil_of(open_document(buffer.getvalue(), "d.kra"), Choice(), False, [])
    assert (found.lineart.array == 70).all()
    assert found.hints == Hints.filled(found.size)
