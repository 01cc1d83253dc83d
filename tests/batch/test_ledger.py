"""What is done is not done again; what has changed is."""

import json

import pytest

from stenciltorch.batch import Ledger, Work
from stenciltorch.errors import InputError


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "in" / "page.png"
    path.parent.mkdir()
    path.write_bytes(b"lines")
    return path


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "page.png").write_bytes(b"colours")
    return folder


def test_a_noted_page_is_known_by_another_process_too(page, out):
    digest = Work([page], {"palette": "a"}).digest()
    assert not Ledger(out).has("page.png", digest)
    Ledger(out).note("page.png", digest, [out / "page.png"])
    assert Ledger(out).has("page.png", digest)
    assert not Ledger(out).has("other.png", digest)


@pytest.mark.parametrize("change", ["input", "settings", "missing"])
def test_any_change_is_work(page, out, change):
    Ledger(out).note("page.png", Work([page], {"palette": "a"}).digest(), [out / "page.png"])
    if change == "input":
        page.write_bytes(b"other lines")
    if change == "missing":
        (out / "page.png").unlink()
    settings = {"palette": "b" if change == "settings" else "a"}
    assert not Ledger(out).has("page.png", Work([page], settings).digest())


def test_what_somebody_painted_over_is_left_alone_or_spoken_of(page, out):
    digest = Work([page], {}).digest()
    Ledger(out).note("page.png", digest, [out / "page.png"])
    Ledger(out).check_untouched("page.png")
    (out / "page.png").write_bytes(b"painted over")
    assert Ledger(out).has("page.png", digest)
    with pytest.raises(InputError, match=r"page\.png was changed after it was coloured; move it away"):
        Ledger(out).check_untouched("page.png")


def test_names_and_times_of_files_do_not_count(page, out):
    copy = page.with_name("copy.png")
    copy.write_bytes(page.read_bytes())
    assert Work([page], {}).digest() == Work([copy], {}).digest()


def test_a_foreign_or_damaged_ledger(out):
    for content in (
        "{",
        "[]",
        '{"format": "x"}',
        json.dumps({"format": "stenciltorch-batch", "version": 9, "pages": {}}),
    ):
        (out / "stenciltorch-batch.json").write_text(content)
        with pytest.raises(InputError):
            Ledger(out)
