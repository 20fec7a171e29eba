from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hostile.strangers import Server
from serving import make_library

ROOM = 400 * 2**20  # bytes that the server may grow by at most, over everything below


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as it is started by hand; at the end it lives, has not grown and said nothing."""
    library, _, model = make_library(tmp_path_factory.mktemp("hostile"))
    command = [sys.executable, "-W", "error", "-m", "sketchseek", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--library", str(library), "--model", str(model)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            server = Server(int(address.rpartition(":")[2]), process.pid)
            assert server.well()
            before = server.peak()
            yield server
            assert server.well()
            assert server.peak() - before < ROOM
        finally:
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
    said = ("Open this", "ended", "Invalid HTTP request", "Unsupported upgrade", "No supported WebSocket")
    assert not [line for line in err.splitlines() if not line.startswith(said)], err
