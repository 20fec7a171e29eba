"""The routes under ``/api``: ask with a drawing, get pictures by number."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from sketchseek.images import printable
from sketchseek.library import Hit as Listed
from sketchseek.server import schemas, showing
from sketchseek.server.asking import Chance
from sketchseek.server.bundle import zipped
from sketchseek.server.described import ALWAYS, BODY, WHY, refusals
from sketchseek.server.schemas import (
    COPIES,
    MAX_HITS,
    MAX_SKIPPED,
    Answer,
    Folders,
    Found,
    Hit,
    Picture,
    Question,
    Skipped,
    SkippedList,
    Status,
    Upload,
    Words,
)
from sketchseek.server.security import PICTURE_POLICY, SESSION, UPLOADS
from sketchseek.server.service import Service
from sketchseek.server.tokens import Keeper
from sketchseek.server.uploads import Kind

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

Responses = dict[int | str, dict[str, Any]]

BYTES = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("application/octet-stream", "image/*")
        },
    }
}

JPEG: Responses = {200: {"description": "The picture.", "content": {"image/jpeg": {}}}}
ZIP: Responses = {200: {"description": "The file.", "content": {"application/zip": {}}}}
FILE: Responses = {
    200: {"description": "The picture.", "content": {"image/*": {}, "application/octet-stream": {}}},
    206: {"description": "The part of it that a Range header asks for."},
    416: {"description": WHY[416]},
}

PictureId = Annotated[int, Path(ge=0, lt=2**63, description="A picture's number, from a hit.")]
Pictures = Annotated[list[PictureId], Query(min_length=1, max_length=MAX_HITS)]


def router(service: Service, keeper: Keeper, *, at_hand: bool = False) -> APIRouter:
    """The API over one library and one model.

    Args:
        service: what answers.
        keeper: whom to let pass, and what to give them for it.
        at_hand: whether only those who sit at this machine can ask, so that files may be shown on its screen.
    """
    routes = APIRouter(responses=refusals(*ALWAYS))
    _asking(routes, service)
    _pictures(routes, service)
    _showing(routes, service, at_hand=at_hand)

    @routes.get("/api/status")
    async def status(request: Request) -> Status:
        """How many pictures there are, whether the model is loaded, and how far indexing is."""
        shows = at_hand and showing.asked_here(request) and showing.opener() is not None
        return (await service.status()).model_copy(update={"shows_files": shows})

    @routes.get("/api/skipped")
    async def skipped() -> SkippedList:
        """Which files and folders were passed over, and why."""
        found = await service.skipped()
        told = [
            Skipped(path=printable(one.path), reason=printable(one.reason)) for one in found[:MAX_SKIPPED]
        ]
        return SkippedList(skipped=told, count=len(found))

    @routes.post(SESSION, status_code=204, response_class=Response, responses=refusals(413))
    async def session() -> Response:
        """Exchange the token, sent as a bearer, for a cookie; so that a page's pictures are shown too."""
        return Response(status_code=204, headers={"Set-Cookie": keeper.cookie} if keeper.cookie else None)

    return routes


def open_routes() -> APIRouter:
    """What tells that the server is there, asked without the token."""
    routes = APIRouter(responses=refusals(*(status for status in ALWAYS if status not in {401, 429})))

    @routes.get("/healthz", openapi_extra={"security": []})
    async def health() -> dict[str, str]:
        """Whether the server answers; asked without the token."""
        return {"status": "ok"}

    return routes


