"""A client that asks for much and takes nothing; those that send slowly are in tests/hostile."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path

import httpx
import pytest
from PIL import Image
from serving import index, make_library, served

from sketchseek.server import patience


def test_who_does_not_take_the_answer_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    library, photos, model = make_library(tmp_path)
    Image.new("RGB", (3000, 2000), "navy").save(photos / "large.bmp")  # more than the system keeps on the way
    index(library, photos, model)
    monkeypatch.setattr(patience, "TAKE", 0.5)
    with served(library, model) as site, httpx.Client(base_url=site, trust_env=False) as client:
        large = next(
            number
            for number in range(1, 7)
            if client.get(f"/api/pictures/{number}").json()["name"] == "large.bmp"
        )
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(30)
            connection.connect(("127.0.0.1", client.base_url.port))
            connection.sendall(f"GET /api/originals/{large} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            time.sleep(1.5)
            answer = b""
            try:
                while part := connection.recv(2**20):
                    answer += part
            except ConnectionError:
                pass
        length = re.search(rb"content-length: (\d+)", answer)
        assert length is not None
        assert 0 < len(answer) < int(length[1])
        assert len(client.get(f"/api/originals/{large}").content) == int(length[1])  # taken, it comes whole
    assert not caplog.records
