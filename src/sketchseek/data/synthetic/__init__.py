"""Paired sketches and photos of our own making: parametric figures, painted and drawn, from a seed.

Nothing is downloaded or stored: an item's key holds what its picture is made from, and the same key gives the
same pixels and strokes. One figure (a tree of parts) is both painted as a photo and drawn as strokes, so that
classes, variants, instances, parts, and the part of every stroke are known.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
from PIL import Image

from sketchseek.data.check import count
from sketchseek.data.items import Dataset, DatasetCard, Item, Reader
from sketchseek.data.synthetic import photo as _photo
from sketchseek.data.synthetic import stroke as _stroke
from sketchseek.data.synthetic.figures import CLASSES
from sketchseek.data.synthetic.parts import FigureClass, Part
from sketchseek.data.synthetic.spec import Spec, figure, figure_class
from sketchseek.data.synthetic.stroke import LEVELS, Drawing
from sketchseek.errors import BadConfig, BadDataset
from sketchseek.sketch import Sketch, to_svg

__all__ = [
    "CLASSES",
    "LEVELS",
    "READER",
    "Drawing",
    "FigureClass",
    "Part",
    "Spec",
    "draw",
    "draw_sketch",
    "gallery",
    "load",
    "parts",
    "render_photo",
    "write",
]

CARD = DatasetCard(
    name="synthetic",
    title="Synthetic sketches and photos",
    licence="Apache-2.0",
    source="Made by sketchseek itself",
    citation="",
    layout="none: it is drawn from a seed",
    expected={"classes": len(CLASSES)},
    redistributable=True,
    notes=("Variants are <kind>/<view>. Sketches come at three levels in turn: detailed, plain, coarse.",),
)


def load(
    root: Path | None = None,
    *,
    seed: int = 0,
    classes: Collection[str] | None = None,
    instances: int = 10,
    sketches_per_photo: int = 3,
    size: int = 256,
) -> Dataset:
    """The table of a data set; its pictures are made when they are opened.

    Args:
        root: not used; there are no files.
        seed: another seed, other pictures.
        classes: some of `CLASSES`; by default all.
        instances: photos per class; they go through the variants of the class in turn.
        sketches_per_photo: of each photo; they go through the levels in turn.
        size: side of the photos, pixels.

    Raises:
        UnknownName: an unknown class.
        BadConfig: a number out of range.
    """
    if seed < 0 or instances < 1 or sketches_per_photo < 0 or not 16 <= size <= 2048:
        raise BadConfig(
            "synthetic: seed >= 0, instances >= 1, sketches_per_photo >= 0 and size in 16..2048, please"
        )
    items: list[Item] = []
    for label in sorted(set(classes)) if classes is not None else CLASSES:
        variants = _shuffled(figure_class(label).variants, seed)
        for number in range(instances):
            spec = Spec(seed, label, variants[number % len(variants)], number, size)
            items += _rows(spec, sketches_per_photo)
    return Dataset(
        "synthetic", None, tuple(items), CARD, sketch_reader=draw_sketch, photo_reader=render_photo
    )


def _shuffled(variants: tuple[str, ...], seed: int) -> list[str]:
    order = np.random.Generator(np.random.PCG64(seed)).random(len(variants)).argsort(kind="stable")
    return [variants[i] for i in order]


def _rows(spec: Spec, sketches: int) -> list[Item]:
    """A photo and its sketches. Names are those of files that `write` makes."""
    name = f"{spec.variant.replace('/', '_')}_{spec.instance:04d}"
    instance = f"{spec.label}/{name}"
    rows = [Item(f"photo/{instance}", "photo", spec.label, instance, spec.variant, key=spec.key)]
    for hand in range(sketches):
        level = tuple(LEVELS)[hand % len(LEVELS)]
        drawn = Spec(spec.seed, spec.label, spec.variant, spec.instance, spec.size, level, hand)
        rows.append(
            Item(f"sketch/{instance}-{hand + 1}", "sketch", spec.label, instance, spec.variant, key=drawn.key)
        )
    return rows


def render_photo(item: Item | Spec, at_least: int | None = None) -> Image.Image:
    """The photo of an item or spec, RGB. ``at_least`` is there for readers of files; it changes nothing."""
    spec = _spec(item)
    placed, setting = figure(
        spec if spec.level is None else Spec(spec.seed, spec.label, spec.variant, spec.instance, spec.size)
    )
    return _photo.render(placed, setting, spec.size, spec.photo_chance)


def draw(item: Item | Spec) -> Drawing:
    """The strokes of a sketch, and for each the path of the part it belongs to, as in `parts`."""
    spec = _spec(item)
    if spec.level is None:
        raise BadDataset(f"{spec.key} is a photo, not a sketch")
    placed, _ = figure(spec)
    return _stroke.draw(placed, LEVELS[spec.level], spec.hand_chance)


def draw_sketch(item: Item | Spec) -> Sketch:
    """The strokes of a sketch: points x, y in 0..256 and milliseconds."""
    return draw(item).sketch


def parts(item: Item | Spec) -> Part:
    """The part tree of a photo or sketch: names, outlines and boxes in shares of the canvas side."""
    placed, _ = figure(_spec(item))
    return placed


def _spec(item: Item | Spec) -> Spec:
    return item if isinstance(item, Spec) else Spec.of(str(item.key))


def write(dataset: Dataset, folder: Path) -> Path:
    """Write a data set as a plain folder: ``photos/<class>/*.jpg`` and ``sketches/<class>/*.svg``."""
    for item in dataset.items:
        kind, name = ("photos", ".jpg") if item.domain == "photo" else ("sketches", ".svg")
        path = folder / kind / item.label / f"{item.id.rpartition('/')[2]}{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        if item.domain == "photo":
            dataset.photo(item).save(path, quality=92)
        else:
            path.write_text(to_svg(dataset.sketch(item)), encoding="utf-8")
    return folder


def gallery(count: int = 200, *, seed: int = 0, size: int = 256) -> Dataset:
    """About ``count`` photos over all classes, without sketches, for a demo."""
    return load(seed=seed, instances=max(1, round(count / len(CLASSES))), sketches_per_photo=0, size=size)


def _count(root: Path | None) -> dict[str, int]:
    """The counts that a check shows; variants are no flaws here, so they are left out."""
    return {part: found for part, found in count(load(root)).items() if " marked " not in part}


READER = Reader(CARD, load, _count)
