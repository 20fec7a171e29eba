"""The page and its API: draw, see the pictures, on this machine only."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from sketchseek.errors import BadConfig
from sketchseek.library.background import Standing
from sketchseek.server.app import create_app
from sketchseek.server.security import LOOPBACK_NAMES, is_loopback

__all__ = ["HOST", "PORT", "create_app", "open_socket", "serve", "web_server"]

HOST = "127.0.0.1"
PORT = 8765


def serve(
    library_path: Path,
    *,
    host: str = HOST,
    port: int = PORT,
    model: str | Path | None = None,
    started: Callable[[str], None] | None = None,
    standing: Callable[[], Standing | None] = lambda: None,
) -> None:
    """Serve the page until the process is interrupted.

    Args:
        library_path: a library's file; photos that are indexed meanwhile are found too.
        host: a loopback name or address; nothing else is served yet.
        port: 0 takes any free one.
        model: a packaged model's name or a model folder; the library's own where not given.
        started: called with the page's address once it can be opened.
        standing: how far the indexing is that goes on beside the server, if any does.

    Raises:
        BadConfig: another machine could reach ``host``, or ``port`` cannot be had.
        LibraryError: the library cannot be opened.
        BadModel: the model is missing or broken, or is not the one that the library was indexed with.
    """
    with open_socket(host, port) as listener:
        bound = f"[{host}]" if ":" in host else host
        app = create_app(library_path, model, hosts=LOOPBACK_NAMES | {bound}, standing=standing)
        if started:
            started(f"http://{bound}:{listener.getsockname()[1]}")
        web_server(app).run(sockets=[listener])


def web_server(app: FastAPI) -> uvicorn.Server:
    """A quiet server for an application; run it with the socket of `open_socket`."""
    return uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, server_header=False, lifespan="on", ws="none")
    )


def open_socket(host: str, port: int) -> socket.socket:
    """A listening socket that only this machine can reach.

    Raises:
        BadConfig: another machine could reach ``host``, or the address cannot be had.
    """
    if not is_loopback(host):
        raise BadConfig(
            f"host {host!r} would let other machines reach this library, and there is no password yet. "
            f"Serve on {HOST}, and reach it from elsewhere through an ssh tunnel: "
            f"ssh -L {port or PORT}:{HOST}:{port or PORT} <this machine>"
        )
    if not 0 <= port <= 65535:
        raise BadConfig(f"port {port}: a number from 1 to 65535 is wanted, or 0 for any free one")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise BadConfig(
            f"cannot listen on {host} port {port}: {error.strerror}. Choose another port, or 0 for any."
        ) from error
