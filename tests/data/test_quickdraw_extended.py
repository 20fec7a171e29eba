from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sketchseek.data.quickdraw_extended import load
from sketchseek.errors import BadDataset

Plant = Callable[[Mapping[str, bytes | str]], Path]
SKETCHES, PHOTOS = "QuickDraw_sketches_final", "QuickDraw_images_final"


def test_both_sides_share_their_classes(plant: Plant, picture: Callable[..., bytes]) -> None:
    png, jpeg = picture("PNG", line=True), picture()
    root = plant(
        {
            f"{SKETCHES}/bat/5147947173937152.png": png,
            f"{SKETCHES}/wine bottle/4795826696093696.png": png,
            f"{PHOTOS}/bat/image_01353.jpg": jpeg,
            f"{PHOTOS}/bat/image_00860.jpg": jpeg,
            f"{PHOTOS}/wine_bottle/image_00001.jpg": jpeg,
        }
    )
    data = load(root)
    assert data.classes == ("bat", "wine bottle")
    assert [item.id for item in data.sketches] == [
        "sketch/bat/5147947173937152",
        "sketch/wine bottle/4795826696093696",
    ]
    assert [item.instance for item in data.photos] == [
        "bat/image_00860",
        "bat/image_01353",
        "wine bottle/image_00001",
    ]
    assert data.sketch(data.sketches[0]).raster is not None
    assert data.photo(data.photos[2]).size == (40, 30)


def test_a_side_that_is_missing_or_empty_is_named(plant: Plant, picture: Callable[..., bytes]) -> None:
    root = plant({f"{PHOTOS}/bat/image_01353.jpg": picture()})
    with pytest.raises(BadDataset, match=rf"no folder {SKETCHES} in .*Found: {PHOTOS}"):
        load(root)
    with pytest.raises(BadDataset, match=rf"no sketches in .*{SKETCHES}/<class>"):
        load(plant({f"{SKETCHES}/bat/notes.txt": ""}))
