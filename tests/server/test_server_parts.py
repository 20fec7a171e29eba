"""What a question can be made of beside strokes, and what its answer tells beside scores."""

from __future__ import annotations

import http.client
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw
from serving import index, make_library, picture, served, wire

from sketchseek._decoder import LIMITS
from sketchseek.server import service
from sketchseek.sketch import from_quickdraw, to_svg

OTHERS = 24  # pictures of random lines, so that there is something to stand out of
BYTES = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Path]]:
    """A client of a server over shapes, random lines and near-duplicates of the circle, and their folder."""
    library, photos, model = make_library(tmp_path_factory.mktemp("parts"))
    rng = np.random.default_rng(0)
    (photos / "lines").mkdir()
    for number in range(OTHERS):
        image = Image.new("RGB", (240, 160 if number % 2 else 240), "white")
        pen = ImageDraw.Draw(image)
        for _ in range(4):
            pen.line([tuple(p) for p in rng.integers(0, 240, (2, 2)).tolist()], fill="black", width=8)
        image.save(photos / "lines" / f"{number:02}.png")
    (photos / "alike").mkdir()
    picture("circle").save(photos / "alike" / "circle.jpg", quality=80)
    picture("circle", side=238).save(photos / "alike" / "circle2.png")
    for path in (photos / "lines").iterdir():
        os.utime(path, (1e9, 1e9))  # 2001-09-09
    index(library, photos, model)
    with served(library, model) as site, httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        yield client, photos


@pytest.fixture(scope="module")
def asking(photos: tuple[httpx.Client, Path]) -> httpx.Client:
    return photos[0]


def ask(client: httpx.Client, **question: Any) -> dict[str, Any]:
    answer = client.post("/api/search", json=question)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(answer: dict[str, Any]) -> list[str]:
    return [hit["name"] for hit in answer["hits"]]


def refused(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]


def ids(client: httpx.Client) -> dict[str, int]:
    found = ask(client, strokes=wire("plus"), collapse=False, k=100)["hits"]
    return {hit["name"]: hit["id"] for hit in found}


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


# ---- uploads ----


def upload(client: httpx.Client, data: bytes, kind: str) -> dict[str, Any]:
    answer = client.post(f"/api/uploads?kind={kind}", content=data, headers=BYTES)
    assert answer.status_code == 200, answer.text
    return answer.json()


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["photo", "drawing"])
@pytest.mark.parametrize("shape", ["square", "cross"])
def test_a_picture_that_is_uploaded_can_be_asked_with(asking: httpx.Client, kind: str, shape: str) -> None:
    received = upload(asking, encoded(picture(shape, side=300), "JPEG"), kind)
    assert received["strokes"] is None
    assert received["preview"].startswith("data:image/")
    answer = ask(asking, parts=[{"kind": "upload", "id": received["id"]}])
    assert names(answer)[0] == f"{shape}.png"
    again = upload(asking, encoded(picture(shape, side=300), "JPEG"), kind)
    assert again["id"] == received["id"]


def test_drawings_with_strokes_come_back_as_strokes(asking: httpx.Client) -> None:
    svg = to_svg(from_quickdraw({"drawing": wire("triangle")})).encode()
    record = json.dumps({"word": "triangle", "drawing": wire("triangle")}).encode()
    for data in (svg, record, record + b"\n" + record):
        received = upload(asking, data, "drawing")
        assert received["id"] is None
        assert names(ask(asking, strokes=received["strokes"]))[0] == "triangle.png"


@pytest.mark.parametrize(
    ("data", "kind", "error"),
    [
        (b"", "photo", "BadImage"),
        (b"", "drawing", "BadImage"),
        (b"no picture at all", "photo", "UnsupportedFormat"),
        (b"<svg", "drawing", "BadSketch"),
        (b"{}", "drawing", "BadSketch"),
        (b"[" * 100_000, "drawing", "BadSketch"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing", "EmptySketch"),
        (encoded(Image.new("RGB", (64, 64), "white")), "drawing", "EmptySketch"),
        (encoded(picture("circle"))[:200], "photo", "BadImage"),
    ],
)
def test_uploads_that_cannot_be_used(asking: httpx.Client, data: bytes, kind: str, error: str) -> None:
    answer = asking.post(f"/api/uploads?kind={kind}", content=data, headers=BYTES)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"] == error


def test_uploads_are_bounded_and_of_known_kinds(asking: httpx.Client) -> None:
    png = encoded(picture("circle"))
    for kind in (
        "text/plain",
        "application/json",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
    ):
        refused(
            asking.post("/api/uploads?kind=photo", content=png, headers={"Content-Type": kind}), 415, "bytes"
        )
    assert asking.post("/api/uploads", content=png, headers=BYTES).status_code == 422
    assert asking.post("/api/uploads?kind=virus", content=png, headers=BYTES).status_code == 422
    connection = http.client.HTTPConnection(asking.base_url.host, asking.base_url.port)
    connection.putrequest("POST", "/api/uploads?kind=photo")
    connection.putheader("Content-Type", "image/png")
    connection.putheader("Content-Length", str(LIMITS.max_bytes + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413  # before any of it is sent
    connection.close()
    foreign = {"Origin": "http://evil.example", **BYTES}
    refused(asking.post("/api/uploads?kind=photo", content=png, headers=foreign), 403, "another site")


def test_only_the_newest_uploads_are_kept(asking: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = service.Shelf(2)
    for name in "abc":
        shelf.put(name, np.ones(1, np.float32))
        shelf.get("a")
    assert [shelf.get(name) is not None for name in "abc"] == [True, False, True]


# ---- many pictures at once ----


def test_a_zip_holds_the_pictures_as_they_lie_on_disk(photos: tuple[httpx.Client, Path]) -> None:
    client, folder = photos
    known = ids(client)
    chosen = [known["circle.png"], known["circle.jpg"], known["03.png"], known["circle.png"], 10**9]
    answer = client.get("/api/zip", params={"ids": chosen})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="sketchseek.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["circle.png", "circle.jpg", "03.png"]
        assert archive.read("03.png") == (folder / "lines" / "03.png").read_bytes()
        assert archive.getinfo("03.png").date_time[:3] == (2001, 9, 9)


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 422), ("ids=", 422), ("ids=x", 422), ("ids=-1", 422), ("ids=999999", 404), ("ids=1&" * 501, 422)],
)
def test_zips_of_nothing(asking: httpx.Client, query: str, status: int) -> None:
    assert asking.get(f"/api/zip?{query}").status_code == status
