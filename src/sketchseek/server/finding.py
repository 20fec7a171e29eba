"""From a query vector to a page of hits: filtered, ranked, near-duplicates under the best of them, judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sketchseek.library import Filter, Hit, Library, Matrix
from sketchseek.server.asking import Chance, collapse
from sketchseek.server.schemas import DEPTH, Question
from sketchseek.server.sight import Query

ALIKE_SHOWN = 24  # near-duplicates that are told with a hit


@dataclass(frozen=True)
class Found:
    """The outcome of one search.

    Attributes:
        groups: best first; in each the hit and then the pictures that look nearly the same.
        sizes: of the groups, also where not all of one is told.
        following: the offset of the groups that follow, if any do.
        chance: what scores say nothing; None where that cannot be told.
        photos: how many pictures the library has.
        passing: how many of them pass the filters.
        outstanding: how many of those stand out.
        compared: how many of the first of a ranking were compared pair by pair.
        milliseconds: spent on rendering, encoding and searching; waiting for a thread is not in it.
    """

    groups: Sequence[Sequence[Hit]] = ()
    sizes: Sequence[int] = ()
    following: int | None = None
    chance: Chance | None = None
    photos: int = 0
    passing: int = 0
    outstanding: int | None = None
    compared: int = 0
    milliseconds: float = 0.0


def ranked(library: Library, question: Question, where: Filter, matrix: Matrix, query: Query) -> Found:
    """The page of a ranking that a question asks for; the time it took is left to be filled in.

    What stands out is judged by all scores, and pairs only put the first of them into another order: it is as
    many pictures with them as without.

    Args:
        library: tells what is known of the pictures.
        question: says which page, and whether near-duplicates are shown on their own.
        where: which pictures may be found.
        matrix: the library's vectors.
        query: what the question comes to.
    """
    scores = matrix.vectors @ query.embedding
    rows = library.contents.rows(matrix, where)
    best = library.contents.best(
        matrix, query.embedding, scores, k=DEPTH, rows=rows, reranking=query.reranking
    )
    vectors, ids = matrix.vectors[best.rows], matrix.ids[best.rows].tolist()
    end = question.offset + question.k
    groups = collapse(vectors, end + 1) if question.collapse else [[i] for i in range(len(ids))]
    page = groups[question.offset : end]
    told = [place for group in page for place in group[: ALIKE_SHOWN + 1]]
    listed = library.contents.hits([ids[i] for i in told], best.scores[told].tolist(), where)
    hits = {hit.id: hit for hit in listed}
    # a picture that was dropped since the vectors were read has no hit
    named = [[hits[ids[i]] for i in group if ids[i] in hits] for group in page]
    chance = Chance.of(scores)
    return Found(
        groups=[group for group in named if group],
        sizes=[len(group) for group, hits in zip(page, named, strict=True) if hits],
        following=end if len(groups) > end else None,
        chance=chance,
        photos=len(matrix.ids),
        passing=len(rows),
        outstanding=chance.outstanding(scores[rows]) if chance else None,
        compared=best.compared,
    )
