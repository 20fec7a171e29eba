"""The classes of figures: enough of them, complete, and where they should be on the canvas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sketchseek.data.synthetic import CLASSES, LEVELS, Spec, parts
from sketchseek.data.synthetic.backdrop import SETTINGS
from sketchseek.data.synthetic.clutter import _KINDS
from sketchseek.data.synthetic.textures import GRAINS, LAID, MATERIALS

EVERYDAY_WORDS = {"ice_cream", "key", "lamp", "lighthouse"}  # classes that Sketchy does not have


def test_there_are_enough_classes_and_variants() -> None:
    assert len(CLASSES) >= 28
    assert sum(len(figure.variants) >= 5 for figure in CLASSES.values()) >= 12
    assert all(len(set(figure.kinds)) >= 2 for figure in CLASSES.values())
    assert all(len(set(figure.views)) >= 2 for figure in CLASSES.values())
    assert all(len(set(figure.variants)) == len(figure.variants) for figure in CLASSES.values())


def test_classes_are_spelled_as_in_sketchy(data_root: Path) -> None:
    folder = data_root / "sketchy" / "256x256" / "photo" / "tx_000000000000"
    if not folder.is_dir():
        pytest.skip(f"needs Sketchy at {folder}")
    assert set(CLASSES) - {path.name for path in folder.iterdir()} == EVERYDAY_WORDS


def test_settings_and_materials_refer_to_what_is_there() -> None:
    assert {name for figure in CLASSES.values() for name in figure.settings} <= set(SETTINGS)
    assert {setting.clutter for setting in SETTINGS.values()} <= {*_KINDS, ""}
    assert {setting.grain for setting in SETTINGS.values()} <= {*GRAINS, *LAID, "water", ""}
    assert {material.grain for material in MATERIALS.values()} <= {*GRAINS, *LAID, ""}


@pytest.mark.parametrize("label", CLASSES)
def test_every_variant_is_a_tree_of_parts_inside_the_canvas(label: str) -> None:
    for number, variant in enumerate(CLASSES[label].variants):
        tree = parts(Spec(5, label, variant, number))
        assert tree.name == label
        assert len({part.name for _, part in tree.walk()}) >= 4
        x0, y0, x1, y1 = tree.box
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1
        assert max(x1 - x0, y1 - y0) > 0.4, "too small to see"
        for path, part in tree.walk():
            assert path.startswith(label)
            assert part.material in MATERIALS
            assert np.isfinite(part.outline).all()
            assert all(0 <= channel <= 1 for channel in part.colour)
            a0, b0, a1, b1 = part.box
            assert x0 <= a0 <= a1 <= x1
            assert y0 <= b0 <= b1 <= y1


@pytest.mark.parametrize("label", CLASSES)
def test_the_parts_of_a_sketch_are_those_of_its_photo_remembered(label: str) -> None:
    variant = CLASSES[label].variants[-1]
    photo = parts(Spec(5, label, variant, 2))
    for hand, level in enumerate(LEVELS):
        sketch = parts(Spec(5, label, variant, 2, level=level, hand=hand))
        assert [path for path, _ in sketch.walk()] == [path for path, _ in photo.walk()]
        assert min(sketch.box) >= 0
        assert max(sketch.box) <= 1
        assert np.abs(np.array(sketch.box) - photo.box).max() < 0.2
        assert sketch.box != photo.box


@pytest.mark.parametrize("label", CLASSES)
def test_instances_of_one_variant_differ_in_shape(label: str) -> None:
    variant = CLASSES[label].variants[0]
    first, second = (parts(Spec(0, label, variant, number)).points for number in (1, 2))
    spread = [points - points.mean(axis=0) for points in (first, second)]
    assert first.shape != second.shape or np.abs(spread[0] - spread[1]).max() > 0.02


def test_left_and_right_are_mirror_views() -> None:
    def nose_is_right(view: str) -> bool:
        tree = parts(Spec(3, "duck", f"mallard/{view}", 0))
        boxes = {path: part.box for path, part in tree.walk()}
        return boxes["duck/bill"][0] > boxes["duck/body"][0]

    assert nose_is_right("right")
    assert not nose_is_right("left")
