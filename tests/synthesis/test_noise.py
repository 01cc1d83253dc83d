import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stenciltorch.canvas import Size
from stenciltorch.synthesis.noise import smooth_noise


@given(st.integers(1, 40), st.integers(1, 40), st.floats(1, 60), st.integers(0, 99))
def test_noise_has_the_size_and_range(height: int, width: int, cell: float, seed: int) -> None:
    noise = smooth_noise(Size(height, width), cell, np.random.default_rng(seed))
    assert noise.shape == (height, width)
    assert noise.dtype == np.float32
    assert 0 <= noise.min() <= noise.max() <= 1


def test_noise_is_smooth_at_the_scale_of_its_cell() -> None:
    rng = np.random.default_rng(1)
    fine, coarse = (smooth_noise(Size(64, 64), cell, rng) for cell in (2, 32))
    assert np.abs(np.diff(coarse)).mean() < 0.3 * np.abs(np.diff(fine)).mean()
