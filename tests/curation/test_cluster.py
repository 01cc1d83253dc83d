"""The Ray engine: the very same function, with workers that are killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from little_jobs import diary_of

from stenciltorch.curation import cluster
from stenciltorch.curation.cluster import Ledger, check_ray
from stenciltorch.errors import ConfigError

SUPPORT = Path(__file__).parents[1] / "support"
ATTEMPTS = 3
"""On a busy machine Ray needs more than one to come up."""


def test_a_picture_is_begun_twice_at_most():
    ledger = Ledger()
    assert [ledger.begin("poison"), ledger.begin("good"), ledger.begin("poison")] == [True, True, True]
    ledger.end("good")
    assert (ledger.begin("poison"), ledger.begin("good")) == (False, True)


def test_without_ray_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(
        ConfigError, match=r"--engine ray needs Ray Data; install it: pip install 'stenciltorch\[scale\]'"
    ):
        check_ray()


def test_poison_is_given_up_and_all_else_is_done(tmp_path):
    """One worker is killed once by a picture that is fine the second time, one twice by one that never is."""
    pytest.importorskip("pyarrow", reason="Ray Data is not installed")
    if not cluster.find_spec("ray"):
        pytest.skip("Ray is not installed")
    tasks = [f"good{number}" for number in range(20)]
    tasks[3:3] = ["unlucky1"]
    tasks[12:12] = ["poison1", "fail1"]
    outcomes = run_with_ray(tmp_path / "diary", tasks)
    found = {outcome["task"]: outcome for outcome in outcomes}
    assert len(outcomes) == len(tasks) == len(found)
    assert {task for task, outcome in found.items() if outcome["failure"]} == {"poison1", "fail1"}
    assert (found["poison1"]["failure"], found["poison1"]["note"]) == ("poison", "its worker died, 2 times")
    assert (found["fail1"]["failure"], found["fail1"]["note"]) == ("failed", "ValueError: no such colour, 2 times")
    good = [task for task in tasks if task not in ("poison1", "fail1")]
    assert [found[task]["value"][0] for task in good] == good
    diary = Counter(diary_of(tmp_path / "diary"))
    assert diary["poison1"] == diary["unlucky1"] == 2
    assert diary["fail1"] >= 2


def run_with_ray(diary, tasks):
    folders = os.pathsep.join([str(SUPPORT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-W", "ignore", str(SUPPORT / "run_with_ray.py"), str(diary), *tasks]
    for _ in range(ATTEMPTS):
        process = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": folders})
        if process.returncode != 3:
            break
    assert process.returncode == 0, process.stderr[-2000:]
    return json.loads(process.stdout)
