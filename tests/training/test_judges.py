"""The networks behind FID and LPIPS: sizes, names and layout of the published files, and answers of the references.

`tests/fixtures/judges.json` holds what pytorch-fid, Pillow's float bicubic and lpips answer on the same generated
weights and pictures (tests/support/judge_weights.py).
"""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

import judge_weights
import numpy as np
import pytest
import torch
from beartype import beartype
from jaxtyping import jaxtyped

from stenciltorch.canvas import Illustration, Size
from stenciltorch.cli import main
from stenciltorch.errors import InputError, ModelError
from stenciltorch.evaluation.cases import folder_pictures
from stenciltorch.evaluation.contenders import Contender
from stenciltorch.evaluation.judges import at_hand, lacking
from stenciltorch.evaluation.report import Report
from stenciltorch.evaluation.running import Job, run
from stenciltorch.evaluation.suite import Plan
from stenciltorch.files import write_illustration
from stenciltorch.networks.inception import FidInception, as_clean, as_usual
from stenciltorch.networks.lpips import AlexNetMaps, Heads, Lpips
from stenciltorch.networks.measure import count_parameters
from stenciltorch.runtime.weights import find_weights, published, stored
from stenciltorch.training.judges import InceptionJudge, LpipsJudge
from stenciltorch.training.weights import import_weights

