"""Finding, verifying and opening model folders; what is refused is refused before onnxruntime sees it."""

import json
import os
import struct
import sys
from contextlib import suppress

import numpy as np
import onnx
import onnxruntime
import pytest
from fake_models import list_files, make_graph, make_model, replace_graph
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from stenciltorch.errors import ModelError
from stenciltorch.runtime import default_threads, find_model, folder, open_model, tensor
from stenciltorch.runtime.model import session_options
from stenciltorch.runtime.onnxfile import Port, read_onnx
from stenciltorch.runtime.protobuf import WireError, fields, signed


@pytest.fixture
def no_session(monkeypatch):
    """Fail when a session is made."""

    def refuse(*_, **__):
        pytest.fail("a session was made")

    monkeypatch.setattr(onnxruntime, "InferenceSession", refuse)


@pytest.fixture
def model(tmp_path):
    return make_model(tmp_path / "model")


# finding


def test_an_explicit_path_wins(model, tmp_path, monkeypatch):
    monkeypatch.setenv("STENCILTORCH_MODEL", str(tmp_path / "elsewhere"))
    assert find_model(model) == model


def test_the_environment_names_a_model(model, monkeypatch):
    monkeypatch.setenv("STENCILTORCH_MODEL", str(model))
    assert find_model() == model


def test_an_empty_environment_variable_means_the_packaged_model(model, monkeypatch):
    monkeypatch.setenv("STENCILTORCH_MODEL", "")
    monkeypatch.setattr(folder, "PACKAGED", model)
    assert find_model() == model


def test_without_any_model_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("STENCILTORCH_MODEL", raising=False)
    monkeypatch.setattr(folder, "PACKAGED", tmp_path)
    with pytest.raises(ModelError, match=r"holds no default model; .*--model FOLDER .*STENCILTORCH_MODEL"):
        find_model()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_text("x"), "is a file; give the folder"),
        (lambda path: path.mkdir(), r"holds no model\.json"),
    ],
)
def test_a_wrong_path_is_named(tmp_path, make, reason):
    make(tmp_path / "here")
    with pytest.raises(ModelError, match=rf"here, {reason}"):
        find_model(tmp_path / "here")


# model.json


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "names no StencilTorch contract"),
        ('{"contract": 2}', "model contract 2 but this StencilTorch speaks 1; install"),
        ('{"contract": true}', "model contract True"),
        ('{"contract": 1}', "no name"),
        ('{"contract": 1, "name": "n", "work_pixels": 0, "files": {}}', "work_pixels .* found 0"),
        ('{"contract": 1, "name": "n", "work_pixels": 1e9, "files": {}}', "work_pixels"),
        ('{"contract": 1, "name": "n", "work_pixels": 9, "files": []}', "lists no files"),
        ('{"contract": 1, "name": "n", "work_pixels": 9, "files": {"encoder.onnx": 3}}', "sha256 of encoder"),
        ('{"contract": 1, "name": "n", "work_pixels": 9, "files": {}}', "bytes and sha256 of encoder.onnx"),
    ],
)
def test_a_manifest_that_cannot_be_used(model, no_session, text, reason):
    (model / "model.json").write_text(text)
    with pytest.raises(ModelError, match=reason) as caught:
        open_model(model)
    assert "\n" not in str(caught.value)


def test_a_huge_manifest_is_not_read(model, no_session):
    with (model / "model.json").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(ModelError, match="larger than 1 MiB"):
        open_model(model)


# files


def test_a_changed_byte_is_found(model, no_session):
    data = bytearray((model / "painter.onnx").read_bytes())
    data[len(data) // 2] ^= 1
    (model / "painter.onnx").write_bytes(data)
    with pytest.raises(ModelError, match=r"painter\.onnx is not the file that its model\.json describes .*anew"):
        open_model(model)


def test_a_file_cut_short_is_found(model, no_session):
    data = (model / "finisher.onnx").read_bytes()
    (model / "finisher.onnx").write_bytes(data[:-1])
    with pytest.raises(ModelError, match=rf"has {len(data) - 1} bytes but its model\.json says {len(data)}"):
        open_model(model)


def test_a_missing_file_is_named(model, no_session):
    (model / "encoder.onnx").unlink()
    with pytest.raises(ModelError, match=r"encoder\.onnx is missing"):
        open_model(model)


@pytest.mark.skipif(os.name != "posix", reason="named pipes are a posix thing")
def test_a_pipe_is_not_waited_for(model, no_session):
    (model / "encoder.onnx").unlink()
    os.mkfifo(model / "encoder.onnx")
    with pytest.raises(ModelError, match=r"encoder\.onnx is missing"):
        open_model(model)


def test_an_oversize_file_is_refused_unread(model, no_session):
    with (model / "encoder.onnx").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(ModelError, match="larger than 128 MiB"):
        open_model(model)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a model",
        b"\x80\x02}q\x00.",
        struct.pack("<Q", 10**8) + b"{}" * 50,
        b"PK\x03\x04" * 9,
        b"\x0a" * 99,
    ],
    ids=["empty", "text", "pickle", "safetensors", "zip", "nested"],
)
def test_foreign_files_are_refused(model, no_session, data):
    replace_graph(model, "encoder", data)
    with pytest.raises(ModelError, match=r"encoder\.onnx is not a readable ONNX file .*anew"):
        open_model(model)


