"""ConceptNet: names as its nodes, Numberbatch's vectors, and the graph of its assertions."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sketchseek.errors import BadConfig, BadSemantics
from sketchseek.semantics.concepts import Concept, Coverage, concepts, parts_of
from sketchseek.semantics.space import Missing, Similarity, Vectors, VectorSpace
from sketchseek.semantics.word_files import opened, read_word_vectors

ENGLISH = "/c/en/"
# Relations that hold between like things; RelatedTo is the loosest and the largest by far.
RELATIONS = frozenset({"IsA", "InstanceOf", "Synonym", "SimilarTo", "FormOf", "MannerOf", "RelatedTo"})
_LINE = 1 << 20


def text_to_uri(text: str) -> str:
    """An English term as ConceptNet 5.5 and later write it: "a hot-air balloon" is /c/en/hot_air_balloon.

    The rules of Numberbatch's ``text_to_uri``: lower-case words joined by underscores; articles dropped, and
    "to" at the beginning, unless nothing else is left; every digit a ``#`` where two stand side by side.
    """
    words = re.findall(r"\w+(?:['’]\w+)*", text.replace("_", " ").casefold())
    kept = [word for word in words if word not in {"the", "a", "an"}]
    while kept and kept[0] == "to":
        kept = kept[1:]
    term = "_".join(kept or words)
    return ENGLISH + (re.sub(r"\d", "#", term) if re.search(r"\d\d", term) else term)


def numberbatch(path: str | Path) -> VectorSpace:
    """Numberbatch's vectors, a text table (.txt, .txt.gz) with full keys (/c/en/…) or English ones without.

    Raises:
        BadSemantics: on use, when the file is missing or damaged.
    """
    place = Path(path).expanduser()

    def spell(name: str) -> tuple[str, ...]:
        uri = text_to_uri(name)
        return uri, uri.removeprefix(ENGLISH)

    return VectorSpace("numberbatch", lambda wanted: read_word_vectors(place, wanted), spell)


@dataclass(frozen=True)
class Graph:
    """An undirected weighted graph of terms.

    Attributes:
        nodes: term (without /c/en/) -> its number, 0..N-1.
        ends: (2E, 2) int32, from and to, each edge both ways.
        weights: (2E,) float64, above 0.
    """

    nodes: dict[str, int]
    ends: NDArray[np.int32]
    weights: NDArray[np.float64]

    @cached_property
    def degrees(self) -> NDArray[np.float64]:
        """(N,): the weights of each node's edges, summed."""
        return np.bincount(self.ends[:, 0], self.weights, len(self.nodes)).astype(np.float64)

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """(2E,): how likely each edge is taken by a walker at its beginning."""
        shares: NDArray[np.float64] = self.weights / self.degrees[self.ends[:, 0]]
        return shares


def read_assertions(path: Path, relations: Collection[str] = RELATIONS) -> Graph:
    """The English part of ConceptNet's assertions (``conceptnet-assertions-5.7.0.csv.gz``), line by line.

    Fields between tabs: assertion, relation, start, end, JSON with a ``weight``. Both ends must be English,
    the relation one of ``relations``. A node's part of speech and sense are dropped, which few edges have:
    /c/en/bat/n/wn/animal is bat. Parallel edges add up; edges to oneself are left out.

    Raises:
        BadSemantics: the file is missing, damaged, or has no such edge.
    """
    wanted = {f"/r/{name}".encode() for name in relations}
    nodes: dict[str, int] = {}
    ends, weights = array("i"), array("d")
    with opened(path) as stream:
        number = 0
        while line := stream.readline(_LINE):
            number += 1
            fields = line.rstrip(b"\n").split(b"\t")
            if len(fields) != 5:
                raise BadSemantics(f"{path}, line {number}: {len(fields)} fields between tabs instead of 5")
            _, relation, start, end, info = fields
            if relation not in wanted or not (start.startswith(b"/c/en/") and end.startswith(b"/c/en/")):
                continue
            one, other = _term(start), _term(end)
            if one != other:
                ends.extend((nodes.setdefault(one, len(nodes)), nodes.setdefault(other, len(nodes))))
                weights.append(_weight(info, path, number))
    if not weights:
        raise BadSemantics(
            f"{path} has no English assertion of {', '.join(sorted(relations)) or 'no relation'}"
        )
    pairs = np.frombuffer(ends, np.int32).reshape(-1, 2)
    return Graph(nodes, np.concatenate([pairs, pairs[:, ::-1]]), np.tile(np.frombuffer(weights), 2))


