"""What the OpenAPI document tells beside the routes: each refusal, its form, and the token."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

WHY = {
    400: "This is no well-formed request, or not JSON.",
    401: "The server asks for a token: in `Authorization: Bearer TOKEN`, or as the cookie of /api/session.",
    403: "A page of another site asks.",
    404: "The library has no such thing, or no longer.",
    408: "The body is too slow in coming.",
    409: "This machine cannot show the file, or not to whom it is asked by.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    416: "The file has no such range.",
    421: "The Host header names another machine.",
    422: "What is asked cannot be used; the detail says why.",
    429: "Too many wrong tokens are being tried.",
    500: "Something went wrong inside.",
    503: "Too much is asked at once, or the library or the model cannot be used.",
}
ALWAYS = (400, 401, 403, 421, 429, 500, 503)
BODY = (408, 413, 415, 422)

_FORM = "application/problem+json"


class Lost(BaseModel):
    """What a question names that is not there any more: taken out, the rest can be asked again."""

    parts: list[int] = Field(description="Places in its parts.")
    filters: list[str] = Field(description="Fields of its filters.")


class Problem(BaseModel):
    """Why a request is refused (RFC 9457)."""

    type: str
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field(description="What is wrong, and the way out.")
    error: str | None = Field(None, description="The name of the error in sketchseek.errors, if it has one.")
    missing: Lost | None = Field(None, description="Where a search names what is not there.")


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Responses of a route, as problem documents."""
    form = {_FORM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": WHY[status], "content": form} for status in statuses}


def describe(app: FastAPI) -> None:
    """Let the application's document tell the form of problems, and that a token may be asked for."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        components = document["components"]
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components["schemas"] |= problem.pop("$defs") | {"Problem": problem}
        components["securitySchemes"] = {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "Where other machines can reach the server, or a token was given to it.",
            }
        }
        document["security"] = [{"token": []}, {}]
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's own documentation has it
