"""A server that strangers reach, and requests as bytes: what no client would send."""

from __future__ import annotations

import json
import re
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from serving import wire

SOON = 5.0  # seconds in which everything is answered or cut off
GOOD = json.dumps({"strokes": wire("circle")})
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


@dataclass(frozen=True)
class Server:
    """A server in a process of its own."""

    port: int
    pid: int

    def peak(self) -> int:
        """The most memory that it ever held, bytes."""
        told = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", told)[1]) * 1024  # type: ignore[index]

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def ask(self, request: bytes, *, end: bool = False) -> tuple[int | None, bytes]:
        """Send bytes as they are: the answer's status and body; None where the connection is cut."""
        with self.connect() as connection:
            try:
                connection.sendall(request)
                if end:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused before all was sent
            return answer_of(connection)

    def well(self) -> bool:
        """Whether a search by somebody else is answered soon."""
        began = time.monotonic()
        status, body = self.ask(post("/api/search", json.dumps({"strokes": wire("cross")})))
        best = json.loads(body)["hits"][0]["name"]
        return status == 200 and best == "cross.png" and time.monotonic() - began < SOON


def answer_of(connection: socket.socket) -> tuple[int | None, bytes]:
    answer = b""
    try:
        while part := connection.recv(65536):
            answer += part
            head, found, body = answer.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            if found and length and len(body) >= int(length[1]):
                break
    except ConnectionError:
        pass
    status = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return (int(status[1]) if status else None), answer.partition(b"\r\n\r\n")[2]


def get(path: str, *headers: str, method: str = "GET", host: str = "localhost") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def post(path: str, body: str | bytes, *headers: str, kind: str = "application/json") -> bytes:
    data = body.encode() if isinstance(body, str) else body
    about = (f"Content-Type: {kind}", f"Content-Length: {len(data)}")
    return get(path, *about, *headers, method="POST") + data


def chunked(*pieces: bytes) -> bytes:
    """The head of a search whose body comes in pieces as they are given."""
    about = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    return get("/api/search", *about, method="POST") + b"".join(pieces)


def piece(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
