"""What is done after painting, the same wherever it is done."""

from io import BytesIO

import numpy as np
import pytest
from fake_models import make_model
from little_paintings import FLATS, made_painting
from psd_tools import PSDImage

from stenciltorch.errors import InputError
from stenciltorch.files import digest_of_hints
from stenciltorch.finishing import Finish, Maker
from stenciltorch.palettes import Change, Swatch, Swatches
from stenciltorch.runtime import open_model


def test_the_palette_comes_first_and_changes_after():
    stencil, painting = made_painting()
    palette = Swatches(tuple(Swatch(tuple(colour)) for colour in FLATS.tolist()))
    wish = Finish(palette, (Change((242, 196, 160), (1, 2, 3)),))
    found = wish.settled(painting, stencil).flats.array.reshape(-1, 3)
    assert {tuple(colour) for colour in found.tolist()} <= {(1, 2, 3), *map(tuple, FLATS[1:].tolist())}
    assert (found == (1, 2, 3)).all(axis=1).any()


def test_without_wishes_the_painting_is_left_alone():
    stencil, painting = made_painting()
    assert Finish().settled(painting, stencil) is painting
    assert Finish().provenance(stencil.hints) is None


def test_the_maker_is_the_models_fingerprint(tmp_path):
    one = Maker.of(open_model(make_model(tmp_path / "one")))
    other = Maker.of(open_model(make_model(tmp_path / "two", opaque="other_name")))
    assert one.model == "fake"
    assert len(one.model_digest) == 64
    assert one.model_digest != other.model_digest
    stencil, _ = made_painting()
    assert Finish(maker=one).provenance(stencil.hints).hints_digest == digest_of_hints(stencil.hints)


def test_documents_carry_the_provenance():
    stencil, painting = made_painting()
    wish = Finish(clipping=False, maker=Maker("1", "m", "0" * 64))
    stack = wish.stack(stencil, painting)
    data = wish.layered(stack, ".psd", wish.provenance(stencil.hints))
    assert b"urn:stenciltorch:provenance" in data
    assert not any(layer.clipping for layer in PSDImage.open(BytesIO(data)))
    assert b"urn:stenciltorch:provenance" not in wish.layered(stack, ".psd", None)
    assert wish.layered(stack, ".ORA", None)[:4] == b"PK\3\4"
    with pytest.raises(InputError, match=r"ends in .psd or .ora, found '.xcf'"):
        wish.layered(stack, ".xcf", None)


def test_pictures_stay_consistent_after_all_wishes():
    """Layers of a settled painting give the settled illustration."""
    stencil, painting = made_painting(soft_mask=True)
    wish = Finish(Swatches((Swatch((200, 30, 30)), Swatch((240, 240, 200)))), by="region")
    settled = wish.settled(painting, stencil)
    data = wish.layered(wish.stack(stencil, settled), ".psd", None)
    found = np.asarray(PSDImage.open(BytesIO(data)).composite(force=True).convert("RGB"), int)
    assert np.abs(found - settled.illustration.array).max() <= 1
