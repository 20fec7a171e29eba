"""``sketchseek serve``: draw in a web page, on this machine or, with a token, on others."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchseek.cli.console import LibraryOption, say, shown, token_of_environment
from sketchseek.cli.watch import EVERY, keeping
from sketchseek.errors import LibraryError, RootMissing

if TYPE_CHECKING:
    from sketchseek.library.background import Indexer


def serve(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="DIR", help="Folders of photos to index meanwhile; none: as the library is."),
    ] = None,
    *,
    library: LibraryOption = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Packaged model or model folder; by default the library's own."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Where to listen; 0.0.0.0 lets other machines in, with a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes any free one.")] = 8765,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="A further name that browsers call this machine by; may be repeated."
        ),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Holds the token to ask for; else SKETCHSEEK_TOKEN, or a new one."),
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Look for new and deleted photos all the while.")
    ] = False,
) -> None:
    """Open a page to draw in and see the photos. Ctrl-C ends it.

    Folders are indexed while the page is open already: photos can be found as soon as they are read.

    Other machines are let in only where --host says so, and only with a token. On this machine none
    is needed, unless one is given.
    """
    from sketchseek import server
    from sketchseek.library import Library, default_path

    path = library or default_path()
    if folders:
        Library.open(path, create=True).close()
        for folder in folders:
            _check(folder, path, may_be_empty=watch)
    beside: list[Indexer] = []

    def started(address: str) -> None:
        print(address, flush=True)
        plain, _, made = address.partition("/#")
        if made:
            say("Whoever has this address can see the photos: the token is in it.")
        say("Open this address in a browser. Ctrl-C ends it.")
        if folders or watch:  # not before the address is had: what cannot be served is not indexed either
            every = EVERY if watch else None
            beside.append(block.enter_context(keeping(path, folders or (), model=model, every=every)))
        if open_page:
            typer.launch(plain)  # other users of this machine can see what a browser is started with

    token = (
        token_file.read_text(encoding="utf-8", errors="replace").strip()
        if token_file
        else token_of_environment()
    )
    # Ctrl-C is the way to end it; where a shell has its background jobs ignore it, the server just ends.
    with suppress(KeyboardInterrupt), ExitStack() as block:
        server.serve(
            path,
            host=host,
            port=port,
            model=model,
            token=token,
            allowed=allow_host or (),
            started=started,
            standing=lambda: beside[0].standing if beside else None,
        )
    say("ended")


def _check(folder: Path, library: Path, *, may_be_empty: bool) -> None:
    """Refuse a folder that can give no photo, before anything is begun.

    Raises:
        RootMissing: it is not there, or cannot be listed.
        LibraryError: it holds no photo, and none of the library's is from it.
    """
    from sketchseek.library import Library, Root
    from sketchseek.library.scan import Found, walk

    root = folder.expanduser().resolve()
    if not root.is_dir():
        missing = (
            "is a file; name the folder it is in" if root.exists() else "is not there; is its disk mounted?"
        )
        raise RootMissing(f"{shown(folder)} {missing}")
    try:
        os.listdir(root)  # noqa: PTH208 - all at once: listing must succeed to its end
    except OSError as error:
        raise RootMissing(
            f"{shown(folder)} cannot be read: {error.strerror}; ask its owner, or change its permissions"
        ) from error
    with Library.open(library) as opened:
        known = {about.path: (about, photos) for about, photos, _ in opened.status().roots}
    about, photos = known.get(root, (Root(root), 0))
    if may_be_empty or photos:  # such as the folder of a disk that is not mounted: its photos are kept
        return
    if not any(isinstance(entry, Found) for entry in walk(root, exclude=about.exclude, hidden=about.hidden)):
        raise LibraryError(
            f"{shown(folder)} holds no photo, at any depth; name the folder that your photos are in"
        )
