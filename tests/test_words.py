"""The words of a model folder: found whole or by their parts, kept in a file, absent where there are none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sketchseek import model
from sketchseek.errors import BadModel, UnknownName
from sketchseek.vocabulary import Vocabulary, write_words


@pytest.fixture
def words() -> Vocabulary:
    return Vocabulary(("cat", "hot-air balloon", "red"), np.eye(3, 4, dtype=np.float32))


def test_words_are_found_whole_or_by_their_parts(words: Vocabulary) -> None:
    for text in ("Hot Air Balloon", "hot-air_balloon", " hot-air balloon "):
        assert words.vector(text).tolist() == [0, 1, 0, 0]
    assert words.vector("the red cat").tolist() == [0.5, 0, 0.5, 0]
    with pytest.raises(UnknownName, match=r"knows 3 words, but not 'cot'\. Did you mean 'cat'\?"):
        words.vector("cot")
    for text in ("", "?!", "zyzzyva"):
        with pytest.raises(UnknownName, match="Try a plainer word"):
            words.vector(text)


def test_a_query_is_drawn_to_the_word_it_is_nearest_to(words: Vocabulary) -> None:
    near = np.array([[0.8, 0.6, 0, 0], [0, 0, 0.6, 0.8]], np.float32)
    found = words.named(near)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    weights = np.exp(near[:, :3] / 0.05)
    told = np.pad(weights / np.linalg.norm(weights, axis=1, keepdims=True), ((0, 0), (0, 1)))
    wanted = (near + told) / np.linalg.norm(near + told, axis=1, keepdims=True)
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert (found.argmax(axis=1) == [0, 2]).all()


def test_what_is_finer_than_category_can_ask_for_that_too(words: Vocabulary, tmp_path: Path) -> None:
    card = replace(model.load("default").card, dim=4)
    look = model.Model(tmp_path, replace(card, grain="look"))
    assert look.grains == ("look",)
    rows = np.eye(4, dtype=np.float32)
    assert look.asking(rows, None) is look.asking(rows, "look") is rows
    with pytest.raises(UnknownName, match="does not rank by 'category': it ranks by 'look'"):
        look.asking(rows, "category")
    write_words(words, tmp_path)
    assert model.Model(tmp_path, card).grains == ("category",)
    taught = model.Model(tmp_path, replace(card, grain="look"))
    assert taught.grains == ("category", "look")
    np.testing.assert_array_equal(taught.asking(rows, "category"), words.named(rows))


def test_what_compares_pairs_ranks_by_the_look_as_well(words: Vocabulary, tmp_path: Path) -> None:
    pairs = replace(model.load("default").card, dim=4, grain="exact", regions=model.RegionInput())
    found = model.Model(tmp_path, pairs)
    assert found.grains == ("look", "exact")
    assert [found.compares(grain) for grain in (None, "exact", "look")] == [True, True, False]
    rows = np.eye(4, dtype=np.float32)
    assert found.asking(rows, None) is found.asking(rows, "look") is found.asking(rows, "exact") is rows
    with pytest.raises(UnknownName, match="does not rank by 'category': it ranks by 'look' and 'exact'"):
        found.asking(rows, "category")
    write_words(words, tmp_path)
    taught = model.Model(tmp_path, pairs)
    assert taught.grains == ("category", "look", "exact")
    np.testing.assert_array_equal(taught.asking(rows, "category"), words.named(rows))
    alone = model.Model(tmp_path, replace(pairs, regions=None))
    assert alone.grains == ("category", "exact")
    assert not alone.compares(None)


def test_a_grain_that_is_none_is_no_card(tmp_path: Path) -> None:
    path = model.write_card(replace(model.load("default").card, grain="mood"), tmp_path)  # type: ignore[arg-type]
    with pytest.raises(BadModel, match="grain 'mood', this sketchseek knows category, look, exact"):
        model.read_card(path)


def test_words_are_kept_beside_the_model(words: Vocabulary, tmp_path: Path) -> None:
    packaged = model.load("default")
    assert packaged.words is not None
    nearest = packaged.words.vectors @ packaged.words.vector("cat")
    assert packaged.words.names[int(nearest.argmax())] == "cat"
    assert packaged.words.vectors.shape == (len(packaged.words.names), packaged.card.dim)
    alone = model.Model(tmp_path, packaged.card)
    assert alone.words is None
    write_words(Vocabulary(words.names, np.ones((3, packaged.card.dim), np.float32)), tmp_path)
    again = model.Model(tmp_path, packaged.card).words
    assert again is not None
    assert again.names == words.names
    assert again.vectors.dtype == np.float32


def test_broken_words_are_named(words: Vocabulary, tmp_path: Path) -> None:
    card = model.load("default").card
    path = write_words(words, tmp_path)
    with pytest.raises(BadModel, match=r"3 words, vectors of shape \(3, 4\)"):
        _ = model.Model(tmp_path, card).words
    for content in (b"", b"PK\x03\x04 cut short", b"no archive"):
        path.write_bytes(content)
        with pytest.raises(BadModel, match="cannot be read as a model's words"):
            _ = model.Model(tmp_path, card).words
