"""The faithful model on eight-bit pictures, in torch and as an ONNX graph."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch
from beartype import beartype
from jaxtyping import TypeCheckError, jaxtyped
from torch import Tensor, nn

from stenciltorch import scaling
from stenciltorch.canvas import Hints, Size
from stenciltorch.networks.faithful import (
    FaithfulStencilModel,
    Generator,
    Illustration2VecFront,
    generator,
    reduce_hints,
    to_onnx,
)
from stenciltorch.networks.measure import count_macs, count_parameters


@pytest.fixture(scope="module")
def model() -> FaithfulStencilModel:
    """Every kind of layer of the real one, narrower and with few blocks: it exports in seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generator, "BOTTOM_DILATIONS", (1,))
        patch.setattr(generator, "WIDE_DILATIONS", (2,))
        patch.setattr(generator, "FINE_DILATIONS", (4,))
        torch.manual_seed(0)
        return FaithfulStencilModel(Illustration2VecFront(), Generator(8)).eval()


@pytest.fixture(scope="module")
def session(model) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    graph = to_onnx(model).model_proto.SerializeToString()
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def request(height: int, width: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Random pixels; the upper third is kept, the lower third open, soft edges between."""
    rng = np.random.default_rng(seed)
    channels = {"lineart": (), "mask": (), "base": (3,), "hints": (4,)}
    arrays = {name: rng.integers(0, 256, (height, width, *last), dtype=np.uint8) for name, last in channels.items()}
    arrays["mask"][: height // 3] = 0
    arrays["mask"][height - height // 3 :] = 255
    return arrays


@torch.no_grad()
def paint(model: FaithfulStencilModel, arrays: dict[str, np.ndarray]) -> np.ndarray:
    return model(**{name: torch.from_numpy(array) for name, array in arrays.items()}).numpy()


class Answering(nn.Module):
    """A generator that paints one colour, and remembers what it was given."""

    def __init__(self, *colour: float) -> None:
        super().__init__()
        self.colour = torch.tensor(colour).view(1, 3, 1, 1)

    def forward(self, composite: Tensor, hints: Tensor, semantics: Tensor) -> generator.Painted:
        self.given = composite, hints, semantics
        return generator.Painted(self.colour.expand_as(composite[:, :3]), semantics, None)


def test_the_whole_model_has_the_authors_size():
    with torch.device("meta"):
        whole = FaithfulStencilModel(Illustration2VecFront(), Generator())
        plane = torch.empty(512, 512, dtype=torch.uint8)
        pictures = plane.new_empty(512, 512, 3), plane.new_empty(512, 512, 4)
    assert count_parameters(whole) == 10_697_779
    assert count_macs(whole, plane, plane, *pictures) / 1e9 == pytest.approx(24.918, abs=5e-4)


@pytest.mark.parametrize(("height", "width"), [(48, 80), (37, 53), (1, 1), (16, 130)])
def test_onnxruntime_paints_as_torch_does(model, session, height, width):
    arrays = request(height, width)
    (found,) = session.run(None, arrays)
    assert found.shape == (height, width, 3)
    assert found.dtype == np.uint8
    assert np.abs(found.astype(int) - paint(model, arrays)).max() <= 1
    assert np.array_equal(found[arrays["mask"] == 0], arrays["base"][arrays["mask"] == 0])


def test_the_graph_names_its_pictures_and_leaves_the_sides_free(session):
    sides = ["height", "width"]
    assert {put.name: put.shape for put in session.get_inputs()} == {
        "lineart": sides,
        "mask": sides,
        "base": [*sides, 3],
        "hints": [*sides, 4],
    }
    assert [(put.name, put.shape, put.type) for put in session.get_outputs()] == [
        ("illustration", [*sides, 3], "tensor(uint8)")
    ]


def test_a_drawing_does_not_feel_the_padding_that_paper_would_be(model):
    """Padding equals more bare paper to paint, to the right and below."""
    small = request(21, 37)
    filled = {"lineart": 255, "mask": 255, "base": 255, "hints": 0}
    padded = {
        name: np.pad(array, [(0, 11), (0, 11)] + [(0, 0)] * (array.ndim - 2), constant_values=filled[name])
        for name, array in small.items()
    }
    assert np.array_equal(paint(model, small), paint(model, padded)[:21, :37])


def test_every_byte_is_kept_where_nothing_is_painted(model):
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    arrays = {
        **request(16, 16),
        "mask": np.zeros((16, 16), np.uint8),
        "base": levels[..., None].repeat(3, axis=2),
    }
    assert np.array_equal(paint(model, arrays), arrays["base"])


@pytest.mark.parametrize(("mask", "wanted"), [(255, [255, 0, 128]), (0, [10, 20, 30]), (51, [59, 16, 50])])
def test_the_mask_blends_painting_and_base(mask, wanted):
    """At 51 of 255, a fifth of the painting and four fifths of the base."""
    answering = Answering(1.0, -1.0, 1 / 255)
    whole = FaithfulStencilModel(Illustration2VecFront(), answering)
    arrays = request(16, 16)
    arrays["mask"][:] = mask
    arrays["base"][:] = [10, 20, 30]
    assert (paint(whole, arrays) == wanted).all()


def test_the_generator_is_given_lines_where_it_paints_and_the_base_elsewhere():
    answering = Answering(0.0, 0.0, 0.0)
    semantics = Illustration2VecFront()
    arrays = request(16, 32)
    arrays["mask"][:] = 0
    arrays["mask"][:, 16:] = 255
    paint(FaithfulStencilModel(semantics, answering), arrays)
    composite, hints, features = answering.given
    seen = (composite[0].numpy() + 1) * 127.5
    assert np.allclose(seen[:3, :, :16], arrays["base"][:, :16].transpose(2, 0, 1), atol=1e-3)
    assert np.allclose(seen[:3, :, 16:], arrays["lineart"][None, :, 16:], atol=1e-3)
    assert composite[0, 3, 0].tolist() == [0.0] * 16 + [1.0] * 16
    assert hints.shape == (1, 4, 4, 8)
    torch.testing.assert_close(features, semantics(composite[:, :3]))


def test_no_hint_is_black_and_clear():
    reduced = reduce_hints(torch.zeros(1, 4, 8, 12))
    assert (reduced[:, :3] == -1).all()
    assert (reduced[:, 3] == 0).all()


def test_colour_below_clear_pixels_does_not_count():
    hints = torch.ones(1, 4, 4, 4)
    hints[:, 3] = 0
    assert reduce_hints(hints).flatten().tolist() == [-1, -1, -1, 0]


def test_the_edge_of_a_stroke_keeps_its_colour_and_loses_alpha():
    hints = torch.zeros(1, 4, 4, 8)
    hints[0, :, 1, 2] = torch.tensor([1.0, 0.25, 0.0, 1.0])
    reduced = reduce_hints(hints)
    torch.testing.assert_close(reduced[0, :, 0, 0], torch.tensor([1.0, -0.5, -1.0, 1 / 16]))
    assert reduced[0, :, 0, 1].tolist() == [-1, -1, -1, 0]


def test_the_faintest_dab_keeps_its_colour():
    hints = torch.zeros(1, 4, 4, 4)
    hints[0, :, 3, 3] = torch.tensor([1.0, 0.5, 0.0, 1 / 255])
    torch.testing.assert_close(reduce_hints(hints)[0, :3, 0, 0], torch.tensor([1.0, 0.0, -1.0]))


def test_two_wishes_meet_by_their_alpha():
    hints = torch.zeros(1, 4, 4, 4)
    hints[0, :, 0, 0] = torch.tensor([1.0, 0.0, 0.0, 1.0])
    hints[0, :, 0, 1] = torch.tensor([0.0, 1.0, 0.0, 1 / 3])
    wanted = torch.tensor([0.75 * 2 - 1, 0.25 * 2 - 1, -1.0, (4 / 3) / 16])
    torch.testing.assert_close(reduce_hints(hints)[0, :, 0, 0], wanted)


def test_shapes_in_the_signature_are_true(model, monkeypatch):
    monkeypatch.setattr(FaithfulStencilModel, "forward", jaxtyped(typechecker=beartype)(FaithfulStencilModel.forward))
    arrays = request(16, 20)
    assert paint(model, arrays).shape == (16, 20, 3)
    with pytest.raises(TypeCheckError):
        paint(model, {**arrays, "hints": arrays["base"]})


def test_the_graph_reduces_hints_as_the_rest_of_the_program_does():
    """A quarter of the sides: in levels, both differ by no more than rounding."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (24, 40, 4)).astype(np.uint8)
    pixels[rng.random((24, 40)) < 0.6] = 0
    given = torch.from_numpy(pixels.astype(np.float32) / 255).permute(2, 0, 1)[None]
    found = reduce_hints(given)[0].permute(1, 2, 0).numpy()
    expected = scaling.reduce_hints(Hints(pixels), Size(6, 10)).array.astype(np.float32)
    wished = expected[..., 3] > 0
    assert np.abs(found[..., 3] * 255 - expected[..., 3]).max() <= 0.51
    assert np.abs((found[wished][:, :3] + 1) * 127.5 - expected[wished][:, :3]).max() <= 0.51
