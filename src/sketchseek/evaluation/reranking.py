"""Shortlists whose pairs are compared, while an encoder is measured: the ranking that a search would give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sketchseek.data import Dataset, Item
from sketchseek.evaluation.embeddings import BATCH, Progress, Tell, pixels
from sketchseek.ranking import top
from sketchseek.rerankers.pairs import PairScorer

_BEHIND = 10.0  # more than scores of pairs and cosines can differ by


class Shortlists:
    """The photos of a gallery as regions, to be compared with sketches.

    Args:
        scorer: compares.
        dataset: opens the photos.
        gallery: G photos.
        shortlist: how many of a query's photos are compared; the others stand behind in the encoder's order.
        tell: called after each batch.
    """

    def __init__(
        self, scorer: PairScorer, dataset: Dataset, gallery: Sequence[Item], shortlist: int, tell: Tell
    ) -> None:
        self._scorer, self._shortlist, self._tell = scorer, shortlist, tell
        self._kept: list[bytes] = []  # as a library keeps them, at half the size
        for start in range(0, len(gallery), BATCH):
            some = gallery[start : start + BATCH]
            seen = [pixels(scorer, dataset, item) for item in some]
            self._kept += scorer.photos(np.stack(seen)).packed()
            tell(Progress("regions", len(self._kept), len(gallery)))

    def scores(
        self, cosines: NDArray[np.float32], dataset: Dataset, queries: Sequence[Item]
    ) -> NDArray[np.float32]:
        """(q, G) scores that rank as the pairs of each shortlist do, then as the encoder does.

        Args:
            cosines: (q, G) of the encoder; photos that are not searched have -inf, and keep it.
            dataset: opens the sketches.
            queries: q of them.
        """
        found = cosines - np.float32(_BEHIND)
        for row, item in enumerate(queries):
            places, _ = top(cosines[row], min(self._shortlist, len(self._kept)))
            places = places[np.isfinite(cosines[row, places])]
            sketch = self._scorer.sketches([dataset.sketch(item)])
            photos = self._scorer.unpacked([self._kept[place] for place in places.tolist()])
            found[row, places] = self._scorer.scores(sketch, photos)[0]
            self._tell(Progress("pairs", row + 1, len(queries)))
        return found
