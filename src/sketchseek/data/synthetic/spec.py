"""From a seed to a placed figure: what an item's key says, and how a figure is put on the canvas."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from sketchseek.data.synthetic.backdrop import SETTINGS, Setting
from sketchseek.data.synthetic.figures import CLASSES
from sketchseek.data.synthetic.geometry import Curve, turned
from sketchseek.data.synthetic.parts import FigureClass, Part, Pose
from sketchseek.data.synthetic.stroke import LEVELS
from sketchseek.errors import BadDataset
from sketchseek.registry import check_name

_TURNS = {"tilted": (12, 24), "angled": (30, 60), "climbing": (-26, -14), "lying": (78, 102)}  # degrees
# What each source of chance decides; they are independent, so that a photo does not change with its sketches.
_SHAPE, _VIEW, _PLACE, _PHOTO, _MEMORY, _HAND = range(6)


@dataclass(frozen=True)
class Spec:
    """All that decides a photo, or one of the sketches drawn from it."""

    seed: int
    label: str
    variant: str  # "<kind>/<view>"
    instance: int
    size: int = 256  # side of the photo, pixels
    level: str | None = None  # of a sketch: "detailed", "plain" or "coarse"
    hand: int = 0  # of a sketch: who draws

    @property
    def key(self) -> str:
        """The spec as text, for ``Item.key``."""
        photo = f"{self.seed}/{self.label}/{self.variant}/{self.instance}/{self.size}"
        return f"{photo}/{self.level}/{self.hand}" if self.level else photo

    @classmethod
    def of(cls, key: str) -> Spec:
        """The spec that a key tells.

        Raises:
            BadDataset: it is no key of this data set.
        """
        try:
            seed, label, kind, view, instance, size, *sketch = key.split("/")
            level, hand = sketch or (None, 0)
            spec = cls(int(seed), label, f"{kind}/{view}", int(instance), int(size), level, int(hand))
        except ValueError:
            raise BadDataset(f"{key!r} is no key of the synthetic data set") from None
        if spec.variant not in figure_class(label).variants or not (level is None or level in LEVELS):
            raise BadDataset(f"{key!r} names no variant or level that {label!r} has")
        return spec

    def chance(self, *purpose: int) -> np.random.Generator:
        """A source of chance that depends on nothing but the spec and the purpose."""
        names = (zlib.crc32(text.encode()) for text in (self.label, self.variant))
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([self.seed, *names, self.instance, *purpose]))
        )

    @property
    def photo_chance(self) -> np.random.Generator:
        """Decides light, backdrop and noise."""
        return self.chance(_PHOTO)

    @property
    def hand_chance(self) -> np.random.Generator:
        """Decides how the strokes of this sketch run; the same for all levels of one hand."""
        return self.chance(_HAND, self.hand)


def figure_class(label: str) -> FigureClass:
    """The class of that name.

    Raises:
        UnknownName: no such class.
    """
    return CLASSES[check_name(label, CLASSES, "synthetic class")]


def figure(spec: Spec) -> tuple[Part, Setting]:
    """The part tree of a spec in unit coordinates of its canvas (x, y in 0..1), and its setting.

    A sketch shows the same figure as its photo, a little moved, stretched and bent.
    """
    entry = figure_class(spec.label)
    kind, view = spec.variant.split("/")
    built = entry.build(Pose(kind, view, spec.chance(_SHAPE)))
    setting = SETTINGS[entry.settings[spec.instance % len(entry.settings)]]
    points = _grow(built.points, spec.chance(_SHAPE, 1))
    points = _face(points, view, spec.chance(_VIEW))
    points = _take(points, spec.chance(_PLACE))
    points, scale = _place(points, setting, entry.shown, spec.chance(_PLACE, 1))
    if spec.level is not None:
        points = _remember(points, spec.chance(_MEMORY, spec.hand))
    return built.moved_to(np.round(points, 6), scale), setting


def _grow(points: Curve, rng: np.random.Generator) -> Curve:
    """Change the proportions of an instance: slimmer or wider, with more in one half than in the other."""
    right, down, stretch = rng.random(3) - 0.5
    _, middle, size = _extent(points)
    part = 2 * (points - middle) / size  # -1..1
    part = part + 0.16 * np.array([right, down]) * (1 - part**2)
    grown: Curve = part * size * (1 + 0.12 * stretch, 1 - 0.12 * stretch)
    return grown / 2 + middle


def _face(points: Curve, view: str, rng: np.random.Generator) -> Curve:
    """Turn a figure that faces right as its view says."""
    amount = float(rng.random())
    side = -1.0 if view.endswith("left") else 1.0
    manner = view.partition("-")[0]
    if manner in _TURNS:
        low, high = _TURNS[manner]
        degrees = low + (high - low) * amount
        if manner != "climbing":
            return turned(points, degrees * side)
        points = turned(points, degrees)
    if manner == "windswept":
        points[:, 0] += side * 0.16 * np.maximum(0.6 - points[:, 1], 0)
        return points
    if manner == "turned":  # away about the vertical: narrower, and smaller toward the far side
        points = points * (1 + 0.13 * points[:, :1]) * (0.66 + 0.14 * amount, 1)
    facing: Curve = points * (side, 1)
    return facing


def _take(points: Curve, rng: np.random.Generator) -> Curve:
    """See it a little tilted, and tapering."""
    tilt, taper = (float(v) - 0.5 for v in rng.random(2))
    points = turned(points, tilt * 6)
    _, middle, size = _extent(points)
    points = points - middle
    tapered: Curve = points * (1 + taper * 0.12 * points[:, 1:] / size[1])
    return tapered


def _place(points: Curve, setting: Setting, shown: float, rng: np.random.Generator) -> tuple[Curve, float]:
    """Put a figure on the unit canvas where it may stand; and say by how much it was scaled."""
    big, right, down = (float(v) for v in rng.random(3))
    low, _, size = _extent(points)
    scale = (0.62 + 0.2 * big) * shown / float(size.max())
    corner = 0.03 + (0.94 - size * scale) * (0.25 + 0.5 * np.array([right, down]))
    if setting.stand is not None:
        tall = float(size[1]) * scale
        corner[1] = min(max(setting.stand + 0.08 * (down - 0.5) - tall, 0.03), 0.97 - tall)
    return (points - low) * scale + corner, scale


def _remember(points: Curve, rng: np.random.Generator) -> Curve:
    """What is wrong with a whole drawing: it is moved, resized, sheared, stretched and bent a little."""
    grow, across, down, shear, stretch, bend = (float(v) - 0.5 for v in rng.random(6))
    x, y = (points - 0.5).T
    wide = x * (1 + 0.16 * grow + 0.16 * stretch) + 0.1 * shear * y
    tall = y * (1 + 0.16 * grow - 0.16 * stretch) + 0.1 * bend * (x * x - 0.08)
    points = np.stack([0.5 + wide + 0.06 * across, 0.5 + tall + 0.06 * down], axis=1)
    _, middle, size = _extent(points)
    shrink = min(1.0, 0.95 / float(size.max()))
    centre = np.clip(middle, 0.02 + size * shrink / 2, 0.98 - size * shrink / 2)
    return (points - middle) * shrink + centre


def _extent(points: Curve) -> tuple[Curve, Curve, Curve]:
    """Lowest corner, middle and size of the box around the points."""
    low, high = points.min(axis=0), points.max(axis=0)
    return low, (low + high) / 2, high - low
