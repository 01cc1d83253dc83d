import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stenciltorch.canvas import Size
from stenciltorch.synthesis.portraits import SPECK, draw_portrait

seeds = st.integers(0, 2**32 - 1)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(seeds)
def test_no_region_is_a_speck(seed: int) -> None:
    regions = draw_portrait(Size(64, 64), rng(seed))[1]
    assert regions.count == 1 or np.bincount(regions.array.ravel())[1:].min() >= SPECK


def test_the_picture_is_its_flats_where_there_is_no_line_but_for_shade() -> None:
    plain = []
    for seed in range(6):
        picture, _, flats, lineart = draw_portrait(Size(160, 160), rng(seed))
        bare = lineart.array == 255
        brighter = picture.array.astype(int) - flats.array
        plain.append((np.abs(brighter).max(axis=2) <= 3)[bare].mean())
        assert (brighter <= 3).all(axis=2)[bare].mean() > 0.95
    assert 0.25 < np.mean(plain) < 0.95


def test_every_part_is_outlined_but_for_gaps() -> None:
    shares = []
    for seed in range(8):
        _, regions, _, lineart = draw_portrait(Size(160, 160), rng(seed))
        labels = regions.array
        seam = np.zeros(labels.shape, bool)
        seam[:, :-1] |= labels[:, :-1] != labels[:, 1:]
        seam[:-1] |= labels[:-1] != labels[1:]
        shares.append(float((lineart.array[seam] < 255).mean()))
    assert np.median(shares) > 0.9


def test_parts_of_one_object_share_a_colour() -> None:
    """Locks of hair, sleeves, ears: regions of one colour, with a line between them."""
    shared = 0
    for seed in range(12):
        _, regions, flats, _ = draw_portrait(Size(192, 192), rng(seed))
        colours = {tuple(colour) for colour in flats.array.reshape(-1, 3).tolist()}
        shared += regions.count - len(colours)
    assert shared > 12
