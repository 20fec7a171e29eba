from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sketchseek.data.check import count
from sketchseek.data.sketchy import load, load_extended
from sketchseek.errors import BadConfig, BadDataset

Plant = Callable[[Mapping[str, bytes | str]], Path]
PHOTO, SKETCH = "256x256/photo/tx_000000000000", "256x256/sketch/tx_000000000000"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M1 1L9 9" stroke="black" fill="none"/></svg>'


@pytest.fixture
def files(picture: Callable[..., bytes]) -> dict[str, bytes | str]:
    photo, sketch = picture("JPEG"), picture("PNG", line=True)
    return {
        f"{PHOTO}/cat/n1_10.jpg": photo,
        f"{PHOTO}/cat/n1_2.jpg": photo,
        f"{PHOTO}/hot-air_balloon/n3_1.jpg": photo,
        f"{PHOTO}/cat/.DS_Store": b"",
        f"{SKETCH}/cat/n1_10-1.png": sketch,
        f"{SKETCH}/cat/n1_10-2.png": sketch,
        f"{SKETCH}/cat/n1_2-12.png": sketch,
        f"{SKETCH}/hot-air_balloon/n3_1-1.png": sketch,
        f"{SKETCH}/hot-air_balloon/checked.txt": "n3_1-1",
    }


def test_sketches_know_the_photo_they_were_drawn_from(plant: Plant, files: dict[str, bytes | str]) -> None:
    data = load(plant(files))
    assert (len(data.photos), len(data.sketches)) == (3, 4)
    assert data.classes == ("cat", "hot-air_balloon")
    by_id = {item.id: item for item in data}
    assert by_id["sketch/cat/n1_2-12"].instance == by_id["photo/cat/n1_2"].instance == "cat/n1_2"
    assert {item.split for item in data} == {None}
    assert {item.variant for item in data} == {None}
    assert data.photo(by_id["photo/cat/n1_2"]).size == (40, 30)
    assert data.sketch(by_id["sketch/cat/n1_2-12"]).raster is not None


def test_the_order_is_stable_and_sorted(plant: Plant, files: dict[str, bytes | str]) -> None:
    ids = [item.id for item in load(plant(files)).photos]
    assert ids == sorted(ids)


def test_the_publishers_test_list_gives_the_split(plant: Plant, files: dict[str, bytes | str]) -> None:
    data = load(plant(files | {"info/testset.txt": "cat/n1_2.jpg\n\n"}))
    assert {item.id for item in data if item.split == "test"} == {"photo/cat/n1_2", "sketch/cat/n1_2-12"}
    assert {item.split for item in data} == {"test", "train"}


def test_flaws_are_marked_and_dropped_on_request(plant: Plant, files: dict[str, bytes | str]) -> None:
    lists = {
        "info/invalid-pose.txt": "hot-air_balloon/n3_1-1\n",
        "sketches/cat/invalid.txt": "Invalid/Error\nn1_10-1\n\nUnidentifiable/ambiguous\nn1_2-12\n",
    }
    root = plant(files | lists)
    flaws = {item.id: item.variant for item in load(root).sketches}
    assert flaws == {
        "sketch/cat/n1_10-1": "error",
        "sketch/cat/n1_10-2": None,
        "sketch/cat/n1_2-12": "ambiguous",
        "sketch/hot-air_balloon/n3_1-1": "pose",
    }
    kept = load(root, drop=("error", "ambiguous")).sketches
    assert [item.id for item in kept] == ["sketch/cat/n1_10-2", "sketch/hot-air_balloon/n3_1-1"]
    with pytest.raises(BadConfig, match=r"unknown flaws \['ugly'\]; known: error, ambiguous"):
        load(root, drop=["ugly"])


def test_other_renderings_and_the_archives_own_folder(plant: Plant, files: dict[str, bytes | str]) -> None:
    other = {f"rendered_256x256/{name}": content for name, content in files.items()}
    centred = {
        name.replace("sketch/tx_000000000000", "sketch/tx_000000001110"): c for name, c in other.items()
    }
    data = load(plant(other | centred), rendering="tx_000000001110")
    assert {item.path.parent.parent.name for item in data.sketches if item.path} == {"tx_000000001110"}
    assert {item.path.parent.parent.name for item in data.photos if item.path} == {"tx_000000000000"}
    with pytest.raises(BadDataset, match=r"no rendering tx_9 .* found: tx_000000000000, tx_000000001110"):
        load(data.root or Path(), rendering="tx_9")