def test_another_programs_model_is_refused(model, no_session):
    replace_graph(model, "encoder", make_graph("encoder", contract=None).SerializeToString())
    with pytest.raises(ModelError, match="names no StencilTorch contract"):
        open_model(model)


def test_a_graph_of_another_contract_is_refused(model, no_session):
    replace_graph(model, "painter", make_graph("painter", contract="7").SerializeToString())
    with pytest.raises(ModelError, match="model contract 7 but this StencilTorch speaks 1"):
        open_model(model)


def test_swapped_graphs_are_refused(model, no_session):
    replace_graph(model, "painter", make_graph("encoder").SerializeToString())
    with pytest.raises(ModelError, match="holds the graph 'encoder', expected 'painter'"):
        open_model(model)


# what is inside the files


def external(graph):
    weight = graph.graph.initializer[0]
    weight.raw_data = b"1234"
    onnx.external_data_helper.set_external_data(weight, "../../etc/passwd")


def external_in_a_constant(graph):
    weight = helper.make_tensor("secret", TensorProto.FLOAT, [1], [1.0])
    external_entry = weight.external_data.add()
    external_entry.key, external_entry.value = "location", "/etc/passwd"
    graph.graph.node.append(helper.make_node("Constant", [], ["secret"], value=weight))


def custom_domain(graph):
    graph.graph.node.append(helper.make_node("Run", ["lineart"], ["ran"], domain="evil.ops"))
    graph.opset_import.append(helper.make_opsetid("evil.ops", 1))


def custom_domain_in_a_branch(graph):
    inner = helper.make_graph([helper.make_node("Run", [], ["ran"], domain="com.evil")], "branch", [], [])
    graph.graph.node.append(helper.make_node("If", ["yes"], ["out"], then_branch=inner, else_branch=inner))


def huge_claim(graph):
    graph.graph.initializer.append(TensorProto(name="big", data_type=TensorProto.FLOAT, dims=[2**29], raw_data=b"1234"))


def huge_typed_claim(graph):
    graph.graph.initializer.append(
        TensorProto(name="big", data_type=TensorProto.INT64, dims=[2**16, 2**16], int64_data=[1])
    )


def negative_side(graph):
    graph.graph.initializer.append(TensorProto(name="big", data_type=TensorProto.FLOAT, dims=[-1], raw_data=b"1234"))


def many_axes(graph):
    graph.graph.initializer.append(
        TensorProto(name="big", data_type=TensorProto.FLOAT, dims=[1] * 1000, raw_data=b"1234")
    )


def sparse(graph):
    values = helper.make_tensor("values", TensorProto.FLOAT, [1], [1.0])
    places = helper.make_tensor("places", TensorProto.INT64, [1], [0])
    graph.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [2**40]))


def sparse_in_a_constant(graph):
    values = helper.make_tensor("values", TensorProto.FLOAT, [1], [1.0])
    places = helper.make_tensor("places", TensorProto.INT64, [1], [0])
    tensor = helper.make_sparse_tensor(values, places, [2**40])
    graph.graph.node.append(helper.make_node("Constant", [], ["wide"], sparse_value=tensor))


def own_function(graph):
    node = helper.make_node("Identity", ["a"], ["b"])
    opsets = [helper.make_opsetid("", 18)]
    graph.functions.append(helper.make_function("own", "Twice", ["a"], ["b"], [node], opsets))


