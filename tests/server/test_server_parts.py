"""What a question can be made of beside strokes, and what its answer tells beside scores."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from answers import OTHERS, ask, ids, names
from serving import wire

# ---- parts ----


def test_a_picture_can_be_asked_with_and_against(asking: httpx.Client) -> None:
    known = ids(asking)
    like = ask(asking, parts=[{"kind": "picture", "id": known["square.png"]}], collapse=False)
    assert names(like)[0] == "square.png"
    assert like["hits"][0]["score"] == pytest.approx(1, abs=1e-3)
    unlike = ask(asking, parts=[{"kind": "picture", "id": known["square.png"], "weight": -1}], k=100)
    assert names(unlike)[-1] == "square.png"


def test_weights_go_from_one_part_to_the_other(asking: httpx.Client) -> None:
    known = ids(asking)

    def best(drawn: float, liked: float) -> str:
        parts = [
            {"kind": "sketch", "strokes": wire("cross"), "weight": drawn},
            {"kind": "picture", "id": known["square.png"], "weight": liked},
        ]
        return names(ask(asking, parts=parts))[0]

    assert best(1, 0.05) == "cross.png"
    assert best(0.05, 1) == "square.png"
    assert best(0, 1) == "square.png"


def test_what_is_missing_is_named_so_that_it_can_be_dropped(asking: httpx.Client) -> None:
    known = ids(asking)
    own = ask(asking, strokes=wire("plus"))["library"]
    there = {"kind": "picture", "id": known["square.png"]}
    parts = [
        there | {"library": own},
        {"kind": "upload", "id": "0" * 32},
        {"kind": "sketch", "strokes": wire("cross")},
        there | {"library": "another"},
        there | {"id": 99_999},
    ]
    answer = asking.post("/api/search", json={"strokes": wire("plus"), "parts": parts})
    assert answer.status_code == 404
    assert answer.json()["missing"] == {"parts": [1, 3, 4], "filters": []}
    left = [part for place, part in enumerate(parts) if place not in (1, 3, 4)]
    assert ask(asking, strokes=wire("plus"), parts=left)["hits"]
    answer = asking.post("/api/search", json={"strokes": wire("plus"), "filters": {"folder": "/nowhere"}})
    assert (answer.status_code, answer.json()["missing"]) == (404, {"parts": [], "filters": ["folder"]})


def test_strokes_are_short_for_a_part(asking: httpx.Client) -> None:
    short = ask(asking, strokes=wire("triangle"))["hits"]
    assert short == ask(asking, parts=[{"kind": "sketch", "strokes": wire("triangle")}])["hits"]


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([], 422),
        ([{"kind": "picture", "id": 10**9}], 404),
        ([{"kind": "picture", "id": 0}], 404),
        ([{"kind": "picture", "id": -1}], 422),
        ([{"kind": "picture", "id": "1"}], 422),
        ([{"kind": "picture", "id": 1, "weight": 1.01}], 422),
        ([{"kind": "picture", "id": 1, "weight": "1"}], 422),
        ([{"kind": "picture", "id": 1}, {"kind": "picture", "id": 1, "weight": -1}], 422),
        ([{"kind": "picture", "id": 1}] * 17, 422),
        ([{"kind": "upload", "id": "0" * 32}], 404),
        ([{"kind": "upload", "id": "../etc/passwd"}], 422),
        ([{"kind": "sketch", "strokes": []}], 422),
        ([{"kind": "url", "url": "http://evil.example"}], 422),
        ([{"id": 1}], 422),
    ],
)
def test_parts_that_cannot_be_asked_with(asking: httpx.Client, parts: list[object], status: int) -> None:
    answer = asking.post("/api/search", json={"parts": parts})
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


# ---- filters and pages ----


def test_filters(photos: tuple[httpx.Client, Path]) -> None:
    client, folder = photos

    def passing(**filters: str) -> int:
        answer = ask(client, strokes=wire("plus"), filters=filters, k=100, collapse=False)
        assert len(answer["hits"]) == answer["passing"]
        assert answer["photos"] == OTHERS + 7
        return int(answer["passing"])

    listed = client.get("/api/folders").json()["folders"]
    assert {entry["path"]: entry["photos"] for entry in listed} == {
        str(folder): OTHERS + 7,
        str(folder / "alike"): 2,
        str(folder / "lines"): OTHERS,
    }
    assert passing(folder=str(folder / "lines")) == OTHERS
    assert passing(folder=str(folder)) == OTHERS + 7
    assert passing(orientation="landscape") == OTHERS // 2
    assert passing(orientation="portrait") == 0
    assert passing(before="2002-01-01") == OTHERS
    assert passing(after="2002-01-01") == 7
    assert passing(after="2001-09-01", before="2001-09-30", orientation="square") == OTHERS // 2


@pytest.mark.parametrize(
    ("filters", "status"),
    [
        ({"folder": "/nowhere"}, 404),
        ({"folder": "../.."}, 404),
        ({"folder": "\0"}, 404),
        ({"folder": "x" * 5000}, 422),
        ({"after": "yesterday"}, 422),
        ({"after": "2024-02-30"}, 422),
        ({"before": "9999-12-31"}, 422),
        ({"orientation": "wide"}, 422),
        ({"camera": "x"}, 422),
    ],
)
def test_filters_that_make_no_sense(asking: httpx.Client, filters: dict[str, str], status: int) -> None:
    answer = asking.post("/api/search", json={"strokes": wire("plus"), "filters": filters})
    assert answer.status_code == status, answer.text


def test_a_lone_surrogate_is_no_folder(asking: httpx.Client) -> None:
    body = json.dumps({"strokes": wire("plus"), "filters": {"folder": "\ud800"}})
    answer = asking.post("/api/search", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (404, 422)


@pytest.mark.parametrize("collapse", [True, False])
def test_pages_follow_each_other_without_gap_or_repeat(asking: httpx.Client, collapse: bool) -> None:
    whole = ask(asking, strokes=wire("circle"), k=100, collapse=collapse)
    assert whole["next"] is None
    paged, offset = [], 0
    while offset is not None:
        answer = ask(asking, strokes=wire("circle"), k=7, offset=offset, collapse=collapse)
        paged += answer["hits"]
        offset = answer["next"]
    assert paged == whole["hits"]
    scores = [hit["score"] for hit in paged]
    assert scores == sorted(scores, reverse=True)
    beyond = ask(asking, strokes=wire("circle"), offset=900)
    assert (beyond["hits"], beyond["next"]) == ([], None)


def test_near_duplicates_stand_under_the_best_of_them(asking: httpx.Client) -> None:
    best = ask(asking, strokes=wire("circle"))["hits"][0]
    assert best["alike_count"] == len(best["alike"]) == 2
    circles = {best["name"], *(other["name"] for other in best["alike"])}
    assert circles == {"circle.png", "circle.jpg", "circle2.png"}
    assert "alike" not in best["alike"][0]
    flat = ask(asking, strokes=wire("circle"), collapse=False)
    assert set(names(flat)[:3]) == circles
    assert all(hit["alike_count"] == 0 for hit in flat["hits"])


def test_what_stands_out_is_told(asking: httpx.Client) -> None:
    answer = ask(asking, strokes=wire("circle"), k=100, collapse=False)
    strengths = [hit["strength"] for hit in answer["hits"]]
    assert strengths == sorted(strengths, reverse=True)
    assert answer["outstanding"] == sum(strength >= 1 for strength in strengths)
    few = ask(asking, strokes=wire("circle"), filters={"before": "2002-01-01"}, collapse=False)
    lines = [hit["strength"] for hit in answer["hits"] if hit["folder"].endswith("lines")]
    assert [hit["strength"] for hit in few["hits"]] == lines  # a filter does not make anything stand out


def test_a_small_library_does_not_pretend(client: httpx.Client) -> None:
    answer = ask(client, strokes=wire("circle"))
    assert answer["outstanding"] is None
    assert {hit["strength"] for hit in answer["hits"]} == {None}