GOLDEN = json.loads((Path(__file__).parents[1] / "fixtures" / "judges.json").read_text())
FILES = {
    "fid-inception": judge_weights.inception_file,
    "alexnet": judge_weights.alexnet_file,
    "lpips-alex": judge_weights.heads_file,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Generated weights, imported from files in the published layout."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("weights")
        patch.setenv("STENCILTORCH_WEIGHTS", str(folder))
        for name, make in FILES.items():
            file = folder / f"{name}.pth"
            torch.save(make(), file)
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            assert main(["weights", "import", name, str(file), "--sha256", digest]) == 0
            file.unlink()
        yield folder


@pytest.fixture(scope="module")
def inception(store):
    return InceptionJudge(folder=store)


@pytest.fixture(scope="module")
def lpips(store):
    return LpipsJudge(folder=store)


@pytest.fixture(scope="module")
def pictures():
    return [Illustration(picture) for picture in judge_weights.two_pictures()]


# layout


def test_inception_has_the_published_layout():
    """566 arrays in the file; 21,785,568 parameters below the 1008 classes."""
    names = judge_weights.inception_file()
    assert len(names) == 566
    assert count_parameters(FidInception()) == 21_785_568
    shapes = {name: tuple(value.shape) for name, value in names.items()}
    assert shapes["Conv2d_1a_3x3.conv.weight"] == (32, 3, 3, 3)
    assert shapes["Mixed_5b.branch5x5_2.conv.weight"] == (64, 48, 5, 5)
    assert shapes["Mixed_5d.branch3x3dbl_3.bn.running_mean"] == (96,)
    assert shapes["Mixed_6a.branch3x3.conv.weight"] == (384, 288, 3, 3)
    assert shapes["Mixed_6e.branch7x7dbl_2.conv.weight"] == (192, 192, 7, 1)
    assert shapes["Mixed_7a.branch7x7x3_4.conv.weight"] == (192, 192, 3, 3)
    assert shapes["Mixed_7c.branch3x3dbl_3b.conv.weight"] == (384, 384, 3, 1)
    assert not any(name.endswith("conv.bias") for name in names)


def test_alexnet_has_the_published_layout():
    names = judge_weights.alexnet_file()
    assert sum(value.numel() for value in names.values()) == 61_100_840
    assert count_parameters(AlexNetMaps()) == 2_469_696
    assert [name for name in names if name.endswith("weight")][:5] == [
        f"features.{layer}.weight" for layer in (0, 3, 6, 8, 10)
    ]
    assert {name: tuple(value.shape) for name, value in judge_weights.heads_file().items()} == {
        f"lin{number}.model.1.weight": (1, width, 1, 1) for number, width in enumerate((64, 192, 384, 256, 256))
    }


@pytest.fixture(autouse=True)
def _shapes_are_checked(monkeypatch):
    for module in (FidInception, Lpips):
        monkeypatch.setattr(module, "forward", jaxtyped(typechecker=beartype)(module.forward))


def test_several_pairs_at_once():
    found, true = torch.rand(2, 3, 3, 64, 96)
    judge = Lpips(AlexNetMaps(), Heads())
    assert judge(found, true).tolist() == pytest.approx(
        [float(judge(found[i : i + 1], true[i : i + 1])) for i in range(3)], abs=1e-5
    )


# answers


def test_inception_answers_as_the_references(inception, pictures):
    for number, picture in enumerate(pictures):
        found = inception(picture)
        for way in ("fid", "fid-clean"):
            wanted = np.array(GOLDEN[way][number])
            assert np.abs(found[way][:: GOLDEN["every"]] - wanted).max() < 2e-4 * wanted.max(), way
        assert np.linalg.norm(found["fid"]) == pytest.approx(GOLDEN["fid_length"][number], rel=1e-4)
    assert np.abs(np.subtract(*(GOLDEN["fid"]))).max() > 0.1


def test_lpips_answers_as_the_reference(lpips, pictures):
    assert lpips(*pictures) == pytest.approx(GOLDEN["lpips"], rel=1e-5)
    assert lpips(*pictures[::-1]) == pytest.approx(GOLDEN["lpips"], rel=1e-5)
    assert lpips(pictures[0], pictures[0]) == 0.0


def test_bringing_to_size():
    """Without a low-pass filter fine stripes turn into beats; with it they turn grey."""
    stripes = torch.zeros(1, 3, 897, 897)
    stripes[..., ::2] = 255.0
    assert as_usual(stripes).shape == as_clean(stripes).shape == (1, 3, 299, 299)
    assert float(as_usual(stripes).std()) > 0.9
    assert float(as_clean(stripes)[..., 5:-5].abs().max()) < 0.02
    white = torch.full((1, 3, 40, 50), 255.0)
    assert float((as_usual(white) - 1).abs().max()) < 1e-5
    assert float((as_clean(white) - 127 / 128).abs().max()) < 1e-5


def test_pictures_that_lpips_cannot_judge(lpips, pictures):
    assert lpips(Illustration.filled(Size(30, 60)), Illustration.filled(Size(30, 60))) is None
    assert lpips(Illustration.filled(Size(31, 31)), Illustration.filled(Size(31, 31))) == 0.0
    with pytest.raises(InputError, match=r"330 x 240 and 31 x 31 pixels"):
        lpips(pictures[0], Illustration.filled(Size(31, 31)))


def test_threads_are_as_before(lpips):
    before, small = torch.get_num_threads(), Illustration.filled(Size(40, 40))
    lpips.threads, kept = before + 1, lpips.threads
    try:
        lpips(small, small)
        assert torch.get_num_threads() == before
    finally:
        lpips.threads = kept


# in a report


def test_reports_with_weights(store, tmp_path, monkeypatch, pictures):
    """A folder that holds the true pictures has no distance from them; another has."""
    monkeypatch.setenv("STENCILTORCH_WEIGHTS", str(store))
    quick = Plan(edits=0, passes=1, counts=(), messy=False, mask=False, order=False)
    art, same = tmp_path / "art", tmp_path / "same"
    for folder in (art, same):
        folder.mkdir()
        for name, picture in zip(("one", "two"), pictures, strict=True):
            write_illustration(folder / f"{name}.png", picture)
    job = Job((Contender("same", "pictures", same), Contender("classical", "classical")), int, quick, 1, at_hand())
    report = Report(tmp_path / "out", job.contenders, quick, {}, lacking())
    for result in run(folder_pictures(art), job):
        report.add(result)
    facts = report.finish()
    assert facts["not_computed"] == {}
    assert {name: of["file_sha256"] for name, of in facts["published_weights"].items()} == {
        name: stored(name, store).file_sha256 for name in FILES
    }
    mine, other = facts["contenders"]["same"], facts["contenders"]["classical"]
    assert mine["figures"]["LPIPS (AlexNet)"]["mean"] == 0.0
    assert mine["sets"]["FID"]["value"] == pytest.approx(0, abs=1e-6)
    assert mine["sets"]["FID-clean"]["value"] == pytest.approx(0, abs=1e-6)
    assert other["figures"]["LPIPS (AlexNet)"]["mean"] > 0
    assert other["sets"]["FID"]["value"] > 1e-3
    text = (tmp_path / "out" / "report.md").read_text()
    assert (
        f"- weights of alexnet: alexnet.pth, sha256 {stored('alexnet', store).file_sha256} (as its user says)" in text
    )
    assert "not computed" not in text


def test_weights_that_were_changed_are_refused(store, tmp_path):
    for path in store.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    heads = tmp_path / "lpips-alex.safetensors"
    heads.write_bytes(heads.read_bytes()[:-4] + b"\0\0\0\1")
    with pytest.raises(ModelError, match="was changed since it was imported"):
        LpipsJudge(folder=tmp_path)


# files


def test_what_is_kept(store):
    about = stored("fid-inception", store)
    assert (about.checked, about.file) == ("yours", "fid-inception.pth")
    assert find_weights("alexnet", store).stat().st_size < 10_000_000


def test_another_file_is_refused(tmp_path):
    state = judge_weights.heads_file()
    state["lin2.model.1.weight"] = state["lin2.model.1.weight"][:, :9]
    torch.save(state, tmp_path / "alex.pth")
    digest = hashlib.sha256((tmp_path / "alex.pth").read_bytes()).hexdigest()
    with pytest.raises(ModelError, match=r"is not the published alex.pth .* say so with --sha256"):
        import_weights(published("lpips-alex"), tmp_path / "alex.pth", None, tmp_path)
    with pytest.raises(ModelError, match=r"lin2.model.1.weight is \(1, 9, 1, 1\), expected \(1, 384, 1, 1\)"):
        import_weights(published("lpips-alex"), tmp_path / "alex.pth", digest, tmp_path)


def test_the_published_heads_themselves(tmp_path):
    """torchmetrics carries the authors' file of LPIPS's heads."""
    spec = find_spec("torchmetrics")
    file = Path(spec.origin).parent / "functional" / "image" / "lpips_models" / "alex.pth" if spec else None
    if not (file and file.is_file()):
        pytest.skip("needs torchmetrics with LPIPS's heads")
    about = import_weights(published("lpips-alex"), file, None, tmp_path)
    assert about.checked == "published"
    assert file.stat().st_size == published("lpips-alex").bytes
