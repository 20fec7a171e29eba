"""The routes under ``/api``: ask with a drawing, get pictures by number."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse, Response

from sketchseek.images import printable
from sketchseek.library import Hit as Found
from sketchseek.server.schemas import Answer, Hit, Question, Status
from sketchseek.server.service import Service

# What browsers show as a picture and nothing else. SVG is not among them: it can carry scripts.
SHOWN = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jpe": "image/jpeg",
    ".jfif": "image/jpeg",
    ".mpo": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".dib": "image/bmp",
}
PROBLEMS = {"description": "A problem document (RFC 9457).", "content": {"application/problem+json": {}}}

PictureId = Annotated[int, Path(ge=0, lt=2**63, description="A picture's number, from a hit.")]


def router(service: Service) -> APIRouter:
    """The API over one library and one model."""
    routes = APIRouter(responses={"4XX": PROBLEMS, "5XX": PROBLEMS})

    @routes.post("/api/search")
    async def search(question: Question) -> Answer:
        """Rank the library for a drawing, best first."""
        found = await service.search(question.strokes, question.k)
        hits = [_hit(hit, service.edition) for hit in found.hits]
        return Answer(hits=hits, photos=found.photos, milliseconds=round(found.milliseconds, 1))

    @routes.get("/api/thumbnails/{picture}", response_class=Response)
    async def thumbnail(picture: PictureId) -> Response:
        """A small JPEG of an indexed picture, without metadata."""
        body = await service.thumbnail(picture)
        # A picture's number is never given to another one, and hits name the edition in the address.
        headers = {"Cache-Control": "private, max-age=31536000, immutable"}
        return Response(body, media_type="image/jpeg", headers=headers)

    @routes.get("/api/originals/{picture}", response_class=FileResponse)
    async def original(picture: PictureId) -> FileResponse:
        """An indexed picture as it lies on disk; a format that browsers do not show comes as a download."""
        path = await service.original(picture)
        kind = SHOWN.get(path.suffix.lower())
        return FileResponse(
            path,
            media_type=kind or "application/octet-stream",
            headers={"Cache-Control": "private, no-cache"},
            filename=printable(path.name),
            content_disposition_type="inline" if kind else "attachment",
        )

    @routes.get("/api/status")
    async def status() -> Status:
        """How many pictures there are, and whether the model is loaded."""
        return await service.status()

    @routes.get("/healthz", include_in_schema=False)
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    return routes


def _hit(found: Found, edition: str) -> Hit:
    return Hit(
        id=found.id,
        score=found.score,
        name=printable(found.path.name),
        folder=printable(found.path.parent),
        copies=len(found.copies),
        width=found.width,
        height=found.height,
        thumbnail=f"/api/thumbnails/{found.id}?edition={edition}",
        original=f"/api/originals/{found.id}",
    )
