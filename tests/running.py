"""A server in a process of its own, started as a user starts it, and its indexer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
from waiting import PATIENCE, until


class Running:
    """``sketchseek serve`` under way.

    Attributes:
        address: where it serves.
        lines: what it has said on stderr so far.
    """

    def __init__(self, *arguments: str | Path) -> None:
        command = [sys.executable, "-m", "sketchseek", "serve", "--port", "0", *map(str, arguments)]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            start_new_session=sys.platform != "win32",
        )
        self.lines: list[str] = []
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(line.rstrip("\n") for line in iter(self.process.stderr.readline, ""))

    @property
    def indexer(self) -> psutil.Process:
        """The process that indexes."""
        found: list[psutil.Process] = []
        until(lambda: found.extend(psutil.Process(self.process.pid).children()) or found)
        return found[0]

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = httpx.get(f"{self.address}/api/status", trust_env=False, timeout=60).json()
        return told

    def interrupt(self) -> int:
        """Ctrl-C as a terminal sends it, to the whole group; and the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.ended()

    def ended(self) -> int:
        code = self.process.wait(PATIENCE)
        self._listener.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


@contextmanager
def running(*arguments: str | Path) -> Iterator[Running]:
    """A server that is gone after the block, with its indexer."""
    server = Running(*arguments)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            children = psutil.Process(server.process.pid).children()
            server.process.kill()
            for child in children:
                child.kill()
        server.ended()