def deep(graph):
    inner = helper.make_graph([], "leaf", [], [])
    for _ in range(12):
        inner = helper.make_graph([helper.make_node("Loop", [], [], body=inner)], "level", [], [])
    graph.graph.node.append(helper.make_node("Loop", [], [], body=inner))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (external, "external data"),
        (external_in_a_constant, "external data"),
        (custom_domain, r"evil\.ops\.Run, which is not in the ONNX standard"),
        (custom_domain_in_a_branch, r"com\.evil\.Run, which is not in the ONNX standard"),
        (huge_claim, "claims 536870912 values but holds 4 bytes"),
        (huge_typed_claim, "claims 4294967296 values"),
        (negative_side, "claims -1 values"),
        (many_axes, "a tensor of 1000 axes"),
        (sparse, "sparse tensors"),
        (sparse_in_a_constant, "sparse tensors"),
        (own_function, "functions of its own"),
        (deep, "more than 8 deep"),
    ],
)
def test_dangerous_content_is_refused_before_a_session_is_made(model, no_session, spoil, reason):
    graph = make_graph("encoder")
    spoil(graph)
    replace_graph(model, "encoder", graph.SerializeToString())
    with pytest.raises(ModelError, match=reason) as caught:
        open_model(model)
    assert "encoder.onnx" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_graph_given_in_two_pieces_is_refused(model, no_session):
    """Parsers merge repeated fields, so each piece alone could look harmless."""
    data = make_graph("encoder").SerializeToString()
    replace_graph(model, "encoder", data + data)
    with pytest.raises(ModelError, match="2 graphs instead of one"):
        open_model(model)


def test_an_attribute_given_in_two_pieces_is_refused(model, no_session):
    graph = make_graph("encoder")
    weight = helper.make_tensor("weight", TensorProto.FLOAT, [1], [1.0])
    graph.graph.node.append(helper.make_node("Constant", [], ["weight"], value=weight))
    data = graph.graph.node[-1].attribute[0].SerializeToString()
    twice = onnx.AttributeProto.FromString(data).SerializeToString() + b"\x2a\x04\x08\x80\x80\x04"
    bytes_of_node = b"\x22\x08Constant" + b"\x2a" + bytes([len(twice)]) + twice
    bytes_of_graph = b"\x0a" + bytes([len(bytes_of_node)]) + bytes_of_node
    bytes_of_model = b"\x3a" + bytes([len(bytes_of_graph)]) + bytes_of_graph
    replace_graph(model, "encoder", bytes_of_model)
    with pytest.raises(ModelError, match="an attribute given twice"):
        open_model(model)


@pytest.mark.parametrize("graph", ["encoder", "painter", "finisher"])
def test_the_walker_sees_what_onnx_sees(graph):
    model = make_graph(graph)
    outside = read_onnx(model.SerializeToString(), "model")
    for found, listed in ((outside.inputs, model.graph.input), (outside.outputs, model.graph.output)):
        expected = [
            Port(value.name, value.type.tensor_type.elem_type, len(value.type.tensor_type.shape.dim))
            for value in listed
        ]
        assert list(found) == expected
    assert outside.metadata == {entry.key: entry.value for entry in model.metadata_props}


def test_weights_listed_as_inputs_are_no_inputs():
    model = make_graph("encoder")
    model.graph.input.append(helper.make_tensor_value_info("full", TensorProto.FLOAT, []))
    names = [port.name for port in read_onnx(model.SerializeToString(), "model").inputs]
    assert names == ["lineart", "mask", "base"]


@given(st.binary(max_size=300))
def test_any_bytes_are_walked_or_refused(data):
    with pytest.raises(ModelError):
        read_onnx(data, "model")


@given(st.data())
def test_a_damaged_model_is_walked_or_refused(data):
    """Never another exception, whatever bit is wrong."""
    spoilt = bytearray(make_graph("painter").SerializeToString())
    for _ in range(data.draw(st.integers(1, 4))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ModelError):
        read_onnx(bytes(spoilt), "model")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"\x08", "without an end"),
        (b"\x08" + b"\xff" * 11, "without an end"),
        (b"\x0a\x05abc", "cut short"),
        (b"\x0d\x01\x02", "cut short"),
        (b"\x0b", "wire type 3"),
        (b"\x00\x01", "without a number"),
    ],
)
def test_broken_messages(message, reason):
    with pytest.raises(WireError, match=reason):
        list(fields(memoryview(message)))


def test_wire_format_by_hand():
    """The examples of the encoding's own description: 150 and "testing", then a packed and a fixed field."""
    message = memoryview(b"\x08\x96\x01\x12\x07testing\x32\x06\x03\x8e\x02\x9e\xa7\x05\x1d\x01\x00\x00\x00")
    number, text, packed, fixed = fields(message)
    assert (number.key, number.whole(), number.wholes()) == (1, 150, [150])
    assert (text.key, text.text()) == (2, "testing")
    assert (packed.key, packed.wholes()) == (6, [3, 270, 86942])
    assert (fixed.key, bytes(fixed.payload)) == (3, b"\x01\0\0\0")
    assert signed(2**64 - 1) == -1
    with pytest.raises(WireError, match="not a message"):
        number.message()
    with pytest.raises(WireError, match="not a number"):
        text.whole()


# the contract


