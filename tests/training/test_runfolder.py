"""What a run's folder tells."""

from __future__ import annotations

import json
import subprocess

import pytest

from stenciltorch.errors import ConfigError
from stenciltorch.training.runfolder import RunFolder, git_revision


def test_every_start_is_noted(tmp_path):
    folder = RunFolder(tmp_path)
    folder.begin({"name": "a"}, {"sha256": "x"}, {"torch": "1"}, 0)
    folder.begin({"name": "a"}, {"sha256": "x"}, {"torch": "2"}, 40)
    about = json.loads((tmp_path / "run.json").read_text())
    assert about == {"data": {"sha256": "x"}, "starts": [{"step": 0, "torch": "1"}, {"step": 40, "torch": "2"}]}
    assert json.loads((tmp_path / "config.json").read_text()) == {"name": "a"}
    (tmp_path / "run.json").write_text("damaged")
    folder.begin({"name": "a"}, {}, {}, 50)
    assert json.loads((tmp_path / "run.json").read_text())["starts"] == [{"step": 50}]


def test_a_full_disk_is_one_sentence(tmp_path):
    folder = RunFolder(tmp_path / "gone")
    with pytest.raises(ConfigError, match=r"The run folder .*gone cannot be written \(No such file"):
        folder.log({"step": 1})


def git(folder, *words):
    setting = ["-c", "user.name=a", "-c", "user.email=a@example.net"]
    done = subprocess.run(["git", "-C", str(folder), *setting, *words], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else pytest.skip("git is not here")


def test_the_revision_is_that_of_a_file_under_version_control(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("one")
    assert git_revision(file) is None
    git(tmp_path, "init", "-q")
    assert git_revision(file) is None
    git(tmp_path, "add", "a.py")
    git(tmp_path, "commit", "-q", "-m", "first")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert git_revision(file) == commit
    file.write_text("two")
    assert git_revision(file) == f"{commit}+"
