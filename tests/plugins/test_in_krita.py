"""The Krita plug-in inside the real Krita, against the real server."""

import json

import numpy as np
import pytest
from live_site import TOKEN
from painting_programs import needs, run_in_krita
from PIL import Image
from plugin_modules import PLUGINS

pytestmark = needs("kritarunner", "xvfb-run")

MODES = [["flats", "normal"], ["shade", "multiply"], ["light", "screen"], ["line", "multiply"]]
SELECTED = np.s_[4:20, 5:30]
"""As in in_krita/use_plugin.py."""


@pytest.fixture(scope="module")
def folder(request, site, lines, dabs, tmp_path_factory):
    """What Krita made of one page: all of it, with a selection, and by the docker; in one start."""
    place = tmp_path_factory.mktemp("in-krita")
    for name, pixels in (("lines", lines), ("hints", dabs)):
        Image.fromarray(pixels).save(place / f"{name}.png")
    files = {name: str(place / f"{name}.png") for name in ("lines", "hints")}
    job = {"plugins": str(PLUGINS / "krita"), "address": f"http://{site.host}", "token": TOKEN, **files}
    (place / "job.json").write_text(json.dumps(job))
    run_in_krita(request.config, "use_plugin", place)
    return place


def told(folder, name):
    found = json.loads((folder / f"{name}.json").read_text())
    assert "error" not in found, found
    return found


def shown(folder, name):
    with Image.open(folder / f"{name}.png") as picture:
        return np.asarray(picture.convert("RGB"), int)


@pytest.mark.parametrize("way", ["whole", "docker"])
def test_the_result_is_a_group_on_top_that_shows_the_picture(folder, lines, dabs, way):
    found = told(folder, way)
    assert found["group"] == "StencilTorch"
    assert found["news"] == ("Done." if way == "docker" else "")
    assert [[name, mode] for name, _, mode, _ in found["layers"]] == MODES
    assert all(visible for *_, visible in found["layers"])
    expected = dabs[..., :3] * 0.9 * lines[..., :3] / 255
    assert np.abs(shown(folder, way) - expected).max() <= 1


def test_only_what_is_selected_is_covered(folder, lines, dabs):
    found = told(folder, "selected")
    assert found["layers"][-1][0] == "mask"
    expected = np.where(dabs[..., 3:] > 0, dabs[..., :3], lines[..., :3]).astype(float)
    expected[SELECTED] = (dabs[..., :3] * 0.9 * lines[..., :3] / 255)[SELECTED]
    assert np.abs(shown(folder, "selected") - expected).max() <= 1
