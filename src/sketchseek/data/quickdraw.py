"""Quick, Draw!: drawings made in twenty seconds, as strokes, in two official formats.

``raw`` keeps every point with its time, in the pixels of the player's screen; ``simplified`` is fitted to a
256 box and thinned (Ramer-Douglas-Peucker, 2 px), without times. The same drawing has the same ``key_id`` in
both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from sketchseek._names import class_key
from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, find_root
from sketchseek.data.ndjson import Record, list_records
from sketchseek.errors import BadConfig, BadDataset

CARD = DatasetCard(
    name="quickdraw",
    title="Quick, Draw!",
    licence="CC BY 4.0",
    source="https://github.com/googlecreativelab/quickdraw-dataset",
    citation="Jongejan, Rowley, Kawashima, Kim, Fox-Gieg: The Quick, Draw! - A.I. Experiment. Google, 2016",
    layout="raw/<class>.ndjson and/or simplified/<class>.ndjson",
    folder="quickdraw",
    markers=("simplified", "raw", "full/simplified", "full/raw"),
    expected={"classes": 345, "sketches": 50_426_266},
    redistributable=True,
    notes=(
        "Drawings are not checked by a person; `recognized` tells whether the game's model guessed the word.",
        "A drawing in both formats is read once, in its simplified form.",
    ),
)

Form = Literal["simplified", "raw"]
FORMS: tuple[Form, ...] = ("simplified", "raw")


def load(
    root: Path,
    *,
    forms: Collection[Form] = FORMS,
    prefer: Form = "simplified",
    recognized: bool | None = None,
    classes: Collection[str] | None = None,
    per_class: int | None = None,
) -> Dataset:
    """Read Quick, Draw! or any part of it. Only sketches; ``variant`` is the form, ``key`` the byte offset.

    Args:
        root: the folder that holds ``simplified`` and ``raw``, or ``full`` around them; one may be missing.
        forms: which formats to read.
        prefer: which form a drawing has that occurs in both. Simplified drawings share one box and one point
            spacing, and are read faster; raw ones have times.
        recognized: only drawings that the game did (True) or did not (False) recognise; all if None.
        classes: only these, compared by ``class_key``; all if None.
        per_class: at most so many of each file, from its start: the full files hold 100,000 and more.

    Raises:
        BadDataset: no such files.
        BadConfig: an unknown form.
        BadSketch: a line that is no JSON object.
    """
    if unknown := {*forms, prefer} - set(FORMS):
        raise BadConfig(f"unknown forms {sorted(unknown)}; known: {', '.join(FORMS)}")
    base = _base(root)
    wanted = None if classes is None else {class_key(name) for name in classes}
    items: dict[str, Item] = {}
    for form in sorted(set(forms), key=lambda form: form != prefer):
        for path in sorted((base / form).glob("*.ndjson")):
            if wanted is None or class_key(_word(path)) in wanted:
                for item in _items(path, form, recognized, per_class):
                    items.setdefault(item.id, item)
    if not items:
        raise BadDataset(
            f"{CARD.title}: no drawings of the kind asked for in {root}. Expected: {CARD.layout}"
        )
    return Dataset("quickdraw", root, tuple(sorted(items.values(), key=lambda item: item.id)), CARD)


def count(root: Path) -> dict[str, int]:
    """Count the drawings class by class: the whole data set, with its 50 million, makes too large a table."""
    base = _base(root)
    by_word: dict[str, dict[Form, Path]] = {}
    for form in FORMS:
        for path in sorted((base / form).glob("*.ndjson")):
            by_word.setdefault(_word(path), {})[form] = path
    found = Counter({"classes": len(by_word), "sketches": 0})
    for paths in by_word.values():
        ids = {form: {record.key_id for record in list_records(path)} for form, path in paths.items()}
        found["sketches"] += len(set().union(*ids.values()))
        found.update({f"sketches {form}": len(keys) for form, keys in ids.items()})
        found["sketches in both forms"] += len(set.intersection(*ids.values())) if len(ids) > 1 else 0
    return dict(found)


def _base(root: Path) -> Path:
    find_root(root, CARD)
    return root if any((root / form).is_dir() for form in FORMS) else root / "full"


def _word(path: Path) -> str:
    return path.stem.removeprefix("full_simplified_").removeprefix(
        "full_raw_"
    )  # names as some tools save them


def _items(path: Path, form: Form, recognized: bool | None, most: int | None) -> Iterator[Item]:
    records = (r for r in list_records(path) if recognized is None or r.recognized is recognized)
    for record in islice(records, most):
        yield _item(path, form, record)


def _item(path: Path, form: Form, record: Record) -> Item:
    label = record.word or _word(path)
    return Item(
        f"sketch/{label}/{record.key_id}", "sketch", label, variant=form, path=path, key=record.offset
    )


READER = Reader(CARD, load, count)
