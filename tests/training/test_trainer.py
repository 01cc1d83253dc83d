"""The loop: the rate, the losses, and that a run that stops and goes on is the run that never stopped."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal

import pytest
import torch
from tiny_pack import make_art, smoke

from stenciltorch import files
from stenciltorch.errors import ConfigError, DatasetError
from stenciltorch.training.checkpoint import LATEST, State, load, save
from stenciltorch.training.config import LossConfig, OptimConfig, StudioConfig, override
from stenciltorch.training.dataset import collate
from stenciltorch.training.pack import build_pack, pack_hash, read_pack
from stenciltorch.training.place import Numerics, Place
from stenciltorch.training.rates import learning_rate
from stenciltorch.training.tasks import studio
from stenciltorch.training.tasks.studio import EPSILON, StudioTask, compute_losses
from stenciltorch.training.trainer import Schedule, Trainer, choose_device, train

CPU = Schedule(device="cpu")


def tensors(folder):
    return load(folder / LATEST).tensors


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


# the rate


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (0, 0.25),
        (1, 0.5),
        (3, 1.0),
        (4, 1.0),
        (10, 1.0),
        (15, 0.5),
        (18, 0.2),
        (19, 0.1),
        (20, 0.01),
        (1000, 0.01),
    ],
)
def test_the_rate_by_hand(step, expected):
    """20 steps: four of warm-up, a plateau up to the 10th, then down to a hundredth."""
    optim = OptimConfig(steps=20, rate=2.0, warmup=4, decay=0.5)
    assert learning_rate(step, optim) == pytest.approx(2.0 * expected)


def test_the_rate_without_warm_up_and_decay():
    optim = OptimConfig(steps=20, rate=1.0, warmup=0, decay=0.0)
    assert {learning_rate(step, optim) for step in range(20)} == {1.0}


# losses


def test_the_total_is_the_weighted_sum_of_the_losses(pack, tmp_path):
    run = Trainer(smoke(), pack, tmp_path, CPU)
    batch = collate([run.data.examples[0], run.data.examples[1]])
    weights = LossConfig(flats=3.0, coarse=2.0, chroma=0.5, taste=0.125, foreseen=2.5)
    losses = {name: value.item() for name, value in compute_losses(run.task.net, batch, weights).items()}
    shares = {"flats": 3.0, "coarse": 2.0, "chroma": 0.5, "taste": 0.125, "foreseen": 2.5}
    assert losses["total"] == pytest.approx(sum(share * losses[name] for name, share in shares.items()), rel=1e-5)
    assert all(value >= 0 for value in losses.values())
    assert losses["flats"] > 0


def test_what_the_mask_closes_does_not_count(pack, tmp_path):
    """But its borders do: lines are seen there, too."""
    run = Trainer(smoke(), pack, tmp_path, CPU)
    batch = collate([run.data.examples[0]])
    closed = batch._replace(mask=torch.zeros_like(batch.mask))
    losses = compute_losses(run.task.net, closed, LossConfig(foreseen=0.0))
    assert losses.pop("foreseen").item() > 0.0
    assert all(value.item() == 0.0 for value in losses.values())


def test_twenty_steps_on_one_batch_lower_the_loss(pack, tmp_path):
    run = Trainer(override(smoke(), "optim.rate", "0.004"), pack, tmp_path, CPU)
    batch = collate([run.data.examples[0], run.data.examples[1]])
    found = [run.train_step(batch) for _ in range(20)]
    assert all(math.isfinite(value) for losses in found for value in losses.values())
    assert found[-1]["total"] < 0.99 * found[0]["total"]
    assert run.step == 20


def test_the_average_follows_the_net(pack, tmp_path):
    run = Trainer(smoke(), pack, tmp_path, CPU)
    before = run.task.average.encoder.prices.borders.weight.detach().clone()
    run.train_step(collate([run.data.examples[number] for number in range(4)]))
    keep = 2 / 11
    expected = keep * before + (1 - keep) * run.task.net.encoder.prices.borders.weight.detach()
    assert not torch.equal(run.task.net.encoder.prices.borders.weight, before)
    torch.testing.assert_close(run.task.average.encoder.prices.borders.weight.detach(), expected)


def test_a_step_without_finite_gradients_changes_no_weight(pack, tmp_path, monkeypatch):
    run = Trainer(smoke(), pack, tmp_path, CPU)
    before = {name: value.clone() for name, value in run.task.net.state_dict().items()}
    batch = collate([run.data.examples[0]])
    nan = torch.tensor(math.nan, requires_grad=True)
    original = compute_losses

    def spoiled(*arguments):
        losses = original(*arguments)
        return losses | {"total": losses["total"] * nan}

    monkeypatch.setattr(studio, "compute_losses", spoiled)
    assert math.isnan(run.train_step(batch)["norm"])
    assert same(before, run.task.net.state_dict())


# runs


@pytest.fixture(scope="module")
def whole(pack, tmp_path_factory):
    """A run of six steps that nothing interrupts."""
    folder = tmp_path_factory.mktemp("whole")
    progress = list(train(smoke(optim__steps="6"), pack, folder, Schedule(device="cpu", log_every=2, panel_every=3)))
    return folder, progress


def test_a_run_leaves_settings_weights_numbers_and_panels(whole):
    folder, progress = whole
    assert [(one.step, one.steps) for one in progress] == [(2, 6), (4, 6), (6, 6)]
    assert json.loads((folder / "config.json").read_text())["optim"]["steps"] == 6
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [2, 4, 6]
    assert rows[-1]["total"] == progress[-1].losses["total"]
    assert [path.name for path in sorted((folder / "panels").iterdir())] == ["0000003.png", "0000006.png"]
    assert files.read_illustration(folder / "panels" / "0000003.png").size == (2 * 64, 4 * 64)
    assert any((folder / "board").iterdir())
    assert load(folder / LATEST).step == 6


def test_a_finished_run_does_nothing_more(whole, pack):
    folder, _ = whole
    before = tensors(folder)
    assert list(train(smoke(optim__steps="6"), pack, folder, CPU)) == []
    assert same(before, tensors(folder))


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_that_stops_and_goes_on_is_the_same_run(whole, pack, tmp_path, workers):
    config, schedule = smoke(optim__steps="6"), Schedule(device="cpu", log_every=1, workers=workers)
    begun = train(config, pack, tmp_path, schedule)
    for _ in range(3):
        next(begun)
    begun.close()
    assert load(tmp_path / LATEST).step == 3
    assert [one.step for one in train(config, pack, tmp_path, schedule)] == [4, 5, 6]
    assert same(tensors(tmp_path), tensors(whole[0]))


def stopped_at(owner, number, place, monkeypatch):
    """Ctrl-C in a step: before the update, or in the middle of it."""
    count = iter(range(1, 100))
    original = getattr(owner, place)

    def interrupted(*arguments, **settings):
        if next(count) == number:
            raise KeyboardInterrupt
        return original(*arguments, **settings)

    monkeypatch.setattr(owner, place, interrupted)


@pytest.mark.parametrize(("place", "kept"), [("step", 3), ("_follow", 2)])
def test_an_interruption_anywhere_does_not_change_the_run(whole, pack, tmp_path, monkeypatch, place, kept):
    config, schedule = smoke(optim__steps="6"), Schedule(device="cpu", save_every=2)
    first = Trainer(config, pack, tmp_path, schedule)
    stopped_at(first.task, 4, place, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        list(first.run())
    assert load(tmp_path / LATEST).step == kept
    list(train(config, pack, tmp_path, schedule))
    assert same(tensors(tmp_path), tensors(whole[0]))


def test_other_settings_on_resume_are_refused(whole, pack):
    folder, _ = whole
    before = tensors(folder)
    changed = smoke(optim__steps="6", optim__rate="0.5", seed="3")
    with pytest.raises(ConfigError, match=r"was started with other settings \(optim, seed\); use another folder"):
        Trainer(changed, pack, folder, CPU)
    assert same(before, tensors(folder))


def test_a_run_of_another_version_is_refused(pack, tmp_path):
    config = smoke()
    save(tmp_path / LATEST, State(1, json.loads(json.dumps(config.as_dict())), {"net.old": torch.zeros(1)}))
    with pytest.raises(ConfigError, match=r"holds another version's net; go on with the StencilTorch"):
        Trainer(config, pack, tmp_path, CPU)


def test_minutes_stop_a_run_after_the_step_in_hand(pack, tmp_path):
    clock = iter(range(0, 1000, 25))
    run = Trainer(smoke(), pack, tmp_path, Schedule(device="cpu", minutes=1.0))
    progress = list(run.run(clock=lambda: next(clock)))
    assert [one.step for one in progress] == [3]
    assert progress[0].seconds_left == 0.0
    assert load(tmp_path / LATEST).step == 3


def test_what_has_all_but_stopped_to_matter_is_not_pushed_on():
    """A gradient far below the optimizer's epsilon moves a weight by next to nothing, one far above it by the rate."""
    config = smoke(optim__weight_decay="0")
    task = StudioTask(config, Place())
    faint, clear = task.net.encoder.prices.borders, task.net.encoder.stem
    before = [layer.weight.detach().clone() for layer in (faint, clear)]
    faint.weight.grad = torch.full_like(faint.weight, 1e-3 * EPSILON)
    clear.weight.grad = torch.full_like(clear.weight, 1e3 * EPSILON)
    task.optimizer.step()
    after = [layer.weight.detach() for layer in (faint, clear)]
    moved = [float((new - old).abs().max()) for new, old in zip(after, before, strict=True)]
    assert moved[0] < 2e-3 * config.optim.rate
    assert moved[1] == pytest.approx(config.optim.rate, rel=0.01)


