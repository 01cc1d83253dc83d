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
            name="fid-inception",
            title="Inception-v3 of FID (Szegedy et al. 2015; ported from the TensorFlow graph of 2015-12-05)",
            use="the figures FID, FID-clean and KID of `stenciltorch evaluate`",
            file="pt_inception-2015-12-05-6726825d.pth",
            licence="Apache-2.0; trained on ImageNet, whose terms are for research",
            page="github.com/mseitzer/pytorch-fid, release fid_weights",
            url="https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth",
            bytes=95_628_359,
            sha256="6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
            converter="stenciltorch.training.judges:fid_inception",
        ),
        Published(
            name="alexnet",
            title="AlexNet trained on ImageNet (Krizhevsky 2014)",
            use="the figure LPIPS (AlexNet) of `stenciltorch evaluate`, with lpips-alex",
            file="alexnet-owt-7be5be79.pth",
            licence="BSD-3-Clause (torchvision); trained on ImageNet, whose terms are for research",
            page="pytorch.org/vision, models, AlexNet",
            url="https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
            bytes=244_408_911,
            sha256="7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
            converter="stenciltorch.training.judges:alexnet",
        ),
        Published(
            name="lpips-alex",
            title="linear heads of LPIPS 0.1 on AlexNet (Zhang et al. 2018)",
            use="the figure LPIPS (AlexNet) of `stenciltorch evaluate`, with alexnet",
            file="alex.pth",
            licence="BSD-2-Clause",
            page="github.com/richzhang/PerceptualSimilarity, lpips/weights/v0.1; also inside the Python packages lpips "
            "and torchmetrics (functional/image/lpips_models)",
            url=None,
            bytes=6_009,
            sha256="df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
            converter="stenciltorch.training.judges:lpips_alex",
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
