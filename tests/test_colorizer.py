"""The host of the model contract, on tiny models that follow it."""

from threading import Thread

import numpy as np
import pytest
from fake_models import fake_flats, make_model
from hypothesis import given
from hypothesis import strategies as st

from stenciltorch.canvas import Colorizer, Hints, Illustration, Lineart, Mask, Size, Stencil
from stenciltorch.colorizer import OnnxColorizer, strips
from stenciltorch.errors import ModelError
from stenciltorch.runtime import Graph, open_model
from stenciltorch.scaling import reduce_hints, working_size

WORK_PIXELS = 600
"""The fake's; larger drawings take the way over the finisher."""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return open_model(make_model(tmp_path_factory.mktemp("model"), WORK_PIXELS), threads=1)


@pytest.fixture
def colorizer(model):
    return OnnxColorizer(model)


@pytest.fixture
def runs(monkeypatch):
    """The names of the graphs that were run, in order."""
    names = []
    real = Graph.run

    def run(self, values):
        names.append(self.path.stem)
        return real(self, values)

    monkeypatch.setattr(Graph, "run", run)
    return names


def noise(size, seed=0):
    """A stencil of random pixels; mask and hints are 0 in about half of the places."""
    rng = np.random.default_rng(seed)
    hints = rng.integers(0, 256, (*size, 4), dtype=np.uint8)
    hints[..., 3] *= rng.integers(0, 2, size, dtype=np.uint8)
    return Stencil(
        Lineart(rng.integers(0, 256, size, dtype=np.uint8)),
        Hints(hints),
        Mask(rng.integers(-255, 256, size).clip(0).astype(np.uint8)),
        Illustration(rng.integers(0, 256, (*size, 3), dtype=np.uint8)),
    )


def expected(stencil, flats):
    """The fake's illustration by its definition, in float64."""
    light, share = stencil.lineart.array[..., None] / 255, stencil.mask.array[..., None] / 255
    return np.floor(flats * 0.9 * light * share + stencil.base.array * (1 - share) + 0.5)


def largest_gap(first, second):
    return int(np.abs(np.asarray(first, int) - np.asarray(second, int)).max())


def kept_bytes_are_exact(stencil, painting):
    kept = stencil.mask.array == 0
    return np.array_equal(painting.illustration.array[kept], stencil.base.array[kept])


def test_it_is_a_colorizer(colorizer):
    assert isinstance(colorizer, Colorizer)


def test_a_small_drawing_is_painted_at_its_own_size(colorizer, runs):
    stencil = noise(Size(20, 30))
    painting = colorizer(stencil)
    flats = fake_flats(stencil.hints.array, stencil.size)
    assert runs == ["encoder", "painter"]
    assert np.array_equal(painting.flats.array, flats)
    assert largest_gap(painting.colour.array, np.floor(flats * 0.9)) <= 1
    assert largest_gap(painting.illustration.array, expected(stencil, flats)) <= 1


def test_a_large_drawing_is_finished_at_its_own_size(colorizer, runs):
    stencil = noise(Size(61, 83))
    painting = colorizer(stencil)
    working = working_size(stencil.size, WORK_PIXELS)
    flats = fake_flats(reduce_hints(stencil.hints, working).array, stencil.size)
    assert runs == ["encoder", "painter", "finisher"]
    assert working.pixels < stencil.size.pixels / 5
    assert np.array_equal(painting.flats.array, flats)
    assert largest_gap(painting.illustration.array, expected(stencil, flats)) <= 1
    assert kept_bytes_are_exact(stencil, painting)


@pytest.mark.parametrize("names", [("paper_seen", "field"), ("zebra", "aardvark")])
def test_opaque_tensors_are_handed_on_by_name(tmp_path, names):
    stencil = noise(Size(40, 40))
    renamed = OnnxColorizer.load(make_model(tmp_path, WORK_PIXELS, *names), threads=1)
    assert names[0] in {port.name for port in renamed.model.painter.outside.inputs}
    assert kept_bytes_are_exact(stencil, renamed(stencil))


def test_the_drawing_is_encoded_once_for_many_strokes(colorizer, runs):
    stencil = noise(Size(20, 20))
    for seed in range(4):
        hinted = stencil.with_hints(noise(stencil.size, seed).hints)
        painting = colorizer(hinted)
        assert np.array_equal(painting.flats.array, fake_flats(hinted.hints.array, stencil.size))
    assert runs == ["encoder"] + 4 * ["painter"]


def test_an_equal_drawing_is_the_same_drawing(colorizer, runs):
    first, second = noise(Size(20, 20)), noise(Size(20, 20))
    assert first.lineart is not second.lineart
    assert colorizer(first).illustration == colorizer(second).illustration
    assert runs == ["encoder", "painter", "painter"]