def test_progress_tells_the_rate_and_the_time_that_is_left(pack, tmp_path):
    clock = iter(range(0, 1000, 2))
    run = Trainer(smoke(), pack, tmp_path, Schedule(device="cpu", log_every=5))
    first = next(iter(run.run(clock=lambda: next(clock))))
    assert first.rate == pytest.approx(2 / 2)
    assert first.seconds_left == pytest.approx(15 * 2)


def test_a_run_may_begin_with_the_weights_of_another(whole, pack, tmp_path):
    folder, _ = whole
    config = smoke(optim__steps="1", optim__rate="0.0")
    list(train(config, pack, tmp_path, CPU, start=folder))
    state = load(tmp_path / LATEST)
    assert same(state.part("net"), load(folder / LATEST).part("average"))


def test_weights_of_another_shape_are_refused(whole, pack, tmp_path):
    wider = smoke(shape__vector="16")
    with pytest.raises(ConfigError, match=r"those of a net of another shape"):
        list(train(wider, pack, tmp_path, CPU, start=whole[0]))
    with pytest.raises(ConfigError, match=r"is not a checkpoint"):
        list(train(smoke(), pack, tmp_path, CPU, start=tmp_path / "nothing"))


def test_only_painting_is_trained_where_that_is_asked_for(pack, tmp_path):
    run = Trainer(override(smoke(), "task.trained", "painting"), pack, tmp_path, CPU)
    before = {name: value.clone() for name, value in run.task.net.state_dict().items()}
    run.train_step(collate([run.data.examples[0], run.data.examples[1]]))
    changed = {name for name, value in run.task.net.state_dict().items() if not torch.equal(value, before[name])}
    assert any(name.startswith("encoder.prices.") for name in changed)
    assert all(name.startswith(("encoder.prices.", "encoder.kept_strength")) for name in changed)


