"""What goes over the wire: the shapes of questions and answers, also as the OpenAPI document tells them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, FailFast, Field, FiniteFloat, Strict, model_validator

from sketchseek.library.background import Standing
from sketchseek.model import Grain
from sketchseek.ranking import SHORTLIST

MAX_STROKES = 2_000
MAX_POINTS = 20_000  # about ten minutes of steady drawing; what costs seconds to rasterise is refused
MAX_HITS = 500
MAX_PARTS = 16
MAX_SKIPPED = 500
COPIES = 24  # other files of the same picture that are named
DEPTH = 1_000  # pictures of a ranking that can be paged through

Number = Annotated[FiniteFloat, Strict()]  # 1 and 1.5, but neither "1" nor true
Axis = Annotated[list[Number], Field(min_length=1, max_length=MAX_POINTS), FailFast()]
Stroke = Annotated[list[Axis], Field(min_length=2, max_length=3), FailFast()]
Strokes = Annotated[list[Stroke], Field(max_length=MAX_STROKES), FailFast()]
Weight = Annotated[
    Number, Field(ge=-1, le=1, description="How much it counts; below 0, less like it is wanted.")
]
Day = Annotated[date, Field(ge=date(1, 1, 1), le=date(9998, 12, 31))]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _one_complaint(cls, told: Any) -> Any:
        """Refuse too many fields at once: pydantic would word a complaint about each, for seconds."""
        if isinstance(told, dict) and len(told) > len(cls.model_fields):
            raise ValueError(f"more fields than the {len(cls.model_fields)} that are known")
        return told


class SketchPart(_Asked):
    """A drawing."""

    kind: Literal["sketch"]
    strokes: Strokes = Field(description="As in the question's own strokes.")
    weight: Weight = 1


class PicturePart(_Asked):
    """A picture of the library: more like it, or less."""

    kind: Literal["picture"]
    id: int = Field(ge=0, lt=2**63, strict=True, description="Its number, from a hit.")
    library: str | None = Field(
        default=None,
        max_length=64,
        description="The library whose number it is, from an answer, for numbers that were kept: "
        "to another one the part is missing.",
    )
    weight: Weight = 1


class UploadPart(_Asked):
    """A photo, or a drawing on paper, that was uploaded before."""

    kind: Literal["upload"]
    id: str = Field(pattern="^[0-9a-f]{32}$", description="What the upload was answered with.")
    weight: Weight = 1


class WordsPart(_Asked):
    """What a picture shows, in words that the model knows."""

    kind: Literal["words"]
    text: str = Field(min_length=1, max_length=100, description="A word of /api/words, or several.")
    weight: Weight = 1


Part = Annotated[SketchPart | PicturePart | UploadPart | WordsPart, Field(discriminator="kind")]


class Filters(_Asked):
    """Which pictures may be found; what is left out does not matter."""

    folder: str | None = Field(default=None, max_length=4096, description="Lies in this folder or below it.")
    after: Day | None = Field(default=None, description="Taken on this day or later.")
    before: Day | None = Field(default=None, description="Taken on this day or earlier.")
    orientation: Literal["landscape", "portrait", "square"] | None = None


class Question(_Asked):
    """What is looked for: a drawing, and any number of weighted parts beside it."""

    strokes: Strokes = Field(
        default=[],
        description="In drawing order, each [xs, ys] or [xs, ys, ts]; y downward, t in ms, any unit. "
        "Short for a part of the kind sketch with weight 1.",
        examples=[[[[10, 80, 80, 10, 10], [10, 10, 60, 60, 10]]]],
    )
    parts: list[Part] = Field(default=[], max_length=MAX_PARTS)
    filters: Filters = Filters()
    k: int = Field(60, ge=1, le=MAX_HITS, strict=True, description="How many hits, at most.")
    offset: int = Field(0, ge=0, le=DEPTH, strict=True, description="How many hits to pass over first.")
    grain: Grain | None = Field(
        None,
        description="How alike what is found shall be, one of the status' grains: of the same category, of "
        "the same look, or this very one; the model's own, its finest, where not given.",
    )
    shortlist: int = Field(
        SHORTLIST,
        ge=0,
        le=MAX_HITS,
        strict=True,
        description="Where this very one is asked for, of a model that compares pairs: how many of the first "
        "are compared with what is drawn, pair by pair, and ordered by that. The rest follow as they were; "
        "0 leaves all so. Words and pictures alone cannot be compared, and leave all so, too.",
    )
    collapse: bool = Field(
        True, strict=True, description="Show near-duplicates of a better hit under it, not on their own."
    )

    def asked(self) -> list[SketchPart | PicturePart | UploadPart | WordsPart]:
        """All parts, the question's own strokes first."""
        own = [SketchPart(kind="sketch", strokes=self.strokes)] if self.strokes else []
        return [*own, *self.parts]


