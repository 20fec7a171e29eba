"""What a folder holds of a data set, beside what its publication says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sketchseek.data.items import Dataset, DatasetCard


@dataclass(frozen=True)
class CheckRow:
    """One count of a check."""

    part: str  # "classes", "photos", "sketches train", …
    found: int
    expected: int | None = None  # as published; None where nothing is
    note: str = ""


@dataclass(frozen=True)
class CheckReport:
    """What was found of a data set, part by part."""

    card: DatasetCard
    path: Path | None
    rows: tuple[CheckRow, ...]

    @property
    def complete(self) -> bool:
        """Whether every published part is there in full."""
        return all(row.found == row.expected for row in self.rows if row.expected is not None)


def compare(card: DatasetCard, path: Path | None, found: Mapping[str, int]) -> CheckReport:
    """Set counts beside the published ones."""
    rows = tuple(
        CheckRow(
            part, found.get(part, 0), expected, _note(found.get(part, 0), expected, card.remarks.get(part))
        )
        for part in dict.fromkeys((*card.expected, *found))
        for expected in (card.expected.get(part),)
    )
    return CheckReport(card, path, rows)


def count(dataset: Dataset, *, drawers: bool = False) -> dict[str, int]:
    """Count the classes, the sketches and photos, each by split, and what hangs loose.

    "sketches without photo" counts sketches drawn from a photo that is not there; it occurs only where
    sketches have photos, and should be 0. Sketches are counted by variant, or, with ``drawers``, where a
    variant is who drew them, the variants.
    """
    counts = {"classes": len(dataset.classes)}
    for part, items in (("photos", dataset.photos), ("sketches", dataset.sketches)):
        if items:
            counts[part] = len(items)
        by_split = Counter(item.split for item in items if item.split)
        counts |= {f"{part} {split}": by_split[split] for split in sorted(by_split)}
    drawn = [item.instance for item in dataset.sketches if item.instance]
    if drawn:
        photos = {item.instance for item in dataset.photos}
        counts["photos with sketches"] = len(photos & set(drawn))
        counts["sketches without photo"] = sum(instance not in photos for instance in drawn)
    variants = Counter(item.variant for item in dataset.sketches if item.variant)
    if drawers:
        return counts | {"drawers": len(variants)}
    return counts | {f"sketches marked {variant}": variants[variant] for variant in sorted(variants)}


def _note(found: int, expected: int | None, remark: str | None) -> str:
    if expected is None or found == expected:
        state = ""
    elif found > expected:
        state = "more than published"
    else:
        state = f"{100 * found / expected:.3g} % of what is published" if found else "missing"
    return "; ".join(part for part in (state, remark) if part)
