"""Quick, Draw!: drawings made in twenty seconds, as strokes, in two official formats.

``raw`` keeps every point with its time, in the pixels of the player's screen; ``simplified`` is fitted to a
256 box and thinned (Ramer-Douglas-Peucker, 2 px), without times. The same drawing has the same ``key_id`` in
both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, class_key, find_root
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
    markers=("simplified", "raw"),
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
        root: the folder that holds ``simplified`` and ``raw`` (either may be missing).
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
    find_root(root, CARD)
    ordered = sorted((form for form in set(forms) if (root / form).is_dir()), key=lambda form: form != prefer)
    wanted = None if classes is None else {class_key(name) for name in classes}
    items: dict[str, Item] = {}
    for form in ordered:
        for path in sorted((root / form).glob("*.ndjson")):
            if wanted is None or class_key(path.stem) in wanted:
                for item in _items(path, form, recognized, per_class):
                    items.setdefault(item.id, item)
    if not items:
        raise BadDataset(
            f"{CARD.title}: no drawings of the kind asked for in {root}. Expected: {CARD.layout}"
        )
    return Dataset("quickdraw", root, tuple(sorted(items.values(), key=lambda item: item.id)), CARD)


def _items(path: Path, form: Form, recognized: bool | None, most: int | None) -> Iterator[Item]:
    records = (r for r in list_records(path) if recognized is None or r.recognized is recognized)
    for record in islice(records, most):
        yield _item(path, form, record)


def _item(path: Path, form: Form, record: Record) -> Item:
    label = record.word or path.stem
    return Item(
        f"sketch/{label}/{record.key_id}", "sketch", label, variant=form, path=path, key=record.offset
    )


READER = Reader(CARD, load)
