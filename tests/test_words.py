"""The words of a model folder: found whole or by their parts, kept in a file, absent where there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sketchseek import model
from sketchseek.errors import BadModel, UnknownName
from sketchseek.model import Vocabulary, write_words


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