def test_an_unknown_part_to_train_is_refused():
    with pytest.raises(ConfigError, match="all, painting, borders"):
        StudioConfig(trained="sky")


def test_losses_that_stay_no_numbers_stop_the_run(pack, tmp_path, monkeypatch):
    """From the third step on; the weights of before are stored, and a new run can begin with them."""
    config, original = smoke(optim__steps="20"), compute_losses
    run = Trainer(config, pack, tmp_path, CPU)

    def spoiled(*arguments):
        losses = original(*arguments)
        return losses | {"total": losses["total"] * (math.nan if run.step >= 2 else 1.0)}

    monkeypatch.setattr(studio, "compute_losses", spoiled)
    with pytest.raises(ConfigError, match=r"no numbers any more since step 2 \(norm, total\).*--from .* lower rate"):
        list(run.run())
    monkeypatch.undo()
    state = load(tmp_path / LATEST)
    assert state.step == 7
    assert all(bool(torch.isfinite(value).all()) for value in state.tensors.values())
    alike = tmp_path / "alike"
    list(train(smoke(optim__steps="2"), pack, alike, CPU))
    assert same(load(alike / LATEST).part("net"), state.part("net"))
    assert [one.step for one in train(config, pack, tmp_path, Schedule(device="cpu", log_every=13))] == [13, 20]


