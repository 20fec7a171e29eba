"""Who passes where a token is asked for, and what wrong ones cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from serving import served, wire
from waiting import until

from sketchseek import server
from sketchseek.errors import BadConfig
from sketchseek.server import open_socket, tokens
from sketchseek.server.tokens import checked, new_token

TOKEN = "a-token.of_our~own+/="  # noqa: S105 - of these tests alone
Made = tuple[Path, Path, Path]


@pytest.fixture(scope="module")
def closed(made: Made) -> Iterator[str]:
    """The address of a server that asks for the token."""
    with served(made[0], made[2], token=TOKEN) as site:
        yield site


@pytest.fixture
def stranger(closed: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=closed, trust_env=False, timeout=60) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


CLOSED = (
    "/api/status",
    "/api/folders",
    "/api/thumbnails/1",
    "/api/originals/1",
    "/api/zip?ids=1",
    "/api/openapi.json",
    "/api/nowhere",
    "/nowhere",
    "/api/status/",
)


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE"])
def test_strangers_see_nothing(stranger: httpx.Client, path: str, method: str) -> None:
    answer = stranger.request(method, path)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    if method != "HEAD":
        assert "sketchseek serve" in answer.json()["detail"]
        assert TOKEN not in answer.text


def test_strangers_can_ask_nothing_either(stranger: httpx.Client) -> None:
    for path in ("/api/search", "/api/uploads?kind=photo", "/api/session"):
        assert stranger.post(path, json={}).status_code == 401


def test_the_page_and_its_health_are_open(stranger: httpx.Client) -> None:
    for path in ("/", "/static/main.js", "/healthz"):
        assert stranger.get(path).status_code == 200


def test_the_token_opens_the_api(stranger: httpx.Client) -> None:
    for header in (f"Bearer {TOKEN}", f"bearer  {TOKEN}"):
        assert stranger.get("/api/status", headers={"Authorization": header}).status_code == 200
    answer = stranger.post("/api/search", json={"strokes": wire("cross")}, headers=bearer(TOKEN))
    assert answer.json()["hits"][0]["name"] == "cross.png"


def test_a_page_exchanges_it_for_a_cookie(stranger: httpx.Client) -> None:
    answer = stranger.post("/api/session", headers=bearer(TOKEN))
    given = answer.headers["set-cookie"]
    assert answer.status_code == 204
    assert "HttpOnly" in given
    assert "SameSite=Strict" in given
    assert TOKEN not in given
    assert stranger.get("/api/thumbnails/1").status_code == 200  # the client keeps cookies as browsers do
    foreign = stranger.post("/api/search", json={}, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403


def test_a_cookie_is_of_one_token(closed: str, made: Made) -> None:
    with served(made[0], made[2], token=new_token()) as other:
        given = httpx.post(f"{closed}/api/session", headers=bearer(TOKEN), trust_env=False)
        cookie = given.headers["set-cookie"].partition(";")[0]
        for site, status in ((closed, 200), (other, 401)):
            answer = httpx.get(f"{site}/api/status", headers={"Cookie": cookie}, trust_env=False)
            assert answer.status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        bearer("x"),
        bearer(TOKEN + "x"),
        bearer(TOKEN[:-1]),
        bearer("é" * 20),
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
    ],
)
def test_wrong_tries_wait(
    stranger: httpx.Client, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "DELAY", 0.2)
    began = time.monotonic()
    raw = {name: value.encode() for name, value in headers.items()}
    answer = stranger.get("/api/status", headers=raw)
    assert answer.status_code == 401
    assert "not the server's token" in answer.json()["detail"]
    assert time.monotonic() - began >= 0.2


def test_guessing_keeps_nobody_else_waiting(closed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "DELAY", 5.0)
    monkeypatch.setattr(tokens, "TRIES", 4)
    with httpx.Client(base_url=closed, trust_env=False, timeout=60) as client, ThreadPoolExecutor(8) as pool:

        def guess(_: int) -> int:
            return client.get("/api/status", headers=bearer("wrong")).status_code

        guesses = [pool.submit(guess, number) for number in range(8)]
        until(lambda: sum(each.done() for each in guesses) == 4, "the refusal of four guesses")
        assert client.get("/api/status", headers=bearer(TOKEN)).status_code == 200
        assert sum(each.done() for each in guesses) == 4  # the others waited all the while
    assert sorted(each.result() for each in guesses) == [401] * 4 + [429] * 4


@pytest.mark.parametrize("token", ["", "short", "fifteen-letters", "with a space in it", "x" * 300, "é" * 20])
def test_a_token_that_is_none_is_told_and_not_repeated(token: str) -> None:
    with pytest.raises(BadConfig, match="needs 16 to 256") as told:
        checked(token)
    assert not token or token not in str(told.value)
    assert checked(TOKEN) == TOKEN


class Ended(Exception):
    """In place of serving for ever."""


def started(made: Made, **settings: object) -> str:
    """The address that `serve` tells before it serves."""

    def end(address: str) -> None:
        raise Ended(address)

    with pytest.raises(Ended) as ended:
        server.serve(made[0], port=0, started=end, **settings)  # type: ignore[arg-type]
    return str(ended.value)


def test_other_machines_are_let_in_with_a_token_alone(made: Made) -> None:
    address = urlsplit(started(made, host="0.0.0.0"))  # noqa: S104 - others are let in on purpose
    assert address.path == "/"
    assert address.hostname not in ("0.0.0.0", None)  # noqa: S104
    assert checked(address.fragment.removeprefix("token="))
    assert started(made, host="0.0.0.0") != started(made, host="0.0.0.0")  # noqa: S104


def test_a_token_that_was_given_is_not_printed(made: Made) -> None:
    for host in ("0.0.0.0", "127.0.0.1"):  # noqa: S104
        assert urlsplit(started(made, host=host, token=TOKEN)).fragment == ""
    assert "#" not in started(made)
    with pytest.raises(BadConfig, match="16"):
        server.serve(made[0], port=0, token="secret")  # noqa: S106 - is refused


def test_it_listens_on_every_address_of_the_machine() -> None:
    with open_socket("0.0.0.0", 0) as listener:  # noqa: S104
        assert listener.getsockname()[0] == "0.0.0.0"  # noqa: S104
