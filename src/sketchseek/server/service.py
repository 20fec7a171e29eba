"""One library and one model for many requests: slow work in few threads, the event loop always free."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
from starlette.exceptions import HTTPException

from sketchseek import _decoder
from sketchseek.encoders import load_encoder
from sketchseek.errors import LibraryError, SketchseekError
from sketchseek.images import printable
from sketchseek.library import Hit, Library, Matrix, Skipped
from sketchseek.library.background import Standing
from sketchseek.rerankers.pairs import scorer_of
from sketchseek.server.finding import Found, ranked
from sketchseek.server.lanes import Lane, or_404
from sketchseek.server.named import filter_of
from sketchseek.server.schemas import Indexing, Question, Status
from sketchseek.server.sight import Sight
from sketchseek.server.uploads import Kind, Received, Seen, Shelf, preview, strokes_for_the_page

SEARCHES = 2  # drawings that are encoded side by side; the encoder uses all cores for one already
READS = 4  # thumbnails and files that are looked up side by side
BODIES = 3  # uploads that are in memory side by side; others wait outside
DECODERS = 2  # of those that are read side by side, each in a process of its own
FOLDERS = 500  # that are told; of more, those with most photos


class Service:
    """What the routes ask. The library and the model's card are read at once, the model's graph in `running`.

    Args:
        library_path: a library's file; what another process indexes meanwhile is found too.
        model: a packaged model's name or a model folder; the library's own where not given.
        standing: how far the indexing is that goes on beside, if any does.

    Raises:
        LibraryError: the library cannot be opened.
        BadModel: the model is missing or broken.
        ModelMismatch: the library was indexed with another model.
    """

    def __init__(
        self,
        library_path: Path,
        model: str | Path | None = None,
        standing: Callable[[], Standing | None] = lambda: None,
    ) -> None:
        self._library = Library.open(library_path)
        self._standing = standing
        self._model = model
        try:
            self._sight = self._own_sight()
        except BaseException:
            self._library.close()
            raise
        self.identity = self._library.identity
        self.edition = secrets.token_hex(4)
        """Part of what browsers keep by: another library has other pictures under the same ids."""
        self._loaded = anyio.Event()
        self._failure: Exception | None = None
        self._broke_off: int | None = None  # the library's revision when indexing beside had failed
        self._searches = Lane(SEARCHES)
        self._reads = Lane(READS)
        self._bodies = Lane(BODIES)
        self._decoders = Lane(DECODERS)
        self._shelf = Shelf()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load the model beside what happens inside the block; close the library after it."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._load)
                yield
        finally:
            self._library.close()

    async def search(self, question: Question) -> Found:
        """The pictures nearest to a question; waits for the model while it is being loaded.

        Raises:
            BadSketch: a drawing cannot be used; as `EmptySketch` where nothing is asked.
            BadModel: the model could not be loaded.
            UnknownName: it does not rank by the grain that is asked for.
            HTTPException: 404, a part names what is not there; 422, unknown words, or parts that cancel each
                other; 503, too many searches are waiting.
        """
        await self._ready()
        return await self._searches.run(lambda: self._find(question))

    async def receive(self, read: Callable[[], Awaitable[bytes]], kind: Kind) -> Received:
        """Take a file that is to be asked with, decode it in a process of its own, and embed it.

        Raises:
            BadSketch, BadImage: it cannot be read, or nothing is drawn.
            BadModel: the model could not be loaded.
            HTTPException: 503, too many uploads are waiting; and what ``read`` raises.
        """
        await self._ready()
        async with self._bodies.held():
            data = await read()
            return await self._decoders.run(lambda: self._receive(data, kind))

    async def picture(self, picture: int) -> Hit:
        """What is known of a picture; its score says nothing.

        Raises:
            HTTPException: 404, there is no such picture.
        """
        known = await self._reads.run(lambda: self._library.contents.hits([picture], [0.0]))
        if not known:
            raise HTTPException(404, f"The library has no picture {picture}.")
        return known[0]

    async def thumbnail(self, picture: int) -> bytes:
        """A picture's small copy, a JPEG.

        Raises:
            HTTPException: 404, there is no such picture.
        """
        return await self._reads.run(lambda: or_404(lambda: self._library.thumbnail(picture)))

    async def original(self, picture: int) -> Path:
        """A readable file that holds a picture, inside the library's folders with all links followed.

        Raises:
            HTTPException: 404, there is no such picture, or none of its files is there or can be read.
        """
        return await self._reads.run(lambda: or_404(lambda: _readable(self._library.photo(picture))))

    async def originals(self, pictures: Sequence[int]) -> list[Path]:
        """Files of several pictures, as `original`; those that have none any more are left out.

        Raises:
            HTTPException: 404, none has one.
        """

        def look_up() -> list[Path]:
            found = []
            for picture in dict.fromkeys(pictures):
                try:
                    found.append(self._library.photo(picture))
                except LibraryError as error:
                    if type(error) is not LibraryError:
                        raise
            return found

        found = await self._reads.run(look_up)
        if not found:
            raise HTTPException(404, "None of these pictures has a file any more.")
        return found

    async def folders(self) -> list[tuple[str, int]]:
        """The folders that hold photos, with their numbers, in order of paths."""

        def look_up() -> list[tuple[str, int]]:
            found = self._library.contents.folders()
            most = sorted(found.items(), key=lambda entry: -entry[1])[:FOLDERS]
            return sorted((printable(path), count) for path, count in most)

        return await self._reads.run(look_up)

    async def status(self) -> Status:
        """How much there is to search, and whether it can be."""
        standing = self._standing()
        matrix, passed = await self._reads.run(lambda: (self._library.matrix(), self._skipped()))
        standing = self._news(standing, matrix.version)
        state = "failed" if self._failure else "ready" if self._loaded.is_set() else "loading"
        return Status.model_validate(
            {
                "state": state,
                "photos": len(matrix.ids),
                "revision": matrix.version,
                "model": self._sight.encoder.model.card.name,
                "words": len(self.words()),
                "grains": self._sight.encoder.model.grains,
                "detail": str(self._failure) if self._failure else None,
                "skipped": len(passed),
                "indexing": standing and Indexing.of(standing),
            }
        )

    def words(self) -> tuple[str, ...]:
        """What the model knows by name."""
        known = self._sight.encoder.model.words
        return known.names if known else ()

    def _news(self, standing: Standing | None, revision: int) -> Standing | None:
        """What to tell of indexing beside; nothing of one that broke off, once another process went on."""
        if standing is None or standing.state != "failed":
            return standing
        if self._broke_off is None:
            self._broke_off = revision
        return standing if revision == self._broke_off else None

    async def skipped(self) -> list[Skipped]:
        """What is passed over, and why; in order of paths."""
        return await self._reads.run(self._skipped)

    def _skipped(self) -> list[Skipped]:
        standing = self._standing()
        known = [*self._library.skipped(), *(standing.skipped if standing else ())]
        return sorted({one.path: one for one in known}.values(), key=lambda one: one.path)

    async def _load(self) -> None:
        """Load the model's graph and the library's vectors, so that the first drawing finds them warm."""

        def load() -> None:
            self._sight.load()
            self._library.matrix()

        try:
            await self._searches.run(load)
        except SketchseekError as error:
            self._failure = error
        finally:
            self._loaded.set()

    async def _ready(self) -> None:
        await self._loaded.wait()
        if self._failure is not None:
            raise self._failure

    def _find(self, question: Question) -> Found:
        began = time.perf_counter()
        sight, matrix = self._current()
        query = sight.query(question, matrix, self._shelf, self.identity)
        if query is None:
            return Found(milliseconds=(time.perf_counter() - began) * 1000)
        where = filter_of(question.filters, self._library.contents.folders)
        found = ranked(self._library, question, where, matrix, query)
        return replace(found, milliseconds=(time.perf_counter() - began) * 1000)

    def _own_sight(self) -> Sight:
        """The model that was asked for, else the library's own, else the packaged one.

        Raises:
            BadModel: it is missing or broken.
            ModelMismatch: the library's vectors are of another one.
        """
        encoder = load_encoder(self._model or self._library.model_source or "default")
        _ = encoder.model.words  # read now: broken ones are told before anything is asked
        if self._library.model is not None:
            self._library.check_model(encoder.model_id)
        return Sight(encoder, scorer_of(encoder, threads=encoder.threads))

    def _current(self) -> tuple[Sight, Matrix]:
        """The vectors of now and the model that they are of.

        Another process may have written the first pictures, or embedded all anew with another model, since
        the last request; that model is taken up, unless another one was asked for.
        """
        sight = self._sight
        while (matrix := self._library.matrix()).model not in (None, sight.encoder.model_id):
            sight = self._own_sight()
            self._sight, self._shelf = sight, Shelf()  # uploads were seen by the model before
        return sight, matrix

    def _receive(self, data: bytes, kind: Kind) -> Received:
        sight = self._sight
        name = hashlib.blake2b(data, digest_size=16, person=kind.encode()).hexdigest()
        if kind == "photo":
            shown = _decoder.read_photo(data, sight.encoder.photo)
            seen = Seen(sight.encoder.embed_photos(shown[None])[0])
        else:
            sketch = _decoder.read_drawing(data)
            if sketch.raster is None:
                return Received(strokes=strokes_for_the_page(sketch))
            seen, shown = sight.drawn(sketch), sketch.raster
        self._shelf.put(name, seen)
        return Received(id=name, preview=preview(shown))


def _readable(path: Path) -> Path:
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise LibraryError(f"the file of this picture cannot be read: {error.strerror}") from error
