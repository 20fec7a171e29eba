"""ConceptNet: names as nodes, Numberbatch's tables, the dump's graph and walks on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from semantic_files import some_vectors, write_assertions, write_text

from sketchseek.errors import BadConfig, BadSemantics
from sketchseek.semantics import Concept, load_semantics
from sketchseek.semantics.conceptnet import ConceptNetGraph, page_rank, read_assertions, text_to_uri
from sketchseek.semantics.space import unit

EDGES = [
    ("IsA", "en/bat/n/wn/animal", "en/mammal", 2.0),
    ("IsA", "en/dog/n", "en/mammal", 1.0),
    ("RelatedTo", "en/bat", "en/cricket", 1.0),
    ("RelatedTo", "en/bat", "en/cricket", 0.5),
    ("Synonym", "en/dog", "en/dog/n", 1.0),
    ("IsA", "en/hot_air_balloon", "en/balloon", 1.0),
    ("Antonym", "en/dog", "en/cat", 1.0),
    ("Synonym", "en/dog", "fr/chien", 1.0),
    ("IsA", "de/hund", "de/tier", 1.0),
]


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("cat", "/c/en/cat"),
        ("Hot-air balloon", "/c/en/hot_air_balloon"),
        ("hot_air_balloon", "/c/en/hot_air_balloon"),
        ("a test phrase", "/c/en/test_phrase"),
        ("to the moon", "/c/en/moon"),
        ("the", "/c/en/the"),
        ("24 hours", "/c/en/##_hours"),
        ("7 up", "/c/en/7_up"),
        ("car_(sedan)", "/c/en/car_sedan"),
        ("jack-o'-lantern", "/c/en/jack_o_lantern"),
        ("children's book", "/c/en/children's_book"),
    ],
)
def test_terms_are_written_as_conceptnet_does(text: str, uri: str) -> None:
    assert text_to_uri(text) == uri


@pytest.mark.parametrize("prefix", ["/c/en/", ""])
def test_numberbatch_with_and_without_full_keys(tmp_path: Path, prefix: str) -> None:
    rows = some_vectors(["hot_air_balloon", "cat", "sponge", "bob"])
    path = write_text(tmp_path / "nb.txt.gz", {prefix + term: row for term, row in rows.items()}, header=True)
    found = load_semantics("numberbatch", path).vectors(["hot-air balloon", "Sponge Bob"])
    np.testing.assert_allclose(found.values[0], unit(rows["hot_air_balloon"]), atol=1e-5)
    assert found.coverage.by_words == {"Sponge Bob": ("sponge", "bob")}


def test_the_dump_becomes_a_graph(tmp_path: Path) -> None:
    graph = read_assertions(write_assertions(tmp_path / "a.csv.gz", EDGES))
    assert list(graph.nodes) == ["bat", "mammal", "dog", "cricket", "hot_air_balloon", "balloon"]
    degrees = dict(zip(graph.nodes, graph.degrees.tolist(), strict=True))
    assert degrees == pytest.approx(
        {"bat": 3.5, "mammal": 3, "dog": 1, "cricket": 1.5, "hot_air_balloon": 1, "balloon": 1}
    )
    only = read_assertions(write_assertions(tmp_path / "b.csv", EDGES), {"IsA"})
    assert "cricket" not in only.nodes


def test_page_rank_solves_its_equation(tmp_path: Path) -> None:
    graph = read_assertions(write_assertions(tmp_path / "a.csv", EDGES))
    count = len(graph.nodes)
    walk = np.zeros((count, count))
    np.add.at(walk, tuple(graph.ends.T), graph.weights)
    walk /= walk.sum(axis=1, keepdims=True)
    home = np.zeros(count)
    home[[0, 2]] = 0.5
    exact = 0.3 * np.linalg.solve(np.eye(count) - 0.7 * walk.T, home)
    found = page_rank(graph, [0, 2], restart=0.3, tolerance=1e-12)
    np.testing.assert_allclose(found, exact, atol=1e-8)
    assert found.sum() == pytest.approx(1)


def test_a_score_is_how_likely_a_walk_meets_the_class(tmp_path: Path) -> None:
    graph = ConceptNetGraph(write_assertions(tmp_path / "a.csv", EDGES), restart=0.4)
    others = ["bat", "cricket", "mammal", "dog", "balloon"]
    found = graph.similarity(["bat"], others).values[0]
    # every walk from cricket steps to bat unless it ends before: 0.6; mammal and dog by their equations
    mammal = 0.6 * (2 / 3) / (1 - 0.6 * 0.6 * (1 / 3))
    np.testing.assert_allclose(found, [1, 0.6, mammal, 0.6 * mammal, 0], atol=1e-5)


def test_names_words_and_missing_in_the_graph(tmp_path: Path) -> None:
    graph = load_semantics("conceptnet", write_assertions(tmp_path / "a.csv", EDGES))
    found = graph.similarity(["hot-air balloon", "cricket bat", "unicorn"], ["dog", "bat"], missing="zero")
    assert found.coverage.by_words == {"cricket bat": ("cricket", "bat")}
    assert found.coverage.missing == ("unicorn",)
    assert not found.values[[0, 2]].any()
    assert found.values[1, 1] > found.values[1, 0] > 0
    several = graph.similarity([Concept("dog")], [Concept("club", ("cricket", "mammal"))]).values
    assert several == pytest.approx(graph.similarity(["dog"], ["mammal"]).values, abs=1e-5)
    own = graph.similarity(["dog", "bat"])
    np.testing.assert_allclose(np.diag(own.values), 1)
    with pytest.raises(BadSemantics, match="knows nothing of 'unicorn'"):
        graph.similarity(["unicorn"])
    with pytest.raises(BadSemantics, match="numberbatch has"):
        graph.vectors(["dog"])


def test_bad_dumps_and_settings(tmp_path: Path) -> None:
    good = write_assertions(tmp_path / "a.csv", EDGES)
    with pytest.raises(BadConfig, match="restart must lie between 0 and 1"):
        ConceptNetGraph(good, restart=1)
    with pytest.raises(BadSemantics, match="no English assertion of MadeOf"):
        read_assertions(good, {"MadeOf"})
    bad = tmp_path / "bad.csv"
    for text, said in [
        ("one\ttwo\n", "line 1: 2 fields between tabs"),
        ("/a\t/r/IsA\t/c/en/dog\t/c/en/pet\t{}\n", "line 1: no weight"),
        ("/a\t/r/IsA\t/c/en/dog\t/c/en/pet\t{\n", "line 1: no weight"),
        ('/a\t/r/IsA\t/c/en/dog\t/c/en/pet\t{"weight": -1}\n', "a weight of -1"),
        ("", "no English assertion"),
    ]:
        bad.write_text(text)
        with pytest.raises(BadSemantics, match=said):
            read_assertions(bad)
    packed = write_assertions(tmp_path / "p.csv.gz", EDGES)
    packed.write_bytes(packed.read_bytes()[:-12])
    with pytest.raises(BadSemantics, match="cannot be read"):
        read_assertions(packed)
