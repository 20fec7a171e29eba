"""The readers on the real data sets, where they are present: counts, links, and a few of each opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from sketchseek.data import Dataset, check, line_drawing, load_dataset, load_split

pytestmark = pytest.mark.data


def read(name: str, data_root: Path, **options: object) -> Dataset:
    if not any((data_root / part).exists() for part in PLACES[name]):
        pytest.skip(f"{name} is not among the real data sets")
    return load_dataset(name, data_root / PLACES[name][0], **options)


PLACES = {
    "sketchy": ["sketchy"],
    "quickdraw": ["quickdraw"],
    "qmul-chairv2": ["qmul/ChairV2"],
    "caltech101": ["caltech101"],
    "tiny-imagenet": ["tiny-imagenet-200"],
}


def test_sketchy(data_root: Path) -> None:
    data = read("sketchy", data_root)
    assert (len(data.classes), len(data.photos), len(data.sketches)) == (125, 3125, 3125)
    photos = {item.instance for item in data.photos}
    drawn = {item.instance for item in data.sketches}
    assert drawn <= photos
    assert len(drawn) == 578
    assert data.photo(data.photos[0]).size == (256, 256)
    assert data.sketch(data.sketches[0]).raster is not None


@pytest.mark.parametrize(
    ("name", "photos", "sketches"),
    [
        ("sketchy-subset.train", 1541, 1359),
        ("sketchy-subset.val", 125, 676),
        ("sketchy-subset.test", 1459, 1090),
        ("sketchy-21.unseen", 525, 525),
        ("sketchy-25.seen", 2500, 2500),
        ("sketchy-25-sempcyc.unseen", 625, 625),
    ],
)
def test_sketchy_splits(data_root: Path, name: str, photos: int, sketches: int) -> None:
    part = load_split(name).of(read("sketchy", data_root))
    assert (len(part.photos), len(part.sketches)) == (photos, sketches)


def test_chairs(data_root: Path) -> None:
    data = read("qmul-chairv2", data_root)
    assert (len(data.photos), len(data.sketches)) == (400, 1275)
    for split, photos, sketches in (("train", 300, 952), ("test", 100, 323)):
        part = data.where(split=split)
        assert (len(part.photos), len(part.sketches)) == (photos, sketches)
    for item in data.sketches[::200]:
        assert data.sketch(item).strokes
    assert check("qmul-chairv2", data.root).complete


@pytest.mark.parametrize(("part", "photos", "sketches"), [("train", 300, 952), ("test", 100, 323)])
def test_the_list_of_chairs_is_the_split_of_the_data_set(
    data_root: Path, part: str, photos: int, sketches: int
) -> None:
    data = read("qmul-chairv2", data_root)
    listed = load_split(f"qmul-chairv2.{part}").of(data)
    assert listed.items == data.where(split=part).items
    assert (len(listed.photos), len(listed.sketches)) == (photos, sketches)


def test_quickdraw(data_root: Path) -> None:
    data = read("quickdraw", data_root)
    assert (len(data.classes), len(data.sketches)) == (345, 10_317)
    assert {len(data.sketch(item).strokes) > 0 for item in data.sketches[::1500]} == {True}
    counts = {row.part: row.found for row in check("quickdraw", data.root).rows}
    assert counts["sketches"] == 10_317
    assert counts["sketches raw"] == 3_437
    assert counts["sketches simplified"] == 8_600
    assert len(read("quickdraw", data_root, forms=["raw"])) == 3_437
    split = load_split("quickdraw-30.unseen").of(data)
    assert len(split.classes) == 30


def test_caltech101(data_root: Path) -> None:
    data = read("caltech101", data_root, background=True)
    assert (len(data.classes), len(data.photos)) == (102, 2565)
    assert len(read("caltech101", data_root).classes) == 101


def test_tiny_imagenet(data_root: Path) -> None:
    data = read("tiny-imagenet", data_root)
    assert (len(data.classes), len(data.photos)) == (200, 10_000)
    assert {item.variant for item in data if item.label == "Egyptian cat"} == {"n02124075"}


@pytest.mark.parametrize(("name", "every"), [("sketchy", 100), ("qmul-chairv2", 20), ("caltech101", 100)])
def test_line_drawings(data_root: Path, name: str, every: int) -> None:
    data = read(name, data_root)
    if not (data_root / "lines").is_dir():
        pytest.skip("the line drawings are not among the real data sets")
    found = [line_drawing(item, data_root / "lines") for item in data.photos[::every]]
    assert all(
        path is not None and path.stem == item.path.stem
        for path, item in zip(found, data.photos[::every], strict=True)
        if item.path
    )