def test_weights_that_are_no_numbers_are_not_stored(pack, tmp_path):
    run = Trainer(smoke(), pack, tmp_path, CPU)
    run.save()
    before = tensors(tmp_path)
    with torch.no_grad():
        run.task.net.encoder.prices.borders.weight.fill_(math.nan)
    with pytest.raises(ConfigError, match=r"no numbers any more"):
        list(run.run())
    assert same(before, tensors(tmp_path))


def test_other_pictures_on_resume_are_refused(whole, tmp_path_factory):
    art = make_art(tmp_path_factory.mktemp("other") / "art", names=("dora", "emil"))
    other = art.parent / "pack"
    list(build_pack(art, other))
    with pytest.raises(ConfigError, match=r"was trained on other pictures \(sha256 .*, this pack has .*\)"):
        Trainer(smoke(optim__steps="6"), other, whole[0], CPU)


def test_the_folder_says_with_what_it_was_made(whole, pack):
    about = json.loads((whole[0] / "run.json").read_text())
    assert about["data"]["sha256"] == pack_hash(read_pack(pack)) == load(whole[0] / LATEST).data
    assert about["data"]["sources"] == {"sketchbook": 3}
    start = about["starts"][0]
    assert (start["step"], start["processes"], start["device"]) == (0, 1, "cpu")
    assert start["torch"] == torch.__version__


def test_a_run_of_before_tasks_were_named_goes_on(pack, tmp_path):
    """Its settings lack what was added since."""
    config = smoke(optim__steps="3")
    run = Trainer(config, pack, tmp_path, Schedule(device="cpu", log_every=1))
    stored = run.state()
    del stored.config["task"], stored.config["optim"]["epochs"]
    del stored.config["data"]["hatched"], stored.config["data"]["collage"]
    stored.data = ""
    save(tmp_path / LATEST, stored)
    assert [one.step for one in train(config, pack, tmp_path, Schedule(device="cpu", log_every=1))] == [1, 2, 3]


def test_a_picture_that_is_gone_from_the_pack_is_one_sentence(pack, tmp_path):
    broken = tmp_path / "pack"
    shutil.copytree(pack, broken)
    for file in broken.glob("*.npz"):
        file.unlink()
    with pytest.raises(DatasetError, match=r"A picture of the pack .*pack cannot be read \(.*\); delete that file"):
        list(train(smoke(data__procedural="0.0"), broken, tmp_path / "run", CPU))
    assert load(tmp_path / "run" / LATEST).step == 0


