"""This very one: the first of a ranking compared with the drawing, pair by pair, as far as that can be."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from answers import ask, ids, names, refused
from PIL import Image
from serving import index, make_library, picture, random_lines, served, teach, wire

from sketchseek import model as folders
from sketchseek.encoders import load_encoder
from sketchseek.images import fit, open_picture
from sketchseek.library.writer import writing
from sketchseek.rerankers.pairs import PairScorer
from sketchseek.sketch import from_quickdraw

LINES = 30
BYTES = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A library of shapes and random lines, its photos, and its model, which compares pairs."""
    library, photos, model = make_library(tmp_path_factory.mktemp("pairs"), pairs=True)
    random_lines(photos / "lines", LINES)
    index(library, photos, model)
    return library, photos, model


@pytest.fixture(scope="module")
def comparing(place: tuple[Path, Path, Path]) -> Iterator[httpx.Client]:
    with (
        served(place[0], place[2]) as site,
        httpx.Client(base_url=site, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def pair_scores(place: tuple[Path, Path, Path]) -> dict[str, float]:
    """Of a drawn triangle with every photo, from the files."""
    scorer = PairScorer(folders.load(place[2]), threads=1)
    files = sorted(place[1].rglob("*.png"))
    photos = scorer.photos(np.stack([fit(open_picture(file), scorer.photo) for file in files]))
    (scores,) = scorer.scores(scorer.sketches([from_quickdraw({"drawing": wire("triangle")})]), photos)
    return {file.name: float(score) for file, score in zip(files, scores, strict=True)}


def drawn(client: httpx.Client, **more: Any) -> dict[str, Any]:
    """The answer to a drawn triangle."""
    return ask(client, strokes=wire("triangle"), collapse=False, **({"k": 100} | more))


def upload(client: httpx.Client, shape: str, kind: str) -> dict[str, str]:
    """A part of a question: a picture of a shape, handed in as a drawing on paper or as a photo."""
    file = io.BytesIO()
    picture(shape).save(file, "PNG")
    answer = client.post(f"/api/uploads?kind={kind}", content=file.getvalue(), headers=BYTES)
    return {"kind": "upload", "id": answer.json()["id"]}


def test_the_finest_grain_is_the_default_and_compares(
    comparing: httpx.Client, pair_scores: dict[str, float]
) -> None:
    assert comparing.get("/api/status").json()["grains"] == ["look", "exact"]
    look, exact = drawn(comparing, grain="look"), drawn(comparing)
    assert (look["compared"], exact["compared"]) == (0, LINES + 5)
    assert drawn(comparing, grain="exact")["hits"] == exact["hits"]
    assert names(exact) == sorted(pair_scores, key=lambda name: -pair_scores[name])
    assert names(look) != names(exact)
    told = [[(hit["score"], hit["strength"]) for hit in answer["hits"]] for answer in (look, exact)]
    assert told[0] == told[1]
    assert look["outstanding"] == exact["outstanding"]


def test_what_lies_behind_the_shortlist_stays_and_pages_go_on(
    comparing: httpx.Client, pair_scores: dict[str, float]
) -> None:
    look = names(drawn(comparing, grain="look"))
    for shortlist in (0, 1, 7):
        whole = drawn(comparing, shortlist=shortlist)
        assert whole["compared"] == shortlist
        first = sorted(look[:shortlist], key=lambda name: -pair_scores[name])
        assert names(whole) == [*first, *look[shortlist:]]
        pages = [drawn(comparing, shortlist=shortlist, k=4, offset=offset) for offset in range(0, 36, 4)]
        assert [name for page in pages for name in names(page)] == names(whole)
        assert pages[-1]["next"] is None


def test_near_duplicates_follow_the_best_by_pairs(tmp_path: Path) -> None:
    library, photos, model = make_library(tmp_path, pairs=True)
    picture("triangle").save(photos / "again.jpg", quality=70)
    index(library, photos, model)
    with served(library, model) as site, httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        alone = names(drawn(client))
        best = ask(client, strokes=wire("triangle"))["hits"][0]
    assert set(alone[:2]) == {"triangle.png", "again.jpg"}
    assert [best["name"], *(other["name"] for other in best["alike"])] == alone[:2]


def test_what_is_not_drawn_is_not_compared(comparing: httpx.Client) -> None:
    liked = {"kind": "picture", "id": ids(comparing)["square.png"]}
    for part in (liked, upload(comparing, "cross", "photo")):
        exact, look = (
            ask(comparing, parts=[part], k=100, collapse=False, grain=grain) for grain in ("exact", "look")
        )
        assert exact["compared"] == 0
        assert names(exact) == names(look)


def test_words_alone_are_not_compared(tmp_path: Path) -> None:
    library, _, model = make_library(tmp_path, pairs=True)
    teach(model)
    with served(library, model) as site, httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        assert client.get("/api/status").json()["grains"] == ["category", "look", "exact"]
        words = {"kind": "words", "text": "square"}
        alone = ask(client, parts=[words])
        assert (alone["compared"], names(alone)[0]) == (0, "square.png")
        both = ask(client, strokes=wire("triangle"), parts=[words])
        assert (both["compared"], set(names(both)[:2])) == (5, {"square.png", "triangle.png"})
        assert ask(client, strokes=wire("triangle"), grain="category")["compared"] == 0


def test_a_drawing_on_paper_is_compared_as_well(comparing: httpx.Client) -> None:
    answer = ask(comparing, parts=[upload(comparing, "plus", "drawing")])
    assert (answer["compared"], names(answer)[0]) == (LINES + 5, "plus.png")


def test_all_parts_count_beside_a_drawing(comparing: httpx.Client) -> None:
    liked = {"kind": "picture", "id": ids(comparing)["circle.png"], "weight": 0.5}

    def best(weight: float) -> str:
        sketch = {"kind": "sketch", "strokes": wire("triangle"), "weight": weight}
        answer = ask(comparing, parts=[sketch, liked])
        assert answer["compared"] == LINES + 5
        return names(answer)[0]

    assert (best(0.01), best(1)) == ("circle.png", "triangle.png")


def test_filters_choose_the_shortlist(comparing: httpx.Client, pair_scores: dict[str, float]) -> None:
    answer = drawn(comparing, filters={"orientation": "landscape"})
    assert answer["compared"] == answer["passing"] == LINES // 2
    assert names(answer) == sorted(names(answer), key=lambda name: -pair_scores[name])


@pytest.mark.parametrize("shortlist", [-1, 501, 1.5, "10", None, True])
def test_a_shortlist_is_a_whole_number_within_bounds(comparing: httpx.Client, shortlist: object) -> None:
    asked = {"strokes": wire("triangle"), "shortlist": shortlist}
    assert comparing.post("/api/search", json=asked).status_code == 422


def test_a_single_stroke_a_point_and_an_even_photo_are_compared(tmp_path: Path) -> None:
    library, photos, model = make_library(tmp_path, pairs=True)
    Image.new("RGB", (64, 64), (70, 90, 120)).save(photos / "even.png")
    index(library, photos, model)
    with served(library, model) as site, httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        for stroke in ([[0, 9], [0, 9]], [[3], [4]]):
            answer = ask(client, strokes=[stroke])
            assert answer["compared"] == 6
            assert "even.png" in names(answer)


def test_a_model_that_compares_none_takes_the_number_and_compares_none(client: httpx.Client) -> None:
    for shortlist in (0, 100):
        assert ask(client, strokes=wire("plus"), shortlist=shortlist)["compared"] == 0


def test_a_broken_graph_of_pairs_is_told(tmp_path: Path) -> None:
    library, _, model = make_library(tmp_path, pairs=True)
    (model / "pair.onnx").write_bytes(b"no graph")
    encoder = load_encoder(model)
    with writing(library) as writer:
        writer.adopt(encoder.model_id, str(model), encoder.dim)
    with served(library) as site, httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        refused(client.post("/api/search", json={"strokes": wire("plus")}), 503, "pair.onnx cannot be loaded")
