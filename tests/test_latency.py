"""The latency benchmark runs; what it measures is for people to judge."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from fake_models import make_model
from onnx import parser

from stenciltorch.canvas import Size
from stenciltorch.runtime import open_model

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "latency.py"

WHOLE = """<ir_version: 8, opset_import: ["": 18]>
whole (uint8[h, w] lineart, uint8[h, w] mask, uint8[h, w, 3] base, uint8[h, w, 4] hints)
    => (uint8[h, w, 3] illustration)
{ illustration = Identity (base) }"""


@pytest.fixture(scope="module")
def latency():
    spec = importlib.util.spec_from_file_location("latency", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def model(tmp_path):
    return open_model(make_model(tmp_path / "model", work_pixels=1000), threads=1)


@pytest.fixture
def faithful(tmp_path, latency):
    path = tmp_path / "faithful.onnx"
    onnx.save(parser.parse_model(WHOLE), path)
    return latency.open_faithful(path, 1)


def test_small_pictures_need_no_finish(latency, model):
    times = latency.measure(model, None, Size(20, 30), rounds=2)
    assert {name: len(values) for name, values in times.items()} == {"encode": 2, "stroke": 2}


def test_every_net_has_its_line(latency, model, faithful):
    assert isinstance(faithful, onnxruntime.InferenceSession)
    times = latency.measure(model, faithful, Size(60, 80), rounds=2)
    lines = latency.rows(Size(60, 80), model, times, with_memory=False)
    assert [line.split(" | ")[2] for line in lines] == ["fake", "faithful"]
    assert len({line.count("|") for line in lines}) == 1
    assert " x (" in lines[0]


def test_the_ratio_is_that_of_the_times(latency, model):
    times = {"encode": [9.0], "stroke": [10.0, 20.0, 30.0], "faithful": [100.0, 160.0, 300.0]}
    line = latency.rows(Size(20, 30), model, times, with_memory=False)[0]
    assert "20 (10)" in line
    assert "8.0 x (10.0 x)" in line


def test_peak_memory_is_that_of_another_process(latency, model, monkeypatch):
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), "--model", str(model.folder), "--threads", "1"])
    burden = np.ones(600 * 2**20, np.uint8)
    assert 20 < latency.peak_memory(Size(20, 30), faithful=False) < 400
    assert latency.own_peak() > burden.nbytes // 2**20
