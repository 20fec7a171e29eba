from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from sketchseek.data import check
from sketchseek.data.fscoco import captions, load
from sketchseek.errors import BadConfig, BadDataset, BadSketch

Plant = Callable[[Mapping[str, bytes | str]], Path]


def array(rows: object) -> bytes:
    out = io.BytesIO()
    np.save(out, np.asarray(rows, np.float64))
    return out.getvalue()


@pytest.fixture
def files(picture: Callable[..., bytes]) -> dict[str, bytes | str]:
    points = [[10, 20, 0], [-3, 40, 1], [50, 60, 0], [70, 80, 2]]
    scenes = {"1": ("000000000139", "000000000285"), "42": ("000000581929",)}
    found: dict[str, bytes | str] = {}
    for person, names in scenes.items():
        for name in names:
            found[f"images/{person}/{name}.jpg"] = picture()
            found[f"raster_sketches/{person}/{name}.jpg"] = picture(line=True)
            found[f"vector_sketches/{person}/{name}.npy"] = array(points)
            found[f"text/{person}/{name}.txt"] = f"scene {int(name)}\n"
    return found


def test_a_sketch_knows_its_scene_and_who_drew_it(plant: Plant, files: dict[str, bytes | str]) -> None:
    data = load(plant(files))
    assert [(item.id, item.instance, item.variant) for item in data.sketches] == [
        ("sketch/scene/000000000139", "scene/000000000139", "1"),
        ("sketch/scene/000000000285", "scene/000000000285", "1"),
        ("sketch/scene/000000581929", "scene/000000581929", "42"),
    ]
    assert {item.instance for item in data.photos} == {item.instance for item in data.sketches}
    assert {item.split for item in data} == {None}
    assert data.photo(data.photos[0]).size == (40, 30)


def test_drawings_are_places_also_where_they_leave_the_canvas(
    plant: Plant, files: dict[str, bytes | str]
) -> None:
    data = load(plant(files))
    first, second = data.sketch(data.sketches[0]).strokes
    assert first.tolist() == [[10, 20], [-3, 40]]
    assert second.tolist() == [[50, 60], [70, 80]]
    pictures = load(data.root or Path(), strokes=False)
    assert pictures.sketch(pictures.sketches[0]).raster is not None


def test_broken_drawings_are_refused(plant: Plant, files: dict[str, bytes | str]) -> None:
    name = "vector_sketches/1/000000000139.npy"
    pickled = io.BytesIO()
    np.save(pickled, np.array([{}], object), allow_pickle=True)
    for content, said in ((b"junk", "not a NumPy array"), (pickled.getvalue(), "not a NumPy array")):
        data = load(plant(files | {name: content}))
        with pytest.raises(BadSketch, match=said):
            data.sketch(data.sketches[0])


def test_the_publishers_lists_give_the_split(plant: Plant, files: dict[str, bytes | str]) -> None:
    root = plant(files | {"val_normal.txt": "000000000139\n", "val_unseen_user.txt": "581929\n"})
    assert [item.id for item in load(root).where(split="val")] == [
        "photo/scene/000000000139",
        "sketch/scene/000000000139",
    ]
    unseen = load(root, setting="unseen-user")
    assert {item.variant for item in unseen.where(split="val").sketches} == {"42"}
    assert len(unseen.where(split="train").sketches) == 2
    with pytest.raises(BadConfig, match="unknown setting 'unseen'; known: normal, unseen-user"):
        load(root, setting="unseen")  # type: ignore[arg-type]
    (root / "val_normal.txt").write_text("a scene\n")
    with pytest.raises(BadDataset, match="has 'a' where a scene's number belongs"):
        load(root)


def test_words_are_found_by_scene(plant: Plant, files: dict[str, bytes | str]) -> None:
    data = load(plant(files))
    assert captions(data.where(ids=["sketch/scene/000000000285"])) == {"scene/000000000285": "scene 285"}
    bare = {name: content for name, content in files.items() if not name.startswith("text")}
    (data.root or Path()).rename((data.root or Path()).with_name("old"))
    with pytest.raises(BadDataset, match="no folder text in "):
        captions(load(plant(bare)))


def test_the_drawers_are_counted(plant: Plant, files: dict[str, bytes | str]) -> None:
    found = {row.part: row.found for row in check("fscoco", plant(files)).rows}
    assert found["drawers"] == 2
    assert found["sketches without photo"] == 0
    assert not [part for part in found if "marked" in part]


def test_a_sketch_without_photo_and_missing_sides_are_named(
    plant: Plant, files: dict[str, bytes | str]
) -> None:
    root = plant({name: content for name, content in files.items() if name != "images/42/000000581929.jpg"})
    with pytest.raises(BadDataset, match=r"000000581929\.npy was drawn from a photo that is not in .*images"):
        load(root)
    (root / "vector_sketches").rename(root / "elsewhere")
    with pytest.raises(BadDataset, match=r"no folder vector_sketches in .*Found: elsewhere, images"):
        load(root)
    (root / "vector_sketches").mkdir()
    with pytest.raises(BadDataset, match=r"no sketches in .*vector_sketches/<person>"):
        load(root)
