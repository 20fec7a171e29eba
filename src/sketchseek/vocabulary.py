"""Words that a model knows, as vectors among its embeddings: the file ``words.npz`` of its folder."""

from __future__ import annotations

import difflib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sketchseek._aside import aside
from sketchseek._names import class_key
from sketchseek.errors import BadModel, UnknownName

WORDS = "words.npz"

_NEAREST = 0.05  # temperature at which a query is held against words, as cosines


@dataclass(frozen=True)
class Vocabulary:
    """Words that a model knows, as vectors among its embeddings.

    A vector added to a sketch's unit embedding, and the sum brought to unit length, asks for both; alone, at
    unit length, it asks for the word.

    Attributes:
        names: V of them, in lower case.
        vectors: (V, D) float32, of any length but 0.
    """

    names: tuple[str, ...]
    vectors: NDArray[np.float32]

    def vector(self, text: str) -> NDArray[np.float32]:
        """What a text adds, (D,): its own vector, else the mean of those of its words that are known.

        Raises:
            UnknownName: none of its words is known; the message lists near ones.
        """
        wanted = class_key(text)
        where = {class_key(name): place for place, name in enumerate(self.names)}
        rows = [where[word] for word in (wanted, *wanted.split()) if word in where]
        if not rows:
            near = difflib.get_close_matches(wanted, where, n=3, cutoff=0.6)
            hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else "Try a plainer word."
            raise UnknownName(f"the model knows {len(self.names):,} words, but not {text!r}. {hint}")
        vector: NDArray[np.float32] = self.vectors[rows[:1] if wanted in where else rows].mean(0)
        return vector

    def named(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Queries with the word added that each is nearest to: they ask for the category, less for its look.

        What is added is the words' vectors, each weighted by how near the query is to it (softmax of the
        cosines), at the query's own length.

        Args:
            queries: (N, D) float32 of unit length.

        Returns:
            (N, D) float32 of unit length.
        """
        units = self.vectors / np.linalg.norm(self.vectors, axis=1, keepdims=True)
        near = queries @ units.T / _NEAREST
        weights = np.exp(near - near.max(axis=1, keepdims=True))
        words = weights @ units
        both = queries + words / np.linalg.norm(words, axis=1, keepdims=True)
        found: NDArray[np.float32] = both / np.linalg.norm(both, axis=1, keepdims=True)
        return found.astype(np.float32)


def read_words(folder: Path, dim: int) -> Vocabulary | None:
    """The words of a model folder; None where it has none.

    Raises:
        BadModel: the file is broken, or its vectors are not of length ``dim``.
    """
    path = folder / WORDS
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as table:
            found = Vocabulary(tuple(map(str, table["names"])), table["vectors"].astype(np.float32))
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise BadModel(f"{path} cannot be read as a model's words: {error}") from error
    if found.vectors.shape != (len(found.names), dim):
        raise BadModel(f"{path}: {len(found.names)} words, vectors of shape {found.vectors.shape}")
    return found


def write_words(words: Vocabulary, folder: Path) -> Path:
    """Write ``words.npz`` into ``folder`` and return its path; vectors as float16."""
    path = folder / WORDS
    with aside(path) as written, written.open("wb") as file:
        np.savez_compressed(file, names=np.array(words.names), vectors=words.vectors.astype(np.float16))
    return path
