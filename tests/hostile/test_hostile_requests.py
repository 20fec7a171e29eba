"""What strangers may send to a server: each is answered or cut off soon, and the server goes on."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hostile.make_pictures import png, scan_bomb
from hostile.strangers import GOOD, ON_LINUX, SOON, Server, chunked, get, piece, post

from sketchseek._decoder import LIMITS
from sketchseek.server.schemas import MAX_HITS, MAX_POINTS, MAX_STROKES
from sketchseek.server.security import MAX_BODY

pytestmark = ON_LINUX


def drawing(strokes: int, points: int) -> str:
    axis = [number % 97 for number in range(points)]
    return json.dumps({"strokes": [[axis, axis[::-1]]] * strokes})


def with_number(number: str) -> str:
    return f'{{"strokes": [[[0, {number}], [0, 1]]]}}'


PART = '{{"parts": [{{"kind": "{0}", "id": {1}}}]}}'

REQUESTS: dict[str, tuple[bytes, set[int | None]]] = {
    # who asks, and for whom
    "another host": (get("/api/status", host="evil.example"), {421}),
    "no host": (b"GET /api/status HTTP/1.1\r\n\r\n", {400}),
    "two hosts": (get("/api/status", "Host: evil.example"), {400}),
    "a host in the target": (get("http://evil.example/api/status"), {404}),
    "a host that is no text": (get("/api/status", host="\xff\xfe"), {400}),
    "from a foreign page": (post("/api/search", GOOD, "Origin: http://evil.example"), {403}),
    "from a foreign site": (post("/api/search", GOOD, "Sec-Fetch-Site: cross-site"), {403}),
    "from a neighbouring site": (post("/api/search", GOOD, "Sec-Fetch-Site: same-site"), {403}),
    "from a form": (post("/api/search", GOOD, kind="text/plain"), {415}),
    "a session by a form": (post("/api/session", "", "Origin: null", kind="text/plain"), {403}),
    "a session of a book": (post("/api/session", " " * (MAX_BODY + 1)), {413}),
    # what is no request
    "noise": (bytes(range(256)) * 4, {400}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), {400}),
    "HTTP/0.9": (b"GET /\r\n\r\n", {400}),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400}),
    "no such method": (get("/api/status", method="BREW"), {405, 415}),
    "TRACE": (get("/api/status", method="TRACE"), {405, 415}),
    "a web socket": (get("/api/status", "Connection: Upgrade", "Upgrade: websocket"), {200}),
    "a tunnel": (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 404, 405, 415}),
    "a header without end": (get("/api/status", "X: " + "x" * 200_000), {400}),
    "headers without end": (get("/api/status", *("X: x" for _ in range(20_000))), {200, 400}),
    "a path without end": (get("/api/" + "x" * 200_000), {400}),
    "a header over two lines": (get("/api/status", "X: y\r\n z"), {200, 400}),
    "a header with NUL": (get("/api/status", "X: \x00"), {400}),
    # how much
    "too much, as it says": (
        get(
            "/api/search", "Content-Type: application/json", f"Content-Length: {MAX_BODY + 1}", method="POST"
        ),
        {413},
    ),
    "much more, as it says": (
        get(
            "/api/uploads?kind=photo", "Content-Type: image/png", "Content-Length: " + "9" * 15, method="POST"
        ),
        {413},
    ),
    "a length without end": (
        get("/api/search", "Content-Type: application/json", "Content-Length: " + "9" * 40, method="POST"),
        {400, 413},
    ),
    "two lengths": (post("/api/search", GOOD, "Content-Length: 1"), {400}),
    "too much in pieces": (chunked(*[piece(b" " * 100_000)] * 40), {413}),
    "pieces of no size": (chunked(b"xyz\r\n", piece(b"{}")), {400}),
    "a piece of less than none": (chunked(b"-5\r\nhello\r\n"), {400}),
    "a piece that is longer than it says": (chunked(b"2\r\n{}garbage\r\n0\r\n\r\n"), {400}),
    "a piece as large as the world": (chunked(b"f" * 15 + b"\r\n" + b" " * 3_000_000), {413, 400}),
    "pieces and a length": (
        post("/api/search", piece(b"{}") + b"0\r\n\r\n", "Transfer-Encoding: chunked"),
        {400, 422},
    ),
    "another coding": (post("/api/search", GOOD, "Transfer-Encoding: gzip"), {400, 501}),
    # paths
    **{
        f"path {path}": (get(path), {404, 405, 422})
        for path in (
            "/api/../../etc/passwd",
            "/api/..%2f..%2f..%2fetc%2fpasswd",
            "/static/../../../../etc/passwd",
            "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "/static/..%5c..%5cetc",
            "/static//etc/passwd",
            "/api/thumbnails/..%2f1",
            "/api/originals/%2fetc%2fpasswd",
            "/api/originals/1%00",
            "/api/pictures/0x1",
            "//etc/passwd",
            "/.git/config",
            "/%",
            "/%ff%fe",
        )
    },
    # JSON
    "no JSON": (post("/api/search", "{'strokes': []}"), {400}),
    "half of it": (post("/api/search", '{"strokes": ['), {400}),
    "no text": (post("/api/search", b"\xff\xfe\x00"), {400}),
    "deep lists": (post("/api/search", "[" * 1_000_000), {400}),
    "deep and closed": (post("/api/search", '{"parts":' * 100_000 + "1" + "}" * 100_000), {400, 422}),
    "a million keys": (
        post("/api/search", "{" + ",".join(f'"{n}":0' for n in range(150_000)) + "}"),
        {422},
    ),
    "a million parts": (post("/api/search", '{"parts": [' + ",".join("0" * 400_000) + "]}"), {422}),
    "a million parts of a kind": (
        post("/api/search", '{"parts": [' + ",".join(['{"kind":"picture"}'] * 80_000) + "]}"),
        {422},
    ),
    "a million strokes": (post("/api/search", '{"strokes": [' + ",".join("0" * 400_000) + "]}"), {422}),
    "a million ids": (get("/api/zip?" + "&".join(["ids=x"] * 10_000)), {400, 422}),
    "the same key": (post("/api/search", '{"k": 1, "k": 0, "strokes": [[[1],[1]]]}'), {422}),
    # drawings
    "as many strokes as may be": (post("/api/search", drawing(MAX_STROKES, 10)), {200}),
    "10,000 strokes": (post("/api/search", drawing(10_000, 2)), {422}),
    "a long stroke": (post("/api/search", drawing(1, MAX_POINTS)), {200}),
    "a longer stroke": (post("/api/search", drawing(1, MAX_POINTS + 1)), {422}),
    "too many points in all": (post("/api/search", drawing(1_000, 21)), {422}),
    **{
        f"a point at {number[:12]}": (post("/api/search", with_number(number)), {400, 422})
        for number in (
            *("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e308", "9" * 4_000, "9" * 400_000),
            *('"1"', "null", "true", "[]", "{}", "0x1", "1_000", ".5", "١"),
        )
    },
    "points far and near": (post("/api/search", with_number("1e30")), {200, 422}),
    # numbers and ids
    "no such picture": (get("/api/pictures/999999"), {404}),
    "a picture beyond all": (get(f"/api/thumbnails/{2**63}"), {422}),
    "a picture of many digits": (get("/api/originals/" + "9" * 10_000), {422}),
    "a negative picture": (get("/api/pictures/-1"), {422}),
    "a part that is not there": (post("/api/search", PART.format("picture", 999_999)), {404}),
    "a part by no number": (post("/api/search", PART.format("picture", '"1"')), {422}),
    "an upload that is not there": (post("/api/search", PART.format("upload", f'"{"0" * 32}"')), {404}),
    "a part of no kind": (post("/api/search", PART.format("os", 1)), {422}),
    "a negative offset": (post("/api/search", GOOD[:-1] + ', "offset": -1}'), {422}),
    "an enormous offset": (post("/api/search", GOOD[:-1] + f', "offset": {10**30}}}'), {422}),
    "a negative k": (post("/api/search", GOOD[:-1] + ', "k": -1}'), {422}),
    "an enormous k": (post("/api/search", GOOD[:-1] + f', "k": {10**30}}}'), {422}),
    "a k that is a word": (post("/api/search", GOOD[:-1] + ', "k": "all"}'), {422}),
    "a heavy weight": (post("/api/search", PART.format("picture", '1, "weight": 1e999')), {422}),
    "a folder of elsewhere": (post("/api/search", GOOD[:-1] + ', "filters": {"folder": "/etc"}}'), {404}),
    "a folder of no name": (
        post("/api/search", GOOD[:-1] + r', "filters": {"folder": "\ud800\u0000"}}'),
        {400, 404, 422},
    ),
    "a day that is none": (post("/api/search", GOOD[:-1] + ', "filters": {"after": "2024-02-30"}}'), {422}),
    "a zip of many": (get("/api/zip?" + "&".join(["ids=1"] * (MAX_HITS + 1))), {422}),
    "a zip of none": (get("/api/zip?ids=999999"), {404}),
    "ranges without end": (
        get("/api/originals/1", "Range: bytes=" + ",".join(["0-"] * 2_000)),
        {200, 206, 400, 416},
    ),
    "a range the wrong way round": (get("/api/originals/1", "Range: bytes=9-1"), {400, 416}),
    # uploads
    "an upload of nothing": (post("/api/uploads?kind=photo", b"", kind="image/png"), {422}),
    "an upload of no kind": (post("/api/uploads?kind=virus", b"x", kind="image/png"), {422}),
    "an upload of noise": (post("/api/uploads?kind=photo", bytes(1000), kind="image/png"), {422}),
    "a picture of 3,600 million pixels": (
        post("/api/uploads?kind=photo", png(60_000, 60_000, 8, 2, bytes(1_000_000)), kind="image/png"),
        {422},
    ),
    "a drawing of as many": (
        post("/api/uploads?kind=drawing", png(60_000, 60_000, 1, 0, bytes(1_000_000)), kind="image/png"),
        {422},
    ),
    "a thousand laughs": (
        post(
            "/api/uploads?kind=drawing",
            '<!DOCTYPE svg [<!ENTITY a "ha">'
            + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
            + "]><svg xmlns='http://www.w3.org/2000/svg'><text>&i;</text></svg>",
            kind="image/svg+xml",
        ),
        {422},
    ),
    "a file of the server by SVG": (
        post(
            "/api/uploads?kind=drawing",
            '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>',
            kind="image/svg+xml",
        ),
        {422},
    ),
    "a drawing nested deep": (
        post("/api/uploads?kind=drawing", "<g>" * 200_000, kind="image/svg+xml"),
        {422},
    ),
    **{
        f"a drawing of {name}": (
            post(
                "/api/uploads?kind=drawing",
                f'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0{steps}"/></svg>',
                kind="image/svg+xml",
            ),
            {422},
        )
        for name, steps in (
            ("two million steps", "h1v1" * 490_000),
            ("two million ends", "L1 1" + "z" * 1_900_000),
            ("many arcs", "a1 1 0 001 1" * 160_000),
        )
    },
    "strokes nested deep": (
        post("/api/uploads?kind=drawing", "[" * 1_000_000, kind="application/octet-stream"),
        {422},
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_answered_soon_and_the_server_goes_on(server: Server, name: str) -> None:
    request, statuses = REQUESTS[name]
    began = time.monotonic()
    status, body = server.ask(request)
    assert time.monotonic() - began < SOON
    assert status in statuses, body[:500]
    assert len(body) < 200_000
    assert b"root:" not in body
    assert b"Traceback" not in body
    assert server.ask(get("/healthz")) == (200, b'{"status":"ok"}')


def test_a_picture_that_takes_minutes_is_cut_off_while_others_are_answered(server: Server) -> None:
    bomb = post("/api/uploads?kind=photo", scan_bomb(), kind="image/jpeg")
    outcome: list[tuple[int | None, bytes]] = []
    began = time.monotonic()
    threads = [threading.Thread(target=lambda: outcome.append(server.ask(bomb))) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert server.well()
    for thread in threads:
        thread.join(60)
    assert time.monotonic() - began < SOON
    assert [status for status, _ in outcome] == [422, 422]


@pytest.mark.slow
def test_many_large_uploads_wait_outside(server: Server) -> None:
    request = post("/api/uploads?kind=photo", bytes(LIMITS.max_bytes), kind="image/png")
    assert server.ask(request + b"x")[0] == 422
    with ThreadPoolExecutor(6) as pool:
        outcomes = [pool.submit(server.ask, request) for _ in range(6)]
        assert server.well()
    assert {each.result()[0] for each in outcomes} == {422}
