"""A real server on a free port, for the tests of the API and of the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sketchseek.server import create_app, open_socket, web_server


@contextmanager
def served(library: Path, model: Path) -> Iterator[str]:
    """The address of a server over ``library``, which ends with the block."""
    with open_socket("127.0.0.1", 0) as listener:
        server = web_server(create_app(library, model))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            deadline = time.monotonic() + 60
            while not server.started:
                assert thread.is_alive(), "the server ended before it began"
                assert time.monotonic() < deadline, "the server did not begin within a minute"
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()
