"""A user's photos: a library on disk that is indexed from folders and searched by embedding."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
import platformdirs
from numpy.typing import NDArray

from sketchseek.encoders import Encoder
from sketchseek.encoders.onnx import usable_cores
from sketchseek.errors import LibraryError, ModelMismatch, RootMissing
from sketchseek.images import Limits, printable
from sketchseek.library import care, indexing, renewal
from sketchseek.library.indexing import Event, Progress, RootSkipped
from sketchseek.library.pipeline import Pipeline
from sketchseek.library.scan import Skipped
from sketchseek.library.search import EVERYTHING, Filter, Hit, Index, Matrix
from sketchseek.library.status import Status, status_of
from sketchseek.library.store import Store, below
from sketchseek.library.writer import Root, writing
from sketchseek.rerankers.shortlist import Reranking

__all__ = [
    "Event",
    "Filter",
    "Hit",
    "Library",
    "Limits",
    "Matrix",
    "Progress",
    "Root",
    "RootSkipped",
    "Skipped",
    "Status",
    "default_path",
]


_LIMITS = Limits()


def default_path() -> Path:
    """Where a user's library is kept: below ``$SKETCHSEEK_HOME``, else where this system keeps such data."""
    home = os.environ.get("SKETCHSEEK_HOME")
    return (Path(home).expanduser() if home else platformdirs.user_data_path("sketchseek")) / "library.sqlite"