class Killed:
    """Examples that end the process that draws them."""

    def __getitem__(self, position):
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_worker_is_one_sentence(pack, tmp_path):
    run = Trainer(smoke(), pack, tmp_path, Schedule(device="cpu", workers=1))
    run.data = run.data._replace(examples=Killed())
    with pytest.raises(ConfigError, match=r"A process that draws samples was killed.*take fewer with --workers"):
        list(run.run())
    assert load(tmp_path / LATEST).step == 0


def test_memory_of_a_gpu_that_runs_out_is_one_sentence(pack, tmp_path, monkeypatch):
    run = Trainer(smoke(), pack, tmp_path, CPU)

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(run.task, "step", full)
    with pytest.raises(ConfigError, match=r"GPU's memory ran out; make each pass smaller.*task.chunk=4"):
        list(run.run())


def test_what_killed_processes_left_is_cleaned_up(pack, tmp_path):
    (tmp_path / f"{LATEST}.123.tmp").write_bytes(b"half")
    (tmp_path / "mine.tmp").write_bytes(b"kept")
    Trainer(smoke(), pack, tmp_path, CPU)
    assert sorted(path.name for path in tmp_path.glob("*.tmp")) == ["mine.tmp"]


def test_a_run_that_is_told_to_stop_is_stored(pack, tmp_path):
    asked = iter([False, True])
    found = list(train(smoke(), pack, tmp_path, CPU, stop=lambda: next(asked)))
    assert [one.step for one in found] == [2]
    assert load(tmp_path / LATEST).step == 2


def test_epochs_become_steps():
    config = smoke(optim__epochs="3", optim__batch="4")
    assert config.settled(10).optim.steps == 8
    assert config.settled(1).optim.steps == 1
    assert smoke().settled(10) == smoke()


def test_bfloat16_trains_as_well(pack, tmp_path):
    run = Trainer(smoke(), pack, tmp_path, Schedule(device="cpu", numerics=Numerics("bfloat16", channels_last=True)))
    batch = run.data.collate([run.data.examples[0], run.data.examples[1]])
    found = [run.train_step(batch)["total"] for _ in range(8)]
    assert found[-1] < found[0]
    assert run.task.net.encoder.prices.borders.weight.dtype == torch.float32
    with pytest.raises(ConfigError, match=r"precision must be one of auto, float32, bfloat16, found 'half'"):
        Numerics("half")


def test_a_task_that_is_not_there(pack, tmp_path):
    with pytest.raises(ConfigError, match=r"no task of kind 'x'; choose one of .*studio"):
        Trainer(smoke(task__kind="x"), pack, tmp_path, CPU)


def test_a_folder_that_cannot_be_written(pack, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"run folder .*file/run cannot be written"):
        Trainer(smoke(), pack, tmp_path / "file" / "run", CPU)


def test_a_full_disk_keeps_the_last_checkpoint(whole, pack, tmp_path, monkeypatch):
    config, schedule = smoke(optim__steps="6"), Schedule(device="cpu", log_every=1, save_every=2)
    begun = train(config, pack, tmp_path, schedule)
    for _ in range(3):
        next(begun)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("stenciltorch.training.checkpoint.save_file", full)
        with pytest.raises(ConfigError, match=r"No space left"):
            next(begun)
    assert load(tmp_path / LATEST).step == 2
    list(train(config, pack, tmp_path, schedule))
    assert same(tensors(tmp_path), tensors(whole[0]))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there():
    assert choose_device("auto") == "cpu"
    with pytest.raises(ConfigError, match=r"finds no GPU here; train with --device cpu"):
        choose_device("cuda")


def test_threads_are_set(pack, tmp_path, monkeypatch):
    found = []
    monkeypatch.setattr(torch, "set_num_threads", found.append)
    next(train(smoke(optim__steps="1"), pack, tmp_path, Schedule(device="cpu", threads=3)))
    assert found == [3]
