"""Compact codes in place of embeddings: what a ranking loses when photos are kept in a few bytes each.

    itq:64    binary codes of 64 bits (`hashing`) for both domains, compared by Hamming distance
    pq:8x8    product quantisation: each of 8 parts of a photo's embedding becomes the nearest of 2**8 means,
              a drawing's stays as it is (Jégou, Douze, Schmid, TPAMI 2011: asymmetric distance)

`Coded` wraps an encoder, so that whatever ranks embeddings ranks codes. Equal distances stay equal scores, so
that metrics see the ties that they have rules for: every product of the vectors' numbers is a whole multiple
of one power of two, coarse enough that float32 adds them without rounding, in whatever order.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from sketchseek.encoders.baselines import identity, units
from sketchseek.encoders.baselines.over import Floats, Over
from sketchseek.errors import BadConfig
from sketchseek.evaluation import hashing
from sketchseek.registry import check_name, missing_extra

_STEP = 2.0**-11  # products are multiples of 2**-22: exact up to 4, and no sum exceeds 1
_MOST_BITS = 12  # of a part: more means are not found in a data set's training part


@dataclass(frozen=True, eq=False)
class Quantiser:
    """Fitted codes, told as vectors of about unit length whose inner products rank as the codes do.

    Attributes:
        photos: (N, D) embeddings -> (N, dim) float32.
        sketches: (N, D) embeddings -> (N, dim) float32.
        dim: length of these vectors; the codes themselves are far shorter.
        digest: of what was fitted.
    """

    photos: Callable[[Floats], Floats]
    sketches: Callable[[Floats], Floats]
    dim: int
    digest: str


Recipe = Callable[[Floats], Quantiser]


@dataclass(frozen=True, eq=False)
class Coded(Over):
    """An encoder whose photos are known by their codes alone.

    Attributes:
        changed: which codes, as ``itq:64``.
        quantiser: fitted to its embeddings.
    """

    changed: str
    quantiser: Quantiser = field(repr=False)

    @cached_property
    def model_id(self) -> str:
        """Of the encoder and of what was fitted."""
        name = f"{self.inner.model_id.partition('@')[0]}+{self.changed}"
        return identity(name, self.inner.model_id, self.quantiser.digest)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.quantiser.dim

    def change(self, rows: Floats, domain: Literal["photo", "sketch"]) -> Floats:
        """(N, D) embeddings of one domain -> (N, dim) float32, rows of unit length."""
        return self.quantiser.photos(rows) if domain == "photo" else self.quantiser.sketches(rows)


def recipe(codes: str) -> Recipe:
    """What fits codes of a name, such as ``itq:64`` or ``pq:8x8``, to embeddings of photos.

    The recipe raises BadConfig where the embeddings are too few or too short for the codes, and MissingExtra
    where product quantisation lacks its package.

    Raises:
        UnknownName: no such codes.
        BadConfig: their size is missing or out of range.
    """
    kind, _, size = codes.partition(":")
    pattern, example, make = KINDS[check_name(kind, KINDS, "codes")]
    match = re.fullmatch(pattern, size)
    if not match:
        raise BadConfig(f"codes {codes!r}: write {kind}:{example}, sizes from 1")
    numbers = [int(number) for number in match.groups()]
    return lambda embeddings: make(embeddings, *numbers)


def _itq(embeddings: Floats, bits: int) -> Quantiser:
    """Each bit becomes ± a power of two; two more numbers, one for either domain, make the length 1."""
    try:
        hasher = hashing.fit(embeddings, bits)
    except ValueError as error:
        raise BadConfig(f"itq:{bits}: {error}") from error
    size = 2.0 ** -np.ceil(np.log2(bits) / 2)
    rest = np.sqrt(1 - bits * size * size)

    def vectors(rows: Floats, photos: bool) -> Floats:
        ones = np.unpackbits(hasher.codes(rows), axis=1, count=bits)
        found = np.zeros((len(rows), bits + 2), np.float32)
        found[:, :bits] = np.where(ones, size, -size)
        found[:, bits if photos else bits + 1] = rest
        return found

    digest = identity("itq", hasher.mean, hasher.axes, hasher.rotation)
    return Quantiser(lambda rows: vectors(rows, True), lambda rows: vectors(rows, False), bits + 2, digest)


def _pq(embeddings: Floats, parts: int, bits: int) -> Quantiser:
    """k-means in each part; a photo is its nearest means set together, brought to unit length."""
    try:
        from sklearn.cluster import KMeans
    except ModuleNotFoundError as error:
        raise missing_extra(error, f"codes pq:{parts}x{bits}") from error
    count, dim = embeddings.shape
    if bits > _MOST_BITS or parts > dim or 2**bits > count:
        raise BadConfig(
            f"pq:{parts}x{bits}: {count} embeddings of {dim} numbers carry at most {dim} parts of "
            f"{min(_MOST_BITS, count.bit_length() - 1)} bits"
        )
    books = [
        KMeans(2**bits, n_init=1, random_state=0).fit(part)
        for part in np.array_split(embeddings, parts, axis=1)
    ]

    def photos(rows: Floats) -> Floats:
        split = np.array_split(np.ascontiguousarray(rows, embeddings.dtype), parts, axis=1)
        nearest = [book.cluster_centers_[book.predict(part)] for book, part in zip(books, split, strict=True)]
        return _rounded(units(np.concatenate(nearest, axis=1)))

    digest = identity("pq", *(book.cluster_centers_ for book in books))
    return Quantiser(photos, _rounded, dim, digest)


def _rounded(rows: Floats) -> Floats:
    return np.asarray(np.rint(rows / _STEP) * _STEP, np.float32)


# kind -> (how its size is written, an example, what fits it)
KINDS: dict[str, tuple[str, str, Callable[..., Quantiser]]] = {
    "itq": (r"([1-9]\d{0,4})", "64", _itq),
    "pq": (r"([1-9]\d{0,4})x([1-9]\d?)", "8x8", _pq),
}
