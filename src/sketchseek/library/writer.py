"""The one writer of a library: what may change in its file, each change a single transaction."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sketchseek import __version__
from sketchseek.errors import LibraryBusy
from sketchseek.images import Limits, printable
from sketchseek.library.scan import Found
from sketchseek.library.store import below, connect, told, transaction

BROKEN = {
    "have no vector": "SELECT id FROM pictures WHERE id NOT IN (SELECT picture FROM vectors)",
    "have no thumbnail": "SELECT id FROM pictures WHERE id NOT IN (SELECT picture FROM thumbnails)",
    "have a vector of another length": (
        "SELECT picture FROM vectors WHERE length(vector) <> 2 * (SELECT value FROM meta WHERE key = 'dim')"
    ),
    "have no regions": (
        "SELECT id FROM pictures WHERE id NOT IN (SELECT picture FROM regions)"
        " AND EXISTS (SELECT 1 FROM regions)"
    ),
    "have broken regions": "SELECT picture FROM regions WHERE length_of(packed) = 0",
}
"""What a picture can lack, each with the query that finds such pictures."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A content new to the library.

    Attributes:
        hash: BLAKE2b-256 of the file's bytes.
        width: pixels, upright.
        height: pixels, upright.
        taken: ``YYYY-MM-DD HH:MM:SS`` by the camera's clock, else the time of the file on this machine's.
        thumbnail: a small copy, a JPEG.
        vector: (D,) float32 of unit length; stored as fp16.
        regions: what pairs are compared by, as bytes; None where the model compares none.
    """

    hash: bytes
    width: int
    height: int
    taken: str
    thumbnail: bytes
    vector: NDArray[np.float32]
    regions: bytes | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """A folder that the library covers, with how it is walked."""

    path: Path
    exclude: tuple[str, ...] = ()
    hidden: bool = False


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """The right to write, which one process holds at a time and which a killed process gives up.

    Raises:
        LibraryBusy: another process holds it.
    """
    # SQLite's own file locks, held on an empty file beside the library: the same on every system.
    with told(path):
        lock = sqlite3.connect(path.with_name(path.name + ".lock"), isolation_level=None, timeout=0)
    try:
        with _one_at_a_time(path):
            lock.execute("BEGIN EXCLUSIVE")
        db = connect(path)
        try:
            yield Writer(path, db)
        finally:
            db.close()
    finally:
        lock.close()


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    try:
        with told(path):
            yield
    except LibraryBusy as error:
        raise LibraryBusy(
            f"library {printable(path)}: another process is indexing into it; wait until it has finished"
        ) from error


class Writer:
    """What may be written; made by `writing`.

    Attributes:
        hashes: content hash -> picture id, of all that is committed.
    """

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self._path = path
        self._db = db
        self.hashes: dict[bytes, int] = dict(db.execute("SELECT hash, id FROM pictures"))

    @contextmanager
    def _change(self) -> Iterator[None]:
        with told(self._path), transaction(self._db):
            yield

    def _set(self, facts: dict[str, str | int]) -> None:
        self._db.executemany(  # what is so already is not written: readers need not look again
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            " WHERE value IS NOT excluded.value",
            facts.items(),
        )

    def judge_by(self, limits: Limits) -> None:
        """Give the skipped files another chance where what is read changed: version, formats or limits."""
        heic = find_spec("pillow_heif") is not None
        rules = f"{__version__} {'with' if heic else 'without'} HEIC, {limits}"
        with self._change():
            old = self._db.execute("SELECT value FROM meta WHERE key = 'rules'").fetchone()
            if old is None or old[0] != rules:
                self._db.execute("DELETE FROM skipped")
                self._set({"version": __version__, "rules": rules})

    def adopt(self, model: str, source: str, dim: int) -> None:
        """Take a model as the library's own, the one that its vectors are from or the first."""
        with self._change():
            self._set({"model": model, "model_source": source, "dim": dim})

    def begin_renewal(self, model: str, source: str, dim: int) -> None:
        """Make room for another model's vectors; those that it made before a stop are kept."""
        with self._change():
            old = self._db.execute("SELECT value FROM meta WHERE key = 'next_model'").fetchone()
            if old is None or old[0] != model:
                for table in ("next_vectors", "next_regions"):
                    self._db.execute(f"DELETE FROM {table}")  # noqa: S608
            self._set({"next_model": model, "next_source": source, "next_dim": dim})

    def renewed(self) -> int:
        """How many pictures have a vector of the next model."""
        return int(self._db.execute("SELECT count(*) FROM next_vectors").fetchone()[0])

    def to_renew(self) -> list[list[Found]]:
        """For each picture without a vector of the next model the files that hold it."""
        files: dict[int, list[Found]] = {}
        for picture, path, size, mtime in self._db.execute(
            "SELECT picture, path, size, mtime_ns FROM photos"
            " WHERE picture NOT IN (SELECT picture FROM next_vectors) ORDER BY path"
        ):
            files.setdefault(picture, []).append(Found(os.fsdecode(path), size, mtime))
        return list(files.values())

    def renew(self, pictures: Iterable[Picture]) -> int:
        """Keep what the next model made; returns how many of it belong to pictures of the library."""
        ours = [(self.hashes[some.hash], some) for some in pictures if some.hash in self.hashes]
        with self._change():
            for number, picture in ours:
                self._keep(number, picture, "next_")
        return len(ours)

    def end_renewal(self) -> None:
        """Search with the next model from now on; photos that got no vector of it are forgotten."""
        with self._change():
            self._db.execute("DELETE FROM photos WHERE picture NOT IN (SELECT picture FROM next_vectors)")
            self._drop_unheld()
            for table in ("vectors", "regions"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608
                self._db.execute(f"INSERT INTO {table} SELECT * FROM next_{table}")  # noqa: S608
                self._db.execute(f"DELETE FROM next_{table}")  # noqa: S608
            for name, key in (("next_model", "model"), ("next_source", "model_source"), ("next_dim", "dim")):
                self._db.execute(
                    "UPDATE meta SET value = (SELECT value FROM meta WHERE key = ?) WHERE key = ?",
                    (name, key),
                )
                self._db.execute("DELETE FROM meta WHERE key = ?", (name,))
            self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")

    def mend(self) -> int:
        """Take out broken pictures and rows that refer to nothing; returns how many photos went."""
        with self._change():
            before = self._count("photos")
            for pictures in BROKEN.values():
                self._db.execute(f"DELETE FROM photos WHERE picture IN ({pictures})")  # noqa: S608
            self._db.execute("DELETE FROM photos WHERE picture NOT IN (SELECT id FROM pictures)")
            for table in ("vectors", "regions", "thumbnails", "next_vectors", "next_regions"):
                self._db.execute(f"DELETE FROM {table} WHERE picture NOT IN (SELECT id FROM pictures)")  # noqa: S608
            self._drop_unheld()
            self._db.execute("REINDEX")
            return before - self._count("photos")

    def add_root(self, root: Root) -> None:
        """Cover a folder, or change how it is walked."""
        row = (bytes(root.path), json.dumps(root.exclude), root.hidden)
        with self._change():
            self._db.execute(
                "INSERT INTO roots VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE"
                " SET exclude = excluded.exclude, hidden = excluded.hidden"
                " WHERE (exclude, hidden) <> (excluded.exclude, excluded.hidden)",
                row,
            )

    def remove_root(self, path: Path) -> None:
        """Cover a folder no more; its photos stay until they are dropped."""
        with self._change():
            self._db.execute("DELETE FROM roots WHERE path = ?", (bytes(path),))
            self._db.execute("DELETE FROM mounts WHERE root = ?", (bytes(path),))

    def mounts(self, root: Path) -> set[bytes]:
        """The mount points that a folder's photos were met behind."""
        return {
            path for (path,) in self._db.execute("SELECT path FROM mounts WHERE root = ?", (bytes(root),))
        }

    def set_mounts(self, root: Path, mounts: Collection[bytes]) -> None:
        """Remember the mount points that a folder's photos are met behind."""
        if self.mounts(root) == set(mounts):
            return
        with self._change():
            self._db.execute("DELETE FROM mounts WHERE root = ?", (bytes(root),))
            self._db.executemany("INSERT INTO mounts VALUES (?, ?)", [(bytes(root), path) for path in mounts])

    def known(self, folder: Path) -> tuple[dict[bytes, tuple[int, int]], dict[bytes, tuple[int, int]]]:
        """(size, mtime_ns) by path of the photos below a folder, and of the files skipped there."""
        photos, skipped = (
            {
                path: (size, mtime)
                for path, size, mtime in self._db.execute(
                    f"SELECT path, size, mtime_ns FROM {table} WHERE path >= ? AND path < ?",  # noqa: S608
                    below(folder),
                )
            }
            for table in ("photos", "skipped")
        )
        return photos, skipped

    def commit(
        self,
        pictures: Iterable[Picture],
        photos: Sequence[tuple[Found, bytes]],
        skipped: Sequence[tuple[Found, str]] = (),
    ) -> None:
        """Write a batch: new contents, files with the hash of what they hold, files to pass over and why."""
        new: dict[bytes, int] = {}
        with self._change():
            for picture in pictures:
                new[picture.hash] = self._add(picture)
            for file, digest in photos:
                self._place(file, new[digest] if digest in new else self._old(digest))
            for file, reason in skipped:
                row = (os.fsencode(file.path), file.size, file.mtime_ns, reason)
                self._db.execute("DELETE FROM photos WHERE path = ?", row[:1])
                self._db.execute("INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?)", row)
        self.hashes.update(new)

    def _add(self, picture: Picture) -> int:
        facts = (picture.hash, picture.width, picture.height, picture.taken)
        made = self._db.execute(
            "INSERT INTO pictures (hash, width, height, taken) VALUES (?, ?, ?, ?)", facts
        )
        number = int(made.lastrowid or 0)
        self._keep(number, picture)
        self._db.execute("INSERT INTO thumbnails VALUES (?, ?)", (number, picture.thumbnail))
        return number

    def _keep(self, number: int, picture: Picture, when: Literal["", "next_"] = "") -> None:
        """What a model made of a picture: the library's own, or the next one."""
        vector = picture.vector.astype("<f2").tobytes()
        self._db.execute(f"INSERT OR REPLACE INTO {when}vectors VALUES (?, ?)", (number, vector))  # noqa: S608
        if picture.regions is not None:
            row = (number, picture.regions)
            self._db.execute(f"INSERT OR REPLACE INTO {when}regions VALUES (?, ?)", row)  # noqa: S608

    def _old(self, digest: bytes) -> int:
        """The id of a picture known before; where no file held it lately, readers must load it again."""
        picture = self.hashes[digest]
        if self._db.execute("SELECT 1 FROM photos WHERE picture = ?", (picture,)).fetchone() is None:
            self._db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
        return picture

    def _place(self, file: Found, picture: int) -> None:
        path = os.fsencode(file.path)
        self._db.execute(
            "INSERT INTO photos VALUES (?, ?, ?, ?) ON CONFLICT (path) DO UPDATE"
            " SET size = excluded.size, mtime_ns = excluded.mtime_ns, picture = excluded.picture",
            (path, file.size, file.mtime_ns, picture),
        )
        self._db.execute("DELETE FROM skipped WHERE path = ?", (path,))

    def drop(self, paths: Iterable[bytes]) -> int:
        """Forget files, and every content that no file holds any more; returns how many photos went.

        The last thing a run does: in its midst a content may stand without a file, so that a shuffle of names
        costs no inference.
        """
        rows = [(path,) for path in paths]
        with self._change():
            gone = self._db.executemany("DELETE FROM photos WHERE path = ?", rows).rowcount
            self._db.executemany("DELETE FROM skipped WHERE path = ?", rows)
            self._drop_unheld()
        return max(0, gone)

    def _drop_unheld(self) -> None:
        self._db.execute("DELETE FROM pictures WHERE id NOT IN (SELECT picture FROM photos)")
        self.hashes = dict(self._db.execute("SELECT hash, id FROM pictures"))

    def _count(self, table: str) -> int:
        return int(self._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
