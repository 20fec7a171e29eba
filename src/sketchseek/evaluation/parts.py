"""What decides in a query of sketch and word: each alone, both, and both at odds.

The zero-shot report found its composed queries to leak: a cow's sketch with the word "giraffe" gave giraffes,
and the lists hardly changed with the sketch, since every photo of the gallery carried its label. The same is
measured here for any model that knows words, over galleries that carry labels and galleries that do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sketchseek.evaluation.metrics import metric

Floats = NDArray[np.float32]
Gallery = Literal["labelled", "asked", "unlabelled"]
GALLERIES: tuple[Gallery, ...] = ("labelled", "asked", "unlabelled")


@dataclass(frozen=True)
class Deciding:
    """What a model's queries of sketch and word find.

    Attributes:
        both: map@all of sketches with their class's word.
        sketch: of the sketch alone.
        word: of the word alone.
        to_word: of sketches with another class's word, counting photos of the word's class as right.
        to_sketch: the same, counting photos of the sketch's class.
        follows_word: share of the first ``k`` that are of the word's class, where the two disagree.
        follows_sketch: share that are of the sketch's.
        diversity: 1 - the share of the first ``k`` that two sketches of a class have in common, with its
            word, mean over all such pairs: 0 where the list does not depend on the sketch.
    """

    both: float
    sketch: float
    word: float
    to_word: float
    to_sketch: float
    follows_word: float
    follows_sketch: float
    diversity: float


def deciding(
    sketches: tuple[Floats, Sequence[str]],
    photos: tuple[Floats, Sequence[str]],
    words: Mapping[str, Floats],
    gallery: Gallery,
    *,
    k: int = 10,
    seed: int = 0,
) -> Deciding:
    """Ask a gallery with sketches and words, together, alone and at odds.

    A query is ``s + w`` at unit length. So is a photo, ``p + w``, with the word of its own class in a gallery
    that is ``labelled`` (the report's prototypes 2 and 3), with that of the query in one that is ``asked``
    (its prototype 4); in one that is ``unlabelled`` it is p.

    Args:
        sketches: unit embeddings (Q, D) and their classes.
        photos: (G, D), likewise.
        words: class -> (D,), what its word adds; of every class.
        gallery: what photos carry.
        k: how long the lists are that are looked at.
        seed: of the classes whose words sketches are given to disagree with.
    """
    asked, given = np.array(sketches[1]), np.array(photos[1])
    names = sorted(set(asked))
    turn = np.random.default_rng(seed).permutation(len(names))
    after = {names[here]: names[there] for here, there in zip(turn, np.roll(turn, -1), strict=True)}
    other = np.array([after[name] for name in asked])

    def ask(drawn: bool, told: NDArray[np.str_] | None) -> Floats:
        return scores(sketches[0] if drawn else None, told, (photos[0], given), words, gallery)

    both, at_odds = ask(True, asked), ask(True, other)
    right, wrong = asked[:, None] == given[None], other[:, None] == given[None]
    first = np.argsort(-at_odds, axis=1, kind="stable")[:, :k]
    return Deciding(
        both=_map(both, right),
        sketch=_map(ask(True, None), right),
        word=_map(ask(False, asked), right),
        to_word=_map(at_odds, wrong),
        to_sketch=_map(at_odds, right),
        follows_word=float(np.take_along_axis(wrong, first, axis=1).mean()),
        follows_sketch=float(np.take_along_axis(right, first, axis=1).mean()),
        diversity=_diversity(both, asked, k),
    )


def scores(
    sketches: Floats | None,
    told: NDArray[np.str_] | None,
    photos: tuple[Floats, NDArray[np.str_]],
    words: Mapping[str, Floats],
    gallery: Gallery,
) -> Floats:
    """Cosines (Q, G) of queries and photos; without sketches the words alone ask, without words the sketches.

    Args:
        sketches: unit embeddings (Q, D).
        told: (Q,), each query's word.
        photos: unit embeddings (G, D) and their classes.
        words: class -> (D,), what its word adds.
        gallery: what photos carry.
    """
    vectors, labels = photos
    said = np.stack([words[name] for name in told]) if told is not None else 0
    queries = _unit(np.asarray(said + (0 if sketches is None else sketches), np.float32))
    if gallery == "unlabelled" or (gallery == "asked" and told is None):
        return queries @ _unit(vectors).T
    if gallery == "labelled":
        return queries @ _unit(vectors + np.stack([words[name] for name in labels])).T
    assert told is not None  # noqa: S101 - handled above
    found = np.empty((len(queries), len(vectors)), np.float32)
    for name in np.unique(told):
        rows = told == name
        found[rows] = queries[rows] @ _unit(vectors + words[name]).T
    return found


def _map(scores: Floats, right: NDArray[np.bool_]) -> float:
    return float(metric("map@all")(scores, right).mean())


def _diversity(scores: Floats, classes: NDArray[np.str_], k: int) -> float:
    first = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    seen = np.zeros(scores.shape, np.float32)
    np.put_along_axis(seen, first, 1, axis=1)
    apart = []
    for name in np.unique(classes):
        lists = seen[classes == name]
        shared = lists @ lists.T / first.shape[1]
        apart += (1 - shared[np.triu_indices(len(lists), 1)]).tolist()
    return float(np.mean(apart)) if apart else 0.0


def _unit(rows: Floats) -> Floats:
    found: Floats = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return found