def test_vector_drawings_are_read_where_asked_for(plant: Plant, files: dict[str, bytes | str]) -> None:
    root = plant(files)
    with pytest.raises(BadDataset, match="strokes=True needs the vector drawings"):
        load(root, strokes=True)
    root = plant({"sketches/cat/n1_10-1.svg": SVG})
    data = load(root, strokes=True)
    assert [item.id for item in data.sketches] == ["sketch/cat/n1_10-1"]
    assert len(data.sketch(data.sketches[0]).strokes) == 1


def test_extended_photos_are_added_once(plant: Plant, files: dict[str, bytes | str]) -> None:
    root = plant(files)
    with pytest.raises(BadDataset, match="extended=True needs"):
        load(root, extended=True)
    root = plant(
        {f"EXTEND_image_sketchy/cat/{name}.jpg": files[f"{PHOTO}/cat/n1_2.jpg"] for name in ("n1_2", "n1_3")}
    )
    data = load(root, extended=True)
    assert [item.id for item in data.photos if item.variant == "extended"] == ["photo/cat/n1_3"]
    assert len(data.photos) == 4


def test_a_side_that_is_missing_is_named(plant: Plant, files: dict[str, bytes | str]) -> None:
    root = plant({name: content for name, content in files.items() if "/photo/" not in name})
    with pytest.raises(BadDataset, match=r"no rendering tx_000000000000 in .*photo; found: no such folder"):
        load(root)


def test_a_sketch_without_number_is_refused(plant: Plant, files: dict[str, bytes | str]) -> None:
    with pytest.raises(BadDataset, match=r"stray\.png is not named <photo>-<number>\.png"):
        load(plant(files | {f"{SKETCH}/cat/stray.png": b""}))


@pytest.mark.parametrize(
    "place", ["EXTEND_image_sketchy", "256x256/EXTEND_image_sketchy", "EXTEND_image_sketchy_ready"]
)
def test_all_photos_of_the_extended_set_come_from_its_own_folder(
    plant: Plant, files: dict[str, bytes | str], place: str
) -> None:
    names = ("cat/n1_10", "cat/n1_2", "cat/n9_9", "hot-air_balloon/n3_1")
    photo = files[f"{PHOTO}/cat/n1_2.jpg"]
    only_sketches = {name: content for name, content in files.items() if not name.startswith(PHOTO)}
    root = plant(
        only_sketches
        | {f"{place}/{name}.jpg": photo for name in names}
        | {"info/testset.txt": "cat/n1_2.jpg", "info/invalid-error.txt": "cat/n1_2-12"}
    )
    data = load_extended(root)
    assert {item.instance: item.variant for item in data.photos} == dict.fromkeys(names) | {
        "cat/n9_9": "extended"
    }
    assert len(data.sketches) == 4
    assert {item.id for item in data if item.split == "test"} == {"photo/cat/n1_2", "sketch/cat/n1_2-12"}
    assert data.photo(data.photos[0]).size == (40, 30)
    kept = load_extended(root, drop=["error"])
    assert len(kept.sketches) == 3
    assert kept.photos == data.photos  # that its only sketch is dropped makes no photo a further one
    assert count(data)["sketches without photo"] == 0
    with pytest.raises(BadDataset, match=r"no rendering tx_000000000000 in .*photo"):
        load_extended(root, twice="tx_000000000000")


def test_the_databases_own_photos_can_be_read_twice(plant: Plant, files: dict[str, bytes | str]) -> None:
    photo = files[f"{PHOTO}/cat/n1_2.jpg"]
    root = plant(
        files | {f"EXTEND_image_sketchy/cat/{name}.jpg": photo for name in ("n1_10", "n1_2", "n1_3")}
    )
    assert len(load_extended(root).photos) == 3
    data = load_extended(root, twice="tx_000000000000")
    again = [item for item in data.photos if item.variant == "again"]
    assert [item.id for item in again] == [
        "photo/again/cat/n1_10",
        "photo/again/cat/n1_2",
        "photo/again/hot-air_balloon/n3_1",
    ]
    assert again[0].instance == "cat/n1_10"
    assert again[0].path == root / PHOTO / "cat" / "n1_10.jpg"
    with pytest.raises(BadConfig, match=r"unknown flaws \['ugly'\]"):
        load_extended(root, drop=["ugly"])


def test_sketches_that_the_extended_set_needs_are_named(plant: Plant) -> None:
    with pytest.raises(BadDataset, match=r"no folder 256x256 in .*Expected: 256x256/"):
        load_extended(plant({"EXTEND_image_sketchy/cat/a.jpg": b""}))
