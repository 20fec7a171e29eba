"""Controls, to know what semantics are worth: none at all, and another provider's under the wrong names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from sketchseek.errors import BadConfig
from sketchseek.semantics.concepts import Concept, Coverage, concepts
from sketchseek.semantics.space import Floats, Missing, Semantics, Similarity, Vectors, unit


class NoSemantics:
    """No meaning: similarities of 0, and for each name a direction of its own, drawn from its letters.

    Args:
        dim: the length of the vectors; in many dimensions they are nearly at right angles.
    """

    name = "none"

    def __init__(self, *, dim: int = 300) -> None:
        self._dim = dim

    def vectors(self, names: Iterable[str | Concept], *, missing: Missing = "error") -> Vectors:
        """Random unit vectors (C, dim), the same for the same name; nothing is ever missing."""
        asked = tuple(concept.name for concept in concepts(names))
        rows = [self._direction(name) for name in asked]
        return Vectors(asked, np.array(rows, np.float32).reshape(len(rows), self._dim), Coverage(asked))

    def similarity(
        self,
        names: Iterable[str | Concept],
        others: Iterable[str | Concept] | None = None,
        *,
        missing: Missing = "error",
    ) -> Similarity:
        """Zeros (C, K): nothing is like anything, not even itself."""
        rows = tuple(concept.name for concept in concepts(names))
        columns = rows if others is None else tuple(concept.name for concept in concepts(others))
        values = np.zeros((len(rows), len(columns)), np.float32)
        return Similarity(rows, columns, values, Coverage(rows), Coverage(columns))

    def _direction(self, name: str) -> Floats:
        seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
        return unit(np.random.default_rng(seed).standard_normal(self._dim, np.float32))


class Shuffled:
    """Another provider, in which every class has the meaning of another: the values stay, the names move.

    A class never keeps its own meaning unless it is alone. Which other's it gets depends on the seed and on
    the classes that are asked for together, so ask for all at once.

    Args:
        inner: the provider.
        seed: of the shuffling, 0 or above.

    Raises:
        BadConfig: the seed is negative.
    """

    def __init__(self, inner: Semantics, *, seed: int = 0) -> None:
        if seed < 0:
            raise BadConfig(f"the seed must be 0 or above, not {seed}")
        self.name = f"shuffled {inner.name}"
        self._inner = inner
        self._seed = seed

    def vectors(self, names: Iterable[str | Concept], *, missing: Missing = "error") -> Vectors:
        """The provider's vectors (C, D), rows permuted.

        Raises:
            BadSemantics: as the provider does.
        """
        asked = concepts(names)
        found = self._inner.vectors(self._moved(asked), missing=missing)
        return replace(found, names=tuple(concept.name for concept in asked))

    def similarity(
        self,
        names: Iterable[str | Concept],
        others: Iterable[str | Concept] | None = None,
        *,
        missing: Missing = "error",
    ) -> Similarity:
        """The provider's similarities (C, K), rows permuted; with themselves, columns alike.

        Raises:
            BadSemantics: as the provider does.
        """
        asked = concepts(names)
        found = self._inner.similarity(self._moved(asked), others, missing=missing)
        own = tuple(concept.name for concept in asked)
        return replace(found, names=own, others=own if others is None else found.others)

    def _moved(self, asked: tuple[Concept, ...]) -> list[Concept]:
        """Each class replaced by its successor on one random round trip through all."""
        order = np.random.default_rng(self._seed).permutation(len(asked))
        moved = list(asked)
        for here, there in zip(order, np.roll(order, -1), strict=True):
            moved[here] = asked[there]
        return moved
