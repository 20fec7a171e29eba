"""A shortlist compared pair by pair: what is kept for it, what it is ordered by, what cannot be compared."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sketchseek.encoders import OnnxEncoder, encode_sketches
from sketchseek.images import fit, open_picture
from sketchseek.library import Filter, Hit, Library
from sketchseek.library.search import Best
from sketchseek.ranking import compose, shares
from sketchseek.rerankers.pairs import PairScorer, scorer_of
from sketchseek.rerankers.shortlist import Drawn, Reranking
from sketchseek.sketch import Sketch

SKETCH = Sketch(
    (np.array([[9, 9], [50, 12], [80, 70]], np.float32), np.array([[10, 60], [30, 66]], np.float32))
)


@pytest.fixture
def album(photos: Path, draw) -> Path:
    for i in range(12):
        draw(photos / f"{i:02}.png", seed=i)
    Image.new("RGB", (80, 60), (90, 120, 60)).save(photos / "even.png")
    return photos


@pytest.fixture
def scorer(comparing: OnnxEncoder) -> PairScorer:
    found = scorer_of(comparing, threads=1)
    assert found is not None
    return found


@pytest.fixture
def embedding(comparing: OnnxEncoder) -> np.ndarray:
    return encode_sketches(comparing, [SKETCH])[0]


def kept(library: Library, table: str = "regions") -> dict[int, bytes]:
    return dict(library._store.rows(f"SELECT picture, packed FROM {table}"))  # noqa: S608


def best(library: Library, query: np.ndarray, by: Reranking) -> Best:
    matrix = library.matrix()
    return library.contents.best(matrix, query, matrix.vectors @ query, k=13, reranking=by)


def names(hits: list[Hit]) -> list[str]:
    return [hit.path.stem for hit in hits]


def pair_scores(scorer: PairScorer, photos: Path) -> dict[str, float]:
    """Of the sketch with every photo, compared at once and from the files."""
    files = sorted(photos.glob("*.png"))
    pixels = np.stack([fit(open_picture(file), scorer.photo) for file in files])
    (scores,) = scorer.scores(scorer.sketches([SKETCH]), scorer.photos(pixels))
    return {file.stem: float(score) for file, score in zip(files, scores, strict=True)}


def change(library: Library, sql: str, *values: object) -> None:
    db = sqlite3.connect(library.path, isolation_level=None)
    db.execute("PRAGMA foreign_keys=OFF")
    db.execute(sql, values)
    db.close()


def test_regions_are_kept_of_every_picture(library, comparing, scorer, album, run) -> None:
    run(library.index([album], encoder=comparing))
    found = kept(library)
    assert found.keys() == set(library.matrix().ids.tolist())
    sizes = {
        library.photo(picture).stem: int.from_bytes(some[:2], "little") for picture, some in found.items()
    }
    assert sizes.pop("even") == 1  # it has no parts
    assert min(sizes.values()) > 1
    assert library.problems() == []


def test_a_model_without_pairs_keeps_none(library, encoder, album, run) -> None:
    run(library.index([album], encoder=encoder))
    assert kept(library) == {}
    assert library.problems() == []


def test_a_shortlist_has_the_order_of_its_pairs_and_the_rest_the_encoders(
    library, comparing, scorer, embedding, album, run
) -> None:
    run(library.index([album], encoder=comparing))
    plain = library.search(embedding, 13, model=comparing.model_id)
    wanted = pair_scores(scorer, album)
    for shortlist in (0, 1, 5, 13, 100):
        found = library.search(
            embedding,
            13,
            model=comparing.model_id,
            reranking=Reranking.by(scorer, SKETCH, embedding, shortlist),
        )
        first = names(plain)[:shortlist]
        assert names(found) == [*sorted(first, key=lambda name: -wanted[name]), *names(plain)[shortlist:]]
        assert [hit.score for hit in found] == [hit.score for hit in plain]
    assert names(found) != names(plain)
    few = library.search(
        embedding, 3, model=comparing.model_id, reranking=Reranking.by(scorer, SKETCH, embedding)
    )
    assert few == found[:3]  # a shortlist is longer than what is asked for


def test_filters_choose_the_shortlist(library, comparing, scorer, embedding, album, run, draw) -> None:
    for i in range(6):
        draw(album / "deep" / f"{i}.png", seed=20 + i, size=(70, 90))
    run(library.index([album], encoder=comparing))
    by = Reranking.by(scorer, SKETCH, embedding, 4)
    for where in (Filter(folder=album / "deep"), Filter(orientation="portrait")):
        plain = library.search(embedding, 9, model=comparing.model_id, where=where)
        found = library.search(embedding, 9, model=comparing.model_id, where=where, reranking=by)
        wanted = pair_scores(scorer, album / "deep")
        assert names(found) == [
            *sorted(names(plain)[:4], key=lambda name: -wanted[name]),
            *names(plain)[4:],
        ]


def test_a_sketch_of_one_stroke_and_a_raster_are_compared(library, comparing, scorer, album, run) -> None:
    run(library.index([album], encoder=comparing))
    raster = np.full((90, 90), 255, np.uint8)
    raster[20:24, 10:70] = 0
    for sketch in (Sketch(SKETCH.strokes[:1]), Sketch((np.array([[3, 3]], np.float32),)), Sketch((), raster)):
        (embedding,) = encode_sketches(comparing, [sketch])
        by = Reranking.by(scorer, sketch, embedding)
        assert len(library.search(embedding, 13, model=comparing.model_id, reranking=by)) == 13
        found = best(library, embedding, by)
        assert found.compared == 13


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\x01",
        b"\x00\x00",
        b"\x06\x00cut short",
        b"\x01\x00" + bytes(2 * 9),
        b"\x40\x00" + bytes(64 * 2 * 68),
    ],
    ids=["empty", "a byte", "none", "cut", "of another length", "too many"],
)
def test_a_picture_whose_regions_are_damaged_counts_as_the_encoder_says(
    library, comparing, scorer, embedding, album, run, damage
) -> None:
    run(library.index([album], encoder=comparing))
    nearest = library.search(embedding, 1, model=comparing.model_id)[0]
    change(library, "UPDATE regions SET packed = ? WHERE picture = ?", damage, nearest.id)
    by = Reranking.by(scorer, SKETCH, embedding)
    found = best(library, embedding, by)
    assert found.compared == 12
    hits = library.search(embedding, 13, model=comparing.model_id, reranking=by)
    wanted = pair_scores(scorer, album)
    others = [name for name in names(hits) if name != nearest.path.stem]
    assert others == sorted(others, key=lambda name: -wanted[name])
    assert names(hits).index(nearest.path.stem) < 6  # above the middle, as it was


def test_regions_that_are_no_numbers_are_damaged_too(
    library, comparing, scorer, embedding, album, run
) -> None:
    run(library.index([album], encoder=comparing))
    nan = b"\x01\x00" + np.full(68, np.nan, "<f2").tobytes()
    change(library, "UPDATE regions SET packed = ? WHERE picture = 3", nan)
    by = Reranking.by(scorer, SKETCH, embedding)
    found = best(library, embedding, by)
    assert found.compared == 12
    assert sorted(found.rows.tolist()) == list(range(13))


def test_without_regions_the_encoders_order_stays(library, comparing, scorer, embedding, album, run) -> None:
    run(library.index([album], encoder=comparing))
    change(library, "DELETE FROM regions")
    plain = library.search(embedding, 13, model=comparing.model_id)
    by = Reranking.by(scorer, SKETCH, embedding)
    assert library.search(embedding, 13, model=comparing.model_id, reranking=by) == plain
    assert library.problems() == []  # as of a library that was made before regions were kept


def test_every_part_of_a_question_counts(library, comparing, scorer, embedding, album, run) -> None:
    run(library.index([album], encoder=comparing))
    matrix = library.matrix()
    other, drawn = matrix.vectors[4], scorer.sketches([SKETCH])

    def found(weight: float) -> list[int]:
        parts = [(embedding, weight), (other, 1.0)]
        query, (share, _) = compose(parts, matrix.vectors), shares(parts, matrix.vectors)
        by = Reranking(scorer, (Drawn(embedding, drawn, float(share)),))
        return best(library, query, by).rows.tolist()

    alone = Reranking.by(scorer, SKETCH, embedding)
    pairs = best(library, embedding, alone).rows.tolist()
    assert found(0.01)[0] == 4
    assert found(100.0) == pairs
    assert found(-100.0) == pairs[::-1]


def test_another_model_brings_or_takes_regions(library, encoder, comparing, album, run) -> None:
    run(library.index([album], encoder=encoder))
    for event in library.index(encoder=comparing, rebuild=True, batch=4, workers=1):
        if event.phase == "renew":
            assert kept(library) == {}
            assert len(kept(library, "next_regions")) == event.done
    assert len(kept(library)) == 13
    assert kept(library, "next_regions") == {}
    assert library.problems() == []
    run(library.index(encoder=encoder, rebuild=True))
    assert kept(library) == {}
    assert library.problems() == []


def test_what_was_made_for_a_third_model_is_thrown_away(
    library, encoder, other_encoder, comparing, album, run
) -> None:
    run(library.index([album], encoder=encoder))
    for event in library.index(encoder=comparing, rebuild=True, batch=4, workers=1):
        if event.done >= 8:
            break
    assert kept(library, "next_regions")
    run(library.index(encoder=other_encoder, rebuild=True))
    assert kept(library) == kept(library, "next_regions") == {}


def test_a_model_that_came_meanwhile_is_not_compared_with(
    library, encoder, comparing, scorer, embedding, album, run
) -> None:
    run(library.index([album], encoder=comparing))
    matrix = library.matrix()
    change(library, "UPDATE meta SET value = 'other@1' WHERE key = 'model'")  # since the vectors were read
    found = library.contents.best(
        matrix,
        embedding,
        matrix.vectors @ embedding,
        k=13,
        reranking=Reranking.by(scorer, SKETCH, embedding),
    )
    assert found.compared == 0


def test_what_lacks_regions_is_read_again_after_mending(library, comparing, album, run) -> None:
    run(library.index([album], encoder=comparing))
    change(library, "DELETE FROM regions WHERE picture = 2")
    change(library, "UPDATE regions SET packed = x'0600ff' WHERE picture = 5")
    assert library.problems() == ["1 pictures have no regions", "1 pictures have broken regions"]
    assert library.mend() == 2
    assert library.problems() == []
    end, _ = run(library.index(encoder=comparing))
    assert (end.embedded, end.unchanged) == (2, 11)
    assert len(kept(library)) == 13


def test_regions_go_with_their_photos_and_into_copies(library, comparing, album, run, tmp_path) -> None:
    run(library.index([album], encoder=comparing))
    library.copy(tmp_path / "copy.sqlite")
    (album / "03.png").unlink()
    run(library.index(encoder=comparing))
    assert kept(library).keys() == set(library.matrix().ids.tolist())
    assert len(kept(library)) == 12
    library.forget(album)
    assert kept(library) == {}
    with Library.open(tmp_path / "copy.sqlite") as copied:
        assert len(kept(copied)) == 13
