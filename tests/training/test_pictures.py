"""Pictures: what search sees, and how views of it differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny
from PIL import Image

from sketchseek.data import Dataset, Item, load_dataset
from sketchseek.images import PhotoInput, fit
from sketchseek.sketch import Sketch, SketchInput
from sketchseek.training.pictures import (
    LINES,
    Augment,
    Pictures,
    mirrored,
    normalised,
    with_edges,
    with_lines,
)

PHOTO, SKETCH = PhotoInput(size=32), SketchInput(size=32, line_width=2)
NOTHING = Augment(flip=False, rotate=0, scale=0, shift=0, line_width=0, drop=0, grey=0)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return load_dataset("folder", tiny.pictures(tmp_path_factory.mktemp("data")))


def test_plain_pictures_are_what_search_sees(dataset: Dataset) -> None:
    photo, sketch = dataset.photos[0], dataset.sketches[0]
    assert np.array_equal(Pictures(dataset, PHOTO).plain(photo), fit(dataset.photo(photo), PHOTO))
    kept = Pictures(dataset, SKETCH)
    for _ in range(2):
        assert np.array_equal(kept.plain(sketch), dataset.sketch(sketch).render(SKETCH))


def test_augmenting_by_nothing_changes_nothing(dataset: Dataset) -> None:
    for contract, items in ((PHOTO, dataset.photos), (SKETCH, dataset.sketches)):
        pictures = Pictures(dataset, contract)
        assert np.array_equal(pictures.varied(items[0], NOTHING, 1), pictures.plain(items[0]))


@pytest.mark.parametrize("change", ["rotate", "scale", "shift", "line_width", "bend"])
def test_each_amount_changes_a_drawing(dataset: Dataset, change: str) -> None:
    value = {"rotate": 30.0, "scale": 0.5, "shift": 0.2, "line_width": 2.0, "bend": 0.1}[change]
    pictures, item = Pictures(dataset, SKETCH), dataset.sketches[0]
    some = Augment(**{**NOTHING.__dict__, change: value})
    views = [pictures.varied(item, some, seed) for seed in range(8)]
    assert all(view.shape == (32, 32) and view.dtype == np.uint8 for view in views)
    assert any(not np.array_equal(view, pictures.plain(item)) for view in views)


def test_a_flip_mirrors() -> None:
    image = np.zeros((4, 4), np.uint8)
    from sketchseek.training.pictures import _move

    image[1, 0] = 255
    seen = {
        _move(image, Augment(**{**NOTHING.__dict__, "flip": True}), np.random.default_rng(n), 0).tobytes()
        for n in range(9)
    }
    assert seen == {image.tobytes(), image[:, ::-1].tobytes()}


def test_what_is_bent_moves_smoothly_and_no_farther_than_told() -> None:
    from sketchseek.training.pictures import _move

    bend, side = 0.05, 64
    grid = np.arange(8, side, 8)
    image = np.zeros((side, side), np.uint8)
    image[grid[:, None], grid] = 255
    some = Augment(**{**NOTHING.__dict__, "bend": bend})
    shifts = []
    for seed in range(6):
        bent = _move(image, some, np.random.default_rng(seed), 0).astype(float)
        rows, columns = np.mgrid[:side, :side]
        for row, column in ((row, column) for row in grid for column in grid):
            near = (abs(rows - row) < 4) & (abs(columns - column) < 4)
            weight = bent * near
            if weight.sum() > 200:
                shifts.append(
                    (
                        (weight * rows).sum() / weight.sum() - row,
                        (weight * columns).sum() / weight.sum() - column,
                    )
                )
    found = np.array(shifts)
    assert len(found) > 200
    assert 1 < np.abs(found).max() < bend * side + 1
    assert np.abs(found.mean(0)).max() < 0.7  # neither way more than the other


def test_what_stood_on_a_ground_stands_on_it_when_moved(tmp_path: Path) -> None:
    picture = Image.new("RGB", (60, 40), (250, 240, 230))
    picture.paste((200, 20, 30), (10, 10, 30, 30))
    folder = tmp_path / "photos" / "thing"
    folder.mkdir(parents=True)
    picture.save(folder / "0.png")
    dataset = load_dataset("folder", tmp_path)
    away = Augment(**{**NOTHING.__dict__, "shift": 0.5, "scale": 0.5})
    for way in ("trim", "pad"):
        pictures = Pictures(dataset, PhotoInput(size=32, fit=way))
        views = np.stack([pictures.varied(dataset.photos[0], away, seed) for seed in range(8)])
        assert (np.abs(views.astype(int) - 128).max(3) <= 1).any() == (way == "pad")  # grey came into view


def test_thicker_lines_have_more_ink(dataset: Dataset) -> None:
    pictures, item = Pictures(dataset, SKETCH), dataset.sketches[0]
    some = Augment(**{**NOTHING.__dict__, "line_width": 2.0})
    ink = [float((255 - pictures.varied(item, some, seed)).sum()) for seed in range(12)]
    plain = float((255 - pictures.plain(item)).sum())
    assert min(ink) < plain < max(ink)


def test_what_comes_into_view_is_paper(dataset: Dataset) -> None:
    away = Augment(**{**NOTHING.__dict__, "shift": 0.9})
    view = Pictures(dataset, SKETCH).varied(dataset.sketches[0], away, 3)
    assert view[0, 0] == view[-1, -1] == 255
    white_on_black = SketchInput(size=32, line_width=2, polarity="white-on-black")
    view = Pictures(dataset, white_on_black).varied(dataset.sketches[0], away, 3)
    assert view[0, 0] == view[-1, -1] == 0


def test_grey_photos_have_no_colour(dataset: Dataset) -> None:
    view = Pictures(dataset, PHOTO).varied(dataset.photos[0], Augment(**{**NOTHING.__dict__, "grey": 1.0}), 0)
    assert np.ptp(view, axis=2).max() == 0


def test_views_follow_item_and_seed(dataset: Dataset) -> None:
    pictures, (one, two) = Pictures(dataset, SKETCH), dataset.sketches[:2]
    again = Pictures(dataset, SKETCH)
    assert np.array_equal(pictures.varied(one, Augment(), 1, 2), again.varied(one, Augment(), 1, 2))
    assert not np.array_equal(pictures.varied(one, Augment(), 1, 2), pictures.varied(one, Augment(), 1, 3))
    assert not np.array_equal(pictures.varied(one, Augment(), 1), pictures.varied(two, Augment(), 1))


def test_strokes_are_dropped_but_never_all() -> None:
    dataset = load_dataset("synthetic", classes=None, instances=1, sketches_per_photo=1)
    item = max(dataset.sketches[:6], key=lambda item: len(dataset.sketch(item).strokes))
    pictures = Pictures(dataset, SketchInput(size=64))
    few = Augment(**{**NOTHING.__dict__, "drop": 0.95})
    views = [pictures.varied(item, few, seed) for seed in range(4)]
    ink = [int((view < 128).sum()) for view in views]
    assert min(ink) > 0
    assert max(ink) < int((pictures.plain(item) < 128).sum())


def test_some_drawings_are_shown_unfinished(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = load_dataset("synthetic", classes=None, instances=1, sketches_per_photo=1)
    item, pictures = dataset.sketches[0], Pictures(dataset, SketchInput(size=64))
    half = Augment(**{**NOTHING.__dict__, "unfinished": 0.5})
    shares: list[float] = []
    begun = Sketch.prefix

    def noted(sketch: Sketch, share: float) -> Sketch:
        shares.append(share)
        return begun(sketch, share)

    monkeypatch.setattr(Sketch, "prefix", noted)
    views = [pictures.varied(item, half, seed) for seed in range(200)]
    assert 70 < len(shares) < 130
    assert 0.2 <= min(shares) < 0.3
    assert 0.9 < max(shares) <= 1
    plain = pictures.plain(item)
    whole = sum(np.array_equal(view, plain) for view in views)
    assert 200 - len(shares) <= whole < 200 - 0.9 * len(shares)


def test_what_stands_in_a_picture_is_mirrored_with_it() -> None:
    dataset = load_dataset("screens", instances=3)
    turned = mirrored(dataset)
    boxes, other = dataset.elements(dataset.photos[2]), turned.elements(turned.photos[2])
    np.testing.assert_allclose(other[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [1, 0, 1, 0], boxes, atol=1e-6)
    assert not np.allclose(other, boxes)


def test_normalised_pictures_are_centred(dataset: Dataset) -> None:
    for contract, items in ((PHOTO, dataset.photos), (SKETCH, dataset.sketches)):
        batches = list(normalised(Pictures(dataset, contract), items, 7))
        assert [tuple(batch.shape) for batch in batches] == [(7, 3, 32, 32)]
        assert -1 <= float(batches[0].min()) < float(batches[0].max()) <= 1


def test_line_drawings_become_sketches_of_their_photos(tmp_path: Path) -> None:
    dataset = load_dataset("folder", tiny.pictures(tmp_path / "data"))
    place = tmp_path / "lines" / "data" / "photos" / "disc"
    place.mkdir(parents=True)
    drawing = np.full((40, 40), 255, np.uint8)
    drawing[10:30, 10:12] = 0
    drawing[10:12, 10:30] = 85
    drawing[30:32, 10:30] = 170
    Image.fromarray(drawing).save(place / "0.png")
    more = with_lines(dataset, tmp_path / "lines")
    (extra,) = set(more.sketches) - set(dataset.sketches)
    assert (extra.label, extra.instance) == ("disc", "disc/0")
    raster = more.sketch(extra).raster
    assert raster is not None
    assert set(np.unique(raster)) == {0, 255}
    assert int((raster == 0).sum()) == int((drawing < 128).sum())
    assert more.sketch(dataset.sketches[0]).render(SKETCH).shape == (32, 32)


def test_a_photo_is_opened_once_for_all_its_views() -> None:
    dataset = load_dataset("synthetic", classes=["cup"], instances=2, sketches_per_photo=0)
    opened: list[str] = []

    def read(item: Item, at_least: int | None) -> Image.Image:
        opened.append(item.id)
        return dataset.photo_reader(item, at_least)

    pictures = Pictures(replace(dataset, photo_reader=read), PHOTO)
    one, other = dataset.photos
    views = [pictures.varied(one, Augment(), seed) for seed in range(3)]
    assert not np.array_equal(views[0], views[1])
    pictures.plain(other)
    np.testing.assert_array_equal(pictures.varied(one, Augment(), 0), views[0])
    assert opened == [one.id, other.id, one.id]


def test_edges_stand_for_line_drawings_where_photos_are_no_files() -> None:
    pytest.importorskip("skimage")
    dataset = load_dataset("synthetic", classes=["cup"], instances=2, sketches_per_photo=1)
    more = with_edges(dataset)
    assert more.photos == dataset.photos
    extra = [item for item in more.sketches if item.variant == LINES]
    assert [item.instance for item in extra] == [photo.instance for photo in dataset.photos]
    for item, photo in zip(extra, dataset.photos, strict=True):
        raster = more.sketch(item).raster
        assert raster is not None
        assert set(np.unique(raster)) == {0, 255}
        assert 0.02 < (raster == 0).mean() < 0.4
        grey = np.asarray(dataset.photo(photo).convert("L")).astype(float)
        steep = np.hypot(*np.gradient(grey))
        assert steep[raster == 0].mean() > 2 * steep[raster == 255].mean()
    assert more.sketch(dataset.sketches[0]).strokes
