"""What the model makes of a question: a query, and what a shortlist is compared with pair by pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from starlette.exceptions import HTTPException

from sketchseek.encoders import OnnxEncoder, encode_sketches
from sketchseek.errors import EmptySketch
from sketchseek.library import Matrix
from sketchseek.ranking import compose
from sketchseek.rerankers.pairs import PairScorer
from sketchseek.rerankers.shortlist import Reranking
from sketchseek.server.named import named
from sketchseek.server.schemas import Question, SketchPart
from sketchseek.server.uploads import Seen, Shelf, sketch_of
from sketchseek.sketch import Sketch


@dataclass(frozen=True, eq=False)
class Query:
    """What a library is asked.

    Attributes:
        embedding: (D,) float32 of unit length.
        reranking: how the first of the ranking are ordered anew; None where nothing is to be compared.
    """

    embedding: NDArray[np.float32]
    reranking: Reranking | None = None


@dataclass(frozen=True, eq=False)
class Sight:
    """A model at work.

    Attributes:
        encoder: embeds.
        scorer: compares pairs; None where the model compares none.
    """

    encoder: OnnxEncoder
    scorer: PairScorer | None = None

    def load(self) -> None:
        """Open the graphs that a drawing needs.

        Raises:
            BadModel: one cannot be loaded or run.
        """
        side = self.encoder.sketch.size
        self.encoder.embed_sketches(np.full((1, side, side), 255, np.uint8))
        if self.scorer:
            self.scorer.load()

    def drawn(self, sketch: Sketch, *, compared: bool = True) -> Seen:
        """A drawing, with its regions where it may be compared.

        Raises:
            EmptySketch: nothing is drawn.
            BadModel: a graph cannot be loaded or run.
        """
        (embedding,) = encode_sketches(self.encoder, [sketch])
        return Seen(embedding, self.scorer.sketches([sketch]) if self.scorer and compared else None)

    def query(self, question: Question, matrix: Matrix, shelf: Shelf, identity: str) -> Query | None:
        """The query that a question comes to; None where the library has no pictures yet.

        Args:
            question: what is asked.
            matrix: the library's vectors.
            shelf: what was uploaded.
            identity: the library's.

        Raises:
            BadSketch: a drawing cannot be used; as `EmptySketch` where nothing is asked.
            BadModel: a graph or the model's words are broken.
            UnknownName: the model does not rank by the grain that is asked for.
            HTTPException: 404, a part names what is not there; 422, unknown words, or parts that cancel each
                other.
        """
        asked = question.asked()
        if not asked:
            raise EmptySketch("nothing is asked: draw at least one line, name a picture, or say it in words")
        model = self.encoder.model
        compared = question.shortlist > 0 and model.compares(question.grain)
        drawn = {
            place: self.drawn(sketch_of(part.strokes), compared=compared)
            for place, part in enumerate(asked)
            if isinstance(part, SketchPart)
        }
        if matrix.model is None:
            return None
        before = len(asked) - len(question.parts)  # the question's own strokes
        others = named(question.parts, self.encoder, matrix, shelf, identity)
        seen = [drawn[n] if n in drawn else others[n - before] for n in range(len(asked))]
        parts = [(one.embedding, part.weight) for one, part in zip(seen, asked, strict=True)]
        query = compose(parts, matrix.vectors)
        if not query.any():
            raise HTTPException(422, "The parts of the question cancel each other; change a weight.")
        (query,) = model.asking(query[None], question.grain)
        if not (self.scorer and compared):
            return Query(query)
        regions = [one.regions for one in seen]
        return Query(query, Reranking.of(self.scorer, parts, regions, matrix.vectors, question.shortlist))
