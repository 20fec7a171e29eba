"""The page and its API: draw, see the pictures; on this machine, or with a token from others."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from sketchseek.errors import BadConfig
from sketchseek.library.background import Standing
from sketchseek.server.app import create_app
from sketchseek.server.names import is_loopback, known_names, shown_name
from sketchseek.server.patience import Patient
from sketchseek.server.tokens import checked, new_token

__all__ = ["HOST", "PORT", "create_app", "open_socket", "serve", "web_server"]

HOST = "127.0.0.1"
PORT = 8765
CONNECTIONS = 512  # open ones; while there are more, requests are answered with 503


def serve(
    library_path: Path,
    *,
    host: str = HOST,
    port: int = PORT,
    model: str | Path | None = None,
    token: str | None = None,
    allowed: Collection[str] = (),
    started: Callable[[str], None] | None = None,
    standing: Callable[[], Standing | None] = lambda: None,
) -> None:
    """Serve the page until the process is interrupted.

    Args:
        library_path: a library's file; photos that are indexed meanwhile are found too.
        host: a name or address of this machine.
        port: 0 takes any free one.
        model: a packaged model's name or a model folder; the library's own where not given.
        token: what opens the API; made anew where none is given and other machines can reach ``host``.
        allowed: further names that the server answers to, as they stand in a browser's address bar.
        started: called with the page's address once it can be opened. A token that was made stands in it,
            behind the #: browsers send that part to no server, so that no log sees it.
        standing: how far the indexing is that goes on beside the server, if any does.

    Raises:
        BadConfig: ``host`` or ``port`` cannot be had, ``token`` is too short, or ``allowed`` has no names.
        LibraryError: the library cannot be opened.
        BadModel: the model is missing or broken, or is not the one that the library was indexed with.
    """
    fragment = ""
    if token is not None:
        checked(token)
    elif not is_loopback(host):
        token = new_token()
        fragment = f"/#token={token}"
    hosts = known_names(host, allowed)
    with open_socket(host, port) as listener:
        app = create_app(library_path, model, hosts=hosts, token=token, standing=standing)
        if started:
            started(f"http://{shown_name(host)}:{listener.getsockname()[1]}{fragment}")
        web_server(app).run(sockets=[listener])


def web_server(app: FastAPI) -> uvicorn.Server:
    """A quiet server for an application; run it with the socket of `open_socket`."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Patient,
            ws="none",
            lifespan="on",
            limit_concurrency=CONNECTIONS,
            log_config=None,
            access_log=False,
            server_header=False,
        )
    )


def open_socket(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        BadConfig: the address cannot be had.
    """
    if not 0 <= port <= 65535:
        raise BadConfig(f"port {port}: a number from 1 to 65535 is wanted, or 0 for any free one")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server(
            (host, port), family=family, dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6()
        )
        # What a connection accepts of it: else the end of an answer waits 40 ms for the other side's word.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        raise BadConfig(
            f"cannot listen on {host} port {port}: {error.strerror}. Choose another port, or 0 for any."
        ) from error
