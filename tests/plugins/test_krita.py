"""The Krita plug-in with a stand-in for Krita's document, against the real server."""

from importlib import import_module

import numpy as np
import pytest
from fake_krita import Document, PillowCodec, Selection, flattened
from live_site import TOKEN
from plugin_modules import load

load("krita/stenciltorch", "krita_plugin")
work, client = import_module("krita_plugin.work"), import_module("krita_plugin.client")


@pytest.fixture
def document(lines, dabs):
    opened = Document(lines.shape[:2])
    opened.active = opened.add("ink", lines)
    opened.add("hints", dabs)
    return opened


def coloured(document, address, **options):
    parts = work.request_of(document, PillowCodec, **options)
    answer, _ = client.colorize(address, TOKEN, parts)
    return work.insert_answer(document, PillowCodec, answer)


def expected(lines, dabs):
    """What the fake model paints: the hint, a tenth darker, below the lines."""
    return dabs[..., :3] * 0.9 * lines[..., :3] / 255


def test_the_result_is_a_group_that_shows_the_picture(document, address, lines, dabs):
    group = coloured(document, address, hints_name="hints")
    assert document.root.children[-1] is group
    modes = {child.name(): child.blending for child in group.children}
    assert modes == {"flats": "normal", "shade": "multiply", "light": "screen", "line": "multiply"}
    assert [child.name() for child in group.children] == list(modes)
    assert {child.name().split(" #")[1] for child in group.children[0].children} == {"c82828", "283cc8"}
    colour, alpha = flattened(group)
    assert np.allclose(alpha, 1)
    assert np.abs(colour - expected(lines, dabs)).max() <= 1
    assert document.refreshed == 1


def test_regions(document, address):
    group = coloured(document, address, hints_name="hints", by="region")
    assert len(group.children[0].children) == 2


@pytest.mark.parametrize("version", [(5, 1), (5, 2)])
def test_the_selection_is_the_mask_and_the_rest_stays(document, address, lines, dabs, version):
    document.version = version
    levels = np.zeros((24, 36), np.uint8)
    levels[4:20, 5:30] = 255
    document.chosen = Selection(levels)
    group = coloured(document, address, hints_name="hints")
    colour, alpha = flattened(group)
    assert np.array_equal(alpha[..., 0] * 255, levels)
    assert np.abs(colour - expected(lines, dabs))[levels > 0].max() <= 1
    assert group.children[-1].name() == "mask"
    assert (group.children[-1].kind == "transparencymask") == (version >= (5, 2))


def test_a_palette_is_kept_to(document, address):
    palette = b"GIMP Palette\nName: two\n#\n255 0 0\tred\n  0 0 255\tblue\n"
    group = coloured(document, address, hints_name="hints", palette=palette)
    assert {child.name() for child in group.children[0].children} == {"red #ff0000", "blue #0000ff"}


def test_layers_are_listed_from_above(document):
    group = document.createGroupLayer("old")
    group.addChildNode(document.createNode("inside", "paintlayer"), None)
    document.root.addChildNode(group, None)
    assert work.layer_names(document) == ["old", "inside", "hints", "ink"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda opened: None, "No document is open"),
        (lambda opened: Document((4, 4), depth="U16"), "convert it with"),
        (lambda opened: setattr(opened, "active", None) or opened, "No layer is active"),
        (lambda opened: setattr(opened, "active", opened.root.children[1]) or opened, "active and chosen for hints"),
        (lambda opened: opened.root.children.pop() and opened, "no layer 'hints' any more"),
    ],
)
def test_what_cannot_be_coloured_is_said(document, change, sentence):
    with pytest.raises(client.ClientError, match=sentence):
        work.request_of(change(document), PillowCodec, "hints")
