"""What torchrun starts in tests/training/test_ranks.py.

    ranks_program.py PACK FOLDER gradients|die

`gradients` stores the gradients of one adversarial step as rank 0 has them, then trains six steps; `die` trains, too,
but rank 1 is killed in the fourth step of the first try.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from tiny_pack import smoke, tiny_adversarial

from stenciltorch.training.place import Place
from stenciltorch.training.ranks import join, leave
from stenciltorch.training.task import build_task
from stenciltorch.training.trainer import Schedule, Trainer, train

SCHEDULE = Schedule(device="cpu", log_every=1, save_every=2, threads=1)


def gradients(pack: Path, place: Place) -> dict[str, torch.Tensor]:
    """Of generator, guide and critic after one step on a batch of four."""
    config = tiny_adversarial(optim__batch="4", optim__rate="0.0")
    torch.manual_seed(config.seed)
    task = build_task(config, place)
    data = task.data(pack)
    losses = task.step(data.collate([data.examples[place_] for place_ in range(4)[place.ranks.part(4)]]), 0)
    found = {f"loss.{name}": torch.tensor(value) for name, value in place.ranks.mean(losses).items()}
    for name in ("generator", "guide", "critic"):
        for key, value in task.modules[name].named_parameters():
            found[f"{name}.{key}"] = value.grad
    return found


def die_once(run: Trainer) -> None:
    """Kill this process in its fourth step, if it is rank 1 of the first try."""
    if run.place.ranks.rank == 1 and os.environ["TORCHELASTIC_RESTART_COUNT"] == "0" and run.step == 3:
        os.kill(os.getpid(), signal.SIGKILL)


def main(pack: Path, folder: Path, what: str) -> None:
    torch.set_num_threads(1)
    ranks, device = join("cpu")
    if what == "gradients":
        found = gradients(pack, Place(device, ranks))
        if ranks.leads:
            save_file(found, folder / "gradients.safetensors")
    if what == "die":
        whole = Trainer.train_step
        Trainer.train_step = lambda run, batch: (die_once(run), whole(run, batch))[1]
    list(train(smoke(optim__steps="6"), pack, folder, SCHEDULE))
    leave()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
