"""Who takes too long is cut off, and keeps nobody else waiting."""

from __future__ import annotations

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from hostile.strangers import GOOD, ON_LINUX, SOON, Server, answer_of, chunked, get, piece, post

from sketchseek.server.patience import GRACE, HEAD

pytestmark = ON_LINUX


def cut(connection: socket.socket, trickle: bytes = b"") -> tuple[int | None, float]:
    """Send a byte now and then until the server has enough: the status of its answer, and the seconds."""
    began = time.monotonic()
    over = threading.Event()

    def drip() -> None:
        for byte in trickle:
            if over.wait(0.1):
                return
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                return

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        status, _ = answer_of(connection)
    finally:
        took = time.monotonic() - began
        over.set()
        thread.join(10)
    return status, took


SLOW: dict[str, tuple[bytes, bytes, int | None, float]] = {
    # what is sent at once, what then comes byte by byte, the answer, after how many seconds at least
    "silence": (b"", b"", None, HEAD),
    "a slow head": (b"GET / HTTP/1.1\r\n", b"X: " + b"x" * 10_000, None, HEAD),
    "empty lines": (b"", b"\r\n" * 5_000, 400, 0),
    "half a head": (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"", None, HEAD),
    "half a body": (post("/api/search", GOOD)[:-5], b"", 408, GRACE),
    "a slow body": (post("/api/search", GOOD + " " * 10_000)[:-10_000], b" " * 10_000, 408, GRACE),
    "slow pieces": (chunked(), piece(b" ") * 2_000, 408, GRACE),
    "no pieces": (chunked(), b"", 408, GRACE),
    "a slow upload": (
        post("/api/uploads?kind=photo", bytes(10_000), kind="image/png")[:-9_000],
        bytes(9_000),
        408,
        GRACE,
    ),
}


def test_who_is_slow_is_cut_off_while_others_are_answered(server: Server) -> None:
    def one(start: bytes, trickle: bytes) -> tuple[int | None, float]:
        with server.connect() as connection:
            connection.sendall(start)
            return cut(connection, trickle)

    with ThreadPoolExecutor(len(SLOW)) as pool:
        outcomes = {name: pool.submit(one, start, rest) for name, (start, rest, *_) in SLOW.items()}
        assert server.well()
    for name, (_, _, expected, least) in SLOW.items():
        status, took = outcomes[name].result()
        assert status == expected, name
        assert least - 0.5 < took < SOON, name


def test_what_follows_an_answer_slowly_is_cut_off(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(get("/healthz", "Content-Length: 1000"))
        assert answer_of(connection)[0] == 200
        status, took = cut(connection, b"x" * 1000)
    assert (status, took < SOON) == (None, True)


def test_noise_after_an_answer_is_cut_off(server: Server) -> None:
    head = get("/api/search", "Transfer-Encoding: chunked", method="POST", host="evil.example")
    with server.connect() as connection:
        connection.sendall(head)
        assert answer_of(connection)[0] == 421
        connection.sendall(b"no piece\r\n")
        assert answer_of(connection) == (None, b"")


def test_what_is_no_http_is_refused_as_all_is(server: Server) -> None:
    status, body = server.ask(b"\x16\x03\x01 hello\r\n\r\n")
    assert (status, json.loads(body)["status"]) == (400, 400)


def test_a_connection_stays_open_for_further_requests(server: Server) -> None:
    with server.connect() as connection:
        for _ in range(3):
            connection.sendall(get("/healthz"))
            assert answer_of(connection) == (200, b'{"status":"ok"}')
            time.sleep(HEAD / 2)


def test_many_slow_ones_keep_nobody_else_waiting(server: Server) -> None:
    slow = [server.connect() for _ in range(300)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(
                post("/api/search", GOOD)[:-5] if number % 2 else b"GET / HTTP/1.1\r\nHost: localhost\r\n"
            )
        assert server.well()
        began = time.monotonic()
        outcome = [answer_of(connection)[0] for connection in slow]
        assert time.monotonic() - began < 2 * SOON
        assert outcome == [None, 408] * 150
    finally:
        for connection in slow:
            connection.close()
    assert server.well()


def test_a_steady_upload_may_take_longer(server: Server) -> None:
    request = post("/api/uploads?kind=photo", bytes(300_000), kind="image/png")
    began = time.monotonic()
    with server.connect() as connection:
        for start in range(0, len(request), 50_000):
            connection.sendall(request[start : start + 50_000])
            time.sleep(0.6)
        status, _ = answer_of(connection)
    assert status == 422  # it came whole, and is no picture
    assert time.monotonic() - began > GRACE
