"""Questions in words: found by what the model knows, told where it knows less."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import SHAPES, make_library, served, teach, wire

from sketchseek.errors import BadModel
from sketchseek.server import create_app
from sketchseek.vocabulary import WORDS


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server whose model knows the shapes by name."""
    library, _, model = make_library(tmp_path_factory.mktemp("words"))
    teach(model)
    with served(library, model) as site, httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        yield client


def said(text: object, weight: float = 1) -> dict[str, Any]:
    return {"kind": "words", "text": text, "weight": weight}


def names(client: httpx.Client, **question: Any) -> list[str]:
    answer = client.post("/api/search", json=question)
    assert answer.status_code == 200, answer.text
    return [hit["name"] for hit in answer.json()["hits"]]


def test_words_are_asked_alone_and_beside_a_drawing(asking: httpx.Client) -> None:
    assert names(asking, parts=[said("Square")])[0] == "square.png"
    assert names(asking, parts=[said("square", -1)])[-1] == "square.png"

    def best(drawn: float, worded: float) -> str:
        sketch = {"kind": "sketch", "strokes": wire("cross"), "weight": drawn}
        return names(asking, parts=[sketch, said("a square", worded)])[0]

    assert best(1, 0.05) == "cross.png"
    assert best(0.05, 1) == "square.png"
    assert (
        names(asking, strokes=wire("cross"), parts=[said("square")])[:2]
        != names(asking, strokes=wire("cross"))[:2]
    )


def test_the_score_of_a_word_is_a_cosine(asking: httpx.Client) -> None:
    answer = asking.post("/api/search", json={"parts": [said("circle")]}).json()
    assert answer["hits"][0]["score"] == pytest.approx(1, abs=1e-3)


def test_what_is_known_is_listed(asking: httpx.Client) -> None:
    assert asking.get("/api/words").json() == {"words": list(SHAPES)}
    assert asking.get("/api/status").json()["words"] == len(SHAPES)


def test_unknown_words_are_told_with_near_ones_and_their_places(asking: httpx.Client) -> None:
    parts = [said("square"), said("squire"), {"kind": "upload", "id": "0" * 32}, said("\u202e")]
    answer = asking.post("/api/search", json={"strokes": wire("plus"), "parts": parts})
    problem = answer.json()
    assert (answer.status_code, problem["error"]) == (422, "UnknownName")
    assert problem["detail"] == "the model knows 5 words, but not 'squire'. Did you mean 'square'?"
    assert problem["missing"] == {"parts": [1, 3], "filters": []}


@pytest.mark.parametrize("text", ["", "x" * 101, 7, None, ["cat"]])
def test_words_are_texts_of_some_length(asking: httpx.Client, text: object) -> None:
    answer = asking.post("/api/search", json={"parts": [said(text)]})
    assert answer.status_code == 422
    assert "text" in answer.json()["detail"]


def test_a_model_without_words_says_so(client: httpx.Client) -> None:
    answer = client.post("/api/search", json={"parts": [said("square")]})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "the model 'tiny' knows no words: ask with a drawing alone"
    assert client.get("/api/words").json() == {"words": []}
    assert client.get("/api/status").json()["words"] == 0


def test_broken_words_are_told_before_anything_is_asked(tmp_path: Path) -> None:
    library, _, model = make_library(tmp_path)
    (model / WORDS).write_bytes(b"PK no words")
    with pytest.raises(BadModel, match="cannot be read as a model's words"):
        create_app(library, model)
