"""``sketchseek demo``: from photos to answers, with pictures that sketchseek draws itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sketchseek.cli.console import complain, plural, print_table, progress, say, shown
from sketchseek.cli.index import Told, follow

if TYPE_CHECKING:
    from sketchseek.evaluation.contact_sheet import Row
    from sketchseek.library import Hit
    from sketchseek.sketch import Sketch

_SEED = 20
_PER_CLASS = 3
_SHOWN = 10  # photos in a row of the page
_DRAWN = ("bicycle", "cat", "church", "cup", "guitar", "penguin", "sailboat", "umbrella")


@dataclass(frozen=True)
class Asked:
    """A drawing and what was found for it."""

    label: str
    file: Path
    sketch: Sketch
    hits: list[Hit]

    def right(self, first: int) -> int:
        """How many of the first photos are of the drawn class; a photo's folder is its class."""
        return sum(hit.path.parent.name == self.label for hit in self.hits[:first])


def demo(
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page of results in the browser.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where it is kept; by default beside your own library.")
    ] = None,
    model: Annotated[str, typer.Option(metavar="NAME", help="Packaged model or model folder.")] = "default",
) -> None:
    """Draw a small gallery, index it and search it.

    It shows the whole way in a minute or two. The pictures come out of
    sketchseek itself; your photos and your library are not touched.
    """
    from sketchseek.library import default_path

    folder = (out or default_path().parent / "demo").expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    photos = _gallery(folder)
    library = folder / "library.sqlite"
    _index(photos, library, model)
    asked = list(_search(folder, library, model))
    page = _write_page(folder / "results.html", library, asked)
    _report(asked, page, library)
    if open_page:
        typer.launch(page.as_uri())
    if not any(one.right(1) for one in asked):
        complain(
            "no drawing finds what it shows: the model or the run time is broken; see `sketchseek doctor`"
        )
        raise typer.Exit(1)


def _gallery(folder: Path) -> Path:
    """Draw the photos, once."""
    from sketchseek._aside import aside
    from sketchseek.data import load_dataset
    from sketchseek.data.synthetic import write

    gallery = folder / "gallery"
    if not gallery.is_dir():
        dataset = load_dataset("synthetic", seed=_SEED, instances=_PER_CLASS, sketches_per_photo=0)
        with aside(gallery) as written, progress("Drawing photos") as step:
            for number, label in enumerate(dataset.classes, 1):
                write(dataset.where(labels=[label]), written)
                step(number * _PER_CLASS, len(dataset), "")
    return gallery / "photos"


def _index(photos: Path, library: Path, model: str) -> None:
    from sketchseek.encoders import load_encoder
    from sketchseek.library import Library

    told = Told()
    with Library.open(library, create=True) as opened, progress("Indexing") as step:
        follow(opened.index([photos], encoder=load_encoder(model), rebuild=True), step, told)
        count = opened.status().photos
    if told.skipped:
        lost = plural(len(told.skipped), "photo")
        complain(f"{lost} of the gallery cannot be read; delete {shown(photos.parent)} and try again")
        raise typer.Exit(1)
    say(f"{plural(count, 'photo')} indexed.")


def _search(folder: Path, library: Path, model: str) -> Iterator[Asked]:
    """Ask with drawings of things that are in the gallery; each is another bicycle, another cat."""
    from sketchseek.data import load_dataset
    from sketchseek.encoders import encode_sketches, load_encoder
    from sketchseek.library import Library
    from sketchseek.sketch import to_svg

    drawings = folder / "drawings"
    drawings.mkdir(exist_ok=True)
    encoder = load_encoder(model)
    others = load_dataset("synthetic", seed=_SEED + 1, classes=_DRAWN, instances=1, sketches_per_photo=2)
    plain = others.sketches[1::2]  # the first of each two is detailed, the second is what most people draw
    with Library.open(library) as opened:
        for item in plain:
            sketch = others.sketch(item)
            file = drawings / f"{item.label}.svg"
            file.write_text(to_svg(sketch), encoding="utf-8")
            (embedding,) = encode_sketches(encoder, [sketch])
            hits = opened.search(embedding, _SHOWN, model=encoder.model_id)
            yield Asked(item.label, file, sketch, hits)


def _write_page(page: Path, library: Path, asked: list[Asked]) -> Path:
    from sketchseek.evaluation import contact_sheet

    subtitle = f"Photos and drawings made by sketchseek; {_PER_CLASS} photos show what each drawing shows."
    return contact_sheet.write(page, _rows(library, asked), title="sketchseek demo", subtitle=subtitle)


def _rows(library: Path, asked: list[Asked]) -> Iterator[Row]:
    from PIL import Image

    from sketchseek.evaluation.contact_sheet import Match, Row
    from sketchseek.images import thumbnail
    from sketchseek.library import Library
    from sketchseek.sketch import SketchInput

    with Library.open(library) as opened:
        for one in asked:
            drawing = Image.fromarray(one.sketch.render(SketchInput(size=256)))
            matches = []
            for hit in one.hits:
                label = hit.path.parent.name
                picture = opened.thumbnail(hit.id)
                matches.append(Match(picture, label, hit.score, label == one.label, hit.path.as_uri()))
            yield Row(
                thumbnail(drawing), one.label, matches, f"{one.right(_PER_CLASS)} of {_PER_CLASS} right"
            )


def _report(asked: list[Asked], page: Path, library: Path) -> None:
    def answer(one: Asked, hit: Hit) -> str:
        label = hit.path.parent.name
        return label if label == one.label else f"({label})"

    rows = [
        (
            one.label,
            ", ".join(answer(one, hit) for hit in one.hits[:_PER_CLASS]),
            f"{one.right(_PER_CLASS)} of {_PER_CLASS}",
        )
        for one in asked
    ]
    print_table([("drawing", "first answers (wrong ones in brackets)", "right"), *rows])
    first = sum(one.right(1) for one in asked)
    print(f"\n{first} of {len(asked)} drawings find what they show at the first place.")
    print(f"See the results: {page.as_uri()}")
    print("\nTo go on:")
    print(f"  sketchseek serve --library {_quoted(library)}      draw for yourself")
    print("  sketchseek index DIR && sketchseek serve      the same with your own photos")


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))
