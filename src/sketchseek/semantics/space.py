"""Spaces of word vectors: names -> unit vectors, whole or by their words; cosines between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from sketchseek.errors import BadSemantics
from sketchseek.semantics.concepts import Concept, Coverage, concepts, parts_of, spellings

Floats = NDArray[np.float32]
Missing = Literal["error", "zero"]


@dataclass(frozen=True)
class Vectors:
    """Vectors of classes.

    Attributes:
        names: the classes.
        values: (C, D) float32, rows of unit length; of zeros where a class is missing and that was allowed.
        coverage: how the names were found.
    """

    names: tuple[str, ...]
    values: Floats
    coverage: Coverage


@dataclass(frozen=True)
class Similarity:
    """How near classes are to others: the classes themselves, or a teacher's.

    Attributes:
        names: the rows, C of them.
        others: the columns, K of them.
        values: (C, K) float32; the provider says in which range. Rows and columns of zeros where something is
            missing and that was allowed.
        coverage: how the rows' names were found.
        coverage_others: the same of the columns.
    """

    names: tuple[str, ...]
    others: tuple[str, ...]
    values: Floats
    coverage: Coverage
    coverage_others: Coverage


class Semantics(Protocol):
    """Meanings of classes: what every provider offers."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def vectors(self, names: Iterable[str | Concept], *, missing: Missing = "error") -> Vectors:
        """(C, D) float32, rows of unit length; providers without vectors raise BadSemantics."""
        ...

    def similarity(
        self,
        names: Iterable[str | Concept],
        others: Iterable[str | Concept] | None = None,
        *,
        missing: Missing = "error",
    ) -> Similarity:
        """(C, K) float32, of classes with others or with themselves."""
        ...


@dataclass
class VectorSpace:
    """A source of word vectors as semantics: the one class behind files, tables and text encoders.

    Attributes:
        name: what messages call it.
        read: keys -> the vectors of those that are there, any length but 0; called once for a key.
        spell: a name -> the keys under which it may be found, the likeliest first.
        senses: whether senses are keys, too.
        parts: whether a name that is not found is put together from its words.
    """

    name: str
    read: Callable[[set[str]], dict[str, Floats]]
    spell: Callable[[str], Sequence[str]] = spellings
    senses: bool = False
    parts: bool = True
    _found: dict[str, Floats | None] = field(default_factory=dict, repr=False)

    def vectors(self, names: Iterable[str | Concept], *, missing: Missing = "error") -> Vectors:
        """Unit vectors of classes.

        A class is looked up by its senses, then by its names (the mean of those found, each of unit length);
        else it is the mean of its words' vectors, and the coverage says so.

        Raises:
            BadSemantics: a class is not found, nor any of its words, unless ``missing`` is ``"zero"``; or the
                source is broken.
        """
        asked = concepts(names)
        if not asked:
            raise BadSemantics(f"{self.name}: no class names were given")
        self._look_up(asked)
        found = [self._find(concept) for concept in asked]
        coverage = Coverage.of(
            (concept.name, vector is not None, words)
            for concept, (vector, words) in zip(asked, found, strict=True)
        )
        if missing == "error" or len(coverage.missing) == len(asked):
            coverage.require(self.name)
        dim = next(vector.size for vector, _ in found if vector is not None)
        rows = [np.zeros(dim, np.float32) if vector is None else vector for vector, _ in found]
        return Vectors(tuple(c.name for c in asked), np.stack(rows), coverage)

    def similarity(
        self,
        names: Iterable[str | Concept],
        others: Iterable[str | Concept] | None = None,
        *,
        missing: Missing = "error",
    ) -> Similarity:
        """Cosines of classes with others, by default with themselves: (C, K), in -1..1.

        Raises:
            BadSemantics: as `vectors`.
        """
        asked = concepts(names)
        wanted = asked if others is None else concepts(others)
        self._look_up((*asked, *wanted))  # one pass over the source for both
        rows = self.vectors(asked, missing=missing)
        columns = rows if others is None else self.vectors(wanted, missing=missing)
        values = np.clip(rows.values @ columns.values.T, -1, 1)
        return Similarity(rows.names, columns.names, values, rows.coverage, columns.coverage)

    def _look_up(self, asked: Sequence[Concept]) -> None:
        keys = {sense for concept in asked for sense in self._senses(concept)}
        for name in {name for concept in asked for name in concept.names}:
            keys.update(self.spell(name), *(self.spell(word) for word in self._parts(name)))
        unknown = keys - self._found.keys()
        if unknown:
            read = {key: unit(vector) for key, vector in self.read(unknown).items()}
            self._found |= {key: read.get(key) for key in unknown}

    def _senses(self, concept: Concept) -> tuple[str, ...]:
        return concept.senses if self.senses else ()

    def _parts(self, name: str) -> tuple[str, ...]:
        return parts_of(name) if self.parts else ()

    def _find(self, concept: Concept) -> tuple[Floats | None, tuple[str, ...]]:
        """The unit vector of a class, if any, and the words it was put together from, if it was."""
        hits = [hit for sense in self._senses(concept) if (hit := self._found[sense]) is not None]
        hits = hits or [hit for name in concept.names if (hit := self._first(name)) is not None]
        if hits:
            return unit(np.mean(hits, axis=0)), ()
        words = self._parts(concept.name)
        by_words = {word: hit for word in words if (hit := self._first(word)) is not None}
        if by_words:
            return unit(np.mean(list(by_words.values()), axis=0)), tuple(by_words)
        return None, ()

    def _first(self, name: str) -> Floats | None:
        return next((hit for key in self.spell(name) if (hit := self._found[key]) is not None), None)


def unit(vector: Floats) -> Floats:
    """The vector at unit length; zero stays zero."""
    length = float(np.linalg.norm(vector))
    scaled: Floats = (vector / (length or 1.0)).astype(np.float32)
    return scaled
