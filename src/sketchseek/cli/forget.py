"""``sketchseek forget``: take a folder out of a library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sketchseek.cli.console import LibraryOption, plural, shown


def forget(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that the library covers.")],
    library: LibraryOption = None,
) -> None:
    """Take a folder out of the library. The photos themselves stay where they are."""
    from sketchseek.library import Library

    with Library.open(library) as opened:
        dropped = opened.forget(folder)
        left = opened.status().photos
    print(f"{shown(folder)} is forgotten, {plural(dropped, 'photo')}; the library keeps {left:,}.")
