"""MidGrain65c: sketches and photos that are alike if class and main visual traits agree (pose, kind, part).

Two lists name the files and their two labels, comma-separated under a heading:
``class_label,midgrain_label,path``, in ``sketch_list.txt`` and ``image_list.txt``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from sketchseek.data.items import Dataset, DatasetCard, Domain, Item, Reader, find_root
from sketchseek.errors import BadDataset

CARD = DatasetCard(
    name="midgrain65c",
    title="MidGrain65c",
    licence="See the source",
    source="https://www.cvssp.org/data/Flickr25K/ACCV18.html",
    citation=(
        "Bui, Ribeiro, Ponti, Collomosse: Deep Manifold Alignment for Mid-Grain Sketch Based Image "
        "Retrieval. ACCV 2018"
    ),
    layout="sketch_list.txt, image_list.txt, sketches/, images/, in the folder or in its folder data",
    folder="midgrain65c",
    markers=("sketch_list.txt", "data/sketch_list.txt"),
    expected={"classes": 65, "sketches": 138, "photos like a sketch": 1_247},
    remarks={"photos": "with distractors 100,000 by its page"},
    notes=(
        "Only for tests: its makers trained on Common65c, which is not on its page.",
        "Relevance by variant is the mid-grain task, by class the class-level one.",
    ),
)


def load(root: Path, *, distractors: bool = True) -> Dataset:
    """Read MidGrain65c or a part of it.

    Labels are the numbers of the classes, as text. ``variant`` is the mid-grain label, and ``instance``
    "<class>/<mid-grain label>", which sketches and photos that look alike share: there are no photos that
    sketches were drawn from. Files that are listed but not there are left out.

    Args:
        root: the folder that holds the two lists, or ``data`` around them.
        distractors: read the photos whose class nobody drew, too.

    Raises:
        BadDataset: the folder, a list or all files of a side are missing, or a list has other columns.
    """
    find_root(root, CARD)
    home = root if (root / "sketch_list.txt").is_file() else root / "data"
    sketches = tuple(_items("sketch", home / "sketch_list.txt", home / "sketches"))
    photos = tuple(_items("photo", home / "image_list.txt", home / "images"))
    if not distractors:
        drawn = {item.label for item in sketches}
        photos = tuple(item for item in photos if item.label in drawn)
    return Dataset("midgrain65c", root, (*photos, *sketches), CARD)


def count_parts(root: Path) -> dict[str, int]:
    """Count the classes drawn, the sketches, all photos and those that share both labels with a sketch."""
    data = load(root)
    drawn = {item.instance for item in data.sketches}
    return {
        "classes": len({item.label for item in data.sketches}),
        "sketches": len(data.sketches),
        "photos like a sketch": sum(item.instance in drawn for item in data.photos),
        "photos": len(data.photos),
    }


def _items(domain: Domain, listed: Path, folder: Path) -> Iterator[Item]:
    rows = _rows(listed)
    there = [(row, path) for row in rows if (path := folder / row["path"]).is_file()]
    if not there:
        some = f"; the first is {rows[0]['path']}" if rows else ""
        raise BadDataset(f"{CARD.title}: none of the {len(rows)} files of {listed} is in {folder}{some}")
    for row, path in there:
        label, group = row["class_label"], row["midgrain_label"]
        instance = f"{label}/{group}" if group else None
        yield Item(f"{domain}/{label}/{row['path']}", domain, label, instance, group or None, path=path)


def _rows(listed: Path) -> list[dict[str, str]]:
    if not listed.is_file():
        raise BadDataset(f"{CARD.title}: no file {listed}. Expected: {CARD.layout}")
    with listed.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, skipinitialspace=True)
        wanted = ("class_label", "midgrain_label", "path")
        if missing := [name for name in wanted if name not in (reader.fieldnames or ())]:
            found = ", ".join(reader.fieldnames or ()) or "nothing"
            raise BadDataset(f"{CARD.title}: {listed} has no column {missing[0]}; its heading is: {found}")
        return [{name: (row[name] or "").strip() for name in wanted} for row in reader]


READER = Reader(CARD, load, count_parts)
