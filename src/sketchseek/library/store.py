"""The library's file: one SQLite database in WAL mode, the sole truth about a user's photos.

A *picture* is a content: its hash, vector and thumbnail, held once. A *photo* is a file with that content: a
copy, a move or a new name costs a row and no inference. Paths are stored as the bytes the file system uses.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sketchseek.errors import LibraryBusy, LibraryError, LibraryTooNew
from sketchseek.images import printable
from sketchseek.rerankers.pairs import length_of

APPLICATION_ID = 0x736B7365  # "skse" in the file's header: a library, not just any database

MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
    CREATE TABLE roots (path BLOB PRIMARY KEY, exclude TEXT NOT NULL, hidden INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE pictures (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        hash BLOB NOT NULL UNIQUE,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        taken TEXT NOT NULL
    );
    CREATE TABLE vectors (
        picture INTEGER PRIMARY KEY REFERENCES pictures(id) ON DELETE CASCADE,
        vector BLOB NOT NULL
    );
    CREATE TABLE thumbnails (
        picture INTEGER PRIMARY KEY REFERENCES pictures(id) ON DELETE CASCADE,
        image BLOB NOT NULL
    );
    CREATE TABLE photos (
        path BLOB PRIMARY KEY,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        picture INTEGER NOT NULL REFERENCES pictures(id)
    ) WITHOUT ROWID;
    CREATE INDEX photos_by_picture ON photos(picture);
    CREATE TABLE skipped (
        path BLOB PRIMARY KEY,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        reason TEXT NOT NULL
    ) WITHOUT ROWID;
    INSERT INTO meta VALUES ('generation', 0);
    CREATE TRIGGER photo_dropped AFTER DELETE ON photos
        BEGIN UPDATE meta SET value = value + 1 WHERE key = 'generation'; END;
    CREATE TRIGGER photo_changed AFTER UPDATE OF picture ON photos WHEN old.picture <> new.picture
        BEGIN UPDATE meta SET value = value + 1 WHERE key = 'generation'; END
    """,
    """
    CREATE TABLE mounts (root BLOB NOT NULL, path BLOB NOT NULL, PRIMARY KEY (root, path)) WITHOUT ROWID;
    CREATE TABLE next_vectors (
        picture INTEGER PRIMARY KEY REFERENCES pictures(id) ON DELETE CASCADE,
        vector BLOB NOT NULL
    )
    """,
    "INSERT INTO meta VALUES ('identity', lower(hex(randomblob(8))))",
    """
    CREATE TABLE regions (
        picture INTEGER PRIMARY KEY REFERENCES pictures(id) ON DELETE CASCADE,
        packed BLOB NOT NULL
    );
    CREATE TABLE next_regions (
        picture INTEGER PRIMARY KEY REFERENCES pictures(id) ON DELETE CASCADE,
        packed BLOB NOT NULL
    )
    """,
)
"""One script per schema version, applied in order; never edited once released.

``generation`` grows whenever a vector may have left the search, or come back into it: a reader that sees it
unchanged need only load the pictures with higher ids than it has. ``next_vectors`` fills beside ``vectors``
while the photos are embedded anew with another model, whose facts in ``meta`` begin with ``next_``.
``identity`` tells one library's pictures from another's of the same numbers. ``regions`` are kept where the
model compares pairs, and stay empty elsewhere; ``next_regions`` belong to ``next_vectors``.
"""

SCHEMA = len(MIGRATIONS)

_PATIENCE = 10.0  # seconds to wait for another writer


