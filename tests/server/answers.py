"""What tests of the server ask, and what every answer must be."""

from __future__ import annotations

import re
import socket
from typing import Any

import httpx
from serving import wire

from sketchseek.server.security import HEADERS

OTHERS = 24  # pictures of random lines, so that there is something to stand out of


def ask(client: httpx.Client, **question: Any) -> dict[str, Any]:
    answer = client.post("/api/search", json=question)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(answer: dict[str, Any]) -> list[str]:
    return [hit["name"] for hit in answer["hits"]]


def ids(client: httpx.Client) -> dict[str, int]:
    found = ask(client, strokes=wire("plus"), collapse=False, k=100)["hits"]
    return {hit["name"]: hit["id"] for hit in found}


def raw(site: str, request: bytes) -> tuple[int, bytes]:
    """Send bytes as they are: (status, everything that came back)."""
    host, port = site.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
            head, end, body = answer.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            if end and length and len(body) >= int(length[1]):
                break
    return int(answer.split()[1]), answer


def refused(answer: httpx.Response, status: int, words: str = "") -> dict[str, object]:
    """What a problem document says, its form and the headers of every answer checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"] == "about:blank"
    assert told["title"]
    assert told["detail"]
    assert words in told["detail"]
    marked(answer)
    return told


def marked(answer: httpx.Response, policy: str = HEADERS["Content-Security-Policy"]) -> None:
    for name, value in (HEADERS | {"Content-Security-Policy": policy}).items():
        assert answer.headers[name] == value
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "server" not in answer.headers
