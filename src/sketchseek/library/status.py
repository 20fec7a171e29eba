"""What a library holds, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sketchseek.library.store import Store, below
from sketchseek.library.writer import Root


@dataclass(frozen=True, slots=True)
class Status:
    """What a library holds.

    Attributes:
        path: its file.
        model: identity of the model that made its vectors; None before the first run.
        model_source: what `load_encoder` takes to get that model.
        dim: length of a vector.
        photos: files that are indexed.
        pictures: different contents among them.
        skipped: files that are passed over until they change.
        size: of the file, bytes.
        roots: each folder with the number of photos in it, and whether it is there now.
    """

    path: Path
    model: str | None
    model_source: str | None
    dim: int
    photos: int
    pictures: int
    skipped: int
    size: int
    roots: tuple[tuple[Root, int, bool], ...]


def status_of(store: Store, roots: Sequence[Root]) -> Status:
    """What a library holds, each of its folders counted."""
    facts = store.meta()

    def count(table: str, where: str = "true", *values: Any) -> int:
        return int(store.value(f"SELECT count(*) FROM {table} WHERE {where}", *values))  # noqa: S608

    return Status(
        path=store.path,
        model=facts.get("model"),
        model_source=facts.get("model_source"),
        dim=int(facts.get("dim", 0)),
        photos=count("photos"),
        pictures=count("pictures"),
        skipped=count("skipped"),
        size=store.path.stat().st_size,
        roots=tuple(
            (root, count("photos", "path >= ? AND path < ?", *below(root.path)), root.path.is_dir())
            for root in roots
        ),
    )
