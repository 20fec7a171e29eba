"""Tables of classes: written and read again, published ones, and broken ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from semantic_files import some_vectors, write_text, write_wordnet

from sketchseek.errors import BadSemantics
from sketchseek.semantics import concepts, imagenet_classes, load_semantics
from sketchseek.semantics.tables import save_similarity, save_vectors


def test_vectors_survive_a_table(tmp_path: Path) -> None:
    rows = some_vectors(["cat", "dog", "hot_air_balloon"])
    large = load_semantics("fasttext", write_text(tmp_path / "large.vec", rows, header=True))
    wanted = large.vectors(["cat", "hot-air balloon"])
    small = load_semantics("table", save_vectors(tmp_path / "small.npz", wanted))
    again = small.vectors(["hot_air_balloon", "cat"])
    np.testing.assert_allclose(again.values, wanted.values[::-1], atol=1e-6)
    assert {path.name for path in tmp_path.iterdir()} == {"large.vec", "small.npz"}  # nothing half written


def test_a_table_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    rows = some_vectors(["cat", "dog"])
    found = load_semantics("fasttext", write_text(tmp_path / "large.vec", rows, header=True)).vectors(["cat"])
    with pytest.raises(BadSemantics, match=r"nowhere/small\.npz cannot be written"):
        save_vectors(tmp_path / "nowhere" / "small.npz", found)


def test_similarities_survive_a_table(tmp_path: Path) -> None:
    write_wordnet(tmp_path)
    wanted = load_semantics("wordnet", tmp_path).similarity(["dog", "bat", "owl"], ["pug", "bird", "club"])
    small = load_semantics("table", save_similarity(tmp_path / "small.npz", wanted))
    again = small.similarity(["owl", "dog"], ["club", "pug"])
    np.testing.assert_array_equal(again.values, wanted.values[np.ix_([2, 0], [2, 0])])
    with pytest.raises(BadSemantics, match="does not compare with 'crane'"):
        small.similarity(["owl"], ["crane"])
    with pytest.raises(BadSemantics, match="has no vectors"):
        small.vectors(["owl"])


def test_namesakes_among_the_columns_are_taken_in_turn(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    np.savez(path, classes=["bird"], others=["crane", "owl", "crane"], similarity=np.array([[0.5, 0.3, 0.0]]))
    found = load_semantics("table", path).similarity(["bird"], ["crane", "crane", "owl"])
    np.testing.assert_allclose(found.values, [[0.5, 0.0, 0.3]])


def test_columns_without_names_are_those_that_are_given(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    np.savez(path, classes=["cat", "dog"], similarity=np.array([[1.0, 0, 0], [0, 1, 0.5]]))
    space = load_semantics("table", path)
    assert space.similarity(["dog"], ["a", "b", "c"]).values.tolist() == [[0, 1, 0.5]]
    with pytest.raises(BadSemantics, match="3 others that it does not name, not with 2"):
        space.similarity(["dog"], ["a", "b"])
    with pytest.raises(BadSemantics, match="knows nothing of 'owl'"):
        space.similarity(["owl"], ["a", "b", "c"])
    assert not space.similarity(["owl"], ["a", "b", "c"], missing="zero").values.any()


GOOD: dict[str, Any] = {"classes": ["cat", "dog"], "vectors": np.eye(2, dtype=np.float32)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"classes": np.array([], dtype="U3")}, "is empty"),
        ({"classes": np.array([1, 2])}, "lacks its class names"),
        ({"vectors": np.eye(3)}, "one row of numbers for each of its 2 classes"),
        ({"vectors": np.array([["a", "b"]] * 2)}, "one row of numbers"),
        ({"vectors": np.array([[1.0, np.nan]] * 2)}, "not finite"),
        ({"vectors": np.empty((2, 0))}, "rows without numbers"),
        ({"vectors": np.array([[{}, {}]] * 2)}, "is no table"),
        ({"similarity": np.eye(2), "others": ["a", "b", "c"]}, "3 others for 2 columns"),
    ],
)
def test_broken_tables_are_told(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    np.savez(tmp_path / "t.npz", **(GOOD | change))
    with pytest.raises(BadSemantics, match=said):
        load_semantics("table", tmp_path / "t.npz").vectors(["cat"])


def test_what_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "t.npz").write_bytes(b"PK\x03\x04 not really")
    for path in (tmp_path / "t.npz", tmp_path / "none.npz"):
        with pytest.raises(BadSemantics, match="is no table of classes"):
            load_semantics("word2vec", path)


def test_tables_of_two_models_do_not_mix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKETCHSEEK_DATA", str(tmp_path))
    (tmp_path / "semantics").mkdir()
    np.savez(tmp_path / "semantics" / "glove_a.npz", **GOOD)
    np.savez(tmp_path / "semantics" / "glove_b.npz", classes=["owl"], vectors=np.ones((1, 2)))
    both = load_semantics("glove").vectors(["owl", "cat"])
    np.testing.assert_allclose(both.values, [[0.5**0.5, 0.5**0.5], [1, 0]], atol=1e-6)
    np.savez(tmp_path / "semantics" / "glove_c.npz", classes=["ant"], vectors=np.ones((1, 3)))
    with pytest.raises(BadSemantics, match="vectors of 3 numbers beside others of 2"):
        load_semantics("glove")


@pytest.mark.data
def test_published_tables(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKETCHSEEK_DATA", str(data_root))
    near = load_semantics("word2vec").similarity(["cat", "zebra"], ["dog", "giraffe", "hot air balloon"])
    assert near.values.argmax(axis=1).tolist() == [0, 1]
    assert load_semantics("glove").vectors(["car_(sedan)", "teddy bear"]).values.shape == (2, 300)
    clip = load_semantics("clip-vocabulary").vectors(concepts(["bat", "seal"], {"seal": ["seal.n.09"]}))
    assert clip.values.shape == (2, 512)
    assert clip.coverage.whole == ("bat", "seal")
    sake = load_semantics("table", data_root / "semantics" / "sake_wordnet_sketchy.npz")
    row = sake.similarity(["banana"], imagenet_classes())
    assert row.others[int(row.values.argmax())] == "banana"
