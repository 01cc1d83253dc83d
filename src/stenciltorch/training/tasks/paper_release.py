"""A run of the paper's recipes -> a model folder that the studio opens and the evaluation measures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.export import Dim

from stenciltorch.errors import ConfigError
from stenciltorch.export import Card
from stenciltorch.networks.faithful import Generator, Guide
from stenciltorch.networks.faithful.graphs import BROUGHT, SEEN, EncoderGraph, FinisherGraph, PainterGraph
from stenciltorch.training import features
from stenciltorch.training.checkpoint import LATEST, State, load
from stenciltorch.training.config import fingerprint
from stenciltorch.training.contract import Given, write_model
from stenciltorch.training.pack import pack_hash, read_pack

WORK_PIXELS = 512 * 512
"""The size that the paper's networks are trained at; larger drawings are brought down to it and up again."""

PICTURES = ("illustration", "colour", "flats")
SHARES = {"semantics": 1, "full": 16, "half": 8, "quarter": 4}
"""Sides of the opaque tensors, in sixteenths of the padded drawing's."""


class Built(NamedTuple):
    """One graph, as `contract.Graph`."""

    name: str
    module: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]


class Networks(NamedTuple):
    """What paints."""

    semantics: nn.Module
    generator: Generator
    guide: Guide | None

    def graphs(self, given: Given) -> Iterable[Built]:
        """The three graphs with inputs that fit together."""
        request = {name: given[name] for name in ("lineart", "mask", "base")}
        encoder = EncoderGraph(self.semantics, self.generator).eval()
        painter = PainterGraph(self.generator, self.guide).eval()
        with torch.no_grad():
            stroke = {"hints": given["hints"], **request} | dict(zip(SEEN, encoder(**request), strict=True))
            brought = dict(zip(BROUGHT, painter(**stroke)[3:], strict=True))
        strip = {name: torch.cat([value, value], dim=1) for name, value in request.items()}
        strip |= {"span": torch.tensor([3, 2 * len(given["lineart"]) + 5]), **brought}
        return [
            Built("encoder", encoder, request, SEEN),
            Built("painter", painter, stroke, PICTURES + BROUGHT),
            Built("finisher", FinisherGraph(), strip, PICTURES),
        ]


def free_axes(name: str) -> dict[int, Any]:
    if name == "span":
        return {}
    if name in BROUGHT:
        return {2: Dim.DYNAMIC, 3: Dim.DYNAMIC}
    if name not in SHARES:
        return {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}
    down, across = Dim("down", min=1, max=512), Dim("across", min=1, max=512)
    share = SHARES[name]
    return {2: share * down if share > 1 else down, 3: share * across if share > 1 else across}


def networks(state: State) -> Networks:
    """Those of a run.

    Raises:
        ConfigError: it is none of the paper's recipes.
        ModelError: the run was trained with published weights that are not here.
    """
    try:
        task = state.config["task"]
        generator = Generator(task["features"], normalise=task["normalise"])
        generator.load_state_dict(state.part("average"))
        guide = Guide(task["features"], normalise=task["normalise"]) if task["guide"] else None
        if guide is not None:
            guide.load_state_dict(state.part("guide"))
    except (KeyError, TypeError, RuntimeError) as error:
        raise ConfigError("The checkpoint does not hold the paper's networks in this version.") from error
    return Networks(features.semantics(task["semantics"]), generator, guide)


def release_paper(run: Path, model: Path, name: str | None, licence: str, pack: Path | None) -> int:
    """Export a run; returns the largest difference from torch, in levels.

    Raises:
        ConfigError: the folder holds no run of the paper's recipes.
        ModelError: the exported files do not compute what torch computes.
    """
    state = load(run / LATEST)
    data = pack_hash(read_pack(pack)) if pack else state.data or "not recorded"
    card = Card(name or str(state.config["name"]), licence, fingerprint(state.config), data, state.step)
    return write_model(networks(state).graphs, free_axes, model, card, WORK_PIXELS)
