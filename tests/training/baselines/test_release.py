"""Runs of the baselines as model folders: onnxruntime paints with them what torch paints, at any size."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import torch

from stenciltorch import Hints, Illustration, Lineart, Mask, OnnxColorizer, Stencil
from stenciltorch.canvas import Colorizer
from stenciltorch.errors import ConfigError
from stenciltorch.networks.baselines import (
    AlacganSystem,
    PaintsChainer,
    PaintsChainerSystem,
    PaintsTorchSystem,
    alacgan,
    graphs,
)
from stenciltorch.training.baselines.recipes import SMOKE
from stenciltorch.training.baselines.release import release_baseline, roomy_graphs, system_of
from stenciltorch.training.checkpoint import LATEST, State, load, save
from stenciltorch.training.config import TrainConfig, override
from stenciltorch.training.recipes import recipe
from stenciltorch.training.trainer import Schedule, Trainer


def smoke(kind: str, *changes: tuple[str, str]) -> TrainConfig:
    config = SMOKE[f"{kind}-smoke"]
    for name, value in changes:
        config = override(config, name, value)
    return config


@pytest.fixture(scope="module")
def _shallow():
    """One block a stage: exports in seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alacgan, "WIDE_DILATIONS", (2,))
        patch.setattr(alacgan, "FINE_DILATIONS", (1,))
        yield


THOROUGH = pytest.mark.skipif(
    os.environ.get("STENCILTORCH_TESTS") != "thorough",
    reason="an export takes half a minute of processor time; STENCILTORCH_TESTS=thorough tries all three",
)
pytestmark = pytest.mark.timeout(1500)


@pytest.fixture(
    scope="module",
    params=[
        "zhang2017",
        pytest.param("paintschainer", marks=THOROUGH),
        pytest.param("paintstorch2019", marks=THOROUGH),
    ],
)
def released(request, pack, tmp_path_factory, _shallow):
    """A run that has not begun, and its model folder. Ci's graphs are PaintsTorch's but for the planes of hints."""
    run, model = (tmp_path_factory.mktemp(request.param) / part for part in ("run", "model"))
    trainer = Trainer(smoke(request.param, ("optim.steps", "1")), pack, run, Schedule(device="cpu"))
    for layer in trainer.task.net.modules():  # statistics that are not those of a new net
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.1, 0.1)
    trainer.save()
    assert release_baseline(run, model, None, "MIT", pack) <= 1
    return run, model


def stencil(height: int, width: int) -> Stencil:
    """Lines, two dabs, and a strip that is kept."""
    rng = np.random.default_rng(4)
    lineart = np.where(rng.random((height, width)) < 0.03, 0, 255).astype(np.uint8)
    hints = np.zeros((height, width, 4), np.uint8)
    hints[height // 4 : height // 3, : width // 2] = [200, 30, 40, 255]
    hints[height // 2 : height // 2 + 9, width // 2 :] = [30, 60, 220, 255]
    mask = np.full((height, width), 255, np.uint8)
    mask[: height // 8] = 0
    base = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Stencil(Lineart(lineart), Hints(hints), Mask(mask), Illustration(base))


def in_torch(run, wanted: Stencil) -> np.ndarray:
    """With weights as the files store them."""
    system = system_of(load(run / LATEST))
    with torch.no_grad():
        for value in system.parameters():
            if value.numel() >= 64:
                value.copy_(value.half().float())
    given = {
        name: torch.from_numpy(getattr(wanted, name).array.copy()) for name in ("lineart", "mask", "base", "hints")
    }
    return graphs(system, given)[1].run()["illustration"].numpy()


def test_onnxruntime_paints_what_torch_paints(released):
    run, model = released
    colorizer, wanted = OnnxColorizer.load(model, threads=1), stencil(70, 51)
    assert isinstance(colorizer, Colorizer)
    painting = colorizer(wanted)
    gap = np.abs(painting.illustration.array.astype(int) - in_torch(run, wanted))
    assert gap.max() <= 1
    assert painting.colour == painting.flats


def test_a_large_drawing_comes_back_as_large_with_its_kept_part(released):
    _, model = released
    wanted = stencil(700, 560)
    colorizer = OnnxColorizer.load(model, threads=1)
    assert wanted.size.pixels > colorizer.model.card.work_pixels
    painting = colorizer(wanted)
    kept = wanted.mask.array == 0
    assert painting.size == wanted.size
    assert np.array_equal(painting.illustration.array[kept], wanted.base.array[kept])
    assert not np.array_equal(painting.illustration.array[~kept], wanted.base.array[~kept])


def test_a_hint_changes_the_painting(released):
    colorizer, wanted = OnnxColorizer.load(released[1], threads=1), stencil(64, 64)
    with_hints, without = colorizer(wanted), colorizer(wanted.with_hints(Hints.filled(wanted.size)))
    assert with_hints.colour != without.colour


def test_a_model_tells_where_it_comes_from(released):
    run, model = released
    card = json.loads((model / "model.json").read_text())
    state = load(run / LATEST)
    assert card["name"] == state.config["name"]
    assert card["work_pixels"] == (65536 if card["name"].startswith("zhang") else 262144)
    assert card["data"] == state.data != ""
    assert set(card["files"]) == {"encoder.onnx", "painter.onnx", "finisher.onnx"}


@pytest.mark.parametrize(("kind", "wanted"), [("ci2018", AlacganSystem), ("paintstorch2019", PaintsTorchSystem)])
@pytest.mark.usefixtures("_shallow")
def test_a_run_knows_its_system(pack, tmp_path, kind, wanted):
    trainer = Trainer(smoke(kind), pack, tmp_path, Schedule(device="cpu"))
    trainer.save()
    system = system_of(load(tmp_path / LATEST))
    assert type(system) is wanted
    assert not system.training
    pairs = zip(system.network.parameters(), trainer.task.net.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


def test_runs_of_other_systems_are_refused(tmp_path):
    save(tmp_path / LATEST, State(1, recipe("smoke").as_dict(), {"average.odd": torch.zeros(1)}))
    with pytest.raises(ConfigError, match="a run of 'studio', expected one of ci2018, paintschainer"):
        release_baseline(tmp_path, tmp_path / "model", None, "MIT", None)
    assert not (tmp_path / "model").exists()


def test_networks_of_another_version_are_refused(tmp_path):
    save(tmp_path / LATEST, State(1, smoke("zhang2017").as_dict(), {"average.odd": torch.zeros(1)}))
    with pytest.raises(ConfigError, match="does not hold the networks of zhang2017 in this version; export it with"):
        release_baseline(tmp_path, tmp_path / "model", None, "MIT", None)


@pytest.mark.parametrize(
    ("height", "width", "doubled"), [(96, 64, True), (75, 131, True), (1, 1, False), (128, 200, False)]
)
def test_exports_never_see_a_side_of_one(height, width, doubled):
    """PaintsChainer halves a side of 64 down to 1, which torch's exporter would take for a constant."""
    torch.manual_seed(0)
    system = PaintsChainerSystem(PaintsChainer(1)).eval()
    wanted = stencil(height, width)
    given = {
        name: torch.from_numpy(getattr(wanted, name).array.copy()) for name in ("lineart", "mask", "base", "hints")
    }
    painter = roomy_graphs(system, given)[1]
    share = 2 if doubled else 1
    assert painter.inputs["lineart"].shape == (share * height, share * width)
    assert painter.inputs["hints"].shape == (share * height, share * width, 4)
