"""``sketchseek search``: ask a library with a drawing."""

from __future__ import annotations

import csv
import shutil
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchseek.cli.console import JsonOption, LibraryOption, plural, print_json, print_table, say, shown

if TYPE_CHECKING:
    from sketchseek.library import Hit, Library
    from sketchseek.sketch import Sketch


class Orientation(StrEnum):
    """How a photo lies."""

    landscape = "landscape"
    portrait = "portrait"
    square = "square"


def search(
    drawing: Annotated[
        Path,
        typer.Argument(
            metavar="DRAWING", help="A drawing: SVG, Quick, Draw! JSON, stroke array (.npy) or picture."
        ),
    ],
    *,
    k: Annotated[int, typer.Option("-k", metavar="N", min=1, help="How many photos to show.")] = 10,
    library: LibraryOption = None,
    folder: Annotated[
        Path | None, typer.Option("--in", metavar="DIR", help="Only photos in this folder.")
    ] = None,
    after: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only photos taken on this day or later."
        ),
    ] = None,
    before: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Only photos taken on this day or earlier."
        ),
    ] = None,
    orientation: Annotated[Orientation | None, typer.Option(help="Only photos of this shape.")] = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV: rank, score, path.")] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page with the drawing and the photos."),
    ] = None,
    copy_to: Annotated[
        Path | None, typer.Option("--copy-to", metavar="DIR", help="Copy the photos there, numbered by rank.")
    ] = None,
) -> None:
    """Find the photos that look like a drawing.

    The best come first. The score is the cosine between drawing and photo, -1 to 1: it puts
    photos in order, it is no percentage.
    """
    if as_json and as_csv:
        raise typer.BadParameter("choose one of --json and --csv")
    from sketchseek.encoders import encode_sketches, load_encoder
    from sketchseek.library import Filter, Library
    from sketchseek.sketch import read_sketch

    sketch = read_sketch(drawing)
    where = Filter(
        folder=folder.expanduser().resolve() if folder else None,
        after=after.date() if after else None,
        before=before.date() if before else None,
        orientation=orientation.value if orientation else None,
    )
    with Library.open(library) as opened:
        if opened.model_source is None:
            opened.check_model("")  # says that the library is empty
        encoder = load_encoder(opened.model_source or "default")
        (embedding,) = encode_sketches(encoder, [sketch])
        hits = opened.search(embedding, k, model=encoder.model_id, where=where)
        if html:
            _write_page(html, drawing, sketch, opened, hits)
        model = encoder.model_id
        path = opened.path
    if copy_to:
        _copy(hits, copy_to)
    if as_json:
        print_json({"drawing": str(drawing), "library": str(path), "model": model, "hits": _plain(hits)})
    elif as_csv:
        _print_csv(hits)
    elif hits:
        print_table(
            [(str(rank), f"{hit.score:.3f}", shown(hit.path)) for rank, hit in enumerate(hits, 1)],
            right=(0, 1),
        )
    else:
        say("No photo of the library passes these conditions.")


def _plain(hits: list[Hit]) -> list[dict[str, object]]:
    return [
        {
            "rank": rank,
            "score": round(hit.score, 6),
            "path": str(hit.path),
            "copies": [str(path) for path in hit.copies],
            "width": hit.width,
            "height": hit.height,
            "taken": hit.taken,
        }
        for rank, hit in enumerate(hits, 1)
    ]


def _print_csv(hits: list[Hit]) -> None:
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["rank", "score", "path"])
    rows.writerows([rank, f"{hit.score:.6f}", hit.path] for rank, hit in enumerate(hits, 1))


def _copy(hits: list[Hit], folder: Path) -> None:
    """Copy what was found as ``01 name.jpg``, ``02 …``; a photo that is gone is told and left out."""
    folder.mkdir(parents=True, exist_ok=True)
    copied = 0
    for rank, hit in enumerate(hits, 1):
        try:
            shutil.copy2(hit.path, folder / f"{rank:0{len(str(len(hits)))}} {hit.path.name}")
            copied += 1
        except FileNotFoundError:
            say(f"{shown(hit.path)} is gone; run `sketchseek index` again")
    say(f"{plural(copied, 'photo')} copied to {shown(folder)}")


def _write_page(page: Path, drawing: Path, sketch: Sketch, library: Library, hits: list[Hit]) -> None:
    from PIL import Image

    from sketchseek.evaluation.contact_sheet import Match, Row, write
    from sketchseek.images import thumbnail
    from sketchseek.sketch import SketchInput

    matches = [
        Match(library.thumbnail(hit.id), shown(hit.path.name), hit.score, link=hit.path.as_uri())
        for hit in hits
    ]
    query = thumbnail(Image.fromarray(sketch.render(SketchInput(size=256))))
    write(page, [Row(query, shown(drawing.name), matches)], title="What looks like the drawing")
    say(f"page written: {shown(page)}")
