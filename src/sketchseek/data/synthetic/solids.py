"""Boxes and tapered legs in space, seen by a camera: for furniture and houses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sketchseek.data.synthetic.geometry import Curve, hull
from sketchseek.data.synthetic.parts import INK_NEVER, Colour, Part, line

Span = tuple[float, float]
Room = tuple[Span, Span, Span]  # from and to along x, y and z


@dataclass(frozen=True)
class Camera:
    """Looks from the front, turned about the vertical by ``yaw`` and raised by ``pitch`` degrees.

    In space x grows to the right, y upward and z toward the viewer.
    """

    yaw: float = 0.0
    pitch: float = 14.0
    pull: float = 0.12  # strength of perspective

    def see(self, points: Sequence[Sequence[float]] | Curve) -> Curve:
        """Points (n, 3) in space -> points (n, 2) on the page."""
        x, y, near = self._turned(points)
        raised = math.radians(self.pitch)
        depth = near * math.cos(raised) + y * math.sin(raised)
        grow = 1 / (1 - self.pull * depth)
        return np.stack([x * grow, (near * math.sin(raised) - y * math.cos(raised)) * grow], axis=1)

    def depth(self, point: Sequence[float]) -> float:
        """How near a point is, for ordering."""
        _, y, near = self._turned([point])
        return float(near[0] * math.cos(math.radians(self.pitch)) + y[0] * math.sin(math.radians(self.pitch)))

    def _turned(self, points: Sequence[Sequence[float]] | Curve) -> tuple[Curve, Curve, Curve]:
        x, y, z = np.asarray(points, dtype=np.float64).T
        c, s = math.cos(math.radians(self.yaw)), math.sin(math.radians(self.yaw))
        return x * c - z * s, y, x * s + z * c


def box(
    camera: Camera,
    name: str,
    room: Room,
    colour: Colour,
    material: str = "wood",
    *,
    detail: int = 0,
    relief: float = 0.1,
    nearer: float = 0.0,
) -> Part:
    """A box: its outline, the faces that are seen (only painted), and its inner edges (only drawn)."""
    x, y, z = room
    corner = {(i, j, k): (x[i], y[j], z[k]) for i in (0, 1) for j in (0, 1) for k in (0, 1)}
    middle = [sum(span) / 2 for span in (x, y, z)]
    order = camera.depth(middle) + nearer
    side = 1 if camera.yaw > 0 else 0
    faces = {"front": [(0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)]}
    if camera.pitch > 3:
        faces["top"] = [(0, 1, 1), (1, 1, 1), (1, 1, 0), (0, 1, 0)]
    if abs(camera.yaw) > 3:
        faces["side"] = [(side, 0, 1), (side, 1, 1), (side, 1, 0), (side, 0, 0)]
    tones = {"front": 0.95, "top": 1.12, "side": 0.72}
    seen = {face: camera.see([corner[c] for c in corners]) for face, corners in faces.items()}
    children = [
        Part(face, outline, colour, material, detail=INK_NEVER, relief=relief, tone=tones[face])
        for face, outline in seen.items()
    ]
    shape = hull(np.concatenate(list(seen.values())))
    thickness = min(float(np.ptp(seen[face], axis=0).min()) for face in seen)
    near = (side, 1, 1)
    edges = [(1 - side, 1, 1), near, (side, 0, 1)] if "side" in faces else [(0, 1, 1), (1, 1, 1)]
    if len(faces) > 1 and thickness > 0.035:
        children.append(line("edge", camera.see([corner[c] for c in edges]), detail=1))
        if len(faces) == 3:
            children.append(line("edge", camera.see([corner[near], corner[(side, 1, 0)]]), detail=1))
    return Part(name, shape, colour, material, detail=detail, z=order, relief=0, children=tuple(children))
