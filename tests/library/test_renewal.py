"""Another model for a library: answers until the last moment, nothing embedded twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from sketchseek.errors import ModelMismatch
from sketchseek.library import Library, Progress


@pytest.fixture
def album(photos: Path, draw) -> Path:
    for i in range(12):
        draw(photos / f"{i:02}.png", seed=i)
    return photos


@pytest.fixture
def query() -> np.ndarray:
    return np.eye(32, dtype=np.float32)[0]


def test_the_old_model_answers_until_the_new_one_has_all(
    library, encoder, other_encoder, album, run, query
) -> None:
    run(library.index([album], encoder=encoder))
    before = library.search(query, 5, model=encoder.model_id)
    phases = []
    for event in library.index(encoder=other_encoder, rebuild=True, batch=4, workers=1):
        assert isinstance(event, Progress)
        phases.append((event.phase, event.done))
        if event.phase == "renew" and event.done < 12:
            assert library.search(query, 5, model=encoder.model_id) == before
            with pytest.raises(ModelMismatch):
                library.search(query[:16], 5, model=other_encoder.model_id)
    assert phases[:2] == [("renew", 0), ("renew", 2)]
    assert phases[-1] == ("done", 12)
    found = library.search(query[:16], 12, model=other_encoder.model_id)
    assert {hit.id for hit in found} == set(library.matrix().ids.tolist())
    with pytest.raises(ModelMismatch):
        library.search(query, 5, model=encoder.model_id)
    assert library.problems() == []
    assert library._store.value("SELECT count(*) FROM next_vectors") == 0
    assert not [key for key in library._store.meta() if key.startswith("next_")]


def test_vectors_are_those_of_an_index_made_with_the_new_model(
    library, encoder, other_encoder, album, run, tmp_path
) -> None:
    run(library.index([album], encoder=encoder))
    run(library.index(encoder=other_encoder, rebuild=True))
    with Library.open(tmp_path / "fresh.sqlite", create=True) as fresh:
        run(fresh.index([album], encoder=other_encoder))
        wanted = by_path(fresh)
    found = by_path(library)
    assert found.keys() == wanted.keys()
    for path, vector in wanted.items():
        np.testing.assert_allclose(found[path], vector, atol=2e-3)


def by_path(library: Library) -> dict[Path, np.ndarray]:
    matrix = library.matrix()
    rows = zip(matrix.ids.tolist(), matrix.vectors, strict=True)
    return {library.photo(picture): vector for picture, vector in rows}


def test_a_stopped_renewal_goes_on(library, encoder, other_encoder, album, run) -> None:
    run(library.index([album], encoder=encoder))
    for event in library.index(encoder=other_encoder, rebuild=True, batch=4, workers=1):
        if event.done == 8:
            break
    assert library.model == encoder.model_id
    events = list(library.index(encoder=other_encoder, rebuild=True, batch=4, workers=1))
    assert (events[0].phase, events[0].done, events[0].found) == ("renew", 8, 12)
    assert (events[-1].phase, events[-1].renewed, events[-1].read) == ("done", 12, 0)
    assert library.model == other_encoder.model_id


def test_what_was_made_for_a_third_model_is_thrown_away(
    library, encoder, other_encoder, album, run, tmp_path
) -> None:
    from make_model import make_model

    from sketchseek import model

    run(library.index([album], encoder=encoder))
    for event in library.index(encoder=other_encoder, rebuild=True, batch=4, workers=1):
        if event.done == 8:
            break
    third = type(encoder)(model.load(make_model(tmp_path / "third", name="third", dim=8)))
    end, _ = run(library.index(encoder=third, rebuild=True))
    assert (end.renewed, third.count) == (12, 12)
    assert library.matrix().vectors.shape == (12, 8)


def test_a_copy_stands_in_for_a_file_that_is_gone(library, encoder, other_encoder, album, run) -> None:
    shutil.copy(album / "03.png", album / "zz.png")
    run(library.index([album], encoder=encoder))
    (album / "03.png").unlink()
    (album / "05.png").write_bytes(b"no picture any more")
    end, told = run(library.index(encoder=other_encoder, rebuild=True))
    assert (end.renewed, end.embedded, end.dropped) == (11, 0, 1)
    assert [Path(skipped.path).name for skipped in told] == ["05.png"]
    assert {path.name for path in by_path(library)} == {
        *(f"{i:02}.png" for i in range(12) if i not in (3, 5)),
        "zz.png",
    }
