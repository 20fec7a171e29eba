"""Shaped similarities: by hand, and what a softmax does and does not see."""

from __future__ import annotations

import numpy as np
import pytest

from sketchseek.errors import BadConfig
from sketchseek.semantics import shape
from sketchseek.semantics.shaping import centre, softmax, top_k

ROWS = np.array([[0.1, 0.9, 0.5, 0.5], [0.0, 0.0, 0.0, 0.0]], np.float32)


def test_each_step_by_hand() -> None:
    np.testing.assert_allclose(centre(ROWS)[0], [-0.4, 0.4, 0.0, 0.0], atol=1e-7)
    np.testing.assert_allclose(top_k(ROWS, 2)[0], [0, 0.9, 0.5, 0])  # of equal ones the earlier
    shares = softmax([[0.0, np.log(3.0)]])
    np.testing.assert_allclose(shares, [[0.25, 0.75]], atol=1e-6)
    np.testing.assert_allclose(softmax([[0.0, np.log(3.0)]], 0.5), [[0.1, 0.9]], atol=1e-6)
    np.testing.assert_allclose(softmax([[5.0, 1.0, 5.0]], k=2), [[0.5, 0, 0.5]], atol=1e-6)


def test_the_order_is_centre_top_temperature() -> None:
    shaped = shape(ROWS, centred=True, k=1, temperature=0.5)
    np.testing.assert_allclose(shaped, [[0, 0.8, 0, 0], [0, 0, 0, 0]], atol=1e-6)
    assert shaped.dtype == np.float32


def test_a_softmax_does_not_see_the_centre_but_sees_the_cut() -> None:
    np.testing.assert_allclose(softmax(ROWS), softmax(centre(ROWS)), atol=1e-6)
    cut = softmax(top_k(ROWS, 1))
    assert np.abs(cut - softmax(top_k(centre(ROWS), 1))).max() > 0.05


def test_a_row_without_any_likeness_stays_flat() -> None:
    np.testing.assert_allclose(shape(ROWS, probabilities=True)[1], 0.25)
    assert not shape(ROWS, centred=True, k=3, temperature=0.1)[1].any()


def test_large_values_do_not_overflow() -> None:
    np.testing.assert_allclose(softmax([[1e4, 0.0]], 0.01), [[1, 0]])


@pytest.mark.parametrize("options", [{"k": -1}, {"temperature": 0.0}, {"temperature": float("nan")}])
def test_settings_out_of_range(options: dict[str, float]) -> None:
    with pytest.raises(BadConfig, match="must be"):
        shape(ROWS, **options)  # type: ignore[arg-type]
