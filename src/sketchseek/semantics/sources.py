"""Providers that are made of others' parts: files and tables by name, and the shuffled control."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sketchseek.errors import BadSemantics
from sketchseek.semantics import load_semantics
from sketchseek.semantics.concepts import data_folder
from sketchseek.semantics.controls import Shuffled
from sketchseek.semantics.space import Semantics, VectorSpace
from sketchseek.semantics.tables import SimilarityTable, holds_similarities, table_space
from sketchseek.semantics.word_files import read_word_vectors


def word2vec(path: str | Path | None = None) -> Semantics:
    """word2vec's vectors: a .bin, text or .npz file; by default the tables beside the data sets."""
    return _words("word2vec", path)


def glove(path: str | Path | None = None) -> Semantics:
    """GloVe's vectors: a text or .npz file; by default the tables beside the data sets."""
    return _words("glove", path)


def word_file(path: str | Path) -> Semantics:
    """Any file of word vectors, fastText's .vec among them."""
    return _words("fasttext", path)


def clip_vocabulary(path: str | Path | None = None) -> Semantics:
    """Object names with CLIP's text vectors and their senses; by default the table beside the data sets."""
    return _words("clip", path)


def table(path: str | Path) -> Semantics:
    """A table of classes (.npz), of vectors or of similarities: see `sketchseek.semantics.tables`."""
    place = Path(path).expanduser()
    return SimilarityTable(place) if holds_similarities(place) else _words(place.name, place)


def shuffled(of: str, *, seed: int = 0, path: str | Path | None = None, **options: Any) -> Semantics:
    """The provider ``of``, every class under the name of another: the control."""
    return Shuffled(load_semantics(of, path, **options), seed=seed)


def _words(name: str, path: str | Path | None) -> Semantics:
    if path is None:
        places = sorted(data_folder().glob(f"{name}_*.npz"))
        if not places:
            raise BadSemantics(f"no table {name}_*.npz in {data_folder()}: give the path of a file")
        return table_space(name, places)
    place = Path(path).expanduser()
    if place.suffix == ".npz":
        return table_space(name, [place])
    return VectorSpace(name, lambda wanted: read_word_vectors(place, wanted))
