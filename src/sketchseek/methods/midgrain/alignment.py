"""Bringing a class's sketches and photos together in one space, by a linear map for each domain.

Bui, Ribeiro, Ponti and Collomosse, "Deep Manifold Alignment for Mid-grain Sketch based Image Retrieval",
ACCV 2018, section 3.2. Every alignment takes a class's embeddings, sketches u (S, P) and photos v (I, P), and
the pairs known to belong together, and returns two affine maps into a common space; that of the photos can be
turned round, which carries what is learnt there, such as the centres of clusters, back to where photos live.

    none      both stay where they are: the control
    pca       sketches get the mean and the principal axes of the photos; needs no pairs
    ltm       the linear transform that brings pairs together, held near the identity
    manifold  both move so that pairs meet and neighbours stay neighbours (Wang and Mahadevan, 2011)
    transport pairs are guessed by optimal transport, then as ltm; needs no pairs
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sketchseek.errors import BadConfig
from sketchseek.methods.midgrain.affine import NO_PAIRS, Affine, Align, Alignment, Pairs, Points, towards
from sketchseek.methods.midgrain.manifold import manifold
from sketchseek.methods.midgrain.transport import transport
from sketchseek.registry import check_name


def none(sketches: Points, photos: Points, pairs: Pairs = NO_PAIRS) -> Alignment:
    """Leave both domains where they are."""
    stay = Affine.identity(photos.shape[1])
    return Alignment(stay, stay)


def pca(sketches: Points, photos: Points, pairs: Pairs = NO_PAIRS, *, floor: float = 1e-3) -> Alignment:
    """Give the sketches the mean and the spread of the photos along matched principal axes.

    ``u <- (u - mu_S) E_S S_S^(-1/2) S_I^(1/2) E_I^T + mu_I``: equation 1. Axes are matched by the rank of
    their variance. An axis has no direction of its own; each is turned so that the third moment along it is
    positive, which both domains then share where their distributions are alike. The variances of the sketches
    are floored, so that an axis along which they hardly differ is not blown up.

    Args:
        sketches: (S, P).
        photos: (I, P).
        pairs: not used.
        floor: least variance, as a share of the largest.
    """
    (centre, axes, spread), (aim, aims, width) = _principal(sketches, floor), _principal(photos, floor)
    matrix = axes @ np.diag(np.sqrt(width / spread)) @ aims.T
    return Alignment(Affine(matrix, aim - centre @ matrix), Affine.identity(photos.shape[1]))


def _principal(points: Points, floor: float) -> tuple[Points, Points, Points]:
    """Mean (P,), axes as columns (P, P) by falling variance, variances (P,)."""
    centre = points.mean(axis=0)
    centred = points - centre
    values, axes = np.linalg.eigh(centred.T @ centred / len(points))
    values, axes = values[::-1], axes[:, ::-1]
    skews = ((centred @ axes) ** 3).mean(axis=0)
    signs = np.where(skews < 0, -1.0, 1.0)
    return centre, axes * signs, np.maximum(values, max(floor * values[0], np.finfo(float).tiny))


def ltm(sketches: Points, photos: Points, pairs: Pairs, *, ridge: float = 0.5) -> Alignment:
    """The linear transform of the sketches that brings pairs together, in closed form.

    Minimises ``1/(2M) sum |u_i W + b - v_i|^2 + ridge/2 |W - I|^2`` over W and b: equation 2, b unpenalised.
    With few pairs W stays near the identity; with none nothing moves.

    Args:
        sketches: (S, P).
        photos: (I, P).
        pairs: (M, 2) of sketch and photo by position; an item may be in several.
        ridge: the weight of staying near the identity; 0.5 in the released code.
    """
    weights = np.ones(len(pairs))
    return Alignment(
        towards(sketches[pairs[:, 0]], photos[pairs[:, 1]], weights, ridge),
        Affine.identity(photos.shape[1]),
    )


ALIGNMENTS: dict[str, Align] = {
    "none": none,
    "pca": pca,
    "ltm": ltm,
    "manifold": manifold,
    "transport": transport,
}
NEED_PAIRS = ("ltm", "manifold")


def align(
    name: str,
    sketches: NDArray[np.floating],
    photos: NDArray[np.floating],
    pairs: Pairs,
    *,
    alpha: float = 2.0,
    directions: int | None = None,
) -> Alignment:
    """Align one class by the alignment of a name.

    A class with less than two sketches or photos, or without the pairs that are needed, is left as it is.

    Args:
        name: of `ALIGNMENTS`.
        sketches: (S, P).
        photos: (I, P).
        pairs: (M, 2) of sketch and photo by position.
        alpha: see `manifold`, which alone asks for it.
        directions: likewise.

    Raises:
        UnknownName: no such alignment.
        BadConfig: the embeddings of the two domains differ in length.
    """
    check_name(name, ALIGNMENTS, "alignment")
    if sketches.shape[1] != photos.shape[1]:
        raise BadConfig(
            f"sketch embeddings of {sketches.shape[1]} numbers cannot be aligned with {photos.shape[1]}"
        )
    u, v = sketches.astype(np.float64), photos.astype(np.float64)
    if min(len(u), len(v)) < 2 or (name in NEED_PAIRS and not len(pairs)):
        return none(u, v)
    if name == "manifold":
        return manifold(u, v, pairs, alpha=alpha, directions=directions)
    return ALIGNMENTS[name](u, v, pairs)