def retype(graph, name, element, axes):
    for value in [*graph.graph.input, *graph.graph.output]:
        if value.name == name:
            value.CopyFrom(helper.make_tensor_value_info(name, element, [None] * axes))


@pytest.mark.parametrize(
    ("graph", "name", "element", "axes"),
    [
        ("encoder", "lineart", TensorProto.FLOAT, 2),
        ("painter", "hints", TensorProto.UINT8, 4),
        ("painter", "flats", TensorProto.FLOAT, 3),
        ("finisher", "span", TensorProto.INT32, 1),
    ],
)
def test_pictures_of_another_type_are_refused(model, no_session, graph, name, element, axes):
    changed = make_graph(graph)
    retype(changed, name, element, axes)
    replace_graph(model, graph, changed.SerializeToString())
    with pytest.raises(ModelError, match=rf"{graph}\.onnx: {name} has ONNX type {element} and {axes} axes, expected"):
        open_model(model)


def test_a_missing_answer_is_named(model, no_session):
    painter = make_graph("painter")
    painter.graph.output.remove(next(value for value in painter.graph.output if value.name == "colour"))
    replace_graph(model, "painter", painter.SerializeToString())
    with pytest.raises(ModelError, match=r"painter\.onnx does not answer colour"):
        open_model(model)


def test_an_opaque_tensor_that_nobody_makes_is_named(model, no_session):
    replace_graph(model, "painter", make_graph("painter", opaque="other").SerializeToString())
    with pytest.raises(ModelError, match=r"painter\.onnx asks for 'other', which encoder\.onnx answers"):
        open_model(model)


# running


def test_the_card_tells_what_the_files_say(model):
    list_files(model, name="tiny", work_pixels=99)
    opened = open_model(model, threads=1)
    assert (opened.card.name, opened.card.work_pixels, opened.card.contract) == ("tiny", 99, 1)
    assert (opened.card.licence, opened.card.recipe, opened.card.data) == ("CC0-1.0", "none", "0" * 64)
    assert opened.threads == 1


def test_sessions_are_made_when_first_needed(model, monkeypatch):
    made = []
    real = onnxruntime.InferenceSession
    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *args, **kw: made.append(args) or real(*args, **kw))
    opened = open_model(model, threads=1)
    assert not made
    opened.encoder.open()
    assert len(made) == 1


def test_a_session_is_made_once(model):
    encoder = open_model(model, threads=1).encoder
    assert encoder.open() is encoder.open()


def test_what_onnxruntime_refuses_is_a_model_error(model):
    """Passes every check here, but the graph computes nothing of what it promises."""
    hollow = make_graph("encoder")
    del hollow.graph.node[:]
    replace_graph(model, "encoder", hollow.SerializeToString())
    opened = open_model(model, threads=1)
    with pytest.raises(ModelError, match=r"onnxruntime cannot use .*encoder\.onnx") as caught:
        opened.encoder.open()
    assert "\n" not in str(caught.value)


def test_what_fails_while_running_is_a_model_error(model):
    opened = open_model(model, threads=1)
    pictures = {"lineart": (4, 5), "mask": (4, 5), "base": (4, 5, 3), "hints": (9, 9, 4)}
    values = {name: tensor(np.zeros(shape, np.uint8)) for name, shape in pictures.items()}
    with pytest.raises(ModelError, match=r"painter\.onnx failed while running .*model check") as caught:
        opened.painter.run(values | opened.encoder.run(values))
    assert "\n" not in str(caught.value)


def test_failing_makes_no_noise(model, capfd):
    test_what_fails_while_running_is_a_model_error(model)
    assert capfd.readouterr() == ("", "")


def test_tensors_share_the_arrays_memory():
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    array.flags.writeable = False
    assert tensor(array).data_ptr() == array.ctypes.data
    assert np.array_equal(tensor(array[:, ::2]).numpy(), array[:, ::2])


def test_the_callers_arithmetic_stays_as_it_was(model):
    """onnxruntime can flush denormals to zero, but then does so for the whole calling thread."""
    open_model(model, threads=1).encoder.open()
    assert np.float64(5e-324) * 1.0 > 0
    assert sys.float_info.min / 4 > 0


def test_threads():
    free = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert default_threads() == free
    options = session_options(3)
    assert options.intra_op_num_threads == 3
    assert options.get_session_config_entry("session.force_spinning_stop") == "1"


def test_no_threads_are_an_error(model):
    with pytest.raises(ModelError, match="threads must be 1 or more, found 0"):
        open_model(model, threads=0)


def test_extra_entries_in_the_manifest_are_welcome(model):
    about = json.loads((model / "model.json").read_text())
    (model / "model.json").write_text(json.dumps(about | {"card": {"trained": "for a day"}}))
    assert open_model(model).card.name == "fake"
