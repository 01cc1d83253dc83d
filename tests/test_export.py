"""An exported model computes what torch computes, keeps what it must keep, and says what it is.

One small net is exported once for all tests, with its weights shaken so that no layer is at its zero start.
"""

from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from stenciltorch import export as exporting
from stenciltorch.canvas import Hints, Illustration, Lineart, Mask, Size, Stencil
from stenciltorch.cli.model import check_answer, random_stencil
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.errors import ModelError
from stenciltorch.export import Card, Parity, check_parity, export, round_to_half, store_half
from stenciltorch.flooding import flood, survey
from stenciltorch.networks.graphs import ENCODER_OUTPUTS, PAINTER_OUTPUTS, EncoderGraph, PainterGraph, ink_over
from stenciltorch.networks.studio import StudioNet, StudioShape
from stenciltorch.runtime import open_model

TINY = StudioShape(encoder=(8, 8, 16, 16), vector=8, rounds=1)
CARD = Card(model="tiny", licence="CC0-1.0", recipe="0123", data="4567", step=89)


def make_net(seed: int = 0) -> StudioNet:
    torch.manual_seed(seed)
    net = StudioNet(TINY)
    with torch.no_grad():
        for value in net.parameters():
            value.add_(0.05 * torch.randn_like(value))
    return net.eval()


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """The net as it was exported, the folder, and the parity that was found."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    net, folder = make_net(), tmp_path_factory.mktemp("exported") / "new" / "model"
    parity = export(net, folder, CARD)
    torch.set_num_threads(threads)
    return net, folder, parity


@pytest.fixture
def colorizer(exported):
    return OnnxColorizer.load(exported[1], threads=1)


def with_work_pixels(folder, copy, pixels):
    """The same model with a smaller working size."""
    shutil.copytree(folder, copy)
    facts = json.loads((copy / "model.json").read_text())
    (copy / "model.json").write_text(json.dumps(facts | {"work_pixels": pixels}))
    return OnnxColorizer.load(copy, threads=1)


def rewrite(folder, name, change):
    """A graph's weights changed by `change(name, values)`; model.json agrees."""
    model = onnx.load(folder / name)
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype.kind == "f":
            changed = np.asarray(change(weight.name, values)).astype(values.dtype)
            weight.CopyFrom(numpy_helper.from_array(changed, weight.name))
    data = model.SerializeToString()
    (folder / name).write_bytes(data)
    facts = json.loads((folder / "model.json").read_text())
    facts["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "model.json").write_text(json.dumps(facts))


# parity


def test_the_export_equals_torch(exported):
    parity = exported[2]
    assert parity.largest <= 1
    assert parity.mean < 0.01
    assert parity.outside_mask == 0
    assert (1, 1) in parity.sizes


def test_free_sizes_equal_torch_too(exported):
    parity = check_parity(exported[0], exported[1], ((1, 33), (97, 5), (64, 161)))
    assert parity.largest <= 1
    assert parity.outside_mask == 0


def test_another_net_is_not_this_model(exported):
    with pytest.raises(ModelError, match=r"encoder.onnx computes another '\w+' than torch; it must not be shipped"):
        check_parity(round_to_half(make_net(seed=1)), exported[1], ((64, 64),))


@pytest.mark.parametrize("graph", ["encoder", "painter"])
def test_changed_weights_are_found(exported, tmp_path, graph):
    net, folder, _ = exported
    tampered = shutil.copytree(folder, tmp_path / "tampered")
    layer = {"encoder": "doubt.weight", "painter": "verdict.weight"}[graph]
    rewrite(tampered, f"{graph}.onnx", lambda name, values: values * (-400.0 if layer in name else 1.0))
    open_model(tampered)
    with pytest.raises(ModelError, match=rf"{graph}.onnx computes another"):
        check_parity(net, tampered, ((64, 64),))


def test_values_that_are_no_numbers_are_found(exported, tmp_path):
    net, folder, _ = exported
    tampered = shutil.copytree(folder, tmp_path / "tampered")
    rewrite(tampered, "encoder.onnx", lambda name, values: values * np.nan if "context.squeeze" in name else values)
    with pytest.raises(ModelError, match=r"encoder.onnx computes another"):
        check_parity(net, tampered, ((64, 64),))


@pytest.mark.parametrize(
    ("parity", "reason"),
    [
        (Parity(2, 0.1, 0, ()), r"differs from torch by 2 levels \(at most 1 allowed\) and by 0 outside the mask"),
        (Parity(1, 0.1, 3, ()), r"differs from torch by 1 levels .* and by 3 outside the mask; it must not be shipped"),
    ],
)
def test_an_export_that_differs_leaves_the_folder_as_it_was(exported, tmp_path, monkeypatch, parity, reason):
    folder = shutil.copytree(exported[1], tmp_path / "model")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(exporting, "_write", lambda net, made, card: (made / "model.json").write_text("bad"))
    monkeypatch.setattr(exporting, "check_parity", lambda net, made: parity)
    with pytest.raises(ModelError, match=reason):
        export(make_net(), folder, CARD)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


# through onnxruntime, as it is used


@pytest.mark.parametrize("size", [Size(1, 1), Size(1, 50), Size(37, 53), Size(96, 64)])
def test_outside_the_mask_every_byte_stays(colorizer, size):
    check_answer(colorizer, random_stencil(size))


@pytest.mark.parametrize("size", [Size(100, 60), Size(61, 99), Size(3, 2100)])
def test_outside_the_mask_every_byte_stays_above_the_working_size(exported, tmp_path, size):
    colorizer = with_work_pixels(exported[1], tmp_path / "small", 1500)
    stencil = random_stencil(size)
    check_answer(colorizer, stencil)
    changed = (colorizer(stencil).illustration.array != stencil.base.array).any(axis=2)
    assert changed[stencil.mask.array == 255].mean() > 0.5


def test_strips_join_without_a_seam(exported, tmp_path):
    colorizer = with_work_pixels(exported[1], tmp_path / "small", 1500)
    stencil = random_stencil(Size(90, 70))
    whole = colorizer(stencil)
    in_strips = OnnxColorizer(colorizer.model, strip_pixels=7 * 70)(stencil)
    for name in ("illustration", "colour", "flats"):
        gap = getattr(whole, name).array.astype(int) - getattr(in_strips, name).array
        assert np.abs(gap).max() <= 1


def test_the_host_computes_what_the_net_computes(exported, colorizer):
    """Encoder and painter one after the other, in onnxruntime and in torch, at a size that needs padding."""
    net = exported[0]
    stencil = random_stencil(Size(45, 70))
    parts = {name: getattr(stencil, name).array.copy() for name in ("lineart", "mask", "base", "hints")}
    given = {name: torch.from_numpy(array) for name, array in parts.items()}
    light = torch.from_numpy(stencil.light.vector)
    request = [given[name] for name in ("lineart", "mask", "base")]
    with torch.no_grad():
        known = EncoderGraph(net)(*request)[:-2]
        heights = known[ENCODER_OUTPUTS.index("heights")].numpy()
        flooded = torch.from_numpy(flood(survey(heights, stencil.lineart, stencil.mask), stencil.hints))
        wanted = PainterGraph(net)(given["hints"], given["lineart"], light, flooded, *known)
    assert flooded.any()
    found = colorizer(stencil)
    for picture, expected in zip((found.illustration, found.colour, found.flats), wanted[:3], strict=True):
        assert np.abs(picture.array.astype(int) - expected.numpy()).max() <= 2


def test_dabs_have_no_dark_rims_above_the_working_size(exported, tmp_path):
    """A white dab on paper: enlarging it must not mix in the black that stands for no hint."""
    small = with_work_pixels(exported[1], tmp_path / "small", 1500)
    size = Size(120, 90)
    hints = np.zeros((*size, 4), np.uint8)
    hints[50:70, 40:60] = 255
    painting = small(Stencil.start(Lineart.filled(size, 255)).with_hints(Hints(hints)))
    assert painting.flats.array.min() >= 253
    assert painting.colour.array.min() >= 253


def test_an_empty_page_is_painted(exported, colorizer, tmp_path):
    small = with_work_pixels(exported[1], tmp_path / "small", 1500)
    for host, size in ((colorizer, Size(64, 32)), (colorizer, Size(50, 70)), (small, Size(64, 50))):
        painting = host(Stencil.start(Lineart.filled(size, 255)))
        assert painting.size == size
        assert painting.illustration == painting.colour


def test_full_ink_is_black_where_it_may_be(colorizer):
    stencil = Stencil.start(Lineart.filled(Size(40, 40), 0))
    assert colorizer(stencil).illustration == Illustration.filled(stencil.size, 0)


def test_a_hint_is_seen(colorizer):
    size = Size(64, 64)
    hints = np.zeros((*size, 4), np.uint8)
    hints[24:40, 24:40] = (200, 40, 90, 255)
    stencil = Stencil.start(Lineart.filled(size, 255))
    bare, hinted = colorizer(stencil), colorizer(stencil.with_hints(Hints(hints)))
    gap = np.abs(hinted.flats.array[28:36, 28:36].astype(int) - (200, 40, 90))
    assert gap.mean() < 25
    assert bare.flats != hinted.flats


def test_ink_lies_over_the_colour_and_soft_masks_mix():
    """Colour 0.8: bare paper, half ink, full ink; open, half open, closed over a base of 100."""
    colour = torch.full((1, 3, 3, 3), 0.8)
    lineart = torch.tensor([[255, 128, 0]] * 3, dtype=torch.uint8)
    mask = torch.tensor([[255] * 3, [128] * 3, [0] * 3], dtype=torch.uint8)
    base = torch.full((3, 3, 3), 100, dtype=torch.uint8)
    found = ink_over(colour, lineart, mask, base)
    assert (found == found[..., :1]).all()
    open_row, half = [204.0, 0.8 * 128, 0.0], 128 / 255
    expected = [open_row, [half * value + (1 - half) * 100 for value in open_row], [100.0] * 3]
    assert np.abs(found[..., 0].numpy() - np.array(expected)).max() <= 0.5


# the files


def test_the_files_say_what_they_are(exported):
    folder = exported[1]
    assert sorted(path.name for path in folder.iterdir()) == [
        "encoder.onnx", "finisher.onnx", "model.json", "painter.onnx",
    ]  # fmt: skip
    for graph in ("encoder", "painter", "finisher"):
        facts = {prop.key: prop.value for prop in onnx.load(folder / f"{graph}.onnx").metadata_props}
        expected = {
            "contract": "1", "graph": graph, "model": "tiny", "licence": "CC0-1.0",
            "recipe": "0123", "data": "4567", "step": "89",
        }  # fmt: skip
        assert facts == {f"stenciltorch.{key}": value for key, value in expected.items()}


def test_model_json_agrees_with_the_files(exported):
    folder = exported[1]
    facts = json.loads((folder / "model.json").read_text())
    assert (facts["name"], facts["contract"], facts["work_pixels"]) == ("tiny", 1, 768 * 768)
    for name, listed in facts["files"].items():
        data = (folder / name).read_bytes()
        assert listed == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def test_the_runtime_accepts_it(exported):
    model = open_model(exported[1])
    assert (model.card.name, model.card.licence, model.card.step) == ("tiny", "CC0-1.0", "89")
    assert tuple(port.name for port in model.encoder.outside.outputs) == ENCODER_OUTPUTS
    assert tuple(port.name for port in model.painter.outside.outputs)[3:] == PAINTER_OUTPUTS


def test_the_files_name_nobodys_machine(exported):
    for path in exported[1].glob("*.onnx"):
        model = onnx.load(path)
        assert not any(node.doc_string or node.metadata_props for node in model.graph.node)
        assert b".py" not in path.read_bytes()


def test_large_weights_are_stored_in_half(exported):
    net, folder, _ = exported
    for graph, part in (("encoder", net.encoder), ("painter", net.painter)):
        stored = [numpy_helper.to_array(weight) for weight in onnx.load(folder / f"{graph}.onnx").graph.initializer]
        full = [values for values in stored if values.dtype == np.float32]
        half = sum(values.size for values in stored if values.dtype == np.float16)
        assert half >= 0.7 * sum(value.numel() for value in part.parameters() if value.numel() >= 64)
        assert sum(values.size for values in full) < 0.25 * half, "layers that were multiplied into one stay float32"


def test_store_half_keeps_small_weights_other_types_and_what_float16_cannot_hold():
    weights = {
        "large": np.linspace(-1, 1, 64, dtype=np.float16).astype(np.float32),
        "finer": np.linspace(-1, 1, 64, dtype=np.float32),
        "larger": np.full(64, 65536, np.float32),
        "small": np.full(63, 0.1, np.float32),
        "numbers": np.arange(100),
    }
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["large"], ["out"])],
        "one",
        [],
        [onnx.helper.make_tensor_value_info("out", onnx.TensorProto.FLOAT, [64])],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    model = store_half(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=9))
    onnx.checker.check_model(model)
    stored = {weight.name: numpy_helper.to_array(weight).dtype for weight in model.graph.initializer}
    kept = {"finer": np.float32, "larger": np.float32, "small": np.float32, "numbers": np.int64}
    assert stored == {"large.half": np.float16, **kept}
    session = exporting.onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    assert np.array_equal(session.run(None, {})[0], weights["large"])


def test_round_to_half_is_what_the_files_hold():
    net = make_net()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    round_to_half(net)
    for name, value in net.state_dict().items():
        expected = before[name].half().float() if value.numel() >= 64 else before[name]
        assert torch.equal(value, expected), name
    again = {name: value.clone() for name, value in net.state_dict().items()}
    assert all(torch.equal(value, again[name]) for name, value in round_to_half(net).state_dict().items())


def test_a_mask_with_no_opening_returns_the_base(colorizer):
    stencil = random_stencil(Size(20, 30)).with_mask(Mask.filled(Size(20, 30), 0))
    assert colorizer(stencil).illustration == stencil.base
