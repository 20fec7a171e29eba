"""From similarities to what a loss can use: centred rows, their highest entries, temperature, softmax."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sketchseek.errors import BadConfig

Floats = NDArray[np.float32]


def centre(values: ArrayLike) -> Floats:
    """Subtract each row's mean. A softmax does not see it; what `top_k` leaves at 0 does."""
    rows = np.asarray(values, np.float32)
    means: Floats = rows.mean(axis=1, keepdims=True, dtype=np.float32)
    return rows - means


def top_k(values: ArrayLike, k: int) -> Floats:
    """Keep each row's ``k`` highest entries and set the rest to 0; of equal ones the earlier stay.

    Raises:
        BadConfig: ``k`` is below 1.
    """
    rows = np.asarray(values, np.float32)
    return np.where(_kept(rows, k), rows, np.float32(0))


def softmax(values: ArrayLike, temperature: float = 1.0, k: int = 0) -> Floats:
    """Rows as probabilities, ``exp(a / temperature)`` over their sum; with ``k``, over the k highest only.

    Raises:
        BadConfig: the temperature is not above 0, or ``k`` is negative.
    """
    rows = _heat(values, temperature)
    if k:
        rows = np.where(_kept(rows, k), rows, np.float32(-np.inf))
    powers = np.exp(rows - rows.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def shape(
    values: ArrayLike,
    *,
    centred: bool = False,
    k: int = 0,
    temperature: float = 1.0,
    probabilities: bool = False,
) -> Floats:
    """Shape similarities (C, K) in a fixed order: centre, keep the top k, divide by the temperature, softmax.

    What is cut becomes 0, "no opinion", in a prior that is added to a teacher's logits; as a target
    (``probabilities``) it gets none of the mass. A row without any similarity stays flat.

    Args:
        values: (C, K), such as a `Similarity`'s.
        centred: subtract each row's mean first, so that 0 is the average class.
        k: how many entries a row keeps; 0: all.
        temperature: above 0; below 1 sharpens.
        probabilities: end with a softmax of each row.

    Raises:
        BadConfig: a setting out of range.
    """
    rows = centre(values) if centred else np.asarray(values, np.float32)
    if probabilities:
        return softmax(rows, temperature, k)
    return _heat(top_k(rows, k) if k else rows, temperature)


def _heat(values: ArrayLike, temperature: float) -> Floats:
    if not temperature > 0:
        raise BadConfig(f"the temperature must be above 0, not {temperature}")
    return np.asarray(values, np.float32) / np.float32(temperature)


def _kept(rows: Floats, k: int) -> NDArray[np.bool_]:
    if k < 1:
        raise BadConfig(f"k must be at least 1, not {k}")
    order = np.argsort(-rows, axis=1, kind="stable")[:, :k]
    kept = np.zeros(rows.shape, bool)
    np.put_along_axis(kept, order, values=True, axis=1)
    return kept
