"""What a question names: words, pictures of the library, what was uploaded, a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from sketchseek.encoders import OnnxEncoder, encode_words
from sketchseek.errors import UnknownName
from sketchseek.images import printable
from sketchseek.library import Filter, Matrix
from sketchseek.server.problems import Missing
from sketchseek.server.schemas import Filters, Part, PicturePart, SketchPart, WordsPart
from sketchseek.server.uploads import Seen, Shelf


def named(
    parts: Sequence[Part], encoder: OnnxEncoder, matrix: Matrix, shelf: Shelf, identity: str
) -> dict[int, Seen]:
    """What parts name, as the model sees it, by their places among ``parts``.

    Args:
        parts: of a question; drawings name nothing.
        encoder: whose model knows the words.
        matrix: the library's vectors.
        shelf: what was uploaded.
        identity: the library's; a picture of another one is not there.

    Raises:
        Missing: with the places of all that are not there; of all words first that are not known.
        BadModel: the model's words are broken.
    """
    found = _words(parts, encoder)
    lost = []
    for place, part in enumerate(parts):
        if isinstance(part, SketchPart | WordsPart):
            continue
        seen = _picture(part, matrix, identity) if isinstance(part, PicturePart) else shelf.get(part.id)
        if seen is None:
            lost.append(place)
        else:
            found[place] = seen
    if lost:
        first = parts[lost[0]]
        raise Missing(
            f"Picture {first.id} of this question is not in the library."
            if isinstance(first, PicturePart)
            else "An upload of this question is forgotten; open the file again.",
            parts=lost,
        )
    return found


def _words(parts: Sequence[Part], encoder: OnnxEncoder) -> dict[int, Seen]:
    found: dict[int, Seen] = {}
    unknown: dict[int, str] = {}
    for place, part in enumerate(parts):
        if isinstance(part, WordsPart):
            try:
                found[place] = Seen(encode_words(encoder, part.text))
            except UnknownName as error:
                unknown[place] = str(error)
    if unknown:
        raise Missing(next(iter(unknown.values())), parts=list(unknown), words=True)
    return found


def filter_of(asked: Filters, folders: Callable[[], Iterable[Path]]) -> Filter:
    """The library's filter for what was asked.

    Args:
        asked: with a folder as the page shows it; odd names are told escaped.
        folders: gives all that hold photos.

    Raises:
        Missing: none of them is called so.
    """
    folder = None
    if asked.folder is not None:
        folder = next((path for path in folders() if printable(path) == asked.folder), None)
        if folder is None:
            raise Missing(f"The library has no photos in {printable(asked.folder)!r}.", filters=["folder"])
    return Filter(folder, asked.after, asked.before, asked.orientation)


def _picture(part: PicturePart, matrix: Matrix, identity: str) -> Seen | None:
    row = int(np.searchsorted(matrix.ids, part.id))
    there = row < len(matrix.ids) and matrix.ids[row] == part.id
    return Seen(matrix.vectors[row]) if there and part.library in (None, identity) else None
