"""Photos and sketches of the figures: the same again, different from each other, and as abstract as asked."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from sketchseek.data.synthetic import CLASSES, LEVELS, Spec, draw, draw_sketch, parts, render_photo

SOME = ("bicycle", "cat", "castle", "couch", "fish", "sailboat", "teapot", "spider")
PROGRAM = """
import hashlib
from sketchseek.data.synthetic import CLASSES, Spec, draw_sketch, render_photo
for label in {labels}:
    for number, variant in enumerate(CLASSES[label].variants[:2]):
        print(hashlib.sha256(render_photo(Spec(11, label, variant, number, 96)).tobytes()).hexdigest())
        strokes = draw_sketch(Spec(11, label, variant, number, level="plain", hand=1)).strokes
        print(hashlib.sha256(b"".join(stroke.tobytes() for stroke in strokes)).hexdigest())
"""


def digests(labels: tuple[str, ...], **environment: str) -> list[str]:
    command = [sys.executable, "-c", PROGRAM.format(labels=labels)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout.split()


def test_another_process_makes_the_same_bytes() -> None:
    here = []
    for label in SOME[:4]:
        for number, variant in enumerate(CLASSES[label].variants[:2]):
            here.append(
                hashlib.sha256(render_photo(Spec(11, label, variant, number, 96)).tobytes()).hexdigest()
            )
            strokes = draw_sketch(Spec(11, label, variant, number, level="plain", hand=1)).strokes
            here.append(hashlib.sha256(b"".join(stroke.tobytes() for stroke in strokes)).hexdigest())
    assert digests(SOME[:4], PYTHONHASHSEED="7") == here
    assert len(set(here)) == len(here)


def test_a_processor_without_vector_instructions_makes_the_same_bytes() -> None:
    # numpy has other code for sine, square root and sums there; NPY_DISABLE_CPU_FEATURES makes it use that.
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import numpy; print(*numpy.show_config('dicts')['SIMD Extensions'].get('found', []))",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    if not found:
        pytest.skip("numpy uses no vector instructions beyond its baseline here")
    assert digests(SOME, NPY_DISABLE_CPU_FEATURES=" ".join(found)) == digests(SOME)


@pytest.mark.parametrize("label", CLASSES)
def test_two_instances_look_different(label: str) -> None:
    variant = CLASSES[label].variants[0]
    photos = [np.asarray(render_photo(Spec(2, label, variant, n, 64)), dtype=float) for n in (0, 1)]
    assert photos[0].shape == (64, 64, 3)
    assert np.abs(photos[0] - photos[1]).mean() > 8
    assert all(photo.std() > 15 for photo in photos)


@pytest.mark.parametrize("label", CLASSES)
def test_the_figure_stands_out_from_its_backdrop(label: str) -> None:
    """Where the parts are, the picture is not what it is without them."""
    spec = Spec(6, label, CLASSES[label].variants[-1], 4, 96)
    photo = np.asarray(render_photo(spec), dtype=float)
    x0, y0, x1, y1 = (round(96 * v) for v in parts(spec).box)
    inside = np.zeros((96, 96), dtype=bool)
    inside[y0:y1, x0:x1] = True
    edges = np.abs(np.diff(photo, axis=0)).max(axis=2)
    assert edges[inside[1:]].mean() > edges[~inside[1:]].mean()


@pytest.mark.parametrize("label", CLASSES)
def test_levels_order_what_is_drawn(label: str) -> None:
    counts = dict.fromkeys(LEVELS, 0)
    for number, variant in enumerate(CLASSES[label].variants):
        for level in LEVELS:
            counts[level] += len(draw(Spec(8, label, variant, number, level=level)).parts)
    assert counts["detailed"] > counts["plain"] >= counts["coarse"] > 0
    assert counts["detailed"] > 1.2 * counts["coarse"]


@pytest.mark.parametrize("label", CLASSES)
def test_strokes_are_timed_lines_of_known_parts(label: str) -> None:
    for level in LEVELS:
        spec = Spec(1, label, CLASSES[label].variants[0], 3, level=level, hand=2)
        drawing = draw(spec)
        assert len(drawing.parts) == len(drawing.sketch.strokes)
        boxes = {path: part.box for path, part in parts(spec).walk() if len(part.outline)}
        assert set(drawing.parts) <= set(boxes)
        points = np.concatenate(drawing.sketch.strokes)
        assert points.shape[1] == 3
        assert points[:, :2].min() >= 0
        assert points[:, :2].max() <= 256
        assert points[0, 2] == 0
        assert (np.diff(points[:, 2]) >= 0).all()
        assert 300 < points[-1, 2] < 120_000


def test_a_stroke_lies_in_the_box_of_its_part() -> None:
    spec = Spec(1, "teapot", "round/right", 3, level="plain")
    drawing = draw(spec)
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    for path, part in parts(spec).walk():
        boxes.setdefault(path, []).append(part.box)
    for stroke, path in zip(drawing.sketch.strokes, drawing.parts, strict=True):
        middle = (stroke[:, :2].min(axis=0) + stroke[:, :2].max(axis=0)) / 512
        assert any(
            x0 - 0.03 < middle[0] < x1 + 0.03 and y0 - 0.03 < middle[1] < y1 + 0.03
            for x0, y0, x1, y1 in boxes[path]
        )


def test_main_parts_come_before_details() -> None:
    spec = Spec(0, "butterfly", "monarch/open", 0, level="detailed")
    details = {path: part.detail for path, part in parts(spec).walk()}
    order = [details[path] for path in draw(spec).parts]
    assert order == sorted(order)
    assert set(order) == {0, 1, 2}


def test_hidden_lines_are_left_out() -> None:
    """The back of a couch is partly behind its cushions and arms."""
    spec = Spec(0, "couch", "two-seat/front", 0, level="detailed")
    tree = dict(parts(spec).walk())
    drawing = draw(spec)
    back = [s for s, path in zip(drawing.sketch.strokes, drawing.parts, strict=True) if path == "couch/back"]
    drawn = sum(float(np.hypot(*np.diff(s[:, :2], axis=0).T).sum()) for s in back) / 256
    ring = tree["couch/back"].outline
    whole = float(np.hypot(*np.diff(np.concatenate([ring, ring[:1]]), axis=0).T).sum())
    assert 0.1 * whole < drawn < 0.75 * whole


def test_two_hands_draw_differently_and_a_photo_does_not_change_with_its_sketches() -> None:
    first, second = (draw_sketch(Spec(0, "cup", "mug/right", 0, level="plain", hand=hand)) for hand in (0, 1))
    boxes = [np.concatenate(sketch.strokes)[:, :2] for sketch in (first, second)]
    assert boxes[0].shape != boxes[1].shape or np.abs(boxes[0] - boxes[1]).max() > 1
    of_sketch = Spec(0, "cup", "mug/right", 0, level="coarse", hand=5)
    assert render_photo(of_sketch).tobytes() == render_photo(Spec(0, "cup", "mug/right", 0)).tobytes()


@pytest.mark.parametrize("size", [16, 64, 320])
def test_any_size_is_rendered(size: int) -> None:
    for setting, label in enumerate(("sailboat", "airplane", "scissors", "lighthouse", "door", "candle")):
        photo = render_photo(Spec(3, label, CLASSES[label].variants[0], setting, size))
        assert photo.size == (size, size)
        assert photo.mode == "RGB"
