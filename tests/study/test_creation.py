"""Making and freezing a study."""

import hashlib
import json
import shutil

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from study_site import CREATED, MODELS, make_study, paint_models

from stenciltorch import files
from stenciltorch.canvas import Illustration, Size
from stenciltorch.errors import ConfigError, DatasetError, InputError
from stenciltorch.study.creation import Order, create, damaged
from stenciltorch.study.protocol import DAMAGED, Session, check_pictures, picture_file, read_frozen


def test_a_study_holds_every_version_and_names_none(study, protocol, models):
    assert protocol.models == MODELS
    assert len(protocol.pictures) == 6
    assert len(protocol.rated) == 4
    for name, picture in protocol.pictures.items():
        for model, folder in models.items():
            kept = files.read_illustration(picture_file(study, picture.files[model]))
            assert kept == files.read_illustration(folder / f"{name}.png")
    names = "".join(path.name for path in (study / "pictures").iterdir())
    assert not any(word in names for word in (*MODELS, "drawing"))


def test_notes_inside_a_picture_do_not_reach_the_raters(tmp_path):
    models = paint_models(tmp_path / "models", ("ours", "theirs"), pictures=4)
    path = models["ours"] / "drawing-0.png"
    notes = PngInfo()
    notes.add_text("Software", "the model called ours")
    Image.open(path).save(path, pnginfo=notes)
    study = make_study(tmp_path / "study", models)
    assert not any(b"called ours" in kept.read_bytes() for kept in (study / "pictures").iterdir())


def test_the_seal_is_the_hash_of_the_protocol(study):
    protocol, seal = read_frozen(study)
    assert seal == hashlib.sha256((study / "protocol.json").read_bytes()).hexdigest()
    assert protocol.as_bytes() == (study / "protocol.json").read_bytes()
    assert protocol.created == CREATED


def test_the_same_seed_makes_the_same_study(tmp_path, models, study):
    again = make_study(tmp_path / "again", models)
    other = make_study(tmp_path / "other", models, seed=1)
    assert (again / "protocol.json").read_bytes() == (study / "protocol.json").read_bytes()
    assert read_frozen(other)[1] != read_frozen(study)[1]


def test_the_rules_are_in_the_frozen_file(study):
    told = json.loads((study / "protocol.json").read_text())
    assert told["screening"]["bt500"] is True
    assert told["screening"]["golden"] == 0.6
    assert told["plan"] == {"compared": "ours", "level": 0.95, "replicates": 2000}


@pytest.mark.parametrize(
    "change", [lambda text: text.replace('"golden": 0.6', '"golden": 0.1'), lambda text: text + " "]
)
def test_a_changed_protocol_is_refused(study, change):
    path = study / "protocol.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(DatasetError, match="was changed after it was frozen"):
        read_frozen(study)


def test_a_protocol_sealed_anew_does_not_fit_the_answers(study, tmp_path, models):
    from stenciltorch.study.store import Store

    other = make_study(tmp_path / "other", models, seed=9)
    for name in ("protocol.json", "protocol.sha256"):
        shutil.copy(other / name, study / name)
    with pytest.raises(DatasetError, match="belongs to another protocol"):
        Store(study, read_frozen(study)[1])


def test_a_changed_picture_is_refused(study, protocol):
    check_pictures(study, protocol)
    path = next((study / "pictures").iterdir())
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(DatasetError, match="changed after the study was frozen"):
        check_pictures(study, protocol)


def test_no_study(tmp_path):
    with pytest.raises(DatasetError, match="is not a study"):
        read_frozen(tmp_path)


def test_a_protocol_of_another_format(study):
    raw = json.loads((study / "protocol.json").read_text()) | {"format": 7}
    content = json.dumps(raw).encode()
    (study / "protocol.json").write_bytes(content)
    (study / "protocol.sha256").write_text(hashlib.sha256(content).hexdigest())
    with pytest.raises(DatasetError, match="has format 7, this version reads 1"):
        read_frozen(study)


def test_golden_pictures_are_damaged_from_one_of_the_models(study, protocol):
    for name in (*protocol.golden, *protocol.training):
        picture = protocol.pictures[name]
        broken, whole = (
            files.read_illustration(picture_file(study, picture.files[version])).array.astype(int)
            for version in (DAMAGED, picture.damaged_from)
        )
        assert broken.shape == whole.shape
        assert np.abs(broken - whole).mean() > 30
    assert (
        DAMAGED
        not in next(p for n, p in protocol.pictures.items() if n not in (*protocol.golden, *protocol.training)).files
    )


@pytest.mark.parametrize("size", [(1, 1), (9, 9), (10, 300), (37, 53)])
def test_any_size_can_be_damaged(size):
    picture = Illustration(np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8))
    assert damaged(picture, np.random.default_rng(1)).size == Size(*size)


def order(models, **settings):
    return Order("Title", models, **({"session": Session(2, 2)} | settings))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"compared": "nobody"}, "'nobody' is none of the models"),
        ({"training": 5}, "leaves too few of the 6 pictures"),
        ({"session": Session(0, 0)}, "found none"),
        ({"session": Session(2, 2, 0.9)}, "--repeats must be from 0 to 0.5"),
        ({"level": 1.0}, "--level must be"),
    ],
    ids=str,
)
def test_settings_that_do_not_fit(tmp_path, models, settings, words):
    with pytest.raises(ConfigError, match=words):
        create(tmp_path / "study", order(models, **settings), CREATED)
    assert not (tmp_path / "study").exists()


def test_one_model_is_no_comparison(tmp_path, models):
    with pytest.raises(ConfigError, match="at least 2 models, found 1"):
        create(tmp_path / "study", order({"ours": models["ours"]}), CREATED)


def test_folders_with_other_drawings(tmp_path):
    models = paint_models(tmp_path / "models")
    (models["theirs"] / "drawing-3.png").unlink()
    with pytest.raises(DatasetError, match="ours and theirs do not match: drawing-3 is in one folder only"):
        create(tmp_path / "study", order(models), CREATED)


def test_versions_of_other_sizes(tmp_path):
    models = paint_models(tmp_path / "models")
    files.write_illustration(models["theirs"] / "drawing-3.png", Illustration.filled(Size(9, 9), 1))
    with pytest.raises(DatasetError, match=r"drawing-3 differ in size .*9 x 9"):
        create(tmp_path / "study", order(models), CREATED)


def test_a_folder_in_use(tmp_path, models):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty"):
        create(tmp_path / "study", order(models), CREATED)
    assert (tmp_path / "study" / "notes.txt").read_text() == "mine"


def test_a_missing_folder(tmp_path, models):
    with pytest.raises(InputError, match="is not a folder"):
        create(tmp_path / "study", order({**models, "gone": tmp_path / "gone"}), CREATED)


def test_what_is_shown_beside(tmp_path, models):
    study = make_study(tmp_path / "study", models, context=models["theirs"])
    protocol = read_frozen(study)[0]
    for picture in protocol.pictures.values():
        assert picture.context == picture.files["theirs"]
    lacking = paint_models(tmp_path / "few", ("few",), pictures=2)["few"]
    with pytest.raises(DatasetError, match="has no picture named drawing-2"):
        make_study(tmp_path / "another", models, context=lacking)
