"""A shortlist in the order of its pairs: the first of a ranking, each compared with what is drawn.

A question may have more than a drawing: words, photos, further drawings, each with its weight. What is not
drawn counts as in the encoder's ranking. Of what is drawn, the scores of pairs take the place of the cosines,
at these cosines' mean and spread over the shortlist: so every part counts as its weight says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sketchseek.ranking import SHORTLIST, Weighed, shares
from sketchseek.rerankers.pairs import PairScorer, Regions, length_of
from sketchseek.sketch import Sketch


@dataclass(frozen=True, eq=False)
class Drawn:
    """A drawing in a question.

    Attributes:
        embedding: (D,) float32 of unit length.
        regions: of this one drawing.
        share: how much of the embedding is in the query; below 0 where less like it is wanted.
    """

    embedding: NDArray[np.float32]
    regions: Regions
    share: float = 1.0


@dataclass(frozen=True, eq=False)
class Reranking:
    """How the first of a ranking are ordered anew.

    Attributes:
        scorer: compares pairs, with the model that made the ranking.
        drawn: what photos are compared with, at least one.
        shortlist: how many photos are, at most.
    """

    scorer: PairScorer
    drawn: Sequence[Drawn]
    shortlist: int = SHORTLIST

    @classmethod
    def by(
        cls, scorer: PairScorer, sketch: Sketch, embedding: NDArray[np.float32], shortlist: int = SHORTLIST
    ) -> Self:
        """By one drawing and nothing else.

        Args:
            scorer: compares pairs.
            sketch: what is drawn.
            embedding: the same, (D,) float32 of unit length.
            shortlist: how many photos are compared, at most.

        Raises:
            EmptySketch: nothing is drawn.
            BadModel: the graph cannot be loaded or run.
        """
        return cls(scorer, (Drawn(embedding, scorer.sketches([sketch])),), shortlist)

    @classmethod
    def of(
        cls,
        scorer: PairScorer,
        parts: Sequence[Weighed],
        regions: Sequence[Regions | None],
        gallery: NDArray[np.float32],
        shortlist: int = SHORTLIST,
    ) -> Self | None:
        """By what is drawn in a query of several parts; None where nothing is, so nothing can be compared.

        Args:
            scorer: compares pairs.
            parts: what `compose` made the query of.
            regions: of each part; None where it is no drawing.
            gallery: (G, D) float32, as for `compose`.
            shortlist: how many photos are compared, at most.
        """
        counted = shares(parts, gallery).tolist()
        drawn = [
            Drawn(embedding, some, share)
            for (embedding, _), some, share in zip(parts, regions, counted, strict=True)
            if some is not None
        ]
        return cls(scorer, drawn, shortlist) if drawn and shortlist else None

    def order(
        self, vectors: NDArray[np.float32], query: NDArray[np.float32], kept: Sequence[bytes | None]
    ) -> tuple[NDArray[np.int64], int]:
        """The order of S photos by their pairs, and how many could be compared.

        A photo whose regions are not there, or damaged, counts with its cosines. Equal ones stay in order.

        Args:
            vectors: (S, D) float32, the photos' embeddings in the encoder's order.
            query: (D,) float32 that they were ranked by.
            kept: what `Regions.packed` made of each; None where nothing is kept.

        Returns:
            (S,) int64 positions, best first, and a number from 0 to S.

        Raises:
            BadModel: the graph cannot be loaded or run.
        """
        there = self._readable(kept)
        if not len(there):
            return np.arange(len(kept)), 0
        photos = self.scorer.unpacked([kept[place] or b"" for place in there])
        wide = vectors.astype(np.float64)
        scores = wide @ (query - sum(one.share * one.embedding.astype(np.float64) for one in self.drawn))
        sure = np.ones(len(there), bool)
        for one in self.drawn:
            counted = wide @ one.embedding
            (pairs,) = self.scorer.scores(one.regions, photos)
            sure &= np.isfinite(pairs)
            counted[there[sure]] = _placed(pairs[sure].astype(np.float64), counted[there[sure]])
            scores += one.share * counted
        return np.argsort(-scores, kind="stable"), int(sure.sum())

    def _readable(self, kept: Sequence[bytes | None]) -> NDArray[np.int64]:
        """The places of what can be unpacked together: of one length, that of most."""
        most = self.scorer.regions.most
        lengths = [
            length_of(some) if some and int.from_bytes(some[:2], "little") <= most else 0 for some in kept
        ]
        usual = Counter(length for length in lengths if length).most_common(1)
        return np.flatnonzero([bool(usual) and length == usual[0][0] for length in lengths])


def _placed(scores: NDArray[np.float64], among: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores at the mean and the spread of others, which stand for them where all are equal."""
    if not len(scores) or not np.ptp(scores):
        return among
    spread = max(float(among.std()), 1e-6) / float(scores.std())
    return float(among.mean()) + spread * (scores - float(scores.mean()))
