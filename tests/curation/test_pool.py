"""The local engine: whatever a picture does to its worker, the run goes on."""

from __future__ import annotations

import itertools
import multiprocessing
from collections import Counter
from types import SimpleNamespace

import pytest
from little_jobs import Job, Unborn, diary_of

from stenciltorch.curation import pool as pooling
from stenciltorch.curation.engines import Engine
from stenciltorch.curation.pool import Outcome, Pool
from stenciltorch.errors import ConfigError


def run(tmp_path, tasks, workers=2, patience=60.0):
    pool = Pool(Job(str(tmp_path / "diary")), workers, patience)
    found = {outcome.task: outcome for outcome in pool.run(tasks)}
    assert multiprocessing.active_children() == []
    return found, Counter(diary_of(tmp_path / "diary"))


def test_everything_that_can_happen_at_once(tmp_path):
    good = [f"good{number}" for number in range(12)]
    bad = ["poison1", "crash1", "fail1", "unlucky1"]
    found, diary = run(tmp_path, [*good[:6], *bad, *good[6:]])
    assert set(found) == {*good, *bad}
    for task in (*good, "unlucky1"):
        assert found[task].failure is None
        assert found[task].value[0] == task
    assert found["poison1"] == Outcome("poison1", None, "poison", "its worker died, 2 times")
    assert found["crash1"].note == "its worker died (SIGABRT), 2 times"
    assert found["fail1"] == Outcome("fail1", None, "failed", "ValueError: no such colour, 2 times")
    assert diary == Counter(dict.fromkeys(good, 1)) + Counter(dict.fromkeys(bad, 2))


def test_a_picture_that_hangs_is_given_up(tmp_path):
    found, diary = run(tmp_path, ["good1", "sleep1", "good2"], workers=1, patience=1.0)
    assert found["sleep1"].failure == "poison"
    assert found["sleep1"].note == "it took more than 1 s, 2 times"
    assert found["good2"].failure is None
    assert diary["sleep1"] == 2


def test_an_error_that_concerns_the_whole_run_stops_it(tmp_path):
    with pytest.raises(ConfigError, match="The scorer is not installed"):
        run(tmp_path, ["refuse1", "good1"])
    assert multiprocessing.active_children() == []


def test_tasks_are_taken_only_as_workers_are_free(tmp_path):
    """An endless list of tasks, and results that are not taken: memory would not end otherwise."""
    taken = []

    def tasks():
        for number in itertools.count():
            taken.append(number)
            yield f"good{number}"

    outcomes = Pool(Job(str(tmp_path / "diary")), 2).run(tasks())
    for _ in range(5):
        next(outcomes)
    assert len(taken) <= 5 + 2
    outcomes.close()
    assert multiprocessing.active_children() == []


def test_nothing_to_do_starts_nothing(tmp_path):
    assert run(tmp_path, []) == ({}, Counter())


def test_engines_that_are_not_there():
    with pytest.raises(ConfigError, match="There is no engine 'slurm'; engines are local, ray"):
        Engine("slurm").of(str)
    with pytest.raises(ConfigError, match="workers must be 1 or more, found -1"):
        Engine("local", -1).of(str)


def test_workers_that_cannot_begin_are_not_started_for_ever(tmp_path):
    with pytest.raises(ConfigError, match=r"Worker processes end before they begin; free memory"):
        list(Pool(Unborn(), 1).run(["good1"]))
    assert multiprocessing.active_children() == []


def test_the_allocator_is_told_to_keep_memory_where_it_can_be_told(monkeypatch):
    told = []
    monkeypatch.setattr(pooling.ctypes, "CDLL", lambda name: SimpleNamespace(mallopt=lambda *pair: told.append(pair)))
    pooling.keep_freed_memory()
    assert told == [(-3, 32 << 20), (-1, 128 << 20)]


@pytest.mark.parametrize("library", [OSError, TypeError, None], ids=["no library", "no such way", "no such function"])
def test_other_systems_are_left_alone(monkeypatch, library):
    def opened(name):
        if library:
            raise library
        return SimpleNamespace()

    monkeypatch.setattr(pooling.ctypes, "CDLL", opened)
    pooling.keep_freed_memory()
