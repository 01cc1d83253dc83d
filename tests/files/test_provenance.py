"""What files say of how they were made."""

from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from stenciltorch.canvas import Hints, Illustration, Size
from stenciltorch.files import Provenance, decode_illustration, digest_of_hints, encode_illustration

FACTS = Provenance("1.2.3", 'net <"&é>', "ab" * 32, "cd" * 32)
PICTURE = Illustration(np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8))
NAMESPACE = "{urn:stenciltorch:provenance:1}"


def packet_of(data):
    with Image.open(BytesIO(data)) as image:
        return image.info.get("xmp") or image.info["XML:com.adobe.xmp"].encode()


@pytest.mark.parametrize("suffix", [".png", ".webp", ".jpg"])
def test_the_packet_is_in_every_format_and_tells_all(suffix):
    packet = packet_of(encode_illustration(PICTURE, suffix, FACTS))
    description = ElementTree.fromstring(packet.decode().split("?>", 1)[1].rsplit("<?", 1)[0])[0][0]
    assert description.get(f"{NAMESPACE}model") == FACTS.model
    assert description.get(f"{NAMESPACE}hintsSha256") == FACTS.hints_digest
    assert description.get(f"{NAMESPACE}modelSha256") == FACTS.model_digest
    assert "StencilTorch 1.2.3" in "".join(description.itertext())


def test_png_texts():
    with Image.open(BytesIO(encode_illustration(PICTURE, ".png", FACTS))) as image:
        assert image.text["Software"] == "StencilTorch 1.2.3"
        assert image.text["stenciltorch:model"] == FACTS.model
        assert "Coloured with StencilTorch 1.2.3" in image.text["Comment"]


@pytest.mark.parametrize("suffix", [".png", ".webp", ".jpg"])
def test_pixels_are_the_same_and_stripped_files_say_nothing(suffix):
    told, silent = encode_illustration(PICTURE, suffix, FACTS), encode_illustration(PICTURE, suffix)
    assert decode_illustration(told) == decode_illustration(silent)
    assert b"StencilTorch" in told or b"stenciltorch" in told
    assert b"tencil" not in silent


def test_hints_are_told_apart_by_what_is_seen():
    empty, hidden = Hints.filled(Size(4, 6)), np.zeros((4, 6, 4), np.uint8)
    hidden[1, 1] = (9, 9, 9, 0)
    assert digest_of_hints(Hints(hidden)) == digest_of_hints(empty)
    hidden[1, 1, 3] = 1
    assert digest_of_hints(Hints(hidden)) != digest_of_hints(empty)
    assert digest_of_hints(Hints.filled(Size(6, 4))) != digest_of_hints(empty)
