"""Files that are asked with, and files that are taken along."""

from __future__ import annotations

import http.client
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from answers import ask, ids, names, refused
from PIL import Image
from serving import picture, wire

from sketchseek._decoder import LIMITS
from sketchseek.server import service
from sketchseek.sketch import from_quickdraw, to_svg

BYTES = {"Content-Type": "application/octet-stream"}


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
        shelf.put(name, service.Seen(np.ones(1, np.float32)))
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
