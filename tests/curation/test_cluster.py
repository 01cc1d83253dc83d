"""The Ray engine: the very same function, with workers that are killed."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from pathlib import Path

import pytest
from little_jobs import Job, diary_of

from stenciltorch.curation import cluster
from stenciltorch.curation.cluster import Ledger, check_ray
from stenciltorch.curation.engines import Engine
from stenciltorch.errors import ConfigError

SUPPORT = str(Path(__file__).parents[1] / "support")


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


def test_poison_is_given_up_and_all_else_is_done(tmp_path, monkeypatch):
    """One worker is killed once by a picture that is fine the second time, one twice by one that never is."""
    pytest.importorskip("ray", reason="Ray is not installed")
    pytest.importorskip("pyarrow", reason="Ray Data is not installed")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([SUPPORT, os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("RAY_DISABLE_IMPORT_WARNING", "1")
    tasks = [f"good{number}" for number in range(20)]
    tasks[3:3] = ["unlucky1"]
    tasks[12:12] = ["poison1", "fail1"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Ray's own
        outcomes = run_patiently(Job(str(tmp_path / "diary")), tasks)
    found = {outcome.task: outcome for outcome in outcomes}
    assert len(outcomes) == len(tasks) == len(found)
    assert {task for task, outcome in found.items() if outcome.failure} == {"poison1", "fail1"}
    assert (found["poison1"].failure, found["poison1"].note) == ("poison", "its worker died, 2 times")
    assert (found["fail1"].failure, found["fail1"].note) == ("failed", "ValueError: no such colour, 2 times")
    assert {task: outcome.value[0] for task, outcome in found.items() if not outcome.failure} == {
        task: task for task in tasks if task not in ("poison1", "fail1")
    }
    diary = Counter(diary_of(tmp_path / "diary"))
    assert diary["poison1"] == diary["unlucky1"] == 2
    assert len({outcome.value[1] for outcome in outcomes if outcome.value}) >= 2


def run_patiently(job, tasks):
    """On a busy machine Ray needs more than one attempt to come up."""
    for attempt in range(3):
        try:
            return list(Engine("ray", 2).of(job).run(tasks))
        except ConfigError as error:
            if attempt == 2 or "Ray cannot be started" not in str(error):
                raise
    return []
