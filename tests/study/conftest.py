"""A little study and its server."""

import pytest
from study_site import make_study, paint_models, serving_study

from stenciltorch.study.protocol import read_frozen
from stenciltorch.study.store import Store


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    return paint_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def study(tmp_path, models):
    return make_study(tmp_path / "study", models)


@pytest.fixture
def protocol(study):
    return read_frozen(study)[0]


@pytest.fixture
def store(study):
    opened = Store(study, read_frozen(study)[1])
    yield opened
    opened.close()


@pytest.fixture
def site(study):
    with serving_study(study) as served:
        yield served
