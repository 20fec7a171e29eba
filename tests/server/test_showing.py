"""Pictures shown in the file manager: only here, only the library's, and no name is a command."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import httpx
import pytest
from fastapi import Request
from serving import file_manager, make_library, served, wire

from sketchseek.server import create_app, showing
from sketchseek.server.security import LOOPBACK_NAMES

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="the program stood in for is xdg-open"
)


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a file manager that stands in was called with, a word a line."""
    return file_manager(tmp_path, monkeypatch)


@pytest.fixture
def client(made: tuple[Path, Path, Path]) -> Iterator[httpx.Client]:
    with served(made[0], made[2]) as site, httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        yield client


def picture_of(client: httpx.Client, shape: str) -> int:
    return client.post("/api/search", json={"strokes": wire(shape)}).json()["hits"][0]["id"]


def test_the_folder_of_a_picture_is_shown(
    client: httpx.Client, opened: Path, made: tuple[Path, Path, Path]
) -> None:
    assert client.get("/api/status").json()["shows_files"] is True
    answer = client.post(f"/api/originals/{picture_of(client, 'cross')}/show", json={})
    assert (answer.status_code, answer.content) == (204, b"")
    assert opened.read_text() == f"{made[1]}\n"


def test_a_name_is_never_read_as_anything_but_a_name(tmp_path: Path, opened: Path) -> None:
    odd = tmp_path / "$(touch oops) --help; `id` & 'x'"
    odd.mkdir()
    (odd / "a.png").touch()
    showing.show(odd / "a.png")
    assert opened.read_text() == f"{odd}\n"


def test_pictures_that_are_not_there_are_not_shown(tmp_path: Path, opened: Path) -> None:
    library, photos, model = make_library(tmp_path)
    with served(library, model) as site, httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        number = picture_of(client, "plus")
        (photos / "plus.png").unlink()
        for gone in (number, 99_999):
            assert client.post(f"/api/originals/{gone}/show", json={}).status_code == 404
        assert client.post("/api/originals/..%2fetc/show", json={}).status_code in (404, 422)
    assert not opened.exists()


def test_a_foreign_page_shows_nothing(client: httpx.Client, opened: Path) -> None:
    foreign = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    path = f"/api/originals/{picture_of(client, 'plus')}/show"
    assert client.post(path, json={}, headers=foreign).status_code == 403
    assert client.get(path).status_code == 405
    assert client.post(path, data={"a": "b"}).status_code == 415
    assert not opened.exists()


def test_without_a_screen_or_a_program_the_server_says_so(
    client: httpx.Client, opened: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = picture_of(client, "plus")
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert client.get("/api/status").json()["shows_files"] is False
    answer = client.post(f"/api/originals/{number}/show", json={})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert "copy its path" in answer.json()["detail"]
    assert not opened.exists()


def test_a_file_manager_that_fails_is_told_and_one_that_stays_is_left(
    tmp_path: Path, opened: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "programs" / "xdg-open"
    program.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(showing.HTTPException, match="cannot show"):
        showing.show(tmp_path / "a.png")
    program.write_text("#!/nowhere\n")
    with pytest.raises(showing.HTTPException, match="does not start"):
        showing.show(tmp_path / "a.png")
    program.write_text("#!/bin/sh\nexec sleep 5\n")
    monkeypatch.setattr(showing, "PATIENCE", 0.05)
    began = time.monotonic()
    showing.show(tmp_path / "a.png")
    assert time.monotonic() - began < 4


def request(host: str, *headers: tuple[bytes, bytes]) -> Request:
    return Request({"type": "http", "client": (host, 1), "headers": list(headers)})


def test_without_the_token_nothing_is_shown(made: tuple[Path, Path, Path], opened: Path) -> None:
    token = "t" * 32
    with served(made[0], made[2], token) as site, httpx.Client(base_url=site, trust_env=False) as client:
        assert client.post("/api/originals/1/show", json={}).status_code == 401
        client.headers["Authorization"] = f"Bearer {token}"
        for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
            answer = client.post("/api/originals/1/show", json={}, headers={name: "192.168.1.7"})
            assert answer.status_code == 409, name
        assert client.get("/api/status", headers={"X-Real-IP": "192.168.1.7"}).json()["shows_files"] is False
        assert not opened.exists()
        assert client.post("/api/originals/1/show", json={}).status_code == 204
    assert opened.read_text() == f"{made[1]}\n"


def test_those_elsewhere_are_shown_nothing(made: tuple[Path, Path, Path], opened: Path) -> None:
    """Where other names are answered, or another machine asks, this screen is not theirs."""
    app = create_app(made[0], made[2], hosts=LOOPBACK_NAMES | {"photos.lan"})
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1234))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post("/api/originals/1/show", json={})

    with ThreadPoolExecutor(1) as pool:  # a loop of its own, whatever runs in this thread
        answer = pool.submit(anyio.run, ask).result()
    assert (answer.status_code, "sit at the machine" in answer.text) == (409, True)
    for client, here in (("127.0.0.1", True), ("::1", True), ("192.168.1.7", False)):
        assert showing.asked_here(request(client)) is here
    assert not showing.asked_here(Request({"type": "http", "client": None, "headers": []}))
    assert not showing.asked_here(request("127.0.0.1", (b"via", b"1.1 proxy")))
    assert not opened.exists()


@pytest.mark.parametrize(
    ("system", "program", "words"),
    [
        ("darwin", "open", ["-R", "/p/a b.jpg"]),
        ("win32", "explorer", ["/select,", "/p/a b.jpg"]),
        ("linux", "xdg-open", ["/p"]),
        ("freebsd14", "xdg-open", ["/p"]),
    ],
)
def test_each_system_has_its_words(tmp_path: Path, system: str, program: str, words: list[str]) -> None:
    env = {"PATH": str(tmp_path), "WAYLAND_DISPLAY": "wayland-0"}
    assert showing.opener(system, env) is None
    (tmp_path / program).write_text("")
    (tmp_path / program).chmod(0o755)
    opener = showing.opener(system, env)
    assert opener is not None
    assert opener(Path("/p/a b.jpg")) == [str(tmp_path / program), *words]
