"""Flickr15K: 33 shapes, each drawn by ten people, over Flickr photos.

Its classes are shapes, named by numbers: sketch ``330sketches/3/17.png`` is shape 17 by the third person, and
``groundtruth`` lists the photos of every shape, a line "<shape> <folder>/<file>" each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sketchseek.data.check import count
from sketchseek.data.class_folders import PICTURES, side
from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, files, find_root, folders
from sketchseek.errors import BadDataset

CARD = DatasetCard(
    name="flickr15k",
    title="Flickr15K",
    licence="See the source",
    source="http://personal.ee.surrey.ac.uk/Personal/R.Hu/SBIR.html",
    citation=(
        "Hu, Collomosse: A Performance Evaluation of Gradient Field HOG Descriptor for Sketch Based Image "
        "Retrieval. Computer Vision and Image Understanding 117(7), 2013"
    ),
    layout="330sketches/<person>/<shape>.png, images/<folder>/ (or images/source/<folder>/), groundtruth",
    folder="flickr15k",
    markers=("330sketches",),
    expected={"classes": 33, "photos": 14_660, "sketches": 330, "drawers": 10},
    notes=(
        "Shapes, not objects: photos of different things can be of one shape.",
        "No training part: figures ask all 330 sketches over all photos.",
    ),
)


def load(root: Path) -> Dataset:
    """Read Flickr15K or a part of it.

    Labels are the numbers of the shapes, as text. ``variant`` is who drew a sketch ("1" to "10"), and for a
    photo the folder it is in. Photos that are listed but not there are left out; one listed for two shapes is
    an item of each.

    Raises:
        BadDataset: the folder, a side or the list is missing or empty, or a line of the list is not of its
            form.
    """
    find_root(root, CARD)
    images = side(root, ("images/source", "images"), CARD)
    lists = [path for path in (root / "groundtruth", root / "images" / "groundtruth") if path.is_file()]
    if not lists:
        raise BadDataset(f"{CARD.title}: no file groundtruth in {root}. Expected: {CARD.layout}")
    photos = tuple(_photos(images, lists[0]))
    if not photos:
        raise BadDataset(f"{CARD.title}: none of the photos that {lists[0]} lists is in {images}")
    sketches = tuple(_sketches(root / "330sketches"))
    if not sketches:
        raise BadDataset(f"{CARD.title}: no sketches in {root / '330sketches'}. Expected: {CARD.layout}")
    return Dataset("flickr15k", root, (*photos, *sketches), CARD)


def _photos(images: Path, listed: Path) -> Iterator[Item]:
    there = {
        folder: {PurePosixPath(name).stem: name for name in files(images / folder, PICTURES)}
        for folder in folders(images)
    }
    lines = Counter(line.strip() for line in listed.read_text(encoding="utf-8").splitlines() if line.strip())
    for line in lines:  # each once, in the order of the file
        shape, _, name = line.partition(" ")
        folder, _, file = name.strip().replace("\\", "/").partition("/")
        if not shape.isdigit() or not file:
            raise BadDataset(f"{CARD.title}: {listed} has the line {line!r}, not <shape> <folder>/<file>")
        stem = PurePosixPath(file).stem  # the endings in the list are not those of every copy of the photos
        if found := there.get(folder, {}).get(stem):
            instance = f"{shape}/{folder}/{stem}"
            yield Item(f"photo/{instance}", "photo", shape, instance, folder, path=images / folder / found)


def _sketches(folder: Path) -> Iterator[Item]:
    for person in folders(folder):
        for name in files(folder / person, PICTURES):
            shape = PurePosixPath(name).stem
            path = folder / person / name
            yield Item(f"sketch/{shape}/{person}", "sketch", shape, variant=person, path=path)


READER = Reader(CARD, load, lambda root: count(load(root), drawers=True))
