"""The parts of a question that name something: pictures of the library, and what was uploaded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sketchseek.library import Matrix
from sketchseek.server.problems import Missing
from sketchseek.server.schemas import Part, PicturePart, SketchPart
from sketchseek.server.uploads import Shelf


def named(
    parts: Sequence[Part], matrix: Matrix, shelf: Shelf, identity: str
) -> dict[int, NDArray[np.float32]]:
    """The embeddings that parts name, by their places among ``parts``.

    Args:
        parts: of a question; drawings name nothing.
        matrix: the library's vectors.
        shelf: what was uploaded.
        identity: the library's; a picture of another one is not there.

    Raises:
        Missing: with the places of all that are not there.
    """
    found: dict[int, NDArray[np.float32]] = {}
    lost = []
    for place, part in enumerate(parts):
        if isinstance(part, SketchPart):
            continue
        vector = _vector(part, matrix, identity) if isinstance(part, PicturePart) else shelf.get(part.id)
        if vector is None:
            lost.append(place)
        else:
            found[place] = vector
    if lost:
        first = parts[lost[0]]
        raise Missing(
            f"Picture {first.id} of this question is not in the library."
            if isinstance(first, PicturePart)
            else "An upload of this question is forgotten; open the file again.",
            parts=lost,
        )
    return found


def _vector(part: PicturePart, matrix: Matrix, identity: str) -> NDArray[np.float32] | None:
    row = int(np.searchsorted(matrix.ids, part.id))
    there = row < len(matrix.ids) and matrix.ids[row] == part.id
    return matrix.vectors[row] if there and part.library in (None, identity) else None
