"""Names -> vectors: whole, by senses, by words, missing; and what the controls do with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from semantic_files import some_vectors, write_text

from sketchseek.errors import BadConfig, BadSemantics, UnknownName
from sketchseek.semantics import SEMANTICS, Concept, concepts, load_semantics, photo_senses, read_senses
from sketchseek.semantics.concepts import spellings
from sketchseek.semantics.space import unit

ROWS = some_vectors(["cat", "dog", "Santa_Claus", "flower", "stem", "hot", "teddy-bear", "kitty"])


@pytest.fixture
def words(tmp_path: Path) -> Path:
    return write_text(tmp_path / "words.vec", ROWS, header=True)


def test_names_are_found_whole_or_by_their_words(words: Path) -> None:
    found = load_semantics("fasttext", words).vectors(
        ["cat", "santa claus", "teddy bear", "flower with stem", "hot-air_balloon", "unicorn"], missing="zero"
    )
    assert found.values.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found.values, axis=1), [1, 1, 1, 1, 1, 0], atol=1e-6)
    np.testing.assert_allclose(found.values[1], unit(ROWS["Santa_Claus"]), atol=1e-5)
    parts = np.mean([unit(ROWS["flower"]), unit(ROWS["stem"])], axis=0)
    np.testing.assert_allclose(found.values[3], unit(parts), atol=1e-5)
    assert found.coverage.whole == ("cat", "santa claus", "teddy bear")
    assert found.coverage.by_words == {"flower with stem": ("flower", "stem"), "hot-air_balloon": ("hot",)}
    assert found.coverage.missing == ("unicorn",)
    assert "flower with stem (flower + stem)" in str(found.coverage)
    assert "1 missing: unicorn" in str(found.coverage)


def test_further_names_are_averaged_and_senses_come_first(tmp_path: Path) -> None:
    path = tmp_path / "table.npz"
    two = np.eye(4, dtype=np.float32)
    names = ["bat (animal)", "baseball bat", "cat", "kitty"]
    np.savez(path, names=names, vectors=two, synset=["bat.n.01", "", "cat.n.01", "kitty.n.03"])
    space = load_semantics("table", path)
    np.testing.assert_array_equal(space.vectors(["bat"]).values, two[:1])  # the short form of one name
    pair = space.vectors([Concept("cat", ("kitty", "pussycat"))]).values
    np.testing.assert_allclose(pair, [[0, 0, 0.5**0.5, 0.5**0.5]], atol=1e-6)
    by_sense = space.vectors([Concept("flying mouse", (), ("bat.n.01",))])
    assert by_sense.coverage.whole == ("flying mouse",)
    np.testing.assert_array_equal(by_sense.values, two[:1])


def test_similarity_is_the_cosine_with_others_or_themselves(words: Path) -> None:
    space = load_semantics("glove", words)
    own = space.similarity(["cat", "dog"])
    assert own.values.shape == (2, 2)
    np.testing.assert_allclose(np.diag(own.values), 1, atol=1e-6)
    cosine = float(unit(ROWS["cat"]) @ unit(ROWS["dog"]))
    assert own.values[0, 1] == pytest.approx(cosine, abs=1e-5)
    other = space.similarity(["cat"], ["kitty", "dog", "flower"])
    assert other.values.shape == (1, 3)
    assert other.others == ("kitty", "dog", "flower")
    assert other.values[0, 1] == pytest.approx(cosine, abs=1e-5)
    part = space.similarity(["cat", "unicorn"], ["dog", "griffin"], missing="zero")
    assert part.values[1].tolist() == [0, 0]
    assert part.coverage_others.missing == ("griffin",)


def test_a_class_without_a_vector_is_an_error_that_names_it(words: Path) -> None:
    space = load_semantics("fasttext", words)
    with pytest.raises(BadSemantics, match=r"knows nothing of 'unicorn' \(1 of 2 names\).*missing=\"zero\""):
        space.vectors(["cat", "unicorn"])
    with pytest.raises(BadSemantics, match="knows nothing"):
        space.vectors(["unicorn"], missing="zero")  # no row says how long a vector is
    with pytest.raises(BadSemantics, match="no class names"):
        space.vectors([])


def test_a_file_is_read_once_for_all_names(words: Path) -> None:
    space = load_semantics("fasttext", words)
    before = space.similarity(["cat"], ["dog"]).values
    words.unlink()
    np.testing.assert_array_equal(space.similarity(["cat"], ["dog"]).values, before)
    with pytest.raises(BadSemantics, match="cannot be read"):
        space.vectors(["stem"])


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("hot-air_balloon", "hot_air_balloon"),
        ("hot-air_balloon", "hot-air_balloon"),
        ("hot-air_balloon", "hot-air-balloon"),
        ("hot dog", "hotdog"),
        ("T-shirt", "t-shirt"),
        ("t-shirt", "T_Shirt"),
        ("santa claus", "Santa_Claus"),
        ("suv", "SUV"),
        ("car_(sedan)", "car_sedan"),
        ("jack-o'-lantern", "jack-o'-lantern"),
    ],
)
def test_spellings(name: str, form: str) -> None:
    assert form in spellings(name)


def test_no_semantics_is_zero_likeness_and_a_direction_a_name() -> None:
    none = load_semantics("none")
    alike = none.similarity(["cat", "dog"], ["a", "b", "c"])
    assert alike.values.shape == (2, 3)
    assert not alike.values.any()
    rows = none.vectors(["cat", "dog"]).values
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(rows[1], none.vectors(["dog"]).values[0])
    assert abs(float(rows[0] @ rows[1])) < 0.3


def test_shuffling_moves_names_and_keeps_values(words: Path) -> None:
    names = ["cat", "dog", "flower", "stem", "hot"]
    plain = load_semantics("fasttext", words)
    mixed = load_semantics("shuffled", words, of="fasttext", seed=3)
    rows, moved = plain.vectors(names).values, mixed.vectors(names)
    assert moved.names == tuple(names)
    places = [int(np.flatnonzero((rows == row).all(axis=1))[0]) for row in moved.values]
    assert sorted(places) == [0, 1, 2, 3, 4]
    assert all(place != row for row, place in enumerate(places))
    to_others = mixed.similarity(names, ["kitty", "stem"])
    assert to_others.names == tuple(names)
    np.testing.assert_array_equal(to_others.values, plain.similarity(names, ["kitty", "stem"]).values[places])
    among = mixed.similarity(names)
    np.testing.assert_allclose(np.diag(among.values), 1, atol=1e-6)
    np.testing.assert_array_equal(among.values, plain.similarity(names).values[np.ix_(places, places)])
    np.testing.assert_array_equal(moved.values, mixed.vectors(names).values)
    others = [
        load_semantics("shuffled", words, of="fasttext", seed=s).vectors(names).values for s in (4, 5, 6)
    ]
    assert any((other != moved.values).any() for other in others)


def test_a_misspelt_provider_and_wrong_options(words: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'wordnet'"):
        load_semantics("wordnett")
    with pytest.raises(BadConfig, match="needs its 'path'"):
        load_semantics("fasttext")
    with pytest.raises(BadConfig, match=r"takes no 'speed'\. It takes: dim"):
        load_semantics("none", speed=3)
    with pytest.raises(BadConfig, match="needs its 'of'"):
        load_semantics("shuffled")
    with pytest.raises(BadConfig, match="the seed must be 0 or above"):
        load_semantics("shuffled", of="none", seed=-1)
    with pytest.raises(UnknownName, match="measure"):
        load_semantics("wordnet", measure="lin")


def test_every_name_leads_to_something_callable() -> None:
    from sketchseek.registry import resolve

    assert all(callable(resolve(name, SEMANTICS, "semantics")) for name in SEMANTICS)


def test_tables_beside_the_data_need_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SKETCHSEEK_DATA", raising=False)
    with pytest.raises(BadSemantics, match="set SKETCHSEEK_DATA"):
        load_semantics("word2vec")
    monkeypatch.setenv("SKETCHSEEK_DATA", str(tmp_path))
    with pytest.raises(BadSemantics, match=r"no table glove_\*\.npz"):
        load_semantics("glove")


def test_senses_come_from_lists_files_and_mappings(tmp_path: Path) -> None:
    listed = concepts(["car_(sedan)", "cat", Concept("ray", (), ("ray.n.01",))], "sketchy")
    assert [concept.senses for concept in listed] == [("sedan.n.01",), (), ("ray.n.01",)]
    own = tmp_path / "own.txt"
    own.write_text("# mine\n\nhot-dog = hotdog.n.02 n07697537 # two\n")
    assert read_senses(own) == {"hot-dog": ("hotdog.n.02", "n07697537")}
    assert concepts(["hot dog"], own)[0].senses == ("hotdog.n.02", "n07697537")
    assert concepts(["cat"], {"cat": ["cat.n.01"]})[0].senses == ("cat.n.01",)
    own.write_text("cat =\n")
    with pytest.raises(BadSemantics, match="line 1: expected 'class name = sense'"):
        read_senses(own)
    with pytest.raises(BadSemantics, match="name a file, or sketchy or tuberlin"):
        read_senses("sketchi")


def test_photos_tell_senses() -> None:
    photos = [("ape", "n02470325_1"), ("ape", "n02480495_7.jpg"), ("ape", "n02480495_9"), ("cat", "tabby_3")]
    assert photo_senses(photos) == {"ape": ("n02480495", "n02470325")}
