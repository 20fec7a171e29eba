"""``sketchseek backup``: copy a library while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sketchseek.cli.console import LibraryOption, plural, progress, shown


def backup(
    copy: Annotated[Path, typer.Argument(metavar="FILE", help="The copy; it must not be there yet.")],
    library: LibraryOption = None,
) -> None:
    """Copy the library, also while it is searched or indexed. The photos themselves are not in it.

    The copy is a library like any other: use it with --library, or put it in the place of a lost one.
    """
    from sketchseek.library import Library

    with Library.open(library) as opened, progress("Copy") as step:
        opened.copy(copy, lambda done, total: step(done, total, "pages"))
    with Library.open(copy) as made:
        photos = made.status().photos
    print(f"{shown(copy)}: {plural(photos, 'photo')}")
