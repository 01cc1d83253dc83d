import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stenciltorch.synthesis.arrays import brightest, darkest, look_up, spread, to_bytes


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9))
def test_channel_arithmetic_equals_numpy(seed: int, height: int, width: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    assert np.array_equal(brightest(pixels), pixels.max(axis=2))
    assert np.array_equal(darkest(pixels), pixels.min(axis=2))
    assert np.array_equal(spread(pixels[..., 0]), np.repeat(pixels[..., :1], 3, axis=2))


@given(st.integers(0, 2**32 - 1), st.integers(1, 300))
def test_look_up_equals_indexing(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    colours = rng.integers(0, 256, (count, 3)).astype(np.uint8)
    labels = rng.integers(0, count, (7, 5)).astype(np.int32)
    assert np.array_equal(look_up(colours, labels), colours[labels])


def test_to_bytes_rounds_and_clips() -> None:
    assert to_bytes(np.array((-3.0, 0.49, 0.51, 254.6, 300.0))).tolist() == [0, 0, 1, 255, 255]
