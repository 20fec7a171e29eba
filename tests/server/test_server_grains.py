"""How alike: the same category, the same look, this very one; as far as the model can tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import make_library, served, teach_kinds, wire

from sketchseek import encoders
from sketchseek.errors import BadConfig


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A library and its model, which ranks by the look and knows two categories."""
    library, _, model = make_library(tmp_path_factory.mktemp("grains"))
    teach_kinds(model)
    return library, model


@pytest.fixture(scope="module")
def asking(place: tuple[Path, Path]) -> Iterator[httpx.Client]:
    with served(*place) as site, httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        yield client


def scores(client: httpx.Client, grain: str | None) -> dict[str, float]:
    """Of a drawn plus."""
    answer = client.post("/api/search", json={"strokes": wire("plus"), "grain": grain})
    assert answer.status_code == 200, answer.text
    return {Path(hit["name"]).stem: hit["score"] for hit in answer.json()["hits"]}


def test_a_model_of_looks_ranks_by_both(asking: httpx.Client) -> None:
    assert asking.get("/api/status").json()["grains"] == ["category", "look"]
    look, category = scores(asking, "look"), scores(asking, "category")
    assert scores(asking, None) == look
    assert (next(iter(look)), list(look)[-1]) == ("plus", "cross")
    assert list(category)[:2] == ["plus", "cross"]  # what else is of its category


def test_what_a_model_cannot_tell_is_refused(asking: httpx.Client, client: httpx.Client) -> None:
    for where, grain, told in (
        (asking, "exact", "ranks by 'category' and 'look'"),
        (client, "look", "the model 'tiny' does not rank by 'look': it ranks by 'category'"),
    ):
        answer = where.post("/api/search", json={"strokes": wire("plus"), "grain": grain})
        assert answer.status_code == 422
        assert answer.json()["error"] == "UnknownName"
        assert told in answer.json()["detail"]
    assert client.get("/api/status").json()["grains"] == ["category"]
    assert scores(client, "category") == scores(client, None)
    assert asking.post("/api/search", json={"strokes": wire("plus"), "grain": "kind"}).status_code == 422


def test_the_category_can_be_measured(place: tuple[Path, Path], asking: httpx.Client) -> None:
    found = encoders.find_encoder(f"category:{place[1]}")
    assert isinstance(found, encoders.Changed)
    assert found.model_id.startswith("tiny+category@")
    rows = encoders.load_encoder(place[1]).model.words.vectors  # type: ignore[union-attr]
    near = found.change(rows / ((rows**2).sum(1, keepdims=True) ** 0.5), "sketch")
    assert near.argmax(axis=1).shape == (2,)
    assert found.change(rows, "photo") is rows
    with pytest.raises(BadConfig, match="ranks by 'category' only"):
        encoders.find_encoder("category:default")
    with pytest.raises(BadConfig, match="names no model"):
        encoders.find_encoder("category")
