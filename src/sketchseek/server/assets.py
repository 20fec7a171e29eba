"""The page's own files, read once and served from memory: no path of a client ever reaches the disk."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Request, Response

# Not asked of the system: some machines have .js registered as text/plain, which nosniff refuses.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """One file of the page."""

    body: bytes
    media_type: str

    @property
    def etag(self) -> str:
        """A name for exactly these bytes."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


def load_assets() -> dict[str, Asset]:
    """File name -> asset, for everything in ``static/`` whose type is known."""
    found = {}
    for entry in (files("sketchseek.server") / "static").iterdir():
        suffix = entry.name[entry.name.rfind(".") :]
        if entry.is_file() and suffix in TYPES:
            found[entry.name] = Asset(entry.read_bytes(), TYPES[suffix])
    return found


def router() -> APIRouter:
    """Routes for the page and its files."""
    assets = load_assets()
    routes = APIRouter(include_in_schema=False)

    def answer(name: str, request: Request) -> Response:
        asset = assets.get(name)
        if asset is None:
            raise HTTPException(404, f"The page has no file {name!r}.")
        headers = {"ETag": asset.etag, "Cache-Control": "no-cache"}  # kept, but asked after each time
        if request.headers.get("if-none-match") == asset.etag:
            return Response(status_code=304, headers=headers)
        return Response(asset.body, media_type=asset.media_type, headers=headers)

    @routes.get("/")
    async def page(request: Request) -> Response:
        return answer("index.html", request)

    @routes.get("/favicon.ico")  # where there is no page to name it: a picture in a tab of its own
    async def icon(request: Request) -> Response:
        return answer("icon.svg", request)

    @routes.get("/static/{name}")
    async def asset(name: str, request: Request) -> Response:
        return answer(name, request)

    return routes
