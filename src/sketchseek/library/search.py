"""Exact search over a library's vectors, held in memory and brought up to date as the file changes.

vectors --scores--> the best --pairs, where they are compared--> the same, the first in another order
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sketchseek.library.store import Store, below
from sketchseek.ranking import top
from sketchseek.rerankers.shortlist import Reranking


@dataclass(frozen=True, slots=True)
class Filter:
    """Which pictures a search may return; what is None does not matter.

    Attributes:
        folder: lies in this folder or below it.
        after: taken on this day or later.
        before: taken on this day or earlier.
        orientation: wider than high, higher than wide, or neither.
    """

    folder: Path | None = None
    after: date | None = None
    before: date | None = None
    orientation: Literal["landscape", "portrait", "square"] | None = None


EVERYTHING = Filter()
_FILTERS = 32  # whose rows are remembered
_SHAPES = {"landscape": "width > height", "portrait": "width < height", "square": "width = height"}


@dataclass(frozen=True, slots=True)
class Hit:
    """A picture that was found.

    Attributes:
        id: the picture's number, never given to another one.
        score: inner product with the query, -1 to 1; of pictures that were compared pair by pair these are
            dealt out anew, the best to the first.
        path: a file that holds it.
        copies: the other files that hold it.
        width: pixels, upright.
        height: pixels, upright.
        taken: ``YYYY-MM-DD HH:MM:SS`` by the camera's clock, else the file's time.
    """

    id: int
    score: float
    path: Path
    copies: tuple[Path, ...]
    width: int
    height: int
    taken: str


@dataclass(frozen=True)
class Matrix:
    """The vectors of a library at one moment.

    Attributes:
        ids: (G,) int64, ascending: the pictures' ids.
        vectors: (G, D) float32, a row for each of them.
        generation: of the library, when this was read.
        version: of the file, when this was read.
        model: identity of the model that made them; None before the first run.
    """

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    generation: int
    version: int
    model: str | None = None


@dataclass(frozen=True)
class Best:
    """The best pictures for a query.

    Attributes:
        rows: (K,) int64 of the matrix, best first.
        scores: (K,) float32, descending: of the first of them, whichever order they have, the best scores.
        compared: how many of the shortlist were compared pair by pair.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    compared: int = 0