class Library:
    """An open library; may be used from several threads, and sees what other processes add to it.

    Open one with `Library.open`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._index = Index(store)

    @classmethod
    def open(cls, path: Path | None = None, *, create: bool = False) -> Self:
        """Open a library, or make one where there is none.

        Raises:
            LibraryTooNew: a newer sketchseek wrote it.
            LibraryError: it is not there, cannot be opened or is no library.
        """
        return cls(Store((path or default_path()).expanduser().absolute(), create=create))

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The library's file."""
        return self._store.path

    @property
    def identity(self) -> str:
        """What tells its pictures' numbers from another library's: 16 hexadecimal digits."""
        return str(self._store.meta()["identity"])

    @property
    def model(self) -> str | None:
        """Identity of the model that made the vectors; None before the first run."""
        return self._store.meta().get("model")

    @property
    def model_source(self) -> str | None:
        """What `load_encoder` takes to get that model: a packaged name or a folder."""
        return self._store.meta().get("model_source")

    def check_model(self, model_id: str) -> None:
        """Refuse a model that is not the library's own.

        Raises:
            ModelMismatch: it is another one; the message says what to do.
            LibraryError: nothing is indexed yet.
        """
        facts = self._store.meta()
        if "model" not in facts:
            raise LibraryError(
                f"library {printable(self.path)} is empty; run `sketchseek index FOLDER` first"
            )
        if facts["model"] != model_id:
            raise ModelMismatch(
                f"library {printable(self.path)} was made with model {facts['model']}, not with {model_id}: "
                f"their vectors cannot be compared. Use its own (--model {facts['model_source']}), embed its "
                f"photos anew (sketchseek index --model OTHER --rebuild), or keep a second library "
                f"(--library FILE)."
            )

    def index(
        self,
        roots: Sequence[Path] = (),
        *,
        encoder: Encoder,
        exclude: Sequence[str] | None = None,
        hidden: bool | None = None,
        batch: int = 32,
        workers: int | None = None,
        limits: Limits = _LIMITS,
        allow_empty: bool = False,
        rebuild: bool = False,
    ) -> Iterator[Event]:
        """Bring the library up to date with folders; each batch is committed, so stopping loses at most one.

        Nothing happens before the first event is asked for. Photos that are gone are dropped at the end, but
        never because a folder is missing, unreadable or suddenly empty.

        Args:
            roots: folders to cover; all that are covered already where none is given.
            encoder: embeds the photos.
            exclude: shell patterns of what to leave out (see `scan.walk`); as last time where not given.
            hidden: take names that begin with a dot; as last time where not given.
            batch: pictures between two commits, counted over all workers.
            workers: threads that read, decode and embed; a core each where not given.
            limits: what a single picture may cost.
            allow_empty: believe a folder that held photos and shows none.
            rebuild: where the encoder's model is another one, embed everything anew with it; the old vectors
                answer until all new ones are there.

        Raises:
            ModelMismatch: the library has another model, and ``rebuild`` is not set.
            RootMissing: none of the folders is there; with ``rebuild``, one of all that are covered is not.
            LibraryBusy: another process is indexing into this library.
            LibraryError: it cannot be written.
        """
        covered = {root.path: root for root in self.roots()}
        asked = [
            _root(path, covered.get(path), exclude, hidden)
            for path in dict.fromkeys(Path(root).expanduser().resolve() for root in roots)
        ] or [_root(path, root, exclude, hidden) for path, root in covered.items()]
        if not asked:
            raise LibraryError("no folder to index; name one: sketchseek index FOLDER")
        own = self.model
        renew = own is not None and own != encoder.model_id
        if renew:
            if not rebuild:
                self.check_model(encoder.model_id)
            asked += [root for path, root in covered.items() if path not in {root.path for root in asked}]
            for root in asked:
                if not root.path.is_dir():
                    raise RootMissing(
                        f"{printable(root.path)} is not there, so its photos cannot be embedded anew"
                    )
        speed = {"batch": batch, "workers": workers or usable_cores()}
        with writing(self.path) as writer:
            renewed = 0
            if renew:
                for step in renewal.run(writer, encoder, limits, **speed):
                    renewed = step.renewed
                    yield step
            writer.adopt(encoder.model_id, encoder.source, encoder.dim)
            writer.judge_by(limits)
            pipeline = Pipeline(encoder, writer.hashes, limits)
            every = [*covered.values(), *asked]
            for event in indexing.run(writer, pipeline, asked, every, allow_empty=allow_empty, **speed):
                yield replace(event, renewed=renewed) if isinstance(event, Progress) else event

    def forget(self, root: Path) -> int:
        """Cover a folder no more and drop its photos, those of other folders excepted; returns how many."""
        path = root.expanduser().resolve()
        others = [below(other.path) for other in self.roots() if other.path != path]
        if len(others) == len(self.roots()):
            raise LibraryError(f"{printable(path)} is none of the folders of library {printable(self.path)}")
        with writing(self.path) as writer:
            photos, skipped = writer.known(path)
            writer.remove_root(path)
            lost = [p for p in {*photos, *skipped} if not any(start <= p < end for start, end in others)]
            return writer.drop(lost)

    def search(
        self,
        embedding: NDArray[np.float32],
        k: int = 20,
        *,
        model: str,
        where: Filter = EVERYTHING,
        reranking: Reranking | None = None,
    ) -> list[Hit]:
        """The ``k`` pictures nearest to a query, best first; exact.

        Args:
            embedding: (D,) float32 of unit length.
            k: how many, at most.
            model: identity of the model that made the embedding.
            where: which pictures may be returned.
            reranking: how the first of them are ordered anew, pair by pair; a library that keeps nothing to
                compare by leaves them as they are.

        Raises:
            ModelMismatch: the library was made with another model.
            LibraryError: nothing is indexed yet.
            BadModel: what compares pairs cannot be loaded or run.
        """
        matrix = self._index.matrix()
        if matrix.model != model:  # of the very vectors: another process may just have brought others
            self.check_model(model)
        return self._index.search(matrix, embedding, k, where, reranking)

    @property
    def contents(self) -> Index:
        """Its vectors and what is known of its pictures, for searches of one's own making."""
        return self._index

    def matrix(self) -> Matrix:
        """All vectors as of now; do not write into them."""
        return self._index.matrix()

    def roots(self) -> list[Root]:
        """The folders that are covered."""
        return [
            Root(Path(os.fsdecode(path)), tuple(json.loads(exclude)), bool(hidden))
            for path, exclude, hidden in self._store.rows(
                "SELECT path, exclude, hidden FROM roots ORDER BY path"
            )
        ]

    def skipped(self) -> list[Skipped]:
        """The files that are passed over until they change, and why."""
        rows = self._store.rows("SELECT path, reason FROM skipped ORDER BY path")
        return [Skipped(os.fsdecode(path), reason) for path, reason in rows]

    def status(self) -> Status:
        """What the library holds."""
        return status_of(self._store, self.roots())

    def thumbnail(self, picture: int) -> bytes:
        """A picture's small copy, a JPEG.

        Raises:
            LibraryError: there is no such picture.
        """
        image = self._store.value("SELECT image FROM thumbnails WHERE picture = ?", picture)
        if image is None:
            raise LibraryError(f"library {printable(self.path)} has no picture {picture}")
        return bytes(image)

    def photo(self, picture: int) -> Path:
        """A file that holds a picture, is there, and lies in a folder of the library with all links followed.

        Raises:
            LibraryError: there is no such picture, or no such file any more.
        """
        homes = [root.path for root in self.roots()]
        for (raw,) in self._store.rows("SELECT path FROM photos WHERE picture = ? ORDER BY path", picture):
            path = Path(os.fsdecode(raw)).resolve()
            if path.is_file() and any(path.is_relative_to(home) for home in homes):
                return path
        raise LibraryError(f"picture {picture} has no file any more; run `sketchseek index` again")

    def problems(self) -> list[str]:
        """What is wrong with the file, in sentences; empty for a sound library."""
        return care.problems(self._store)

    def mend(self) -> int:
        """Take out what is broken, so that the next run reads those photos again; returns how many went.

        Raises:
            LibraryBusy: another process is indexing into the library.
            LibraryError: the file is damaged beyond this.
        """
        return care.mend(self.path)

    def copy(self, target: Path, tell: Callable[[int, int], None] | None = None) -> None:
        """Copy the library as it is at this moment, also while another process writes into it.

        Args:
            target: the copy, which must not be there yet.
            tell: called with (done, total) pages now and then.

        Raises:
            LibraryError: the target is there already, or cannot be written.
        """
        care.copy(self.path, target.expanduser().absolute(), tell or (lambda _done, _total: None))


def _root(path: Path, old: Root | None, exclude: Sequence[str] | None, hidden: bool | None) -> Root:
    """A folder as asked for, else as it was last time."""
    old = old or Root(path)
    return Root(
        path, old.exclude if exclude is None else tuple(exclude), old.hidden if hidden is None else hidden
    )
