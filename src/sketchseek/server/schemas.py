"""What goes over the wire: the shapes of questions and answers, also as the OpenAPI document tells them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field, FiniteFloat, Strict

MAX_STROKES = 2_000
MAX_POINTS = 20_000  # about ten minutes of steady drawing; what costs seconds to rasterise is refused
MAX_HITS = 500

Number = Annotated[FiniteFloat, Strict()]  # 1 and 1.5, but neither "1" nor true
Axis = Annotated[list[Number], Field(min_length=1, max_length=MAX_POINTS), FailFast()]
Stroke = Annotated[list[Axis], Field(min_length=2, max_length=3), FailFast()]
Strokes = Annotated[list[Stroke], Field(max_length=MAX_STROKES), FailFast()]


class Question(BaseModel):
    """A drawing, and how many pictures are wanted."""

    model_config = ConfigDict(extra="forbid")

    strokes: Strokes = Field(
        description="In drawing order, each [xs, ys] or [xs, ys, ts]; y downward, t in ms, any unit.",
        examples=[[[[10, 80, 80, 10, 10], [10, 10, 60, 60, 10]]]],
    )
    k: int = Field(60, ge=1, le=MAX_HITS, strict=True, description="How many pictures, at most.")


class Hit(BaseModel):
    """One picture of a ranking."""

    id: int
    score: float = Field(
        description="Cosine of drawing and picture, -1 to 1; comparable within one ranking only."
    )
    name: str = Field(description="File name.")
    folder: str = Field(description="The folder that holds it.")
    copies: int = Field(description="How many other files hold the same picture.")
    width: int = Field(description="Pixels, as shown upright.")
    height: int
    thumbnail: str = Field(description="Where its small copy is.")
    original: str = Field(description="Where the picture itself is.")


class Answer(BaseModel):
    """A ranking, best first."""

    hits: list[Hit]
    photos: int = Field(description="How many pictures were searched.")
    milliseconds: float = Field(description="Time spent on rendering, encoding and searching.")


class Status(BaseModel):
    """What the server has at hand."""

    state: Literal["loading", "ready", "failed"]
    photos: int
    revision: int = Field(description="Another number means that the pictures may have changed.")
    model: str
    detail: str | None = Field(None, description="Why the state is failed.")
