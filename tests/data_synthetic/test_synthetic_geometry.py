"""Curves, part trees and solids."""

from __future__ import annotations

import numpy as np
import pytest

from sketchseek.data.synthetic.geometry import (
    area,
    curve,
    ellipse,
    hull,
    lathe,
    length,
    rect,
    resample,
    round_bends,
    rounded,
    smooth,
    sweep,
    thin,
    turned,
)
from sketchseek.data.synthetic.parts import Part, group
from sketchseek.data.synthetic.solids import Camera, box


def test_points_are_read_from_text_and_from_pairs() -> None:
    np.testing.assert_array_equal(curve("0,0 1,-0.5"), curve([(0, 0), (1, -0.5)]))


def test_areas_and_lengths_are_those_of_the_shapes() -> None:
    assert area(rect(0, 0, 2, 3)) == pytest.approx(6)
    assert area(ellipse(1, 1, 2, 0.5, n=400)) == pytest.approx(np.pi, rel=1e-3)
    assert length(curve("0,0 3,4")) == pytest.approx(5)
    assert 5.5 < area(rect(0, 0, 2, 3, 0.5)) < 6


def test_a_spline_goes_through_its_points() -> None:
    points = curve("0,0 1,2 3,1 4,4")
    path = smooth(points, closed=False, steps=5)
    np.testing.assert_allclose(path[[0, 5, 10, 15]], points)
    np.testing.assert_allclose(smooth(points, steps=5)[::5], points)


def test_a_turned_body_is_symmetric() -> None:
    outline = lathe("0,0 1,0.5 0.4,1")
    np.testing.assert_allclose(outline, outline[::-1] * (-1, 1))


def test_a_band_has_its_width() -> None:
    band = sweep("0,0 10,0", 2.0)
    assert area(band) == pytest.approx(20)
    assert area(sweep("0,0 5,0 10,0", [2.0, 0.0])) == pytest.approx(10)


def test_turning_keeps_distances() -> None:
    points = curve("1,0 0,2")
    np.testing.assert_allclose(turned(points, 90), [(0, 1), (-2, 0)], atol=1e-12)
    np.testing.assert_allclose(turned(points, 37, (1, 0))[0], (1, 0), atol=1e-12)


def test_a_hull_leaves_out_what_is_inside() -> None:
    assert len(hull("0,0 2,0 2,2 0,2 1,1 1,0")) == 4


def test_resampling_keeps_ends_and_spacing() -> None:
    path = resample(curve("0,0 10,0 10,10"), 0.5)
    np.testing.assert_array_equal(path[[0, -1]], [(0, 0), (10, 10)])
    steps = np.hypot(*np.diff(path, axis=0).T)
    assert steps.max() == pytest.approx(0.5)


def test_thinning_keeps_corners_only() -> None:
    path = resample(curve("0,0 10,0 10,10"), 0.5)
    np.testing.assert_allclose(thin(path, 0.1), curve("0,0 10,0 10,10"))
    assert len(thin(ellipse(0, 0, 10, start=0, stop=180, n=90), 0.5)) < 12


def test_sharp_bends_are_rounded_by_no_more_than_asked() -> None:
    bent = round_bends(curve("0,0 10,0 10,10"), 2.0)
    assert {(8.0, 0.0), (10.0, 2.0)} <= {(float(x), float(y)) for x, y in bent}
    assert 0.5 < np.hypot(*(bent - (10, 0)).T).min() < 1.5
    np.testing.assert_array_equal(bent[[0, -1]], [(0, 0), (10, 10)])
    assert len(rounded("0,0 4,0 4,4 0,4", 1)) == 24


def test_depth_adds_up_along_the_tree() -> None:
    near = Part("near", rect(0, 0, 1, 1), z=1.0, children=(Part("on it", rect(0, 0, 1, 1), z=-0.5),))
    tree = group("all", near, Part("far", rect(0, 0, 2, 2)))
    assert [path for path, _ in tree.painted()] == ["all/far", "all/near/on it", "all/near"]
    assert tree.box == (0, 0, 2, 2)
    assert tree.moved_to(tree.points + 1).box == (1, 1, 3, 3)


@pytest.mark.parametrize(
    ("yaw", "pitch", "faces"),
    [(0, 0, {"front"}), (0, 20, {"front", "top"}), (35, 20, {"front", "top", "side"})],
)
def test_a_box_shows_the_faces_toward_the_camera(yaw: float, pitch: float, faces: set[str]) -> None:
    solid = box(Camera(yaw, pitch), "crate", ((-1, 1), (-1, 1), (-1, 1)), (0.5, 0.5, 0.5))
    assert {part.name for part in solid.children} - {"edge"} == faces
    for face in solid.children:
        assert face.box[0] >= solid.box[0] - 1e-9
        assert face.box[3] <= solid.box[3] + 1e-9


def test_nearer_things_are_larger() -> None:
    camera = Camera(0, 0)
    near, far = (np.ptp(camera.see([(-1, 0, z), (1, 0, z)])[:, 0]) for z in (1, -1))
    assert near > far
    assert camera.depth((0, 0, 1)) > camera.depth((0, 0, -1))
