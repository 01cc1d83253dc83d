"""Several processes: they compute what one does, and a killed one is started again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed
from ranks_program import gradients
from safetensors.torch import load_file

from stenciltorch.errors import ConfigError
from stenciltorch.training.checkpoint import LATEST, load
from stenciltorch.training.place import Place
from stenciltorch.training.positions import Shares
from stenciltorch.training.ranks import Ranks, join

SUPPORT = Path(__file__).parents[1] / "support"
gloo = pytest.mark.skipif(
    not torch.distributed.is_available() or os.name != "posix", reason="torch cannot talk between processes here"
)


def torchrun(pack, folder, what, restarts=0):
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command += [f"--max-restarts={restarts}", "--monitor-interval=0.2", SUPPORT / "ranks_program.py"]
    paths = os.pathsep.join([str(SUPPORT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [*map(str, command), str(pack), str(folder), what],
        env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def two(pack, tmp_path_factory):
    """The gradients of two processes, and a run of theirs that nothing interrupts."""
    return torchrun(pack, tmp_path_factory.mktemp("two"), "gradients")


@gloo
def test_two_processes_have_the_gradients_of_one(two, pack):
    """Of generator, guide and critic, with the penalty; up to the order of sums."""
    found, wanted = load_file(two / "gradients.safetensors"), gradients(pack, Place())
    assert found.keys() == wanted.keys()
    assert {name.split(".")[0] for name in found} == {"loss", "generator", "guide", "critic"}
    for name, value in wanted.items():
        scale = float(value.abs().max())
        assert scale > 0 or name.startswith("loss"), name
        torch.testing.assert_close(found[name], value, rtol=1e-3, atol=1e-4 * scale + 1e-9, msg=name)


@gloo
def test_a_killed_process_is_started_again_and_nothing_is_lost(two, pack, tmp_path):
    folder = torchrun(pack, tmp_path / "run", "die", restarts=1)
    starts = json.loads((folder / "run.json").read_text())["starts"]
    assert [start["processes"] for start in starts] == [2, 2]
    assert starts[0]["step"] == 0
    assert starts[1]["step"] in (2, 3)  # stored in time, or as rank 0 noticed
    one, other = load(two / LATEST), load(folder / LATEST)
    assert one.step == other.step == 6
    assert all(torch.equal(one.tensors[name], other.tensors[name]) for name in one.tensors)
    assert not list(folder.glob("*.tmp"))


def test_shares_of_a_batch_are_the_batch():
    parts = [list(Shares(2, 4, 6, Ranks(rank, 3).part(6))) for rank in range(3)]
    assert parts == [[[12, 13], [18, 19]], [[14, 15], [20, 21]], [[16, 17], [22, 23]]]
    assert len(Shares(2, 4, 6, slice(0, 6))) == 2
    assert len(Shares(5, 4, 6, slice(0, 6))) == 0


@pytest.mark.parametrize(("batch", "count"), [(5, 2), (2, 4)])
def test_a_batch_that_cannot_be_shared(batch, count):
    with pytest.raises(ConfigError, match=rf"optim.batch is {batch}, which {count} processes cannot share evenly"):
        Ranks(0, count).part(batch)


def test_alone_nothing_is_exchanged():
    alone = Ranks()
    weight = torch.nn.Parameter(torch.ones(2))
    weight.grad = torch.tensor([1.0, 2.0])
    alone.average_gradients([weight])
    assert weight.grad.tolist() == [1.0, 2.0]
    assert alone.mean({"a": torch.tensor(2.0)}) == {"a": 2.0}
    assert (alone.any(True), alone.any(False), alone.share("x")) == (True, False, "x")


def test_others_that_do_not_come(monkeypatch):
    for name, value in {"WORLD_SIZE": "2", "RANK": "5", "MASTER_ADDR": "nowhere.invalid", "MASTER_PORT": "x"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=r"The 2 processes of this run did not find each other"):
        join("cpu")
