"""The set-up for the browser's tests: it looks before it fetches, and tells what will be skipped."""

import importlib.util
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools/set_up_browser.py"
_spec = importlib.util.spec_from_file_location("set_up_browser", TOOL)
tool = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tool)


@pytest.fixture
def ran(monkeypatch):
    """Nothing is fetched; the commands that would have been run."""
    commands = []
    monkeypatch.setattr(tool, "run", lambda command: commands.append(command) or False)
    return commands


def test_a_browser_that_is_there_is_taken(ran, monkeypatch):
    monkeypatch.setenv("STENCILTORCH_CHROMIUM", "/opt/chromium")
    assert tool.get_chromium() == ""
    assert ran == []


def test_without_a_browser_playwrights_own_is_fetched_or_the_loss_is_told(ran, monkeypatch):
    monkeypatch.setattr(tool, "has_chromium", lambda: False)
    told = tool.get_chromium()
    assert [command[1:] for command in ran] == [["-m", "playwright", "install", "--only-shell", "chromium"]]
    assert "will be skipped" in told
    assert "STENCILTORCH_CHROMIUM" in told


def test_axe_is_fetched_only_where_there_is_node(ran, monkeypatch, tmp_path):
    monkeypatch.setattr(tool, "AXE", tmp_path / "axe.min.js")
    monkeypatch.setattr(tool.shutil, "which", lambda name: None)
    assert "there is no Node" in tool.get_axe()
    assert ran == []
    monkeypatch.setattr(tool.shutil, "which", lambda name: f"/bin/{name}")
    assert "npm could not fetch it" in tool.get_axe()
    assert ran[0][:2] == ["/bin/npm", "ci"]
    (tmp_path / "axe.min.js").touch()
    assert tool.get_axe() == ""
    assert len(ran) == 1


def test_a_command_that_does_not_exist_has_failed():
    assert tool.run(["/no/such/command"]) is False
