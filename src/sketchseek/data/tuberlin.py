"""TU-Berlin: sketches of 250 everyday things, drawn without a photo; and the photos others put beside them.

The publisher has two archives of the same drawings, pictures (``png``) and strokes (``svg``). The extension
adds photos of the same classes that were gathered from the web.
"""

from __future__ import annotations

from pathlib import Path

from sketchseek.data.class_folders import items_by_class, side, two_sides
from sketchseek.data.items import Dataset, DatasetCard, Reader, find_root
from sketchseek.errors import BadDataset

CARD = DatasetCard(
    name="tuberlin",
    title="TU-Berlin sketches",
    licence="CC BY 4.0",
    source="https://cybertron.cg.tu-berlin.de/eitz/projects/classifysketch",
    citation="Eitz, Hays, Alexa: How Do Humans Sketch Objects? ACM Transactions on Graphics 31(4), 2012",
    layout="png/<class>/<number>.png and/or svg/<class>/<number>.svg",
    folder="tuberlin",
    markers=("png", "svg"),
    expected={"classes": 250, "sketches": 20_000},
    redistributable=True,
    notes=("Only sketches; tuberlin-extended has photos of the same classes.",),
)

EXTENDED = DatasetCard(
    name="tuberlin-extended",
    title="TU-Berlin Extended",
    licence="Sketches CC BY 4.0; photos from the web: see the source",
    source="https://github.com/qliu24/SAKE; download_datasets.sh of https://github.com/sounakdey/doodle2search",
    citation=(
        "Photos: Zhang, Liu, Zhang, Ren, Wang, Cao: SketchNet: Sketch Classification with Web Images. CVPR "
        "2016; sketches: Eitz, Hays, Alexa: How Do Humans Sketch Objects? ACM Transactions on Graphics, 2012"
    ),
    layout="png/<class>/<number>.png and ImageResized/<class>/ (or png_ready and ImageResized_ready)",
    folder="tuberlin-extended",
    markers=("ImageResized", "ImageResized_ready"),
    expected={"classes": 250, "photos": 204_489, "sketches": 20_000},
    notes=(
        "No sketch was drawn from a photo: photos are right by class only.",
        "Classes differ much in photos: from 401 to 2,922 among the 30 unseen ones of tuberlin-30.",
    ),
)


def load(root: Path, *, strokes: bool | None = None) -> Dataset:
    """Read the TU-Berlin sketches or a part of them. Labels are the folder names, such as "bear (animal)".

    Args:
        root: the folder that holds ``png``, ``svg`` or both.
        strokes: True reads the vector drawings, False the pictures; None the pictures where they are there,
            since published figures are theirs, else the vector drawings.

    Raises:
        BadDataset: the folder, or the form asked for, is missing or empty.
    """
    find_root(root, CARD)
    if strokes is None:
        strokes = not (root / "png").is_dir()
    form = "svg" if strokes else "png"
    items = tuple(items_by_class("sketch", side(root, [form], CARD), {f".{form}"}))
    if not items:
        raise BadDataset(f"{CARD.title}: no sketches in {root / form}. Expected: {CARD.layout}")
    return Dataset("tuberlin", root, items, CARD)


def load_extended(root: Path) -> Dataset:
    """Read the TU-Berlin sketches and the photos of their classes.

    Raises:
        BadDataset: the folder or a side of it is missing or empty.
    """
    find_root(root, EXTENDED)
    sketches = side(root, ("png", "png_ready"), EXTENDED)
    return two_sides(root, EXTENDED, sketches, side(root, EXTENDED.markers, EXTENDED))


READER = Reader(CARD, load)
READ_EXTENDED = Reader(EXTENDED, load_extended)
