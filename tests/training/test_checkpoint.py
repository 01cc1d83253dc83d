"""Checkpoints: what was written is read back, and a kill or a full disk leaves the one before."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from safetensors.torch import save_file

from stenciltorch.errors import ConfigError
from stenciltorch.training import checkpoint
from stenciltorch.training.checkpoint import LATEST, State, load, load_optimizer, optimizer_tensors, save


def state(step=1, size=10):
    tensors = {"net.a": torch.arange(size, dtype=torch.float32), "average.a.b": torch.tensor(float(step))}
    return State(step, {"name": "smoke", "shape": {"heads": 1}}, tensors)


def test_what_was_written_is_read_back(tmp_path):
    save(tmp_path / "run" / LATEST, state(3))
    found = load(tmp_path / "run" / LATEST)
    assert (found.step, found.config) == (3, state().config)
    assert found.tensors.keys() == state().tensors.keys()
    assert torch.equal(found.part("net")["a"], torch.arange(10.0))
    assert found.part("average")["a.b"].item() == 3.0
    assert found.part("aver") == {}
    assert [path.name for path in (tmp_path / "run").iterdir()] == [LATEST]


def test_a_file_that_is_no_checkpoint(tmp_path):
    with pytest.raises(ConfigError, match=r"missing.safetensors is not a checkpoint of StencilTorch"):
        load(tmp_path / "missing.safetensors")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(ConfigError, match=r"is not a checkpoint"):
        load(tmp_path / "text")
    save_file({"a": torch.zeros(1)}, tmp_path / "foreign")
    with pytest.raises(ConfigError, match=r"is not a checkpoint"):
        load(tmp_path / "foreign")
    save_file({"a": torch.zeros(1)}, tmp_path / "half", metadata={"step": "1", "config": "{"})
    with pytest.raises(ConfigError, match=r"is not a checkpoint"):
        load(tmp_path / "half")


def test_a_checkpoint_cut_short(tmp_path):
    save(tmp_path / LATEST, state(size=1000))
    whole = (tmp_path / LATEST).read_bytes()
    for length in (0, 5, 100, len(whole) - 1):
        (tmp_path / LATEST).write_bytes(whole[:length])
        with pytest.raises(ConfigError, match=r"is not a checkpoint"):
            load(tmp_path / LATEST)


def trained(steps=0, seed=0):
    """A layer after some steps of AdamW."""
    generator = torch.Generator().manual_seed(seed)
    layer = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1)
    with torch.no_grad():
        for value in layer.parameters():
            value.copy_(torch.rand(value.shape, generator=generator))
    for _ in range(steps):
        one_step(layer, optimizer)
    return layer, optimizer


def one_step(layer, optimizer):
    optimizer.zero_grad()
    layer(torch.ones(1, 3)).square().sum().backward()
    optimizer.step()


def test_an_optimizer_goes_on_exactly(tmp_path):
    layer, optimizer = trained(steps=3)
    tensors = optimizer_tensors(optimizer) | {f"net.{name}": value for name, value in layer.state_dict().items()}
    save(tmp_path / LATEST, State(3, {}, tensors))
    again, fresh = trained(seed=1)
    stored = load(tmp_path / LATEST)
    again.load_state_dict(stored.part("net"))
    load_optimizer(fresh, {name: value for name, value in stored.tensors.items() if not name.startswith("net.")})
    for pair in ((layer, optimizer), (again, fresh)):
        one_step(*pair)
    assert all(map(torch.equal, layer.parameters(), again.parameters()))
    assert {*optimizer_tensors(fresh)} == {f"{n}.{key}" for n in (0, 1) for key in ("step", "exp_avg", "exp_avg_sq")}


# what can go wrong while writing


def disk_full(*_, **__):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("place", ["save_file", "os.fsync"])
def test_a_full_disk_is_one_sentence_and_the_old_one_stays(tmp_path, monkeypatch, place):
    save(tmp_path / LATEST, state(1))
    monkeypatch.setattr(f"{checkpoint.__name__}.{place}", disk_full)
    with pytest.raises(ConfigError, match=r"could not be written \(.*No space left.*\); free some space"):
        save(tmp_path / LATEST, state(2))
    assert load(tmp_path / LATEST).step == 1
    assert [path.name for path in tmp_path.iterdir()] == [LATEST]


LIMITED = """
import resource, signal, sys
from pathlib import Path
import torch
from stenciltorch.errors import ConfigError
from stenciltorch.training.checkpoint import State, save
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
save(path, State(1, {}, {"a": torch.zeros(100)}))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    save(path, State(2, {}, {"a": torch.zeros(100_000)}))
except ConfigError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs limits on the size of files")
def test_a_real_limit_on_the_size_of_files(tmp_path):
    done = subprocess.run([sys.executable, "-c", LIMITED, tmp_path / LATEST], capture_output=True, text=True)
    assert "could not be written" in done.stdout, done.stderr
    assert load(tmp_path / LATEST).step == 1
    assert [path.name for path in tmp_path.iterdir()] == [LATEST]


SAVING = """
import sys
from pathlib import Path
import torch
from stenciltorch.training.checkpoint import State, save
for step in range(1, 1_000_000):
    save(Path(sys.argv[1]), State(step, {}, {str(n): torch.full((50_000,), float(step)) for n in range(20)}))
    print(step, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_kill_while_saving_leaves_a_whole_checkpoint(tmp_path):
    """Killed a random moment after a save was acknowledged: that one is there, or the one after it."""
    for attempt in range(3):
        path = tmp_path / str(attempt) / LATEST
        with subprocess.Popen([sys.executable, "-c", SAVING, path], stdout=subprocess.PIPE, text=True) as process:
            acknowledged = [int(process.stdout.readline()) for _ in range(2 + attempt)][-1]
            time.sleep(0.004 * attempt)
            process.send_signal(signal.SIGKILL)
            acknowledged = int(([acknowledged, *process.stdout.read().split()])[-1])
        found = load(path)
        assert found.step in (acknowledged, acknowledged + 1)
        assert {float(value) for tensor in found.tensors.values() for value in tensor.unique()} == {float(found.step)}


@pytest.mark.skipif(os.name != "posix", reason="open files cannot be replaced elsewhere")
def test_a_checkpoint_is_replaced_and_never_written_over(tmp_path):
    """Whoever has the old one open, a kill included, keeps it whole to its last byte."""
    save(tmp_path / LATEST, state(1))
    before = (tmp_path / LATEST).read_bytes()
    with (tmp_path / LATEST).open("rb") as opened:
        save(tmp_path / LATEST, state(2))
        assert opened.read() == before
    assert load(tmp_path / LATEST).step == 2


def test_settings_are_stored_as_json(tmp_path):
    from safetensors import safe_open

    save(tmp_path / LATEST, state())
    with safe_open(tmp_path / LATEST, framework="pt") as stored:
        assert json.loads(stored.metadata()["config"]) == state().config
