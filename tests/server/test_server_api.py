from __future__ import annotations

import io
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from make_model import make_model
from PIL import Image
from serving import SHAPES, index, make_library, picture, served, wire
from waiting import until

from sketchseek.encoders import OnnxEncoder, encode_sketches, load_encoder
from sketchseek.errors import BadModel, LibraryError, ModelMismatch
from sketchseek.library import Library
from sketchseek.server import create_app, lanes, service, sight
from sketchseek.sketch import from_quickdraw

Made = tuple[Path, Path, Path]


def asked(address: str, shape: str, **more: object) -> dict[str, object]:
    answer = httpx.post(
        f"{address}/api/search", json={"strokes": wire(shape), **more}, trust_env=False, timeout=60
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_drawn_shape_finds_its_photo_first(site: str, made: Made, shape: str) -> None:
    answer = asked(site, shape)
    best = answer["hits"][0]
    assert (best["name"], best["folder"]) == (f"{shape}.png", str(made[1]))
    assert (best["width"], best["height"], best["copies"]) == (240, 240, 0)
    assert answer["photos"] == len(answer["hits"]) == len(SHAPES)


def test_the_answer_is_the_librarys_own_ranking(site: str, made: Made) -> None:
    encoder = load_encoder(made[2])
    (embedding,) = encode_sketches(encoder, [from_quickdraw({"drawing": wire("triangle")})])
    with Library.open(made[0]) as library:
        expected = library.search(embedding, 3, model=encoder.model_id)
    hits = asked(site, "triangle", k=3)["hits"]
    assert [hit["id"] for hit in hits] == [hit.id for hit in expected]
    assert [hit["score"] for hit in hits] == pytest.approx([hit.score for hit in expected], abs=1e-5)


def test_times_of_points_do_not_matter(site: str) -> None:
    timed = [[*axes, list(range(len(axes[0])))] for axes in wire("cross")]
    answer = httpx.post(f"{site}/api/search", json={"strokes": timed}, trust_env=False).json()
    assert answer["hits"] == asked(site, "cross")["hits"]


def test_thumbnails_and_originals_of_hits(client: httpx.Client, made: Made) -> None:
    hit = asked(str(client.base_url), "square")["hits"][0]
    small = client.get(hit["thumbnail"])
    assert small.headers["content-type"] == "image/jpeg"
    assert "immutable" in small.headers["cache-control"]
    assert Image.open(io.BytesIO(small.content)).size == (240, 240)
    original = client.get(hit["original"])
    assert original.headers["content-type"] == "image/png"
    assert original.headers["content-disposition"].startswith("inline")
    assert original.content == (made[1] / "square.png").read_bytes()


def test_status_and_health(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    until(lambda: client.get("/api/status").json()["state"] != "loading", "the end of loading")
    status = client.get("/api/status").json()
    assert (status["state"], status["photos"], status["model"], status["detail"]) == (
        "ready",
        5,
        "tiny",
        None,
    )


def test_the_openapi_document_tells_every_route_and_loads_nothing_from_elsewhere(
    client: httpx.Client,
) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(paths) == {
        "/api/search",
        "/api/uploads",
        "/api/folders",
        "/api/words",
        "/api/pictures/{picture}",
        "/api/zip",
        "/api/thumbnails/{picture}",
        "/api/originals/{picture}",
        "/api/originals/{picture}/show",
        "/api/status",
        "/api/skipped",
        "/api/session",
        "/healthz",
    }
    assert "application/problem+json" in paths["/api/search"]["post"]["responses"]["422"]["content"]
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404


def test_photos_indexed_meanwhile_are_found_and_dropped_ones_are_not(tmp_path: Path) -> None:
    library, photos, model = make_library(tmp_path)
    (photos / "circle.png").unlink()
    index(library, photos, model)
    with served(library, model) as site:
        before = httpx.get(f"{site}/api/status", trust_env=False).json()
        assert "circle.png" not in {hit["name"] for hit in asked(site, "circle")["hits"]}
        picture("circle", colour="navy").save(photos / "late.png")
        index(library, photos, model)
        assert asked(site, "circle")["hits"][0]["name"] == "late.png"
        after = httpx.get(f"{site}/api/status", trust_env=False).json()
        assert (before["photos"], after["photos"]) == (4, 5)
        assert before["revision"] != after["revision"]
        (photos / "late.png").unlink()
        index(library, photos, model)
        assert "late.png" not in {hit["name"] for hit in asked(site, "circle")["hits"]}


def test_an_empty_library_answers_with_nothing_until_it_is_filled(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    _, photos, model = make_library(tmp_path / "full")
    empty = tmp_path / "empty.sqlite"
    Library.open(empty, create=True).close()
    with served(empty, model) as site:
        answer = asked(site, "circle")
        assert (answer["hits"], answer["photos"]) == ([], 0)
        index(empty, photos, model)
        assert asked(site, "circle")["hits"][0]["name"] == "circle.png"


def test_files_that_vanish_or_lead_out_of_the_folders_are_not_served(tmp_path: Path) -> None:
    library, photos, model = make_library(tmp_path)
    secret = tmp_path / "secret.png"
    picture("plus", colour="red").save(secret)
    with served(library, model) as site, httpx.Client(base_url=site, trust_env=False) as client:
        ids = {hit["name"]: hit["id"] for hit in asked(site, "plus")["hits"]}
        (photos / "plus.png").unlink()
        (photos / "plus.png").symlink_to(secret)
        (photos / "cross.png").unlink()
        (photos / "square.png").unlink()
        (photos / "square.png").mkdir()
        for name in ("plus.png", "cross.png", "square.png"):
            answer = client.get(f"/api/originals/{ids[name]}")
            assert answer.status_code == 404, name
            assert "no file any more" in answer.json()["detail"]
        assert client.get(f"/api/thumbnails/{ids['cross.png']}").status_code == 200


def test_copies_are_one_hit_and_formats_that_browsers_do_not_show_are_downloads(tmp_path: Path) -> None:
    library, photos, model = make_library(tmp_path)
    (photos / "again").mkdir()
    (photos / "again" / "round.png").write_bytes((photos / "circle.png").read_bytes())
    picture("cross", colour="green").save(photos / "scan.tif")
    index(library, photos, model)
    with served(library, model) as site:
        hits = {hit["name"]: hit for hit in asked(site, "circle")["hits"]}
        assert hits["round.png"]["copies"] == 1  # the first path by name is shown
        assert "circle.png" not in hits
        answer = httpx.get(site + hits["scan.tif"]["original"], trust_env=False)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"] == 'attachment; filename="scan.tif"'
        assert answer.content == (photos / "scan.tif").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not let such names exist")
def test_a_name_that_is_no_text_is_shown_escaped_and_served(tmp_path: Path) -> None:
    library, photos, model = make_library(tmp_path)
    odd = Path(os.fsdecode(bytes(photos) + b"/caf\xe9\n.png"))
    picture("circle", colour="purple").save(photos / "plain.png")
    (photos / "plain.png").rename(odd)
    index(library, photos, model)
    with served(library, model) as site:
        (hit,) = [
            hit for hit in asked(site, "circle", collapse=False)["hits"] if hit["name"].startswith("caf")
        ]
        assert hit["name"] == r"caf\udce9\n.png"
        answer = httpx.get(site + hit["original"], trust_env=False)
        assert (answer.status_code, answer.content) == (200, odd.read_bytes())


def test_serving_leaves_photos_untouched(client: httpx.Client, made: Made) -> None:
    facts = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in made[1].iterdir()}
    for hit in asked(str(client.base_url), "plus")["hits"]:
        client.get(hit["original"])
        client.get(hit["thumbnail"])
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in made[1].iterdir()} == facts


def test_searches_are_bounded_and_leave_the_event_loop_free(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, inside = threading.Event(), []

    def slow(encoder: OnnxEncoder, sketches: list[object]) -> np.ndarray:
        inside.append(1)
        assert release.wait(60)
        return np.eye(len(sketches), encoder.dim, dtype=np.float32)

    monkeypatch.setattr(sight, "encode_sketches", slow)
    monkeypatch.setattr(lanes, "WAITING", 3)
    room, more = service.SEARCHES + 3, 4
    with served(made[0], made[2]) as site, ThreadPoolExecutor(room + more) as pool:

        def ask(_: int) -> int:
            return httpx.post(
                f"{site}/api/search", json={"strokes": wire("circle")}, trust_env=False, timeout=90
            ).status_code

        try:
            futures = [pool.submit(ask, number) for number in range(room + more)]
            until(lambda: sum(future.done() for future in futures) >= more, "what is sent away")
            assert [future.result() for future in futures if future.done()] == [503] * more
            assert httpx.get(f"{site}/healthz", trust_env=False, timeout=30).status_code == 200
            assert len(inside) == service.SEARCHES
        finally:
            release.set()
        assert sorted(future.result() for future in futures) == [200] * room + [503] * more


def test_a_drawing_waits_for_the_model(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    release, real = threading.Event(), OnnxEncoder.embed_sketches

    def late(self: OnnxEncoder, rasters: np.ndarray) -> np.ndarray:
        assert release.wait(60)
        return real(self, rasters)

    monkeypatch.setattr(OnnxEncoder, "embed_sketches", late)
    with served(made[0], made[2]) as site, ThreadPoolExecutor(1) as pool:
        first = pool.submit(asked, site, "circle")
        assert httpx.get(f"{site}/api/status", trust_env=False).json()["state"] == "loading"
        assert not first.done()
        release.set()
        assert first.result()["hits"][0]["name"] == "circle.png"
        assert httpx.get(f"{site}/api/status", trust_env=False).json()["state"] == "ready"


def test_a_model_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    library, _, _ = make_library(tmp_path)
    damaged = make_model(tmp_path / "damaged")
    (damaged / "sketch.onnx").write_bytes(b"no graph")
    Library.open(tmp_path / "new.sqlite", create=True).close()
    with (
        served(tmp_path / "new.sqlite", damaged) as site,
        httpx.Client(base_url=site, trust_env=False) as client,
    ):
        answer = client.post("/api/search", json={"strokes": wire("circle")})
        assert answer.status_code == 503
        assert answer.json()["error"] == "BadModel"
        status = client.get("/api/status").json()
        assert status["state"] == "failed"
        assert "sketch.onnx" in status["detail"]
    with pytest.raises(ModelMismatch, match="cannot be compared"):
        create_app(library, damaged)


def test_what_is_wrong_is_told_before_anything_is_served(tmp_path: Path, made: Made) -> None:
    with pytest.raises(LibraryError, match="sketchseek index"):
        create_app(tmp_path / "none.sqlite", made[2])
    with pytest.raises(BadModel, match="nowhere"):
        create_app(made[0], tmp_path / "nowhere")
    with served(made[0]) as site:  # no model named: the library's own
        assert asked(site, "square")["hits"][0]["name"] == "square.png"


def embed_anew(library: Path, model: Path) -> None:
    with Library.open(library) as opened:
        for _ in opened.index(encoder=load_encoder(model), rebuild=True):
            pass


def test_another_model_of_the_library_is_taken_up_between_two_questions(tmp_path: Path) -> None:
    library, _, _ = make_library(tmp_path)
    with served(library) as site:
        file = io.BytesIO()
        picture("cross").save(file, "PNG")
        upload = httpx.post(
            f"{site}/api/uploads?kind=photo",
            content=file.getvalue(),
            headers={"Content-Type": "image/png"},
            trust_env=False,
            timeout=60,
        ).json()
        question = {"parts": [{"kind": "upload", "id": upload["id"]}]}
        assert httpx.post(f"{site}/api/search", json=question, trust_env=False).status_code == 200
        embed_anew(library, make_model(tmp_path / "other", name="other", dim=16))
        assert asked(site, "circle")["hits"][0]["name"] == "circle.png"
        status = httpx.get(f"{site}/api/status", trust_env=False).json()
        assert (status["state"], status["model"]) == ("ready", "other")
        forgotten = httpx.post(f"{site}/api/search", json=question, trust_env=False)
        assert forgotten.status_code == 404  # it was embedded by the model before


def test_a_model_that_was_asked_for_is_not_changed(tmp_path: Path) -> None:
    library, _, model = make_library(tmp_path)
    with served(library, model) as site:
        embed_anew(library, make_model(tmp_path / "other", name="other", seed=7))
        answer = httpx.post(f"{site}/api/search", json={"strokes": wire("circle")}, trust_env=False)
        assert (answer.status_code, answer.json()["error"]) == (503, "ModelMismatch")