class Store:
    """An open library file, for reading from any thread; `connect` gives the writer its own connection.

    Raises:
        LibraryTooNew: a newer sketchseek wrote the file.
        LibraryError: there is no such file, or it is no library.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._lock = threading.Lock()
        if create:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LibraryError(
                    f"cannot make the folder {printable(path.parent)}: {error.strerror}"
                ) from error
        elif not path.is_file():
            raise LibraryError(f"no library at {printable(path)}; `sketchseek index FOLDER` makes one")
        self._db = connect(path)

    def close(self) -> None:
        """Close the file; a closed store cannot be read."""
        with self._lock:
            self._db.close()

    def rows(self, sql: str, *values: object) -> list[Any]:
        """All rows of a query, as tuples."""
        with self._lock, told(self.path):
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def moment(self) -> Iterator[sqlite3.Connection]:
        """Several queries that see the library at one and the same moment."""
        with self._lock, told(self.path):
            self._db.execute("BEGIN")
            try:
                yield self._db
            finally:
                self._db.execute("COMMIT")

    def value(self, sql: str, *values: object) -> Any:
        """The first column of a query's first row, or None where there is no row."""
        rows = self.rows(sql, *values)
        return rows[0][0] if rows else None

    def version(self) -> int:
        """A number that changes whenever another connection has committed."""
        return int(self.value("PRAGMA data_version"))

    def meta(self) -> dict[str, Any]:
        """The library's own facts: identity, model, model_source, dim, generation."""
        return dict(self.rows("SELECT key, value FROM meta"))


def connect(path: Path) -> sqlite3.Connection:
    """Open a library's file, making or upgrading its tables where needed; transactions are explicit."""
    with told(path):
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_PATIENCE)
        try:
            _check_kind(db, path)
            _use_wal(db)
            db.create_function("length_of", 1, length_of, deterministic=True)
            for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
                db.execute(f"PRAGMA {pragma}")
            _migrate(db)
        except BaseException:
            db.close()
            raise
    return db


def _check_kind(db: sqlite3.Connection, path: Path) -> None:
    db.execute("BEGIN")  # one moment: another process may be making the tables just now
    (mark,) = db.execute("PRAGMA application_id").fetchone()
    (schema,) = db.execute("PRAGMA user_version").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    db.execute("COMMIT")
    if tables and mark != APPLICATION_ID:
        raise LibraryError(
            f"{printable(path)} is a database, but no library of sketchseek; name another file"
        )
    if schema > SCHEMA:
        raise LibraryTooNew(
            f"{printable(path)} was written by a newer sketchseek (schema {schema}; this reads {SCHEMA}). "
            f"Upgrade sketchseek, or name another library."
        )


def _use_wal(db: sqlite3.Connection) -> None:
    """Switch a new file to WAL; SQLite itself does not wait here while another process does the same."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        time.sleep(0.01)


def _migrate(db: sqlite3.Connection) -> None:
    if db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA:
        return
    with transaction(db):
        (schema,) = db.execute(
            "PRAGMA user_version"
        ).fetchone()  # again: another process may have been faster
        for script in MIGRATIONS[schema:]:
            for statement in statements(script):
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {SCHEMA}")


def statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit before it begins."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; waits for another writer as long as the connection's timeout."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full; make room and run again (what was committed is kept)",
    sqlite3.SQLITE_READONLY: "it is read-only; allow writing to it and to its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that its folder exists and may be written",
    sqlite3.SQLITE_PERM: "access is refused; check its permissions",
    sqlite3.SQLITE_NOTADB: "it is not a library; name another file",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore a copy, or remove it and index again",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write; check the disk",
}


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into sentences about the library."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind, the rest detail
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LibraryBusy(
                f"library {printable(path)}: another process is writing; try again shortly"
            ) from error
        raise LibraryError(f"library {printable(path)}: {_REASONS.get(code, str(error))}") from error


def below(folder: str | bytes | Path) -> tuple[bytes, bytes]:
    """The half-open range that the paths below a folder fall into, for ``path >= ? AND path < ?``."""
    start = os.fsencode(os.path.join(os.fsdecode(folder), ""))  # noqa: PTH118  (a Path drops the last slash)
    return start, start[:-1] + bytes([start[-1] + 1])