@pytest.mark.parametrize("part", ["lineart", "mask", "base"])
def test_any_change_of_the_drawing_is_encoded_anew(colorizer, runs, part):
    first, other = noise(Size(20, 20)), noise(Size(20, 20), seed=1)
    parts = {name: getattr(first, name) for name in ("lineart", "hints", "mask", "base")}
    second = Stencil(**parts | {part: getattr(other, part)})
    colorizer(first)
    fresh = OnnxColorizer(colorizer.model)(second)
    runs.clear()
    assert colorizer(second).illustration == fresh.illustration
    assert runs == ["encoder", "painter"]


def test_only_the_last_drawing_is_kept(colorizer, runs):
    for seed in (0, 1, 0):
        colorizer(noise(Size(9, 9), seed))
    assert runs.count("encoder") == 3


def test_a_closed_mask_gives_the_base_without_running_anything(colorizer, runs):
    stencil = noise(Size(50, 50)).with_mask(Mask.filled(Size(50, 50), 0))
    painting = colorizer(stencil)
    assert runs == []
    assert painting.illustration is stencil.base


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 2**32))
def test_every_size_keeps_every_byte_outside_the_mask(model, height, width, seed):
    stencil = noise(Size(height, width), seed)
    painting = OnnxColorizer(model)(stencil)
    assert painting.illustration.size == painting.colour.size == painting.flats.size == stencil.size
    assert kept_bytes_are_exact(stencil, painting)


@pytest.mark.parametrize("size", [Size(1, 1), Size(1, 10_000), Size(10_000, 1), Size(2, 601)])
def test_extreme_shapes(colorizer, size):
    stencil = noise(size)
    assert kept_bytes_are_exact(stencil, colorizer(stencil))


@pytest.mark.parametrize("pixels", [1, 83, 500, 83 * 60])
def test_strips_give_the_bytes_of_the_whole(model, pixels):
    stencil = noise(Size(61, 83))
    whole = OnnxColorizer(model, strip_pixels=10**6)(stencil)
    striped = OnnxColorizer(model, strip_pixels=pixels)(stencil)
    for name in ("illustration", "colour", "flats"):
        assert getattr(striped, name) == getattr(whole, name)


@given(st.integers(1, 200), st.integers(1, 200), st.integers(1, 5000))
def test_strips_cover_each_row_once(height, width, pixels):
    rows = list(strips(Size(height, width), pixels))
    assert [row for strip in rows for row in range(strip.start, strip.stop)] == list(range(height))
    assert all((strip.stop - strip.start) * width <= max(pixels, width) for strip in rows)


def test_results_are_of_their_own_memory(colorizer):
    """A later call must not write into an earlier answer."""
    first = colorizer(noise(Size(20, 20)))
    before = first.illustration.array.copy()
    for seed in range(1, 6):
        colorizer(noise(Size(20, 20), seed))
    assert np.array_equal(first.illustration.array, before)


def test_progress_rises_to_one(model):
    shares = []
    OnnxColorizer(model, strip_pixels=500)(noise(Size(61, 83)), shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 10
    assert shares[-1] == 1.0


def test_progress_may_stop_the_work(model):
    colorizer = OnnxColorizer(model, strip_pixels=500)
    stencil = noise(Size(61, 83))

    def stop(share):
        if share > 0.6:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        colorizer(stencil, stop)
    assert kept_bytes_are_exact(stencil, colorizer(stencil))


def test_a_failed_encoding_is_not_kept(colorizer, monkeypatch):
    stencil = noise(Size(20, 20))

    def fail(self, values):
        raise ModelError("broken")

    with monkeypatch.context() as patch:
        patch.setattr(Graph, "run", fail)
        with pytest.raises(ModelError):
            colorizer(stencil)
    assert kept_bytes_are_exact(stencil, colorizer(stencil))


def test_threads_do_not_mix_their_drawings(colorizer):
    stencils = [noise(Size(30 + seed, 40), seed) for seed in range(6)]
    answers = {}

    def paint(seed):
        answers[seed] = [colorizer(stencils[seed]) for _ in range(3)]

    threads = [Thread(target=paint, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed, stencil in enumerate(stencils):
        alone = OnnxColorizer(colorizer.model)(stencil)
        assert all(answer.illustration == alone.illustration for answer in answers[seed])


def test_load_finds_the_model_by_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("STENCILTORCH_MODEL", str(make_model(tmp_path / "named")))
    assert OnnxColorizer.load(threads=1).model.folder == tmp_path / "named"
