"""One library and one model for many requests: slow work in few threads, the event loop always free."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import anyio
import numpy as np
from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException

from sketchseek.encoders import encode_sketches, load_encoder
from sketchseek.errors import BadSketch, LibraryError, SketchseekError
from sketchseek.library import Hit, Library
from sketchseek.server.schemas import MAX_POINTS, Status
from sketchseek.sketch import Sketch, from_quickdraw

SEARCHES = 2  # drawings that are encoded side by side; the encoder uses all cores for one already
READS = 4  # thumbnails and files that are looked up side by side
WAITING = 32  # requests that may wait for either before new ones are sent away

Strokes = Sequence[Sequence[Sequence[float]]]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Found:
    """The outcome of one search.

    Attributes:
        hits: best first.
        photos: how many pictures were searched.
        milliseconds: spent on rendering, encoding and searching; waiting for a thread is not in it.
    """

    hits: Sequence[Hit]
    photos: int
    milliseconds: float


class Service:
    """What the routes ask. The library and the model's card are read at once, the model's graph in `running`.

    Args:
        library_path: a library's file; what another process indexes meanwhile is found too.
        model: a packaged model's name or a model folder; the library's own where not given.

    Raises:
        LibraryError: the library cannot be opened.
        BadModel: the model is missing or broken.
        ModelMismatch: the library was indexed with another model.
    """

    def __init__(self, library_path: Path, model: str | Path | None = None) -> None:
        self._library = Library.open(library_path)
        try:
            self._encoder = load_encoder(model or self._library.model_source or "default")
            if self._library.model is not None:
                self._library.check_model(self._encoder.model_id)
        except BaseException:
            self._library.close()
            raise
        self.edition = secrets.token_hex(4)
        """Part of what browsers keep by: another library has other pictures under the same ids."""
        self._loaded = anyio.Event()
        self._failure: Exception | None = None
        self._searches = Lane(SEARCHES)
        self._reads = Lane(READS)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load the model beside what happens inside the block; close the library after it."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._load)
                yield
        finally:
            self._library.close()

    async def search(self, strokes: Strokes, k: int) -> Found:
        """The ``k`` pictures nearest to a drawing; waits for the model while it is being loaded.

        Raises:
            BadSketch: the drawing cannot be used; as `EmptySketch` where nothing is drawn.
            BadModel: the model could not be loaded.
            HTTPException: 503, too many searches are waiting.
        """
        await self._loaded.wait()
        if self._failure is not None:
            raise self._failure
        return await self._searches.run(lambda: self._find(strokes, k))

    async def thumbnail(self, picture: int) -> bytes:
        """A picture's small copy, a JPEG.

        Raises:
            HTTPException: 404, there is no such picture.
        """
        return await self._reads.run(lambda: _or_404(lambda: self._library.thumbnail(picture)))

    async def original(self, picture: int) -> Path:
        """A readable file that holds a picture, inside the library's folders with all links followed.

        Raises:
            HTTPException: 404, there is no such picture, or none of its files is there or can be read.
        """
        return await self._reads.run(lambda: _or_404(lambda: _readable(self._library.photo(picture))))

    async def status(self) -> Status:
        """How much there is to search, and whether it can be."""
        matrix = await self._reads.run(self._library.matrix)
        state = "failed" if self._failure else "ready" if self._loaded.is_set() else "loading"
        return Status.model_validate(
            {
                "state": state,
                "photos": len(matrix.ids),
                "revision": matrix.version,
                "model": self._encoder.model.card.name,
                "detail": str(self._failure) if self._failure else None,
            }
        )

    async def _load(self) -> None:
        """Load the model's graph and the library's vectors, so that the first drawing finds them warm."""
        side = self._encoder.sketch.size

        def load() -> None:
            self._encoder.embed_sketches(np.full((1, side, side), 255, np.uint8))
            self._library.matrix()

        try:
            await self._searches.run(load)
        except SketchseekError as error:
            self._failure = error
        finally:
            self._loaded.set()

    def _find(self, strokes: Strokes, k: int) -> Found:
        began = time.perf_counter()
        sketch = _sketch(strokes)
        (embedding,) = encode_sketches(self._encoder, [sketch])
        # Another process may have written the first pictures, or embedded all anew, since the last request.
        empty = self._library.model is None
        hits = [] if empty else self._library.search(embedding, k, model=self._encoder.model_id)
        photos = len(self._library.matrix().ids)
        return Found(hits, photos, (time.perf_counter() - began) * 1000)


class Lane:
    """Threads for one kind of work, with a queue that ends.

    Args:
        width: how many run side by side.
    """

    def __init__(self, width: int) -> None:
        self._limiter = CapacityLimiter(width)
        self._width = width
        self._inside = 0

    async def run(self, work: Callable[[], _T]) -> _T:
        """Do something slow in a thread.

        Raises:
            HTTPException: 503, too much is waiting already.
        """
        if self._inside >= self._width + WAITING:
            raise HTTPException(
                503, "Too many requests are waiting; ask again in a moment.", {"Retry-After": "1"}
            )
        self._inside += 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._inside -= 1


def _sketch(strokes: Strokes) -> Sketch:
    points = sum(len(stroke[0]) for stroke in strokes)
    if points > MAX_POINTS:
        raise BadSketch(f"the sketch has {points:,} points; at most {MAX_POINTS:,} are searched with")
    return from_quickdraw({"drawing": strokes})


def _readable(path: Path) -> Path:
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise LibraryError(f"the file of this picture cannot be read: {error.strerror}") from error


def _or_404(look_up: Callable[[], _T]) -> _T:
    """Tell that a thing is not there from trouble with the library, which has its own, narrower errors."""
    try:
        return look_up()
    except LibraryError as error:
        if type(error) is not LibraryError:
            raise
        raise HTTPException(404, str(error)) from error
