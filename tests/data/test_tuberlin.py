from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sketchseek.data.tuberlin import load, load_extended
from sketchseek.errors import BadDataset

Plant = Callable[[Mapping[str, bytes | str]], Path]
SVG = """<?xml version="1.0" encoding="utf-8"?>
<svg viewBox="0 0 800 800" xmlns="http://www.w3.org/2000/svg"><g fill="none" stroke="black">
<path d="M100 100 C 200 100 300 200 300 300"/><path d="M10 10L90 90"/></g></svg>"""


@pytest.fixture
def drawn(picture: Callable[..., bytes]) -> dict[str, bytes | str]:
    png = picture("PNG", line=True)
    return {
        "png/airplane/1.png": png,
        "png/airplane/2.png": png,
        "png/bear (animal)/81.png": png,
        "png/filelist.txt": "airplane/1.png",
        "svg/airplane/1.svg": SVG,
        "svg/filelist.txt": "airplane/1.svg",
    }


def test_pictures_are_read_where_both_forms_are_there(plant: Plant, drawn: dict[str, bytes | str]) -> None:
    data = load(plant(drawn))
    assert [item.id for item in data] == [
        "sketch/airplane/1",
        "sketch/airplane/2",
        "sketch/bear (animal)/81",
    ]
    assert data.classes == ("airplane", "bear (animal)")
    assert data.photos == ()
    assert {item.instance for item in data} == {None}
    assert data.sketch(data.sketches[0]).raster is not None


def test_the_vector_drawings_keep_their_strokes_in_order(plant: Plant, drawn: dict[str, bytes | str]) -> None:
    data = load(plant(drawn), strokes=True)
    (item,) = data
    sketch = data.sketch(item)
    assert len(sketch.strokes) == 2
    assert sketch.strokes[0][0].tolist() == [100, 100]
    assert sketch.strokes[0][-1].tolist() == [300, 300]


def test_one_form_alone_is_enough(plant: Plant, drawn: dict[str, bytes | str]) -> None:
    root = plant({name: content for name, content in drawn.items() if name.startswith("svg")})
    assert [item.path for item in load(root)] == [root / "svg/airplane/1.svg"]
    with pytest.raises(BadDataset, match=r"no folder png in .*Found: svg"):
        load(root, strokes=False)


def test_a_folder_without_sketches_is_refused(plant: Plant) -> None:
    with pytest.raises(BadDataset, match=r"no sketches in .*png\. Expected: png/<class>"):
        load(plant({"png/airplane/notes.txt": ""}))


@pytest.mark.parametrize(
    ("sketches", "photos"), [("png", "ImageResized"), ("png_ready", "ImageResized_ready")]
)
def test_the_extension_has_photos_of_the_same_classes(
    plant: Plant, picture: Callable[..., bytes], sketches: str, photos: str
) -> None:
    png, jpeg = picture("PNG", line=True), picture()
    root = plant(
        {
            f"{sketches}/hot air balloon/9001.png": png,
            f"{sketches}/ant/201.png": png,
            f"{photos}/hot_air_balloon/n02782093_1.JPEG": jpeg,
            f"{photos}/ant/n02219486_2.JPEG": jpeg,
            f"{photos}/ant/n02219486_1.JPEG": jpeg,
        }
    )
    data = load_extended(root)
    assert data.classes == ("ant", "hot air balloon")  # the photos' spelling follows the sketches'
    assert [item.id for item in data.photos] == [
        "photo/ant/n02219486_1",
        "photo/ant/n02219486_2",
        "photo/hot air balloon/n02782093_1",
    ]
    assert data.photos[2].path == root / photos / "hot_air_balloon" / "n02782093_1.JPEG"
    assert [item.instance for item in data.sketches] == [None, None]
    assert data.photo(data.photos[0]).size == (40, 30)


def test_a_side_that_is_missing_or_empty_is_named(plant: Plant, picture: Callable[..., bytes]) -> None:
    root = plant({"ImageResized/ant/a.jpg": picture()})
    with pytest.raises(BadDataset, match=r"no folder png or png_ready in .*Found: ImageResized"):
        load_extended(root)
    with pytest.raises(BadDataset, match=r"no sketches in .*png/<class>"):
        load_extended(plant({"png/ant/notes.txt": ""}))
