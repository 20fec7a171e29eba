"""The application: gate, API and page over one library and one model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

import sketchseek
from sketchseek.library.background import Standing
from sketchseek.server import api, assets, problems
from sketchseek.server.described import describe
from sketchseek.server.names import is_loopback
from sketchseek.server.security import LOOPBACK_NAMES, Gate
from sketchseek.server.service import Service
from sketchseek.server.tokens import Keeper


def create_app(
    library_path: Path,
    model: str | Path | None = None,
    *,
    hosts: Collection[str] = LOOPBACK_NAMES,
    token: str | None = None,
    standing: Callable[[], Standing | None] = lambda: None,
) -> FastAPI:
    """The web application that searches one library.

    The library is opened and the model's card is read at once, so that what is wrong with them is told
    here; the model itself is loaded beside the first requests.

    Args:
        library_path: a library's file.
        model: a packaged model's name or a model folder; the library's own where not given.
        hosts: what a Host header may name, ports left out; IPv6 addresses in brackets.
        token: what opens the API; None opens it to everybody who can reach the server.
        standing: how far the indexing is that goes on beside the server, if any does.

    Raises:
        LibraryError: the library cannot be opened.
        BadModel: the model is missing or broken.
        ModelMismatch: the library was indexed with another model.
    """
    service, keeper = Service(library_path, model, standing), Keeper(token)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    app = FastAPI(
        title="sketchseek",
        version=sketchseek.__version__,
        summary="Search a library of pictures with a drawing.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # the ready-made pages load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    at_hand = all(is_loopback(name.strip("[]")) for name in hosts)
    app.include_router(api.router(service, keeper, at_hand=at_hand))
    app.include_router(api.open_routes())
    app.include_router(assets.router())
    problems.install(app)
    describe(app)
    app.add_middleware(Gate, keeper=keeper, hosts=hosts)
    return app
