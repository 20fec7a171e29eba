"""What a client asks and is answered, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sketchseek.model import Grain
from sketchseek.sketch import Sketch, from_quickdraw


@dataclass(frozen=True)
class SketchPart:
    """A drawing, with strokes; ``weight`` is from -1, less like it, to 1."""

    sketch: Sketch
    weight: float = 1.0


@dataclass(frozen=True)
class PicturePart:
    """A picture of the library, by its number.

    Attributes:
        id: its number, from a hit.
        weight: from -1, less like it, to 1.
        library: whose number it is, as `Answer.library` says it, for numbers that were kept: another library
            refuses it.
    """

    id: int
    weight: float = 1.0
    library: str | None = None


@dataclass(frozen=True)
class UploadPart:
    """A photo or a drawing on paper, by what its upload was answered with."""

    id: str
    weight: float = 1.0


@dataclass(frozen=True)
class WordsPart:
    """What a picture shows, in words that the server's model knows; 1 to 100 characters."""

    text: str
    weight: float = 1.0


Part = SketchPart | PicturePart | UploadPart | WordsPart


@dataclass(frozen=True)
class Filters:
    """Which pictures may be found; what is None does not matter.

    Attributes:
        folder: lies in this folder of the server's machine, or below it.
        after: taken on this day or later.
        before: taken on this day or earlier.
        orientation: wider than high, higher than wide, or neither.
    """

    folder: str | None = None
    after: date | None = None
    before: date | None = None
    orientation: Literal["landscape", "portrait", "square"] | None = None


@dataclass(frozen=True)
class Picture:
    """What is known of a picture.

    Attributes:
        id: its number, never given to another one.
        name: of its file; like all paths, control characters and what is no text are escaped.
        folder: that holds it, on the server's machine.
        path: both.
        copies: how many other files hold the same picture.
        also: the paths of those, the first few dozen.
        width: pixels, upright.
        height: pixels, upright.
        taken: ``YYYY-MM-DD HH:MM:SS`` by the camera's clock, else the file's time.
        thumbnail: where its small copy is, below the server's address.
        original: where the picture itself is.
    """

    id: int
    name: str
    folder: str
    path: str
    copies: int
    also: tuple[str, ...]
    width: int
    height: int
    taken: str
    thumbnail: str
    original: str


@dataclass(frozen=True)
class Hit(Picture):
    """A picture that was found.

    Attributes:
        score: cosine of question and picture, comparable within one ranking only; of pictures that were
            compared pair by pair it is that of the place.
        strength: from 1 on the picture stands out; None where that cannot be told.
        alike: the nearest of the pictures that look nearly the same and rank below it.
        alike_count: how many there are.
    """

    score: float
    strength: float | None
    alike: tuple[Hit, ...] = ()
    alike_count: int = 0


@dataclass(frozen=True)
class Answer:
    """A page of a ranking, best first.

    Attributes:
        hits: the pictures.
        next: the offset of those that follow; None where none do.
        photos: how many pictures the library has.
        passing: how many of them pass the filters.
        outstanding: how many of those stand out; None where that cannot be told.
        compared: how many of the shortlist were compared with what is drawn, pair by pair.
        library: whose numbers the hits' are.
        milliseconds: that the server spent on rendering, encoding and searching.
    """

    hits: tuple[Hit, ...]
    next: int | None
    photos: int
    passing: int
    outstanding: int | None
    compared: int
    library: str
    milliseconds: float


@dataclass(frozen=True)
class Indexing:
    """How far the indexing is that goes on beside a server.

    Attributes:
        state: "looking" while folders are walked, "reading" while photos are read, "waiting" while something
            is in the way, "done" with all there is so far, "failed" where it ended; the server goes on.
        found: how many photos there are; while looking, so far.
        done: how many of them are dealt with.
        rate: files read per second; 0 before the first.
        left: seconds left at this rate; None while that cannot be told.
        detail: what is waited for, or why it failed and the way out.
    """

    state: Literal["looking", "reading", "waiting", "done", "failed"]
    found: int
    done: int
    rate: float
    left: float | None
    detail: str | None


@dataclass(frozen=True)
class Status:
    """What the server has at hand.

    Attributes:
        state: whether it can search.
        photos: how many pictures there are.
        revision: another number means that they may have changed.
        model: its name.
        words: how many it knows; `Client.words` lists them.
        grains: what it can rank by, from coarse to fine; of "category", "look" and "exact".
        shows_files: whether it can show a picture in the file manager of its machine, to who asks from there.
        detail: why ``state`` is "failed".
        skipped: how many files and folders were passed over.
        indexing: None where nothing is indexed by the server.
    """

    state: Literal["loading", "ready", "failed"]
    photos: int
    revision: int
    model: str
    words: int
    grains: tuple[Grain, ...]
    shows_files: bool
    detail: str | None
    skipped: int
    indexing: Indexing | None


@dataclass(frozen=True)
class Upload:
    """What became of a file: strokes of a drawing that has them, else an id to ask with.

    Attributes:
        strokes: each [xs, ys] or [xs, ys, ts].
        id: known to the server while it runs.
        preview: a data URL of what was understood.
    """

    strokes: list[list[list[float]]] | None
    id: str | None
    preview: str | None

    def part(self, weight: float = 1.0) -> SketchPart | UploadPart:
        """What to ask with."""
        if self.id is not None:
            return UploadPart(self.id, weight)
        return SketchPart(from_quickdraw({"drawing": self.strokes}), weight)
