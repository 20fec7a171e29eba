"""What class names mean, as zero-shot methods ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sketchseek.errors import BadSemantics
from sketchseek.semantics import Concept, Semantics, concepts, load_semantics, shape
from sketchseek.semantics.concepts import SENSES, data_folder
from sketchseek.semantics.lexical import WordNetSemantics

_SHUFFLED = "shuffled:"
_NAMES = "clip_vit_b32_text_vocabulary.npz"


@dataclass(frozen=True)
class Words:
    """A source of meaning.

    Attributes:
        source: its name among the semantics; ``shuffled:NAME`` gives each class the meaning of another.
        path: its file or folder, or the name of a text model; empty: its own.
        top: keep so many of the highest similarities of a class, the others are 0; 0: all.
        seed: of the shuffling.
    """

    source: str = "word2vec"
    path: str = ""
    top: int = 0
    seed: int = 0


def load(words: Words) -> Semantics:
    """The source itself.

    Raises:
        UnknownName: no such source; the message lists the near ones.
        BadSemantics: its file is missing or broken.
    """
    path = words.path or None
    if words.source.startswith(_SHUFFLED):
        of = words.source.removeprefix(_SHUFFLED)
        return load_semantics("shuffled", path, of=of, seed=words.seed)
    return load_semantics(words.source, path)


def vectors(words: Words, classes: Sequence[str], dataset: str) -> NDArray[np.float32]:
    """Unit vectors of classes, (C, D); a phrase that is not known is the mean of its words.

    A class of which no word is known has a row of zeros: it is learnt without a word.

    Raises:
        BadSemantics: none of the classes is known, or the source is broken.
    """
    found: NDArray[np.float32] = load(words).vectors(_meant(classes, dataset), missing="zero").values
    return found


def vocabulary(
    words: Words, classes: Sequence[str], dataset: str
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Names that a trained model can be asked for, sorted, and their vectors (V, D).

    The classes of its data set, unseen ones too, and the object names of the table beside the data sets,
    where there is one; what the source does not know is left out.
    """
    table = data_folder() / _NAMES
    more = [str(name) for name in np.load(table, allow_pickle=False)["names"]] if table.is_file() else []
    known = {concept.name.lower(): concept for concept in (*concepts(more), *_meant(classes, dataset))}
    found = load(words).vectors([known[name] for name in sorted(known)], missing="zero").values
    kept = np.flatnonzero(np.linalg.norm(found, axis=1))
    names = sorted(known)
    return tuple(names[n] for n in kept), np.asarray(found[kept], np.float32)


def similarity(
    words: Words, classes: Sequence[str], dataset: str, others: Iterable[str | Concept]
) -> NDArray[np.float32]:
    """How near classes are to others, (C, K); rows of zeros for what is not known.

    With ``top``, rows are centred, only the highest entries are kept, and each row is brought to a largest
    entry of 1: cosines are all alike otherwise, and tilt whatever they are added to.
    """
    values = load(words).similarity(_meant(classes, dataset), others, missing="zero").values
    if not words.top:
        return np.asarray(values, np.float32)
    kept = np.maximum(shape(values, centred=True, k=words.top), 0)
    largest = kept.max(1, keepdims=True)
    return np.asarray(kept / np.where(largest > 0, largest, 1), np.float32)


def _meant(classes: Sequence[str], dataset: str) -> tuple[Concept, ...]:
    """The classes with their senses, where a list of this package tells those of the data set.

    With WordNet at hand, they also have the other words of their senses: "ax" for "axe".
    """
    named = concepts(classes, dataset) if dataset in SENSES else concepts(classes)
    try:
        lexicon = WordNetSemantics()
    except BadSemantics:
        return named
    return lexicon.enrich(named)