def page_rank(
    graph: Graph, starts: Collection[int], *, restart: float = 0.15, tolerance: float = 1e-6
) -> NDArray[np.float64]:
    """Personalised PageRank: (N,), where a walker is found that goes home with probability ``restart``.

    ``p = restart · e + (1 - restart) · Pᵀ p`` (Haveliwala, WWW 2002) by iteration, until the sum of absolute
    changes is below ``tolerance``.

    Args:
        graph: where it walks, along edges by their weight.
        starts: its homes, equally likely.
        restart: in 0..1, both excluded.
        tolerance: above 0.
    """
    home = np.zeros(len(graph.nodes))
    home[list(starts)] = 1 / len(starts)
    source, target = graph.ends.T
    place = home
    while True:
        moved = restart * home + (1 - restart) * np.bincount(target, place[source] * graph.shares, len(home))
        if np.abs(moved - place).sum() < tolerance:
            return moved
        place = moved


class ConceptNetGraph:
    """Similarities of classes in ConceptNet's graph, by personalised PageRank.

    Args:
        path: the dump of assertions, .csv or .csv.gz.
        relations: those whose edges are walked, without /r/.
        restart: how likely a walk ends at each step, in 0..1, both excluded; low reaches far.

    Raises:
        BadConfig: ``restart`` is out of range.
        BadSemantics: the dump is missing or damaged.
    """

    name = "conceptnet"

    def __init__(
        self, path: str | Path, *, relations: Collection[str] = RELATIONS, restart: float = 0.15
    ) -> None:
        if not 0 < restart < 1:
            raise BadConfig(f"restart must lie between 0 and 1, not {restart}")
        self.graph = read_assertions(Path(path).expanduser(), relations)
        self._restart = restart

    def vectors(self, names: Iterable[str | Concept], *, missing: Missing = "error") -> Vectors:
        """The graph has no vectors.

        Raises:
            BadSemantics: always.
        """
        raise BadSemantics("conceptnet compares classes, but has no vectors: numberbatch has")

    def similarity(
        self,
        names: Iterable[str | Concept],
        others: Iterable[str | Concept] | None = None,
        *,
        missing: Missing = "error",
    ) -> Similarity:
        """How likely a walk from the other's node meets the class before it ends: (C, K), in 0..1.

        That is the PageRank personalised to the class, over each node's degree, scaled to 1 at the class:
        hubs that everything leads to gain nothing. Nodes are words, not senses: "bat" is both. Of an other
        with several names the nearest counts; a class with several names or words starts from all of them.

        Raises:
            BadSemantics: a class has no node, nor has any of its words, unless ``missing`` is ``"zero"``.
        """
        asked = concepts(names)
        wanted = asked if others is None else concepts(others)
        rows, coverage = self._places(asked, missing)
        columns, coverage_others = (rows, coverage) if others is None else self._places(wanted, missing)
        values = np.zeros((len(rows), len(columns)), np.float32)
        for row, homes in enumerate(rows):
            if homes:
                near = page_rank(self.graph, homes, restart=self._restart) / self.graph.degrees
                found = [near[list(column)].max() if column else 0.0 for column in columns]
                values[row] = np.minimum(np.array(found) / near[list(homes)].max(), 1)
        asked_names, wanted_names = (tuple(concept.name for concept in some) for some in (asked, wanted))
        return Similarity(asked_names, wanted_names, values, coverage, coverage_others)

    def _places(self, asked: Iterable[Concept], missing: Missing) -> tuple[list[tuple[int, ...]], Coverage]:
        found = [self._place(concept) for concept in asked]
        coverage = Coverage.of((name, bool(nodes), words) for name, nodes, words in found)
        if missing == "error":
            coverage.require(self.name)
        return [nodes for _, nodes, _ in found], coverage

    def _place(self, concept: Concept) -> tuple[str, tuple[int, ...], tuple[str, ...]]:
        """A class's name, its nodes, and the words whose nodes they are where it has none of its own."""
        if nodes := self._nodes(concept.names):
            return concept.name, nodes, ()
        words = tuple(word for word in parts_of(concept.name) if self._nodes((word,)))
        return concept.name, self._nodes(words), words

    def _nodes(self, names: Iterable[str]) -> tuple[int, ...]:
        terms = dict.fromkeys(text_to_uri(name).removeprefix(ENGLISH) for name in names)
        return tuple(self.graph.nodes[term] for term in terms if term in self.graph.nodes)


def _term(uri: bytes) -> str:
    return uri.split(b"/", 4)[3].decode("utf-8", "replace")


def _weight(info: bytes, path: Path, number: int) -> float:
    try:
        weight = float(json.loads(info)["weight"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadSemantics(f"{path}, line {number}: no weight in {info[:60]!r}") from error
    if not 0 < weight < float("inf"):
        raise BadSemantics(f"{path}, line {number}: a weight of {weight}")
    return weight
