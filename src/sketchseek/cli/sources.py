"""What is searched for, and where: in a library on this machine, or on a server that runs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sketchseek import client
    from sketchseek.encoders import OnnxEncoder
    from sketchseek.library import Filter, Hit, Library
    from sketchseek.model import Grain
    from sketchseek.ranking import Weighed
    from sketchseek.rerankers.shortlist import Reranking
    from sketchseek.sketch import Sketch


@dataclass(frozen=True)
class Asked:
    """A drawing's file, which was read as ``sketch``, and words, equal in weight; and how alike.

    Attributes:
        shortlist: how many of the first are compared pair by pair, where the model can and the grain asks.
    """

    drawing: Path | None
    sketch: Sketch | None
    words: str | None
    grain: Grain | None = None
    shortlist: int = 0


class Source(Protocol):
    """What can be searched.

    Attributes:
        name: which library or server this is.
        model: which model ranks.
    """

    name: str
    model: str

    def find(self, asked: Asked, k: int, where: Filter) -> list[Hit]:
        """The ``k`` best photos.

        Raises:
            UnknownName: the model does not know the words, or does not rank by this grain.
        """

    def thumbnail(self, hit: Hit) -> bytes:
        """A small JPEG."""

    def link(self, hit: Hit) -> str:
        """An address that a browser opens the photo at."""

    def copy(self, hit: Hit, target: Path) -> None:
        """Copy the photo.

        Raises:
            FileNotFoundError: it is gone.
        """


class LibrarySource:
    """An open library of this machine."""

    def __init__(self, library: Library, encoder: OnnxEncoder) -> None:
        self._library, self._encoder = library, encoder
        self.name, self.model = str(library.path), encoder.model_id

    def find(self, asked: Asked, k: int, where: Filter) -> list[Hit]:
        """As `Source`."""
        from sketchseek.encoders import encode_sketches, encode_words
        from sketchseek.ranking import compose

        parts: list[Weighed] = []
        if asked.words is not None:
            parts.append((encode_words(self._encoder, asked.words), 1.0))
        if asked.sketch:
            parts.append((encode_sketches(self._encoder, [asked.sketch])[0], 1.0))
        whole = compose(parts, self._library.matrix().vectors)
        (query,) = self._encoder.model.asking(whole[None], asked.grain)
        reranking = self._reranking(asked, parts)
        return self._library.search(query, k, model=self.model, where=where, reranking=reranking)

    def _reranking(self, asked: Asked, parts: list[Weighed]) -> Reranking | None:
        """By the drawing, the last of the parts, where there is one that is to be compared."""
        from sketchseek.rerankers.pairs import PairScorer
        from sketchseek.rerankers.shortlist import Reranking

        model = self._encoder.model
        if not (asked.sketch and asked.shortlist and model.compares(asked.grain)):
            return None
        scorer = PairScorer(model, threads=self._encoder.threads)
        regions = [None] * (len(parts) - 1) + [scorer.sketches([asked.sketch])]
        return Reranking.of(scorer, parts, regions, self._library.matrix().vectors, asked.shortlist)

    def thumbnail(self, hit: Hit) -> bytes:
        """As `Source`."""
        return self._library.thumbnail(hit.id)

    def link(self, hit: Hit) -> str:
        """As `Source`."""
        return hit.path.as_uri()

    def copy(self, hit: Hit, target: Path) -> None:
        """As `Source`."""
        shutil.copy2(hit.path, target)


class ServerSource:
    """A server that runs, here or elsewhere; it has told that it can be searched."""

    def __init__(self, server: client.Client, model: str) -> None:
        self._server = server
        self.name, self.model = server.address, model

    def find(self, asked: Asked, k: int, where: Filter) -> list[Hit]:
        """As `Source`; a server tells about the first thousand, and folders are those of its machine."""
        from sketchseek.client import Filters

        parts = self._parts(asked)
        folder = str(where.folder) if where.folder else None
        filters = Filters(folder, where.after, where.before, where.orientation)
        found: list[Hit] = []
        offset: int | None = 0
        while offset is not None and offset <= 1000 and len(found) < k:
            answer = self._server.search(
                parts,
                filters=filters,
                k=min(500, k - len(found)),
                offset=offset,
                collapse=False,
                grain=asked.grain,
                shortlist=asked.shortlist,
            )
            found += map(_listed, answer.hits)
            offset = answer.next
        return found

    def _parts(self, asked: Asked) -> list[client.Part]:
        from sketchseek.client import SketchPart, WordsPart

        parts: list[client.Part] = [] if asked.words is None else [WordsPart(asked.words)]
        if asked.sketch and asked.sketch.strokes:
            parts.append(SketchPart(asked.sketch))
        elif asked.drawing:
            parts.append(self._server.upload(asked.drawing.read_bytes(), "drawing").part())
        return parts

    def thumbnail(self, hit: Hit) -> bytes:
        """As `Source`."""
        return self._server.thumbnail(hit.id)

    def link(self, hit: Hit) -> str:
        """As `Source`."""
        return f"{self._server.address}/api/originals/{hit.id}"

    def copy(self, hit: Hit, target: Path) -> None:
        """As `Source`."""
        target.write_bytes(self._server.original(hit.id))


@contextmanager
def library_source(path: Path | None) -> Iterator[Source]:
    """A library of this machine.

    Raises:
        LibraryError: there is none, or it is empty.
        BadModel: its model is missing or broken.
    """
    from sketchseek.encoders import load_encoder
    from sketchseek.library import Library

    with Library.open(path) as library:
        if library.model_source is None:
            library.check_model("")  # says that the library is empty
        yield LibrarySource(library, load_encoder(library.model_source or "default"))


@contextmanager
def server_source(address: str, token: str | None) -> Iterator[Source]:
    """A server that runs.

    Raises:
        BadServer, BadToken: it does not answer, or not to this token.
        BadModel: its model cannot be loaded.
        LibraryError: it has no photos.
    """
    from sketchseek.client import Client
    from sketchseek.errors import BadModel, LibraryError

    server = Client(address, token=token)
    status = server.status()
    if status.state == "failed":
        raise BadModel(f"the server at {server.address} has no model: {status.detail}")
    if not status.photos:
        raise LibraryError(
            f"the library at {server.address} is empty; run `sketchseek index FOLDER` where it is served"
        )
    yield ServerSource(server, status.model)


def _listed(hit: client.Hit) -> Hit:
    from sketchseek.library import Hit

    copies = tuple(map(Path, hit.also))
    return Hit(hit.id, hit.score, Path(hit.path), copies, hit.width, hit.height, hit.taken)
