"""Regions: boxes hold the ink and the things they should, in the frame that a model sees."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from sketchseek.errors import EmptySketch
from sketchseek.images import PhotoInput, fit
from sketchseek.rerankers.regions import contained, of_elements, of_photo, of_sketch, ordered
from sketchseek.sketch import Sketch, SketchInput

SPEC = SketchInput(size=96, margin=0.1, line_width=3)


def strokes(*lines: list[tuple[float, float]]) -> Sketch:
    return Sketch(tuple(np.array(line, np.float32) for line in lines))


def overlap(one: np.ndarray, other: tuple[float, ...]) -> float:
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    common = float(np.prod(np.clip(sides, 0, None)))
    areas = [float((box[2] - box[0]) * (box[3] - box[1])) for box in (one, other)]
    return common / (sum(areas) - common)


def test_a_strokes_box_holds_its_ink_and_no_more() -> None:
    sketch = strokes([(10, 10), (40, 20), (20, 60)], [(300, 200), (300, 260)], [(150, 400)])
    found = of_sketch(sketch, SPEC)
    assert found.boxes[0].tolist() == [0, 0, 1, 1]
    assert found.strokes == ((0, 1, 2), (0,), (1,), (2,))
    ink = 255 - sketch.render(SPEC)
    left = ink.copy()
    for box in found.boxes[1:] * 96:
        low, high = np.floor(box[:2]).astype(int), np.ceil(box[2:]).astype(int)
        inside = ink[low[1] : high[1], low[0] : high[0]] > 0
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        assert (rows[0], columns[0]) == (0, 0)
        assert (rows[-1] + 1, columns[-1] + 1) == inside.shape
        left[low[1] : high[1], low[0] : high[0]] = 0
    assert not left.any()


def test_many_strokes_are_joined_with_their_neighbours() -> None:
    dots = [[(x, y)] for x, y in ((0, 0), (1, 0), (50, 0), (51, 0), (51, 1), (0, 99), (1, 99))]
    found = of_sketch(strokes(*dots), SPEC, most=4)
    assert found.strokes == (tuple(range(7)), (0, 1), (2, 3, 4), (5, 6))
    assert len(of_sketch(strokes(*dots), SPEC, most=2).boxes) == 2
    whole = of_sketch(strokes(*([[(n, n % 7)] for n in range(3000)])), SPEC, most=16)
    assert sorted(n for group in whole.strokes[1:] for n in group) == list(range(3000))
    assert len(whole.boxes) == 16


def test_a_mirrored_sketch_has_mirrored_boxes() -> None:
    sketch = strokes([(10, 10), (40, 20)], [(30, 20), (30, 26)], [(15, 40)])
    turned = Sketch(tuple(stroke * np.array([-1, 1], np.float32) for stroke in sketch.strokes))
    one, other = of_sketch(sketch, SPEC).boxes, of_sketch(turned, SPEC).boxes
    np.testing.assert_allclose(
        other, np.stack([1 - one[:, 2], one[:, 1], 1 - one[:, 0], one[:, 3]], 1), atol=1e-6
    )


def test_a_single_stroke_and_a_raster_have_regions_and_nothing_has_none() -> None:
    assert len(of_sketch(strokes([(3, 3)]), SPEC).boxes) == 2
    raster = np.full((80, 80), 255, np.uint8)
    raster[10:12, 10:40] = raster[50:70, 60:62] = 0
    found = of_sketch(Sketch((), raster), SPEC)
    assert 2 <= len(found.boxes) <= 16
    assert found.strokes == ((),) * len(found.boxes)
    with pytest.raises(EmptySketch):
        of_sketch(Sketch(()), SPEC)


def scene(*things: tuple[tuple[int, int, int, int], str], size: tuple[int, int] = (160, 160)) -> Image.Image:
    image = Image.new("RGB", size, (225, 228, 230))
    for box, colour in things:
        ImageDraw.Draw(image).rectangle(box, fill=colour, outline="black")
    return image


def test_things_in_a_photo_are_found() -> None:
    things = (((12, 15, 60, 50), "red"), ((90, 20, 140, 70), "green"), ((30, 90, 120, 145), "navy"))
    pixels = np.asarray(scene(*things))
    found = of_photo(pixels)
    assert found[0].tolist() == [0, 0, 1, 1]
    assert len(found) <= 16
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() <= 1
    best = [max(overlap(box * 160, thing) for box in found[1:]) for thing, _ in things]
    by_chance = [
        max(overlap(box * 160, thing) for box in of_photo(pixels, finder="grid")) for thing, _ in things
    ]
    assert min(best) > 0.5
    assert sum(best) > sum(by_chance)


def test_a_mirrored_photo_has_mirrored_boxes() -> None:
    rng = np.random.default_rng(0)
    pixels = np.asarray(Image.fromarray(rng.integers(0, 256, (12, 12, 3), np.uint8)).resize((128, 128)))
    one, other = of_photo(pixels), of_photo(pixels[:, ::-1].copy())
    turned = np.stack([1 - one[:, 2], one[:, 1], 1 - one[:, 0], one[:, 3]], 1)
    assert sorted(map(tuple, turned.tolist())) == sorted(map(tuple, other.tolist()))


def test_boxes_are_those_of_the_crop() -> None:
    """What lies beside the centre square has no box; what is in it is found where the crop shows it."""
    wide = scene(((130, 20, 180, 90), "red"), ((5, 20, 60, 90), "navy"), size=(320, 160))
    found = of_photo(fit(wide, PhotoInput(size=96, fit="crop")))
    assert max(overlap(box * 160, (50, 20, 100, 90)) for box in found[1:]) > 0.5


def test_an_even_photo_is_one_region_and_a_grid_is_a_grid() -> None:
    even = np.full((64, 64, 3), 90, np.uint8)
    assert of_photo(even).tolist() == [[0, 0, 1, 1]]
    cells = of_photo(even, finder="grid")
    assert len(cells) == 1 + 4 + 9
    np.testing.assert_allclose((cells[:, 2] - cells[:, 0]), [1] + [1 / 2] * 4 + [1 / 3] * 9, atol=1e-6)
    assert len(of_photo(even, most=4, finder="grid")) == 1


def test_what_lies_in_a_box_is_merged_first() -> None:
    card, picture, words = (0.1, 0.1, 0.5, 0.6), (0.15, 0.15, 0.45, 0.4), (0.15, 0.45, 0.4, 0.5)
    beside, across = (0.6, 0.1, 0.9, 0.3), (0.4, 0.5, 0.8, 0.7)
    boxes = np.array([(0, 0, 1, 1), picture, card, words, beside, across], np.float32)
    # words and picture into the card, 2; then what lies in nothing else into the whole.
    assert contained(boxes).tolist() == [[2, 3], [0, 4], [6, 1], [7, 5], [9, 8]]


def test_equal_and_empty_boxes_have_an_order_too() -> None:
    boxes = np.array([(0, 0, 1, 1), (0, 0, 1, 1), (0.2, 0.2, 0.4, 0.4), (0.2, 0.2, 0.4, 0.4)], np.float32)
    assert contained(boxes).tolist() == [[2, 3], [1, 4], [0, 5]]
    points = np.array([(0, 0, 1, 1), (0.3, 0.3, 0.3, 0.3), (0.2, 0.2, 0.4, 0.4)], np.float32)
    assert contained(points).tolist() == [[2, 1], [0, 3]]
    assert contained(points[:1]).shape == (0, 2)


def test_any_boxes_come_to_one_tree() -> None:
    rng = np.random.default_rng(0)
    for count in range(1, 20):
        corners = np.sort(rng.random((count, 2, 2)), axis=1).reshape(count, 4).astype(np.float32)
        corners[0] = 0, 0, 1, 1
        there = set(range(count))
        for step, (one, other) in enumerate(contained(corners).tolist()):
            assert one != other
            there -= {one, other}  # each is there when it is named
            assert len(there) == count - step - 2
            there.add(count + step)
        assert len(there) == 1


@pytest.mark.parametrize("way", ["pad", "crop", "stretch"])
@pytest.mark.parametrize("size", [(120, 200), (200, 120), (90, 90)])
def test_elements_are_where_the_model_sees_them(way: str, size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, "white")
    inner = (0.3, 0.4, 0.7, 0.6)
    corners = [round(share * side) for share, side in zip(inner, size * 2, strict=True)]
    ImageDraw.Draw(picture).rectangle((*corners[:2], corners[2] - 1, corners[3] - 1), fill="red")
    spec = PhotoInput(size=80, fit=way)
    boxes = of_elements(np.array([inner], np.float32), size, spec)
    assert boxes[0].tolist() == [0, 0, 1, 1]
    seen = fit(picture, spec)
    rows, columns = np.nonzero((seen[..., 0] > 200) & (seen[..., 1] < 100))
    there = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) / 80
    np.testing.assert_allclose(boxes[1], there, atol=1.5 / 80)


def test_the_largest_elements_are_kept() -> None:
    sides = np.arange(1, 9, dtype=np.float32) / 10
    elements = np.stack([0 * sides, 0 * sides, sides, sides], axis=1)
    found = of_elements(elements, (50, 50), PhotoInput(size=32), most=4)
    np.testing.assert_allclose(found[:, 2], [1, 0.8, 0.7, 0.6], atol=1e-6)
    beyond = np.array([(0, 0, 0.05, 1), (0.5, 0.5, 0.5, 0.6)], np.float32)  # cropped away, and empty
    assert len(of_elements(beyond, (400, 100), PhotoInput(size=32, fit="crop"))) == 1
    assert len(of_elements(elements[:0], (50, 50), PhotoInput(size=32))) == 1


def test_merges_of_several_pictures_are_filled_up() -> None:
    some = [
        of_photo(np.zeros((32, 32, 3), np.uint8), 4),
        of_photo(np.zeros((32, 32, 3), np.uint8), 6, "grid"),
    ]
    found = ordered(some, 6)
    assert found.shape == (2, 5, 2)
    assert (found[0] == -1).all()
    assert found[1, :4].tolist() == contained(some[1]).tolist()
    assert (found[1, 4:] == -1).all()
