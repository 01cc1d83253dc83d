"""The published weights that StencilTorch can use. None are shipped, and none are needed."""

from __future__ import annotations

from dataclasses import dataclass

from stenciltorch.errors import ModelError


@dataclass(frozen=True)
class Published:
    """One published file.

    Args:
        use: what it is for here.
        page: where its authors offer it, for people.
        url: the file itself, over https; None where it must be got by hand.
        bytes, sha256: of the file, where several independent projects agree on them; else None.
        converter: `module:function` from the file's arrays by name to those that are kept.
    """

    name: str
    title: str
    use: str
    file: str
    licence: str
    page: str
    url: str | None
    bytes: int | None
    sha256: str | None
    converter: str


CATALOGUE: dict[str, Published] = {
    entry.name: entry
    for entry in (
        Published(
            name="illustration2vec",
            title="Illustration2Vec (Saito and Matsui 2015)",
            use="semantic features F1 of the paper's recipes: --set task.semantics=illustration2vec",
            file="illust2vec_tag_ver200.caffemodel or illust2vec_ver200.caffemodel",
            licence="MIT",
            page="github.com/rezoo/illustration2vec, release v2.0.0",
            url=None,
            bytes=None,
            sha256=None,
            converter="stenciltorch.training.weights:illustration2vec",
        ),
        Published(
            name="vgg16",
            title="VGG16 trained on ImageNet (Simonyan and Zisserman 2015)",
            use="content features F2 of the paper's recipes: --set task.content=vgg16",
            file="vgg16-397923af.pth",
            licence="BSD-3-Clause (torchvision); trained on ImageNet, whose terms are for research",
            page="pytorch.org/vision, models, VGG",
            url="https://download.pytorch.org/models/vgg16-397923af.pth",
            bytes=553_433_881,
            sha256="397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
            converter="stenciltorch.training.weights:vgg16",
        ),
        Published(
            name="zhang2017",
            title="Real-time user-guided colorization (Zhang et al. 2017), PyTorch version",
            use="the baseline zhang2017 as its authors trained it, on photographs: benchmarks/baselines.py",
            file="pytorch.pth",
            licence="MIT",
            page="colorization.eecs.berkeley.edu/siggraph/models",
            url=None,
            bytes=None,
            sha256=None,
            converter="stenciltorch.training.baselines.published:zhang2017",
        ),
    )
}


def published(name: str) -> Published:
    """Raises ModelError when no weights have this name."""
    if name not in CATALOGUE:
        raise ModelError(f"There are no weights {name!r}; choose one of {', '.join(sorted(CATALOGUE))}.")
    return CATALOGUE[name]
