"""WordNet as semantics: classes -> senses, and how near two senses are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from sketchseek._names import words_of
from sketchseek.errors import BadSemantics
from sketchseek.registry import check_name
from sketchseek.semantics.concepts import JOINING, Concept, Coverage, concepts, spellings
from sketchseek.semantics.space import Missing, Similarity, Vectors
from sketchseek.semantics.wordnet import DEBIAN, WordNet

Measure = Callable[[WordNet, int, int], float]
_LEAST = 0.2  # path similarities up to here are no link


def link(wordnet: WordNet, one: int, other: int) -> float:
    """SAKE's rule (Liu et al., ICCV 2019, released code): 0, 1/4, 1/3 or 1.

    1 if one is the other or a kind of it, either way round; else the path similarity if it is above 0.2.
    """
    if wordnet.related(one, other):
        return 1.0
    similarity = wordnet.path_similarity(one, other)
    return similarity if similarity > _LEAST else 0.0


MEASURES: dict[str, Measure] = {
    "link": link,
    "path": WordNet.path_similarity,
    "wup": WordNet.wup_similarity,
}


class WordNetSemantics:
    """Similarities of classes in WordNet.

    Args:
        path: a WNDB folder.
        measure: ``link``, ``path`` or ``wup``; all in 0..1.

    Raises:
        BadSemantics: there is no WordNet, or it is broken.
        UnknownName: no such measure.
    """

    name = "wordnet"

    def __init__(self, path: str | Path = DEBIAN, *, measure: str = "link") -> None:
        self._measure = MEASURES[check_name(measure, MEASURES, "WordNet measure")]
        self.wordnet = WordNet(path)

    def vectors(self, names: Iterable[str | Concept], *, missing: Missing = "error") -> Vectors:
        """WordNet is a graph and has no vectors.

        Raises:
            BadSemantics: always.
        """
        raise BadSemantics(
            "wordnet compares classes, but has no vectors: take word vectors or a text encoder"
        )

    def similarity(
        self,
        names: Iterable[str | Concept],
        others: Iterable[str | Concept] | None = None,
        *,
        missing: Missing = "error",
    ) -> Similarity:
        """How near classes are to others, by default to themselves: (C, K), in 0..1.

        A class with several senses is as near as the nearest of them.

        Raises:
            BadSemantics: WordNet lacks a class, or a sense that one is said to have, unless ``missing`` is
                ``"zero"`` (a sense that does not exist is always an error).
        """
        asked = concepts(names)
        wanted = asked if others is None else concepts(others)
        rows, coverage = self._all_senses(asked, missing)
        columns, coverage_others = (rows, coverage) if others is None else self._all_senses(wanted, missing)
        values = [[self._nearest(row, column) for column in columns] for row in rows]
        return Similarity(
            tuple(concept.name for concept in asked),
            tuple(concept.name for concept in wanted),
            np.array(values, np.float32).reshape(len(rows), len(columns)),
            coverage,
            coverage_others,
        )

    def enrich(self, names: Iterable[str | Concept]) -> tuple[Concept, ...]:
        """Classes with all words of their senses as further names, and the senses as ``dog.n.01``.

        With them other providers find more: "axe" where a table writes "ax", "bat" by its sense. A class that
        WordNet lacks, or knows by its head only, stays as it is.

        Raises:
            BadSemantics: a sense that a class is said to have does not exist.
        """
        return tuple(map(self._enriched, concepts(names)))

    def _enriched(self, concept: Concept) -> Concept:
        senses, head = self.senses(concept)
        if head or not senses:
            return concept
        words = [word for sense in senses for word in self.wordnet.synset(sense).words]
        labels = tuple(self.wordnet.label(sense) for sense in senses)
        return Concept(concept.name, tuple(dict.fromkeys((*concept.lemmas, *words))), labels)

    def senses(self, concept: Concept) -> tuple[tuple[int, ...], str]:
        """The senses of a class, and the word that stood for its name where WordNet lacks the name.

        Its own senses; else the first sense of its name or of a further one; else the first sense of its
        head, the last word before one that joins ("flower with stem" is a flower).

        Raises:
            BadSemantics: one of its own senses does not exist.
        """
        if concept.senses:
            return tuple(self.wordnet.resolve(sense) for sense in concept.senses), ""
        for name in concept.names:
            if first := next(self._first(name), None):
                return (first,), ""
        words = words_of(concept.name)
        end = next((at for at, word in enumerate(words) if at and word in JOINING), len(words))
        head = words[end - 1] if len(words) > 1 else ""
        return ((first,), head) if head and (first := next(self._first(head), None)) else ((), "")

    def _first(self, name: str) -> Iterator[int]:
        forms = [form for text in spellings(name) for form in (text, text.removesuffix("s"))]
        return (senses[0] for form in dict.fromkeys(forms) if (senses := self.wordnet.senses(form)))

    def _all_senses(
        self, asked: Sequence[Concept], missing: Missing
    ) -> tuple[list[tuple[int, ...]], Coverage]:
        found = [self.senses(concept) for concept in asked]
        coverage = Coverage.of(
            (concept.name, bool(senses), (head,) if head else ())
            for concept, (senses, head) in zip(asked, found, strict=True)
        )
        if missing == "error":
            coverage.require(self.name)
        return [senses for senses, _ in found], coverage

    def _nearest(self, some: tuple[int, ...], others: tuple[int, ...]) -> float:
        return max((self._measure(self.wordnet, one, other) for one in some for other in others), default=0.0)
