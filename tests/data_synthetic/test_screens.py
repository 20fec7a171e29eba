"""Screens of apps: trees that hold together, and pixels and strokes that are of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from sketchseek.data import Dataset, load_dataset, screens
from sketchseek.data.screens.elements import Element
from sketchseek.errors import BadConfig, BadDataset

KINDS = {
    *("screen", "bar", "title", "text", "icon", "image", "avatar", "button", "field", "row", "card"),
    *("tab", "switch", "bubble"),
}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return load_dataset("screens", instances=60)


def trees(dataset: Dataset) -> list[Element]:
    return [screens.tree(photo) for photo in dataset.photos]


def test_the_table_tells_what_was_drawn_from_what(dataset: Dataset) -> None:
    assert (len(dataset.photos), len(dataset.sketches)) == (60, 180)
    assert {item.instance for item in dataset.sketches} == {item.instance for item in dataset.photos}
    assert Counter(item.variant for item in dataset.sketches) == dict.fromkeys(
        ("detailed", "plain", "coarse"), 60
    )
    assert len({item.id for item in dataset}) == len(dataset)


def test_elements_lie_within_their_parents_and_beside_each_other(dataset: Dataset) -> None:
    met = set()
    for tree in trees(dataset):
        for _, element in tree.walk():
            met.add(element.kind)
            x0, y0, x1, y1 = element.box
            assert x0 < x1
            assert y0 < y1
            for child in element.children:
                left, top, right, bottom = child.box
                assert x0 - 1e-9 <= left
                assert right <= x1 + 1e-9
                assert y0 - 1e-9 <= top
                assert bottom <= y1 + 1e-9
            standing = [child.box for child in element.children if child.look != "round"]
            for number, one in enumerate(standing):
                for other in standing[:number]:
                    wide = min(one[2], other[2]) - max(one[0], other[0])
                    high = min(one[3], other[3]) - max(one[1], other[1])
                    assert min(wide, high) <= 1e-9, (element.name, one, other)
        names = [path for path, _ in tree.walk()]
        assert len(set(names)) == len(names)
    assert met == KINDS


def test_screens_differ_and_follow_their_seed(dataset: Dataset) -> None:
    def shapes(of: Dataset) -> list[list[tuple[float, ...]]]:
        return [[element.box for _, element in tree.walk()] for tree in trees(of)]

    own = shapes(dataset)
    assert shapes(load_dataset("screens", instances=60)) == own
    assert all(one != other for number, one in enumerate(own) for other in own[:number])
    assert not any(shape in own for shape in shapes(load_dataset("screens", instances=60, seed=1)))
    photo, sketch = dataset.photos[3], dataset.sketches[3]
    assert np.array_equal(np.asarray(dataset.photo(photo)), np.asarray(dataset.photo(photo)))
    once, again = dataset.sketch(sketch).strokes, dataset.sketch(sketch).strokes
    assert all(np.array_equal(one, other) for one, other in zip(once, again, strict=True))


def test_pixels_are_of_the_tree(dataset: Dataset) -> None:
    painted = 0
    for photo in dataset.photos[:20]:
        tree, picture = screens.tree(photo), np.asarray(dataset.photo(photo))
        high, wide, _ = picture.shape
        assert high == 480
        assert wide == pytest.approx(480 * 0.56 / 0.98, abs=1)
        x0, y0, x1, y1 = tree.box
        for _, element in tree.walk():
            if element.kind in ("field", "switch"):
                left, top, _, bottom = element.box
                x = (left + 0.012 - x0) / (x1 - x0) * wide
                y = ((top + bottom) / 2 - y0) / (y1 - y0) * high
                assert picture[int(y), int(x)] == pytest.approx(
                    [255 * part for part in element.colour], abs=1
                )
                painted += 1
    assert painted > 20


def test_elements_are_told_in_shares_of_the_screen(dataset: Dataset) -> None:
    photo = dataset.photos[2]
    boxes = dataset.elements(photo)
    assert len(boxes) == sum(1 for _ in screens.tree(photo).walk()) - 1
    assert (boxes >= 0).all()
    assert (boxes <= 1).all()
    bar = next(element for path, element in screens.tree(photo).walk() if element.kind == "bar")
    x0, y0, x1, y1 = screens.tree(photo).box
    wanted = [(bar.box[0] - x0) / (x1 - x0), (bar.box[1] - y0) / (y1 - y0)]
    assert any(np.allclose(box[:2], wanted, atol=1e-6) for box in boxes)


def test_strokes_are_of_the_elements_they_name(dataset: Dataset) -> None:
    for sketch in dataset.sketches[:60]:
        places = {path: np.array(element.box) * 256 for path, element in screens.tree(sketch).walk()}
        drawing = screens.draw(sketch)
        assert drawing.parts[0] == "screen"
        off = []
        for stroke, path in zip(drawing.sketch.strokes, drawing.parts, strict=True):
            points, (left, top, right, bottom) = stroke[:, :2], places[path]
            assert (points >= 0).all()
            assert (points <= 256).all()
            middle = (points.min(0) + points.max(0)) / 2
            away = np.maximum([left - middle[0], top - middle[1]], [middle[0] - right, middle[1] - bottom])
            off.append(max(0.0, float(away.max())))
        assert max(off) < 14
        assert np.mean(off) < 2


def test_coarse_drawings_leave_words_and_icons_out(dataset: Dataset) -> None:
    few, all_ = Counter[str](), Counter[str]()
    for sketch in dataset.sketches:
        drawn = Counter(path.rpartition("/")[2].partition("-")[0] for path in screens.draw(sketch).parts)
        if sketch.variant == "coarse":
            few += drawn
        elif sketch.variant == "detailed":
            all_ += drawn
    assert (few["text"], few["icon"]) == (0, 0)
    assert all_["text"] > 200
    assert few["image"] == all_["image"] > 0


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"instances": 0}, {"sketches_per_screen": -1}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadConfig, match="screens: seed >= 0"):
        load_dataset("screens", **wrong)


@pytest.mark.parametrize("key", ["", "1", "a/2", "1/2/plain"])
def test_keys_that_are_none_are_refused(dataset: Dataset, key: str) -> None:
    with pytest.raises(BadDataset, match="is no key of the screens"):
        screens.tree(replace(dataset.photos[0], key=key))


def test_a_screen_is_no_sketch(dataset: Dataset) -> None:
    with pytest.raises(BadDataset, match="is a screen, not a sketch"):
        screens.draw(dataset.photos[0])
