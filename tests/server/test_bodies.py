"""What may stand in the body of a search, and how large it may be."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from answers import raw, refused
from serving import wire

from sketchseek.server import schemas
from sketchseek.server.security import MAX_BODY

BODY = {"strokes": wire("circle")}
JSON = {"Content-Type": "application/json"}


def test_a_large_body_is_refused_by_what_it_says_and_by_what_it_is(client: httpx.Client, site: str) -> None:
    head = b"POST /api/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    for length in (str(MAX_BODY + 1), "9" * 18, "9" * 40):
        status, _ = raw(site, head + f"Content-Length: {length}\r\n\r\n{{}}".encode())
        assert status in (400, 413), length
    assert raw(site, head + f"Content-Length: {MAX_BODY + 1}\r\n\r\n".encode())[0] == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(MAX_BODY // 100_000 + 2):
            yield b" " * 100_000

    told = refused(client.post("/api/search", content=chunks(), headers=JSON), 413)
    assert "2,000,000 bytes" in str(told["detail"])


def test_the_limit_itself_is_read(client: httpx.Client) -> None:
    text = json.dumps(BODY).encode()
    assert client.post("/api/search", content=text.ljust(MAX_BODY), headers=JSON).status_code == 200
    refused(client.post("/api/search", content=text.ljust(MAX_BODY + 1), headers=JSON), 413)


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "٣", "1, 2"])
def test_a_length_that_is_no_number_is_bad(site: str, length: str) -> None:
    request = f"POST /api/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{{}}"
    assert raw(site, request.encode())[0] == 400


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"strokes": [}',
        b"strokes",
        b"\xff\xfe",
        b"\x00",
        b"[" * 200_000,
        b'{"strokes": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"strokes": [[[' + b"1" * 100_000 + b"],[1]]]}",
        b'{"strokes": [[[1' + b"0" * 400 + b"],[1]]]}",
    ],
    ids=["empty", "open", "wrong", "word", "utf-16", "nul", "deep", "deeper", "digits", "huge"],
)
def test_what_is_no_json_is_refused(client: httpx.Client, text: bytes) -> None:
    answer = client.post("/api/search", content=text, headers=JSON)
    refused(answer, answer.status_code)
    assert answer.status_code in (400, 422)
    assert len(answer.content) < 1000


def stroke(x: object, y: object = 1) -> str:
    return f'{{"strokes": [[[0, {x}, 5], [0, {y}, 5]]]}}'


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", '"1"', "null", "true", "[1]", "{}"]
)
@pytest.mark.parametrize("axis", ["x", "y"])
def test_points_are_finite_numbers(client: httpx.Client, number: str, axis: str) -> None:
    text = stroke(number) if axis == "x" else stroke(1, number)
    answer = client.post("/api/search", content=text, headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    refused(answer, answer.status_code)


def test_numbers_beyond_single_precision_are_refused_by_the_sketch(client: httpx.Client) -> None:
    told = refused(client.post("/api/search", content=stroke("1e300"), headers=JSON), 422)
    assert told["error"] == "BadSketch"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"strokes": None},
        {"strokes": "x"},
        {"strokes": [1]},
        {"strokes": [[1, 2]]},
        {"strokes": [[]]},
        {"strokes": [[[1, 2]]]},
        {"strokes": [[[1, 2], [1]]]},
        {"strokes": [[[1, 2], [1, 2], [1]]]},
        {"strokes": [[[1], [1], [1], [1]]]},
        {"strokes": [[[], []]]},
        {"strokes": [[[1], [2]]], "k": 0},
        {"strokes": [[[1], [2]]], "k": schemas.MAX_HITS + 1},
        {"strokes": [[[1], [2]]], "k": "7"},
        {"strokes": [[[1], [2]]], "k": True},
        {"strokes": [[[1], [2]]], "k": 1.5},
        {"strokes": [[[1], [2]]], "url": "http://evil.example/a.png"},
        {"strokes": [[[1], [2]]] * (schemas.MAX_STROKES + 1)},
        {"strokes": [[[1] * (schemas.MAX_POINTS + 1), [2] * (schemas.MAX_POINTS + 1)]]},
        {"strokes": [[[1] * 11_000, [2] * 11_000]] * 2},
    ],
)
def test_what_is_no_drawing_is_refused(client: httpx.Client, body: object) -> None:
    answer = client.post("/api/search", json=body)
    refused(answer, 422)
    assert len(answer.content) < 1000


def test_an_empty_drawing_is_told_as_such(client: httpx.Client) -> None:
    assert refused(client.post("/api/search", json={"strokes": []}), 422)["error"] == "EmptySketch"


def test_a_dot_is_a_drawing(client: httpx.Client) -> None:
    assert client.post("/api/search", json={"strokes": [[[7], [7]]]}).status_code == 200
