"""What class names mean, as zero-shot methods ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sketchseek.errors import BadSemantics
from sketchseek.semantics import (
    Concept,
    Semantics,
    Similarity,
    Vectors,
    concepts,
    load_semantics,
    shape,
)
from sketchseek.semantics.concepts import data_folder
from sketchseek.semantics.lexical import WordNetSemantics

Senses = str | Mapping[str, tuple[str, ...]]  # a list of this package, "" for none, or class -> senses
_SHUFFLED = "shuffled:"
_NAMES = "clip_vit_b32_text_vocabulary.npz"


@dataclass(frozen=True)
class Words:
    """A source of meaning.

    Attributes:
        source: its name among the semantics; ``shuffled:NAME`` gives each class the meaning of another.
        path: its file or folder, or the name of a text model; empty: its own.
        measure: of wordnet, how near two senses are: link, path or wup; empty: link, as published.
        top: keep so many of the highest similarities of a class, the others are 0; 0: all.
        seed: of the shuffling.
    """

    source: str = "word2vec"
    path: str = ""
    top: int = 0
    seed: int = 0
    measure: str = ""


def load(words: Words) -> Semantics:
    """The source itself.

    Raises:
        UnknownName: no such source, or measure; the message lists the near ones.
        BadConfig: the source measures in one way only.
        BadSemantics: its file is missing or broken.
    """
    path = words.path or None
    more = {"measure": words.measure} if words.measure else {}
    if words.source.startswith(_SHUFFLED):
        of = words.source.removeprefix(_SHUFFLED)
        return load_semantics("shuffled", path, of=of, seed=words.seed, **more)
    return load_semantics(words.source, path, **more)


def vectors(words: Words, classes: Sequence[str], senses: Senses) -> Vectors:
    """Unit vectors of classes, ``values`` (C, D); a phrase that is not known is the mean of its words.

    A class of which no word is known has a row of zeros: it is learnt without a word.

    Raises:
        BadSemantics: none of the classes is known, or the source is broken.
    """
    return load(words).vectors(_meant(classes, senses), missing="zero")


def vocabulary(
    words: Words, classes: Sequence[str], senses: Senses
) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Names that a trained model can be asked for, sorted, and their vectors (V, D).

    The classes of its data set, unseen ones too, and the object names of the table beside the data sets,
    where there is one; what the source does not know is left out.
    """
    table = data_folder() / _NAMES
    more = [str(name) for name in np.load(table, allow_pickle=False)["names"]] if table.is_file() else []
    known = {concept.name.lower(): concept for concept in (*concepts(more), *_meant(classes, senses))}
    found = load(words).vectors([known[name] for name in sorted(known)], missing="zero").values
    kept = np.flatnonzero(np.linalg.norm(found, axis=1))
    names = sorted(known)
    return tuple(names[n] for n in kept), np.asarray(found[kept], np.float32)


def similarity(
    words: Words, classes: Sequence[str], senses: Senses, others: Iterable[str | Concept]
) -> Similarity:
    """How near classes are to others, ``values`` (C, K); rows of zeros for what is not known.

    With ``top``, rows are centred, only the highest entries are kept, and each row is brought to a largest
    entry of 1: cosines are all alike otherwise, and tilt whatever they are added to.
    """
    found = load(words).similarity(_meant(classes, senses), others, missing="zero")
    values = np.asarray(found.values, np.float32)
    if words.top:
        kept = np.maximum(shape(values, centred=True, k=words.top), 0)
        largest = kept.max(1, keepdims=True)
        values = np.asarray(kept / np.where(largest > 0, largest, 1), np.float32)
    return replace(found, values=values)


def _meant(classes: Sequence[str], senses: Senses) -> tuple[Concept, ...]:
    """The classes with their senses.

    With WordNet at hand, they also have the other words of their senses: "ax" for "axe".
    """
    try:
        lexicon = WordNetSemantics()
    except BadSemantics:
        return concepts(classes, senses)
    if isinstance(senses, Mapping):  # the names of files may be of another WordNet
        senses = {name: _known(lexicon, found) for name, found in senses.items()}
    return lexicon.enrich(concepts(classes, senses))


def _known(lexicon: WordNetSemantics, senses: Iterable[str]) -> tuple[str, ...]:
    found = []
    for sense in senses:
        with suppress(BadSemantics):
            lexicon.wordnet.resolve(sense)
            found.append(sense)
    return tuple(found)
