"""Small tables of classes as .npz: vectors, or similarities already computed. Read without pickles."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sketchseek._aside import aside
from sketchseek._names import class_key
from sketchseek.errors import BadSemantics
from sketchseek.semantics.concepts import Concept, Coverage, concepts
from sketchseek.semantics.space import Floats, Missing, Similarity, Vectors, VectorSpace

_NAMES = ("classes", "names")  # either is what a table may call them


def table_space(name: str, paths: Iterable[Path]) -> VectorSpace:
    """One space from tables of one kind (one model's vectors); of a class in several, the first table's.

    A table has ``classes`` or ``names`` (N strings), ``vectors`` (N x D) and may have ``synset`` (N strings).

    Raises:
        BadSemantics: a table is missing, empty, damaged, or of another dimension than the first.
    """
    known: dict[str, Floats] = {}
    dim = 0
    for path in paths:
        arrays = _load(path)
        names, vectors = _names(path, arrays), _values(path, arrays, "vectors")
        dim = dim or vectors.shape[1]
        if vectors.shape[1] != dim:
            raise BadSemantics(f"{path}: vectors of {vectors.shape[1]} numbers beside others of {dim}")
        rows = {short: vectors[row] for short, row in _aliases(names).items()}
        rows |= dict(zip(map(str, arrays.get("synset", ())), vectors, strict=False))
        rows |= dict(zip(map(class_key, names), vectors, strict=True))
        known = rows | known
    if not known:
        raise BadSemantics(f"{name}: no table was found")

    def read(wanted: set[str]) -> dict[str, Floats]:
        return {wish: known[wish] for wish in wanted & known.keys()}

    return VectorSpace(name, read, lambda word: (class_key(word),), senses=True)


class SimilarityTable:
    """Similarities computed before: ``classes`` (C strings), ``similarity`` (C x K), ``others`` (K strings).

    Without ``others`` the columns are taken in the order in which the others are asked for.
    """

    def __init__(self, path: Path) -> None:
        arrays = _load(path)
        self.name = path.name
        self._rows = {name: row for row, name in enumerate(map(class_key, _names(path, arrays)))}
        self._values = _values(path, arrays, "similarity")
        self._columns = [str(name) for name in arrays["others"]] if "others" in arrays else None
        if self._columns is not None and len(self._columns) != self._values.shape[1]:
            raise BadSemantics(f"{path}: {len(self._columns)} others for {self._values.shape[1]} columns")

    def vectors(self, names: Iterable[str | Concept], *, missing: Missing = "error") -> Vectors:
        """A table of similarities has no vectors.

        Raises:
            BadSemantics: always.
        """
        raise BadSemantics(f"{self.name} is a table of similarities: it has no vectors")

    def similarity(
        self,
        names: Iterable[str | Concept],
        others: Iterable[str | Concept] | None = None,
        *,
        missing: Missing = "error",
    ) -> Similarity:
        """The rows of classes, and the columns of others: (C, K), as the table has them.

        Raises:
            BadSemantics: a class is not in the table and ``missing`` is not ``"zero"``, or the others are not
                the table's.
        """
        asked = concepts(names)
        wanted = asked if others is None else concepts(others)
        rows = [self._rows.get(class_key(concept.name)) for concept in asked]
        gone = tuple(c.name for c, row in zip(asked, rows, strict=True) if row is None)
        coverage = Coverage(tuple(c.name for c in asked if c.name not in gone), {}, gone)
        if missing == "error":
            coverage.require(self.name)
        table = self._values[:, self._order(wanted)]
        values = np.stack([np.zeros(len(wanted), np.float32) if row is None else table[row] for row in rows])
        columns = tuple(concept.name for concept in wanted)
        return Similarity(tuple(c.name for c in asked), columns, values, coverage, Coverage(columns))

    def _order(self, wanted: tuple[Concept, ...]) -> list[int]:
        """The table's columns in the order of ``wanted``; namesakes are taken one after the other."""
        if self._columns is None:
            if len(wanted) != self._values.shape[1]:
                raise BadSemantics(
                    f"{self.name} compares with {self._values.shape[1]} others that it does not name, not "
                    f"with {len(wanted)}: give those it was made for, in their order"
                )
            return list(range(len(wanted)))
        places: dict[str, list[int]] = {}
        for place, name in enumerate(self._columns):
            places.setdefault(class_key(name), []).append(place)
        try:
            return [_next(places[class_key(concept.name)]) for concept in wanted]
        except KeyError as error:
            raise BadSemantics(f"{self.name} does not compare with {error.args[0]!r}") from error


def save_vectors(path: Path, vectors: Vectors) -> Path:
    """Write vectors as a table that `table_space` reads, whole or not at all; gives the path back."""
    return _save(path, classes=np.array(vectors.names), vectors=vectors.values)


def save_similarity(path: Path, similarity: Similarity) -> Path:
    """Write similarities as a table that `SimilarityTable` reads, whole or not at all; gives the path back.

    For sources too large to carry along: ConceptNet's graph, gigabytes of word vectors.
    """
    return _save(
        path,
        classes=np.array(similarity.names),
        others=np.array(similarity.others),
        similarity=similarity.values,
    )


def holds_similarities(path: Path) -> bool:
    """Whether a table has similarities instead of vectors.

    Raises:
        BadSemantics: it cannot be read.
    """
    return "similarity" in _load(path)


def _save(path: Path, **arrays: NDArray[np.generic]) -> Path:
    try:
        with aside(path) as written, written.open("wb") as stream:
            np.savez_compressed(stream, allow_pickle=False, **arrays)
    except OSError as error:
        raise BadSemantics(f"the table {path} cannot be written: {error}") from error
    return path


def _load(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as table:
            return {name: table[name] for name in table.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise BadSemantics(f"{path} is no table of classes (.npz): {error}") from error


def _names(path: Path, arrays: dict[str, NDArray[np.generic]]) -> list[str]:
    named = next((arrays[name] for name in _NAMES if name in arrays), None)
    if named is None or named.dtype.kind != "U" or named.ndim != 1:
        raise BadSemantics(f"{path} lacks its class names: 'classes' or 'names', a list of strings")
    if not named.size:
        raise BadSemantics(f"{path} is empty: it holds no class")
    return [str(name) for name in named]


def _values(path: Path, arrays: dict[str, NDArray[np.generic]], name: str) -> Floats:
    values = arrays.get(name)
    rows = len(_names(path, arrays))
    if values is None or values.ndim != 2 or values.dtype.kind != "f" or len(values) != rows:
        raise BadSemantics(f"{path} lacks {name!r}: one row of numbers for each of its {rows} classes")
    if not values.shape[1] or not np.isfinite(values).all():
        raise BadSemantics(f"{path}: {name!r} has rows without numbers, or numbers that are not finite")
    return values.astype(np.float32)


def _aliases(names: list[str]) -> dict[str, int]:
    """Short forms -> rows: "bat (animal)" is also "bat" where no other name is or claims it."""
    stems = [class_key(re.sub(r"\(.*\)", " ", name)) for name in names]
    count = Counter(stems)
    return {stem: row for row, stem in enumerate(stems) if count[stem] == 1}


def _next(places: list[int]) -> int:
    return places.pop(0) if len(places) > 1 else places[0]
