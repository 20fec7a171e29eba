"""QuickDraw-Extended: rendered Quick, Draw! sketches of 110 classes, and photos of these classes."""

from __future__ import annotations

from pathlib import Path

from sketchseek.data.class_folders import side, two_sides
from sketchseek.data.items import Dataset, DatasetCard, Reader, find_root

CARD = DatasetCard(
    name="quickdraw-extended",
    title="QuickDraw-Extended",
    licence="Sketches CC BY 4.0 (Quick, Draw!); photos from Flickr: see the source",
    source="https://github.com/sounakdey/doodle2search",
    citation=(
        "Dey, Riba, Dutta, Lladós, Song: Doodle to Search: Practical Zero-Shot Sketch-based Image Retrieval. "
        "CVPR 2019"
    ),
    layout="QuickDraw_sketches_final/<class>/<key_id>.png and QuickDraw_images_final/<class>/image_*.jpg",
    folder="quickdraw-extended",
    markers=("QuickDraw_sketches_final", "QuickDraw_images_final"),
    expected={"classes": 110, "photos": 204_000, "sketches": 330_000},
    remarks={"photos": "printed as a round number", "sketches": "printed as a round number"},
    notes=(
        "A sketch's file name is its key_id in Quick, Draw!, where it has strokes.",
        "No sketch was drawn from a photo: photos are right by class only.",
    ),
)


def load(root: Path) -> Dataset:
    """Read QuickDraw-Extended or a part of it. Labels are the folder names of the sketches.

    Raises:
        BadDataset: the folder or a side of it is missing or empty.
    """
    find_root(root, CARD)
    sketches, photos = (side(root, [name], CARD) for name in CARD.markers)
    return two_sides(root, CARD, sketches, photos)


READER = Reader(CARD, load)
