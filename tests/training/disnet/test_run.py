"""Training DisNet: batches, the loss, going on after an interruption, release."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from stenciltorch import Illustration
from stenciltorch.errors import ConfigError, DatasetError
from stenciltorch.synthesis.disnet import open_disnet
from stenciltorch.training.disnet.artwork import Shelf
from stenciltorch.training.disnet.loop import DisNetConfig, DisNetRun, averaged, height_loss
from stenciltorch.training.disnet.release import release_disnet
from stenciltorch.training.disnet.supply import Batch, Supply

TINY = DisNetConfig(widths=(4, 4), steps=12, batch=2, fresh=1, side=32, warmup=1, rate=1e-2)


def batch_of(heights, counted=None):
    values = torch.as_tensor(heights, dtype=torch.float32)[None, None]
    return Batch(torch.zeros(1, 3, *values.shape[-2:]), values, torch.ones_like(values) if counted is None else counted)


def test_the_loss_of_the_truth_is_0_and_valleys_weigh_more():
    flat = batch_of([[1.0, 1.0], [1.0, 1.0]])
    valley = batch_of([[0.0, 1.0], [1.0, 1.0]])
    config = replace(TINY, slope=0.0, valley=2.0)
    assert float(height_loss(flat.heights, flat, config)) == 0
    missed_valley = height_loss(torch.ones(1, 1, 2, 2), valley, config)
    assert float(missed_valley) == pytest.approx(3 / 6)


def test_what_is_not_counted_costs_nothing():
    counted = torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]])
    batch = batch_of([[1.0, 0.0], [1.0, 0.0]], counted)
    assert float(height_loss(torch.ones(1, 1, 2, 2), batch, TINY)) == 0


def test_batches_have_the_side_asked_for_and_heights_in_range():
    supply = Supply(48, None, [], np.random.default_rng(0))
    for _ in range(4):
        batch = supply.batch(3, 1)
        assert batch.pictures.shape == (3, 3, 48, 48)
        assert batch.heights.shape == (3, 1, 48, 48)
        assert batch.pictures.min() >= -1
        assert batch.pictures.max() <= 1
        assert batch.heights.min() >= 0
        assert batch.heights.max() <= 1
        assert batch.heights[batch.counted == 0].abs().sum() == 0


def test_training_lowers_the_loss_and_goes_on_where_it_stopped(tmp_path):
    losses = [progress.loss for progress in DisNetRun(TINY, tmp_path).run(until=8, report=4)]
    again = DisNetRun(TINY, tmp_path)
    assert again.step == 8
    losses += [progress.loss for progress in again.run(report=4)]
    assert again.step == 12
    assert len(losses) == 3
    assert losses[-1] < losses[0]
    net, config, step = averaged(tmp_path)
    assert step == 12
    assert config["side"] == 32
    assert not net.training


def test_another_networks_weights_are_refused(tmp_path):
    run = DisNetRun(TINY, tmp_path)
    run.save()
    with pytest.raises(ConfigError, match="another network"):
        DisNetRun(replace(TINY, widths=(4, 8)), tmp_path)


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match="fresh"):
        DisNetConfig(fresh=9)
    with pytest.raises(ConfigError, match="multiple of 32"):
        DisNetConfig(side=100)


def test_the_rate_rises_and_falls():
    config = DisNetConfig(steps=100, warmup=10)
    rates = [config.rate_at(step) for step in range(100)]
    assert max(rates) == max(rates[5:15])
    assert rates[0] < rates[9]
    assert rates[-1] < 0.02 * config.rate


def test_an_empty_folder_of_art_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="no prepared art"):
        Shelf(tmp_path, np.random.default_rng(0))


def test_a_release_computes_what_torch_computes_and_opens(tmp_path):
    DisNetRun(TINY, tmp_path / "run").save()
    assert release_disnet(tmp_path / "run", tmp_path / "net", "MIT", "nothing") <= 1
    net = open_disnet(tmp_path / "net", threads=1)
    height = net(Illustration(np.zeros((33, 50, 3), np.uint8)))
    assert height.shape == (33, 50)
    assert 0 <= height.min() <= height.max() <= 1
