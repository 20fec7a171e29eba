from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sketchseek.errors import LibraryError, ModelMismatch
from sketchseek.library import Filter, Hit, Library
from sketchseek.library.scan import Found
from sketchseek.library.writer import Picture, writing

DIM = 8
MODEL = "m@1"


def unit(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    vectors = rng.standard_normal((count, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def add(library: Library, path: str, vector: NDArray[np.float32], **facts: object) -> bytes:
    """Write one photo; equal vectors are equal contents."""
    digest = vector.tobytes().ljust(32)
    about = {"width": 4, "height": 3, "taken": "2020-06-15 12:00:00"} | facts
    with writing(library.path) as writer:
        writer.adopt(MODEL, "m", DIM)
        new = (
            [] if digest in writer.hashes else [Picture(hash=digest, vector=vector, thumbnail=b"t", **about)]
        )
        writer.commit(new, [(Found(path, 1, 1), digest)])
    return digest


@pytest.fixture
def vectors(library: Library) -> NDArray[np.float32]:
    vectors = unit(np.random.default_rng(0), 60)
    with writing(library.path) as writer:
        writer.adopt(MODEL, "m", DIM)
        writer.commit(
            [Picture(bytes([i]) * 32, 4, 3, "2020-06-15 12:00:00", b"t", v) for i, v in enumerate(vectors)],
            [(Found(f"/p/{i:02}.jpg", 1, 1), bytes([i]) * 32) for i in range(len(vectors))],
        )
    return vectors


def names(hits: list[Hit]) -> list[str]:
    return [hit.path.name for hit in hits]


def test_search_is_exact(library: Library, vectors: NDArray[np.float32]) -> None:
    stored = vectors.astype(np.float16).astype(np.float32)
    for query in unit(np.random.default_rng(1), 10):
        hits = library.search(query, 7, model=MODEL)
        wanted = np.argsort(-(stored @ query), kind="stable")[:7]
        assert names(hits) == [f"{i:02}.jpg" for i in wanted]
        assert [hit.score for hit in hits] == pytest.approx((stored @ query)[wanted], abs=1e-6)


def test_half_precision_costs_no_rank_that_matters(library: Library, vectors: NDArray[np.float32]) -> None:
    for i, vector in enumerate(vectors):
        assert library.search(vector, 1, model=MODEL)[0].path == Path(f"/p/{i:02}.jpg")


def test_more_than_there_is_gives_all_and_none_gives_none(
    library: Library, vectors: NDArray[np.float32]
) -> None:
    assert len(library.search(vectors[0], 1000, model=MODEL)) == 60
    assert library.search(vectors[0], 0, model=MODEL) == []


def test_an_empty_library_and_another_model_are_told(library: Library) -> None:
    query = np.ones(DIM, np.float32)
    with pytest.raises(LibraryError, match="is empty; run `sketchseek index FOLDER`"):
        library.search(query, model=MODEL)
    add(library, "/p/a.jpg", unit(np.random.default_rng(0), 1)[0])
    with pytest.raises(ModelMismatch, match="cannot be compared"):
        library.search(query, model="n@2")


def test_a_query_of_another_length_is_told(library: Library, vectors: NDArray[np.float32]) -> None:
    with pytest.raises(ValueError, match=r"\(8,\)"):
        library.search(np.ones(DIM + 1, np.float32), model=MODEL)


def test_an_open_library_sees_what_others_add_change_and_drop(library: Library) -> None:
    a, b, c = unit(np.random.default_rng(2), 3)
    add(library, "/p/a.jpg", a)
    assert names(library.search(a, model=MODEL)) == ["a.jpg"]
    first = library.matrix()
    add(library, "/p/b.jpg", b)
    assert sorted(names(library.search(a, model=MODEL))) == ["a.jpg", "b.jpg"]
    add(library, "/p/b.jpg", c)  # the content changed: b is no more
    assert len(library.matrix().ids) == 2
    assert names(library.search(c, 1, model=MODEL)) == ["b.jpg"]
    add(library, "/p/again.jpg", b)  # and is back under another name, with its old id
    assert names(library.search(b, 1, model=MODEL)) == ["again.jpg"]
    with writing(library.path) as writer:
        writer.drop([b"/p/a.jpg"])
    assert sorted(names(library.search(a, model=MODEL))) == ["again.jpg", "b.jpg"]
    assert len(first.ids) == len(first.vectors) == 1  # what was handed out does not change


def test_what_is_new_is_loaded_without_the_rest(
    library: Library, vectors: NDArray[np.float32], monkeypatch
) -> None:
    library.matrix()
    asked: list[tuple[int, ...]] = []
    real = library._store.moment

    from contextlib import contextmanager

    class Spy:
        def __init__(self, db) -> None:
            self._db = db

        def execute(self, sql: str, *values):
            if "FROM vectors" in sql:
                asked.append(values[0])
            return self._db.execute(sql, *values)

    @contextmanager
    def moment():
        with real() as db:
            yield Spy(db)

    monkeypatch.setattr(library._store, "moment", moment)
    for i, vector in enumerate(unit(np.random.default_rng(3), 30)):
        add(library, f"/q/{i:02}.jpg", vector)
        matrix = library.matrix()
        assert len(matrix.ids) == 61 + i
        assert names(library.search(vector, 1, model=MODEL)) == [f"{i:02}.jpg"]
    assert [start for (start,) in asked] == list(range(60, 90))
    library.matrix()
    assert len(asked) == 30


def test_copies_are_one_hit(library: Library) -> None:
    (a,) = unit(np.random.default_rng(4), 1)
    for path in ("/p/x/2.jpg", "/p/x/1.jpg", "/p/y/3.jpg"):
        add(library, path, a)
    (hit,) = library.search(a, model=MODEL)
    assert (hit.path, hit.copies) == (Path("/p/x/1.jpg"), (Path("/p/x/2.jpg"), Path("/p/y/3.jpg")))
    (hit,) = library.search(a, model=MODEL, where=Filter(folder=Path("/p/y")))
    assert hit.path == Path("/p/y/3.jpg")


def test_filters(library: Library) -> None:
    rows = [
        ("/p/one/wide.jpg", 4, 3, "2019-12-31 23:59:59"),
        ("/p/one/high.jpg", 3, 4, "2020-01-01 00:00:00"),
        ("/p/one-more/wide.jpg", 4, 3, "2020-06-01 12:00:00"),
        ("/p/one/deep/square.jpg", 3, 3, "2021-02-03 23:59:59"),
    ]
    vectors = unit(np.random.default_rng(5), 4)
    for (path, width, height, taken), vector in zip(rows, vectors, strict=True):
        add(library, path, vector, width=width, height=height, taken=taken)

    def found(**where: object) -> set[str]:
        hits = library.search(vectors[0], model=MODEL, where=Filter(**where))
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        return {str(hit.path) for hit in hits}

    first, second, third, fourth = (row[0] for row in rows)
    assert found() == {first, second, third, fourth}
    assert found(folder=Path("/p/one")) == {first, second, fourth}
    assert found(folder=Path("/nowhere")) == set()
    assert found(orientation="landscape") == {first, third}
    assert found(orientation="portrait") == {second}
    assert found(orientation="square") == {fourth}
    assert found(after=date(2020, 1, 1)) == {second, third, fourth}
    assert found(before=date(2020, 1, 1)) == {first, second}
    assert found(before=date(2021, 2, 3)) == {first, second, third, fourth}
    assert found(folder=Path("/p/one"), after=date(2020, 1, 1), orientation="square") == {fourth}
    add(library, "/p/one/new.jpg", unit(np.random.default_rng(6), 1)[0])
    assert "/p/one/new.jpg" in found(folder=Path("/p/one"))  # a remembered filter is forgotten with a change


def test_many_threads_search_while_another_writes(library: Library, vectors: NDArray[np.float32]) -> None:
    errors: list[BaseException] = []
    stop = threading.Event()

    def search() -> None:
        try:
            while not stop.is_set():
                hits = library.search(vectors[5], 3, model=MODEL, where=Filter(folder=Path("/p")))
                assert hits[0].path == Path("/p/05.jpg")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for i, vector in enumerate(unit(np.random.default_rng(7), 40)):
        add(library, f"/q/{i}.jpg", vector)
        if i % 8 == 7:
            with writing(library.path) as writer:
                writer.drop([f"/q/{i}.jpg".encode()])
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(library.matrix().ids) == 60 + 35
