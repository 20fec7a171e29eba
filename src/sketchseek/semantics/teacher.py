"""The classes of teachers: networks that were trained on something larger, and know its names."""

from __future__ import annotations

import ast
from pathlib import Path

from sketchseek.errors import BadSemantics
from sketchseek.semantics.concepts import Concept, data_folder

IMAGENET = "imagenet_synsets.txt"


def imagenet_classes(path: str | Path | None = None) -> tuple[Concept, ...]:
    """The 1,000 classes of ImageNet in the usual order of a classifier's outputs, with all names and sense.

    Args:
        path: a Python dict of ``0..999 -> {"id": "01440764-n", "label": "tench, Tinca tinca", …}``; by
            default ``semantics/imagenet_synsets.txt`` under SKETCHSEEK_DATA.

    Raises:
        BadSemantics: the file is missing or of another form.
    """
    place = Path(path).expanduser() if path is not None else data_folder() / IMAGENET
    try:
        listed = ast.literal_eval(place.read_text("utf-8"))
        return tuple(_concept(listed[number]) for number in range(len(listed)))
    except (OSError, UnicodeError) as error:
        raise BadSemantics(f"the names of ImageNet's classes cannot be read: {error}") from error
    except (ValueError, SyntaxError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BadSemantics(
            f"{place} is no list of ImageNet's classes, a dict of number -> id and label ({error!r})"
        ) from error


def _concept(entry: dict[str, str]) -> Concept:
    name, *lemmas = (lemma.strip() for lemma in entry["label"].split(","))
    offset, _, part = entry["id"].partition("-")
    if part != "n" or not name:
        raise ValueError(f"no noun: {entry}")
    return Concept(name, tuple(lemmas), (f"n{int(offset):08d}",))
