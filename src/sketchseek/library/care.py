"""Keeping a library sound: what is wrong with its file, mending it, copying it while it is in use."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sketchseek._aside import aside
from sketchseek.errors import LibraryError
from sketchseek.images import printable
from sketchseek.library.store import Store, told
from sketchseek.library.writer import BROKEN, writing

_PAGES = 1024  # copied between two looks at the clock: 4 MiB


def problems(store: Store) -> list[str]:
    """What is wrong with a library's file, in sentences; empty for a sound one."""
    found = [row[0] for row in store.rows("PRAGMA integrity_check") if row[0] != "ok"]
    found += [f"{row[0]} row {row[1]} refers to nothing" for row in store.rows("PRAGMA foreign_key_check")]
    for what, pictures in BROKEN.items():
        count = store.value(f"SELECT count(*) FROM ({pictures})")  # noqa: S608
        found += [f"{count} pictures {what}"] if count else []
    return found


def mend(path: Path) -> int:
    """Take out what is broken, so that the next run reads those photos again; returns how many photos went.

    Raises:
        LibraryBusy: another process is indexing into the library.
        LibraryError: the file is damaged beyond this.
    """
    with writing(path) as writer:
        return writer.mend()


def copy(path: Path, target: Path, tell: Callable[[int, int], None] = lambda _done, _total: None) -> None:
    """Copy a library as it is at this moment, whoever reads it or writes into it meanwhile.

    The copy appears under its name once it is whole.

    Args:
        path: the library.
        target: the copy, which must not be there yet.
        tell: called with (done, total) pages now and then.

    Raises:
        LibraryError: the target is there already, or cannot be written.
    """
    if target.exists():
        raise LibraryError(f"{printable(target)} is there already; name another file")
    with aside(target) as part, told(path), closing(sqlite3.connect(path, isolation_level=None)) as source:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM meta").fetchone()  # from here on, this very moment
        with told(target), closing(sqlite3.connect(part)) as copied:
            source.backup(copied, pages=_PAGES, progress=lambda _, left, total: tell(total - left, total))
            copied.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
