"""The sketch itself: what it accepts, how it is drawn, cut and simplified."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sketchseek.errors import BadConfig, BadSketch, EmptySketch
from sketchseek.sketch import MAX_POINTS, MAX_STROKES, Sketch, SketchInput, from_quickdraw

SPEC = SketchInput()
SMALL = SketchInput(size=64)

points = st.tuples(st.integers(0, 255), st.integers(0, 255))
drawings = st.lists(st.lists(points, min_size=1, max_size=12), min_size=1, max_size=6)


def sketch_of(drawing: list[list[tuple[float, ...]]]) -> Sketch:
    return Sketch(tuple(np.array(stroke, np.float32) for stroke in drawing))


def length_of(sketch: Sketch) -> float:
    steps = [np.diff(stroke[:, :2].astype(float), axis=0) for stroke in sketch.strokes]
    return sum(float(np.hypot(step[:, 0], step[:, 1]).sum()) for step in steps)


def ink_box(raster: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(raster < 128)
    return columns.min(), rows.min(), columns.max(), rows.max()


CROSS = sketch_of([[(0, 0), (100, 50)], [(100, 0), (0, 50)]])


# --- drawing ---


def test_a_horizontal_line_covers_exactly_its_width() -> None:
    raster = sketch_of([[(0, 0), (10, 0)]]).render(SketchInput(size=100, margin=0.1, line_width=4))
    column = 255 - raster[:, 50].astype(int)
    assert column[48:52].tolist() == [255] * 4
    assert column.sum() == 4 * 255
    assert ink_box(raster) == (10, 48, 89, 51)


@pytest.mark.parametrize("width", [0.5, 1.0, 2.5, 3.0, 7.0])
def test_line_width_is_pixels_of_the_raster(width: float) -> None:
    raster = sketch_of([[(0, 0), (9, 3)]]).render(SketchInput(size=128, line_width=width))
    column = (255 - raster[:, 64].astype(float)).sum() / 255
    assert column == pytest.approx(width * np.hypot(9, 3) / 9, rel=0.06)  # cut by a vertical


def test_corners_and_ends_are_round() -> None:
    raster = sketch_of([[(0, 0), (10, 0), (0, 0.001)]]).render(
        SketchInput(size=200, margin=0.1, line_width=40)
    )
    ink = raster < 128
    assert ink[100, 20] and ink[100, 179]
    assert not ink[82, 21] and not ink[118, 178]  # a square end would cover these
    assert ink[100 - 14, 160 + 13]  # and a round one this


def test_a_lone_point_is_a_dot_in_the_middle() -> None:
    raster = sketch_of([[(7, 9)]]).render(SketchInput(size=65, line_width=5))
    assert ink_box(raster) == (30, 30, 34, 34)
    same_place = sketch_of([[(7, 9), (7, 9), (7, 9)]]).render(SketchInput(size=65, line_width=5))
    np.testing.assert_array_equal(raster, same_place)


def test_a_dot_beside_a_line_has_the_width_of_the_line() -> None:
    raster = sketch_of([[(0, 0), (100, 0)], [(50, 40)]]).render(SPEC)
    dot = raster[120:]
    assert 5 < (255 - dot.astype(float)).sum() / 255 < 9  # a disc of diameter 3 covers 7.07


@given(drawings, st.sampled_from([0.0, 0.05, 0.2, 0.4]), st.sampled_from([1.0, 3.0, 6.0]))
@settings(max_examples=60, deadline=None)
def test_no_ink_enters_the_margin_and_the_drawing_fills_the_rest(
    drawing: list[list[tuple[float, ...]]], margin: float, width: float
) -> None:
    size = 96
    raster = sketch_of(drawing).render(SketchInput(size=size, margin=margin, line_width=width))
    left, top, right, bottom = ink_box(255 - (raster < 250) * 255)
    border = margin * size
    assert min(left, top) >= np.floor(border) and max(right, bottom) <= np.ceil(size - border)
    if len({point for stroke in drawing for point in stroke}) > 1:
        assert max(right - left, bottom - top) >= size - 2 * border - 3
    assert abs((left + right) - (size - 1)) <= 2 and abs((top + bottom) - (size - 1)) <= 2


def test_the_aspect_is_kept() -> None:
    left, top, right, bottom = ink_box(CROSS.render(SketchInput(size=300, line_width=2)))
    assert (right - left) / (bottom - top) == pytest.approx(2, rel=0.03)


@given(drawings)
@settings(max_examples=40, deadline=None)
def test_the_same_drawing_gives_the_same_bytes(drawing: list[list[tuple[float, ...]]]) -> None:
    assert sketch_of(drawing).render(SMALL).tobytes() == sketch_of(drawing).render(SMALL).tobytes()


@given(drawings, st.integers(-5000, 5000), st.integers(-5000, 5000), st.sampled_from([0.25, 0.5, 2, 3, 10]))
@settings(max_examples=80, deadline=None)
def test_rendering_ignores_place_and_scale(
    drawing: list[list[tuple[float, ...]]], dx: int, dy: int, scale: float
) -> None:
    moved = [[(x * scale + dx, y * scale + dy) for x, y in stroke] for stroke in drawing]
    difference = sketch_of(drawing).render(SMALL).astype(int) - sketch_of(moved).render(SMALL)
    assert np.abs(difference).max() <= 1


@given(drawings)
@settings(max_examples=40, deadline=None)
def test_the_polarities_are_inverse(drawing: list[list[tuple[float, ...]]]) -> None:
    black, white = (
        sketch_of(drawing).render(SMALL),
        sketch_of(drawing).render(replace(SMALL, polarity="white-on-black")),
    )
    np.testing.assert_array_equal(black, 255 - white)


def test_the_order_of_strokes_and_points_does_not_change_the_ink() -> None:
    backwards = Sketch(tuple(stroke[::-1] for stroke in reversed(CROSS.strokes)))
    difference = CROSS.render(SPEC).astype(int) - backwards.render(SPEC)
    assert np.abs(difference).max() <= 1


def test_huge_and_tiny_units_are_drawn() -> None:
    for scale in (1e-30, 1e30):
        scaled = Sketch(tuple(stroke * np.float32(scale) for stroke in CROSS.strokes))
        assert np.abs(scaled.render(SPEC).astype(int) - CROSS.render(SPEC)).max() <= 1


def test_twenty_strokes_are_drawn_in_milliseconds() -> None:
    rng = np.random.default_rng(0)
    sketch = Sketch(
        tuple(np.cumsum(rng.normal(0, 3, (30, 2)), axis=0) + rng.uniform(0, 255, 2) for _ in range(20))
    )
    times = []
    for _ in range(20):
        start = process_time()
        sketch.render(SPEC)
        times.append(process_time() - start)
    assert min(times) < 0.02  # 4 ms where it was written; the rest is for slow and busy machines


def test_many_points_are_drawn_in_bounded_memory() -> None:
    turns = np.linspace(0, 400, 200_000)
    spiral = Sketch((np.stack([turns * np.cos(turns), turns * np.sin(turns)], axis=1),))
    assert spiral.render(SMALL).mean() < 200


# --- what is refused ---


@pytest.mark.parametrize(
    ("strokes", "said"),
    [
        (([[0, 0], [1, np.nan]],), "stroke 1 has a point that is not a finite number"),
        (([[0, 0]], [[np.inf, 0]]), "stroke 2 has a point that is not a finite number"),
        (([[0, 0], [1e300, 0]],), "not a finite number"),
        (([0, 1, 2],), "has shape (3,)"),
        (([[0, 1, 2, 3]],), "has shape (1, 4)"),
        ((np.zeros((0, 2)),), "has shape (0, 2)"),
        (([["a", "b"]],), "not lists of numbers"),
        (([[0, 0], [1]],), "not lists of numbers"),
        (([[10**400, 0]],), "not lists of numbers"),
        ((object(),), "not lists of numbers"),
    ],
)
def test_what_is_no_stroke_is_refused_in_words(strokes: tuple[object, ...], said: str) -> None:
    with pytest.raises(BadSketch) as caught:
        Sketch(strokes)  # type: ignore[arg-type]
    assert said in str(caught.value)


def test_too_much_is_refused_before_it_is_copied() -> None:
    endless = np.broadcast_to(np.float32(0), (1_000_000_000, 2))
    with pytest.raises(BadSketch, match="1,000,000,000 points; at most 500,000"):
        Sketch((endless,))
    half = np.zeros((MAX_POINTS // 2 + 1, 2))
    with pytest.raises(BadSketch, match="500,002 points"):
        Sketch((half, half))
    with pytest.raises(BadSketch, match="10,001 strokes; at most 10,000"):
        Sketch((np.zeros((1, 2)),) * (MAX_STROKES + 1))


def test_strokes_and_a_raster_do_not_mix() -> None:
    with pytest.raises(BadSketch, match="not both"):
        Sketch(CROSS.strokes, np.zeros((4, 4), np.uint8))
    with pytest.raises(BadSketch, match=r"\(H, W\) uint8"):
        Sketch((), np.zeros((4, 4), np.float32))  # type: ignore[arg-type]


def test_a_sketch_cannot_be_changed_from_outside() -> None:
    points = np.zeros((2, 2), np.float32)
    sketch = Sketch((points,))
    points[:] = 9
    assert sketch.strokes[0].max() == 0
    with pytest.raises(ValueError, match="read-only"):
        sketch.strokes[0][0] = 1


def test_an_empty_sketch_says_so() -> None:
    for empty in (Sketch(()), CROSS.without([0, 1]), Sketch((), np.full((9, 9), 255, np.uint8))):
        assert empty.is_empty
        with pytest.raises(EmptySketch, match="the sketch is empty: draw at least one line"):
            empty.render(SPEC)
    assert not CROSS.is_empty
    with pytest.raises(EmptySketch):
        Sketch(()).prefix(0.5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"size": 7}, "sketch size 7"),
        ({"size": 4096}, "sketch size 4096"),
        ({"margin": 0.5}, "sketch margin 0.5"),
        ({"margin": -0.1}, "sketch margin -0.1"),
        ({"margin": float("nan")}, "sketch margin nan"),
        ({"line_width": 0}, "sketch line_width 0"),
        ({"line_width": 200}, "sketch line_width 200"),
        ({"polarity": "grey"}, "sketch polarity 'grey'"),
    ],
)
def test_an_input_contract_out_of_range_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(BadConfig) as caught:
        replace(SPEC, **change)  # type: ignore[arg-type]
    assert said in str(caught.value)


# --- prefix, without, boxes, simplify ---


@given(drawings, st.floats(0.01, 1), st.floats(0.01, 1))
@settings(max_examples=80, deadline=None)
def test_a_prefix_has_its_share_of_the_length(
    drawing: list[list[tuple[float, ...]]], a: float, b: float
) -> None:
    sketch = sketch_of(drawing)
    total = length_of(sketch)
    low, high = sorted((a, b))
    shorter, longer = length_of(sketch.prefix(low)), length_of(sketch.prefix(high))
    assert shorter <= longer + 1e-3 * (1 + total)
    assert shorter == pytest.approx(low * total, abs=1e-3 * (1 + total))
    assert not sketch.prefix(low).is_empty
    whole = sketch.prefix(1)
    assert all(np.array_equal(x, y) for x, y in zip(whole.strokes, sketch.strokes, strict=True))


def test_a_prefix_ends_between_two_points_with_its_time() -> None:
    sketch = sketch_of([[(0, 0, 0), (10, 0, 100)], [(0, 5, 200), (10, 5, 400)]])
    first, second = sketch.prefix(0.75).strokes
    np.testing.assert_allclose(first, sketch.strokes[0])
    np.testing.assert_allclose(second, [[0, 5, 200], [5, 5, 300]])
    assert len(sketch.prefix(0.5).strokes) == 1


def test_a_prefix_of_dots_counts_them() -> None:
    dots = sketch_of([[(0, 0)], [(1, 0)], [(2, 0)], [(3, 0)]])
    assert [len(dots.prefix(share).strokes) for share in (0.1, 0.5, 0.51, 1)] == [1, 2, 3, 4]


@pytest.mark.parametrize("share", [0, -1, 1.01, float("nan"), float("inf")])
def test_a_prefix_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(BadConfig, match="a share above 0 and at most 1"):
        CROSS.prefix(share)


def test_a_prefix_is_fitted_afresh() -> None:
    sketch = sketch_of([[(0, 0), (10, 0)], [(0, 10), (10, 10)], [(500, 500), (520, 500)]])
    alone = sketch.without([1, 2]).render(SPEC)
    np.testing.assert_array_equal(sketch.prefix(0.25).render(SPEC), alone)


def test_without_takes_strokes_away_by_number() -> None:
    kept = CROSS.without({0})
    assert len(kept.strokes) == 1
    np.testing.assert_array_equal(kept.strokes[0], CROSS.strokes[1])
    assert len(CROSS.without(()).strokes) == 2
    for number in (2, -1):
        with pytest.raises(BadSketch, match=f"no stroke {number}: the sketch has 2"):
            CROSS.without([number])


def test_boxes_hold_their_strokes() -> None:
    sketch = sketch_of([[(3, 9), (1, 4), (2, 20)], [(7, 7)]])
    boxes = sketch.boxes()
    assert boxes.dtype == np.float32
    assert boxes.tolist() == [[1, 4, 3, 20], [7, 7, 7, 7]]
    assert Sketch(()).boxes().shape == (0, 4)


@given(drawings, st.floats(0, 40))
@settings(max_examples=60, deadline=None)
def test_simplified_strokes_stay_within_the_tolerance(
    drawing: list[list[tuple[float, ...]]], tolerance: float
) -> None:
    sketch = sketch_of(drawing)
    simple = sketch.simplify(tolerance)
    points = np.concatenate(sketch.strokes)
    reach = tolerance * float(np.ptp(points, axis=0).max()) / 255
    for before, after in zip(sketch.strokes, simple.strokes, strict=True):
        np.testing.assert_array_equal(before[[0, -1]], after[[0, -1]])
        assert {tuple(p) for p in after.tolist()} <= {tuple(p) for p in before.tolist()}
        lines = list(pairwise(after)) or [(after[0], after[0])]
        for point in before.astype(float):
            assert min(_distance(point, *line) for line in lines) <= reach + 1e-6


def _distance(point: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    line = end.astype(float) - start
    square = float(line @ line)
    share = min(max(float((point - start) @ line) / square, 0), 1) if square else 0
    return float(np.hypot(*(point - start - share * line)))


def test_simplify_keeps_corners_and_times_and_drops_the_rest() -> None:
    zigzag = sketch_of([[(x, 0, x) for x in range(101)] + [(100, y, 100 + y) for y in range(1, 101)]])
    assert zigzag.simplify().strokes[0].tolist() == [[0, 0, 0], [100, 0, 100], [100, 100, 200]]
    with pytest.raises(BadConfig, match="tolerance -1"):
        zigzag.simplify(-1)


@pytest.mark.data
def test_real_drawings_are_drawn_and_shrink_when_simplified(data_root: Path) -> None:
    files = sorted((data_root / "quickdraw" / "raw").glob("*.ndjson"))[::15]
    assert files
    for file in files:
        sketch = from_quickdraw(json.loads(file.read_text(encoding="utf-8").splitlines()[0]))
        raster, simple = sketch.render(SPEC), sketch.simplify()
        assert raster.min() < 64
        assert sum(map(len, simple.strokes)) < sum(map(len, sketch.strokes))
        moved = np.abs(simple.render(SPEC).astype(int) - raster) > 200
        assert moved.mean() < 0.03