def _asking(routes: APIRouter, service: Service) -> None:
    @routes.post("/api/search", responses=refusals(404, *BODY))
    async def search(question: Question) -> Answer:
        """Rank the library for a question, best first."""
        found = await service.search(question)
        hits = [
            Hit(
                **_found(group[0], found.chance, service.edition),
                alike=[Found(**_found(other, found.chance, service.edition)) for other in group[1:]],
                alike_count=size - 1,
            )
            for group, size in zip(found.groups, found.sizes, strict=True)
        ]
        return Answer(
            hits=hits,
            next=found.following,
            photos=found.photos,
            passing=found.passing,
            outstanding=found.outstanding,
            compared=found.compared,
            library=service.identity,
            milliseconds=round(found.milliseconds, 1),
        )

    @routes.post(UPLOADS, openapi_extra=BYTES, responses=refusals(*BODY))
    async def upload(request: Request, kind: Kind) -> Upload:
        """Take a file to ask with: a drawing (SVG, strokes as JSON, a picture of paper) or a photo."""
        received = await service.receive(request.body, kind)
        return Upload(strokes=received.strokes, id=received.id, preview=received.preview)

    @routes.get("/api/words")
    async def words() -> Words:
        """Which words can be asked with; none, where the model knows none."""
        return Words(words=list(service.words()))

    @routes.get("/api/folders")
    async def folders() -> Folders:
        """Where the pictures lie, for a filter."""
        listed = await service.folders()
        return Folders(folders=[schemas.Folder(path=path, photos=count) for path, count in listed])


def _pictures(routes: APIRouter, service: Service) -> None:
    @routes.get("/api/pictures/{picture}", responses=refusals(404, 422))
    async def facts(picture: PictureId) -> Picture:
        """What is known of an indexed picture."""
        return Picture(**_facts(await service.picture(picture), service.edition))

    @routes.get("/api/thumbnails/{picture}", response_class=Response, responses=JPEG | refusals(404, 422))
    async def thumbnail(picture: PictureId) -> Response:
        """A small JPEG of an indexed picture, without metadata."""
        body = await service.thumbnail(picture)
        # A picture's number is never given to another one, and hits name the edition in the address.
        headers = {"Cache-Control": "private, max-age=31536000, immutable"}
        return Response(body, media_type="image/jpeg", headers=headers)

    @routes.get("/api/originals/{picture}", response_class=FileResponse, responses=FILE | refusals(404, 422))
    async def original(picture: PictureId) -> FileResponse:
        """An indexed picture as it lies on disk; a format that browsers do not show comes as a download."""
        path = await service.original(picture)
        kind = SHOWN.get(path.suffix.lower())
        return FileResponse(
            path,
            media_type=kind or "application/octet-stream",
            headers={"Cache-Control": "private, no-cache", "Content-Security-Policy": PICTURE_POLICY},
            filename=printable(path.name),
            content_disposition_type="inline" if kind else "attachment",
        )

    @routes.get("/api/zip", response_class=StreamingResponse, responses=ZIP | refusals(404, 422))
    async def bundle(ids: Pictures) -> StreamingResponse:
        """Several indexed pictures as one file, as they lie on disk."""
        headers = {
            "Content-Disposition": 'attachment; filename="sketchseek.zip"',
            "Cache-Control": "no-store",
        }
        return StreamingResponse(
            zipped(await service.originals(ids)), media_type="application/zip", headers=headers
        )


def _showing(routes: APIRouter, service: Service, *, at_hand: bool) -> None:
    one = CapacityLimiter(1)  # windows do not open faster than one after the other

    @routes.post(
        "/api/originals/{picture}/show",
        status_code=204,
        response_class=Response,
        responses=refusals(404, 409, 413, 415, 422),
    )
    async def show(picture: PictureId, request: Request) -> Response:
        """Show an indexed picture in the file manager of the machine that serves, asked from there."""
        if not (at_hand and showing.asked_here(request)):
            raise HTTPException(409, "Files are shown only to those who sit at the machine that serves.")
        path = await service.original(picture)
        await to_thread.run_sync(showing.show, path, limiter=one)
        return Response(status_code=204)


def _found(found: Listed, chance: Chance | None, edition: str) -> dict[str, Any]:
    strength = round(chance.strength(found.score), 3) if chance else None
    return {"score": found.score, "strength": strength, **_facts(found, edition)}


def _facts(found: Listed, edition: str) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": printable(found.path.name),
        "folder": printable(found.path.parent),
        "path": printable(found.path),
        "copies": len(found.copies),
        "also": [printable(path) for path in found.copies[:COPIES]],
        "width": found.width,
        "height": found.height,
        "taken": found.taken,
        "thumbnail": f"/api/thumbnails/{found.id}?edition={edition}",
        "original": f"/api/originals/{found.id}",
    }