class Index:
    """The vectors of an open library, loaded when first searched; reads only what is new where it can."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._matrix: Matrix | None = None
        self._spare = np.empty((0, 0), np.float32)  # holds the vectors, with room for more below them
        self._passed: dict[Filter, NDArray[np.int64]] = {}
        self._folders: tuple[int, dict[Path, int]] = (-1, {})  # with the version of the file

    def matrix(self) -> Matrix:
        """All vectors as of now."""
        with self._lock:
            version = self._store.version()  # before the rows: a commit between the two is seen next time
            if self._matrix is None or self._matrix.version != version:
                self._matrix = self._load(version)
                self._passed.clear()
            return self._matrix

    def search(
        self,
        matrix: Matrix,
        embedding: NDArray[np.float32],
        k: int,
        where: Filter = EVERYTHING,
        reranking: Reranking | None = None,
    ) -> list[Hit]:
        """The ``k`` best of the pictures that pass the filter, best first; equal ones in order of their ids.

        Args:
            matrix: what `matrix` gave.
            embedding: (D,) float32; unit length makes the scores cosines.
            k: how many, at most.
            where: which pictures may be returned.
            reranking: how the first of them are ordered anew.
        """
        if embedding.shape != matrix.vectors.shape[1:]:
            raise ValueError(f"a query of shape {embedding.shape} met vectors of {matrix.vectors.shape[1:]}")
        rows = None if where == EVERYTHING else self.rows(matrix, where)
        scores = matrix.vectors @ embedding
        found = self.best(matrix, embedding, scores, k=k, rows=rows, reranking=reranking)
        return self.hits(matrix.ids[found.rows].tolist(), found.scores.tolist(), where)

    def best(
        self,
        matrix: Matrix,
        query: NDArray[np.float32],
        scores: NDArray[np.float32],
        *,
        k: int,
        rows: NDArray[np.int64] | None = None,
        reranking: Reranking | None = None,
    ) -> Best:
        """The ``k`` best of some rows; what lies behind a shortlist keeps the order of its scores.

        Args:
            matrix: what `matrix` gave.
            query: (D,) float32 that the scores are of.
            scores: (G,) float32, of every row.
            k: how many, at most.
            rows: which of them may be returned, ascending; all where not given.
            reranking: how the first of them are ordered anew.
        """
        total = len(scores) if rows is None else len(rows)
        wanted = max(k, reranking.shortlist) if reranking else k
        found, values = top(scores if rows is None else scores[rows], min(wanted, total))
        found = found if rows is None else rows[found]
        compared = 0
        if reranking:
            first = found[: reranking.shortlist]
            kept = self._regions(matrix.ids[first].tolist(), reranking.scorer.model_id)
            order, compared = reranking.order(matrix.vectors[first], query, kept)
            found = np.concatenate([first[order], found[len(first) :]])
        return Best(found[:k], values[:k], compared)

    def _regions(self, ids: Sequence[int], model: str) -> list[bytes | None]:
        """What is kept of pictures to compare them by; nothing, once it is another model's."""
        with self._store.moment() as db:
            own = db.execute("SELECT 1 FROM meta WHERE key = 'model' AND value = ?", (model,)).fetchone()
            wanted = ids if own else []
            kept = dict(
                db.execute(
                    "SELECT picture, packed FROM regions WHERE picture IN (SELECT value FROM json_each(?))",
                    (json.dumps(wanted),),
                )
            )
        return [kept.get(picture) for picture in ids]

    def rows(self, matrix: Matrix, where: Filter) -> NDArray[np.int64]:
        """Which rows of the matrix pass a filter, ascending; remembered until the library changes."""
        if where == EVERYTHING:
            return np.arange(len(matrix.ids))
        with self._lock:
            rows = self._passed.get(where) if matrix is self._matrix else None
        if rows is None:
            rows = np.flatnonzero(np.isin(matrix.ids, self._passing(where), assume_unique=True))
            with self._lock:
                if matrix is self._matrix and len(self._passed) < _FILTERS:
                    self._passed[where] = rows
        return rows

    def _passing(self, where: Filter) -> NDArray[np.int64]:
        tests: list[str] = []
        values: list[Any] = []
        if where.folder is not None:
            tests.append("id IN (SELECT picture FROM photos WHERE path >= ? AND path < ?)")
            values += below(where.folder)
        if where.after is not None:
            tests.append("taken >= ?")
            values.append(where.after.isoformat())
        if where.before is not None:
            tests.append("taken < ?")
            values.append((where.before + timedelta(days=1)).isoformat())
        if where.orientation is not None:
            tests.append(_SHAPES[where.orientation])
        rows = self._store.rows(f"SELECT id FROM pictures WHERE {' AND '.join(tests)}", *values)  # noqa: S608
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    def hits(self, ids: Sequence[int], scores: Sequence[float], where: Filter = EVERYTHING) -> list[Hit]:
        """What is known of pictures, in their order; those that were dropped meanwhile are left out."""
        ids = list(ids)
        asked = (json.dumps(ids),)
        with self._store.moment() as db:
            facts = db.execute(
                "SELECT id, width, height, taken FROM pictures WHERE id IN (SELECT value FROM json_each(?))",
                asked,
            )
            about = {picture: rest for picture, *rest in facts}
            paths: dict[int, list[bytes]] = {picture: [] for picture in about}
            for picture, path in db.execute(
                "SELECT picture, path FROM photos"
                " WHERE picture IN (SELECT value FROM json_each(?)) ORDER BY path",
                asked,
            ):
                paths[picture].append(path)
        hits = []
        for picture, score in zip(ids, scores, strict=True):
            if paths.get(picture):  # else dropped since the vectors were read
                here = sorted(paths[picture], key=lambda path: not _inside(path, where.folder))
                first, *others = (Path(os.fsdecode(path)) for path in here)
                hits.append(Hit(picture, score, first, tuple(others), *about[picture]))
        return hits

    def folders(self) -> dict[Path, int]:
        """Each folder that holds photos, at any depth below it, with their number; in order of paths."""
        version, known = self._folders
        if version == (now := self._store.version()):
            return known
        roots = {row[0] for row in self._store.rows("SELECT path FROM roots")}
        direct = Counter(os.path.dirname(row[0]) for row in self._store.rows("SELECT path FROM photos"))  # noqa: PTH120
        found: Counter[bytes] = Counter()
        for folder, count in direct.items():
            here = folder
            while True:
                found[here] += count
                above = os.path.dirname(here)  # noqa: PTH120 - bytes, as the file system has them
                if here in roots or above == here:
                    break
                here = above
        self._folders = now, {Path(os.fsdecode(folder)): found[folder] for folder in sorted(found)}
        return self._folders[1]

    def _load(self, version: int) -> Matrix:
        """Read what is new; all, where something may have gone."""
        with self._store.moment() as db:
            facts = dict(db.execute("SELECT key, value FROM meta"))
            dim, generation = int(facts.get("dim", 0)), int(facts["generation"])
            old, model = self._matrix, facts.get("model")
            if old is None or (old.generation, old.model) != (generation, model):
                old = Matrix(np.empty(0, np.int64), np.empty((0, dim), np.float32), generation, version)
                self._spare = old.vectors
            rows = db.execute(
                "SELECT picture, vector FROM vectors WHERE picture > ?"
                " AND EXISTS (SELECT 1 FROM photos WHERE photos.picture = vectors.picture) ORDER BY picture",
                (int(old.ids[-1]) if len(old.ids) else 0,),
            ).fetchall()
        ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        new = np.frombuffer(b"".join(row[1] for row in rows), "<f2").reshape(len(rows), dim)
        vectors = self._append(len(old.ids), new)
        return Matrix(np.concatenate([old.ids, ids]), vectors, generation, version, model)

    def _append(self, count: int, new: NDArray[np.float16]) -> NDArray[np.float32]:
        """The first ``count`` vectors and the new ones, in place where there is room; older views stay."""
        total = count + len(new)
        if total > len(self._spare):
            room = total if count == 0 else total + total // 4
            spare = np.empty((room, new.shape[1]), np.float32)
            spare[:count] = self._spare[:count]
            self._spare = spare
        self._spare[count:total] = new
        return self._spare[:total]


def _inside(path: bytes, folder: Path | None) -> bool:
    if folder is None:
        return True
    start, end = below(folder)
    return start <= path < end