class Picture(BaseModel):
    """What is known of a picture."""

    id: int
    name: str = Field(description="File name.")
    folder: str = Field(description="The folder that holds it.")
    path: str = Field(description="Both.")
    copies: int = Field(description="How many other files hold the same picture.")
    also: list[str] = Field(description="The paths of those, the first few dozen.")
    width: int = Field(description="Pixels, as shown upright.")
    height: int
    taken: str = Field(description="YYYY-MM-DD HH:MM:SS, by the camera's clock, else the file's time.")
    thumbnail: str = Field(description="Where its small copy is.")
    original: str = Field(description="Where the picture itself is.")


class Found(Picture):
    """One picture of a ranking."""

    score: float = Field(
        description="Cosine of question and picture, -1 to 1; comparable within one ranking only. Of "
        "pictures that were compared pair by pair the cosines are dealt out anew, the best to the first: it "
        "is that of the place."
    )
    strength: float | None = Field(
        description="How far the score stands above the library's middle score, in units of one and a half "
        "times what the best of as many chance pictures would reach: from 1 on it stands out. "
        "None in a library of fewer than 20 pictures."
    )


class Hit(Found):
    """One picture of a ranking, with the pictures that look nearly the same and rank below it."""

    alike: list[Found] = Field(description="The nearest of them.")
    alike_count: int = Field(description="How many there are among the first thousand.")


class Answer(BaseModel):
    """A ranking, best first."""

    hits: list[Hit]
    next: int | None = Field(description="The offset of the hits that follow, if any do.")
    photos: int = Field(description="How many pictures the library has.")
    passing: int = Field(description="How many of them pass the filters.")
    outstanding: int | None = Field(
        description="How many of those stand out, by their strength; None where that cannot be told."
    )
    compared: int = Field(description="How many of the shortlist were compared pair by pair.")
    library: str = Field(description="Whose numbers the ids of the hits are.")
    milliseconds: float = Field(description="Time spent on rendering, encoding and searching.")


class Upload(BaseModel):
    """A file that can be asked with: either strokes, or something to name in a part."""

    strokes: list[list[list[float]]] | None = Field(
        description="Of a drawing that has them, in its own units."
    )
    id: str | None = Field(
        description="To name a photo or a drawing without strokes by, while the server runs."
    )
    preview: str | None = Field(description="A data URL that shows what was understood.")


class Folder(BaseModel):
    """A folder of the library."""

    path: str
    photos: int = Field(description="How many it holds, at any depth.")


class Folders(BaseModel):
    """Where the library's pictures lie."""

    folders: list[Folder] = Field(
        description="In order of paths; where there are many, those that hold most."
    )


class Words(BaseModel):
    """What can be asked for in words."""

    words: list[str] = Field(description="All that the model knows, in lower case.")


class Skipped(BaseModel):
    """A file or folder that was passed over."""

    path: str
    reason: str


class SkippedList(BaseModel):
    """What was passed over, until it changes."""

    skipped: list[Skipped] = Field(description="In order of paths; of more than 500, the first.")
    count: int = Field(description="How many there are.")


class Indexing(BaseModel):
    """How far the indexing is that goes on beside the server."""

    state: Literal["looking", "reading", "waiting", "done", "failed"] = Field(
        description="looking: folders are walked; reading: what is read already can be found; waiting: "
        "something is in the way; done: with all there is so far; failed: it ended, the server goes on."
    )
    found: int = Field(description="How many photos there are; while looking, so far.")
    done: int = Field(description="How many of them are dealt with: read, known from before, or skipped.")
    rate: float = Field(description="Files read per second; 0 before the first.")
    left: float | None = Field(description="Seconds left at this rate, while that can be told.")
    detail: str | None = Field(description="What is waited for, or why it failed and the way out.")

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """As the library tells it."""
        now = standing.progress
        return cls(
            state=standing.state,
            found=now.found,
            done=now.done,
            rate=round(now.rate, 1),
            left=None if now.left is None else round(now.left, 1),
            detail=standing.reason,
        )


class Status(BaseModel):
    """What the server has at hand."""

    state: Literal["loading", "ready", "failed"]
    photos: int
    revision: int = Field(description="Another number means that the pictures may have changed.")
    model: str
    words: int = Field(description="How many words it knows; /api/words lists them.")
    grains: list[Grain] = Field(description="What it can rank by, from coarse to fine.")
    shows_files: bool = Field(
        default=False, description="Whether it can show a picture in this machine's file manager."
    )
    detail: str | None = Field(None, description="Why the state is failed.")
    skipped: int = Field(description="How many files and folders were passed over; /api/skipped tells why.")
    indexing: Indexing | None = Field(description="None where nothing is indexed by this server.")
