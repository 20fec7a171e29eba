"""From pictures to regions: a backbone in two halves, pooling over boxes, the way into the hierarchy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.errors import BadConfig
from sketchseek.methods.hierarchy.material import Seen
from sketchseek.methods.hierarchy.roi import roi_pool
from sketchseek.training.halves import Top, Trunk
from sketchseek.training.towers import Standardise, Tower, principal

_LEAST = 1e-6  # embeddings of zeros have a direction too
_WAVES = 2.0 ** torch.arange(6) * torch.pi / 2
_PLACE = 4 * 2 * len(_WAVES)
_PLACED = 0.5  # of a place beside features of deviation 1, at first
_CHUNK = 32  # pictures that go through a top at once where nothing is learnt


class Enter(nn.Module):
    """The way into the comparison: features of regions and where they lie -> regions, no number below 0.

    Args:
        standardise: of this domain's features.
        project: width -> dim; both domains share it.
        place: `places` -> dim, shared as well; None: regions are not told where they lie.
    """

    def __init__(self, standardise: Standardise, project: nn.Linear, place: nn.Linear | None) -> None:
        super().__init__()
        self.standardise, self.project, self.place = standardise, project, place
        self.norm = nn.LayerNorm(project.out_features)

    def forward(self, pooled: Tensor, boxes: Tensor) -> Tensor:
        """(B, R, width) features and (B, R, 4) boxes -> (B, R, d)."""
        found = self.project(self.standardise(pooled))
        if self.place is not None:
            found = found + self.place(places(boxes))
        return torch.relu(self.norm(found))


class Side(nn.Module):
    """One domain above the trunk: trunk output and boxes -> regions.

    A region is what the trunk's map shows in its box, beside what the last map shows of the whole picture:
    the last is too coarse for parts, and the trunk's knows too little of what they are parts of.

    Args:
        top: the backbone's upper half.
        points: as `roi_pool` takes.
    """

    enter: Enter

    def __init__(self, top: Top, points: int) -> None:
        super().__init__()
        if len(top.shape) != 3:
            raise BadConfig("regions are read from feature maps: name a MobileNetV2 as the backbone")
        self.top = top
        self.points = points
        self.widths = top.shape[0], top.width

    def forward(self, values: Tensor, boxes: Tensor) -> Tensor:
        """(B, D) trunk output and (B, R, 4) boxes -> (B, R, d)."""
        found: Tensor = self.enter(self.pooled(values, boxes), boxes)
        return found

    def pooled(self, values: Tensor, boxes: Tensor) -> Tensor:
        """The same before the way in: (B, R, width), width the sum of ``widths``."""
        parts = roi_pool(self.top.enter(values), boxes, self.points)
        whole = self.top(values)[:, None].expand(-1, boxes.shape[1], -1)
        return torch.cat([parts, whole], dim=2)

    def standardise(self, pooled: Tensor) -> Standardise:
        """What brings (N, width) features to mean 0, and both their parts to one weight."""
        found = Standardise.fitted(pooled, floor=0.05)
        total = sum(self.widths)
        found.scale *= torch.cat([torch.full((width,), (total / width) ** 0.5) for width in self.widths])
        return found


def begin(sides: tuple[Side, Side], pooled: tuple[Tensor, Tensor], dim: int, *, placed: bool) -> None:
    """Make the ways in of both domains, one layer for both: at first the principal axes of what is seen.

    Each axis comes twice, once either way, so that nothing is lost where numbers below 0 become 0.

    Args:
        sides: that are given their ``enter``.
        pooled: (N, width) features of regions of either.
        dim: d, of a region.
        placed: tell regions where they lie.

    Raises:
        BadConfig: ``dim`` is more than there are axes both ways.
    """
    ways = [side.standardise(features) for side, features in zip(sides, pooled, strict=True)]
    seen = torch.cat([way(features) for way, features in zip(ways, pooled, strict=True)])
    axes = principal(seen, -(-dim // 2)).weight.detach()
    axes = axes / (seen @ axes.T).std(0).mean().clamp_min(_LEAST)
    project, place = nn.Linear(seen.shape[1], dim), nn.Linear(_PLACE, dim, bias=False) if placed else None
    with torch.no_grad():
        project.weight.copy_(torch.cat([axes, -axes])[:dim])
        project.bias.zero_()
        if place is not None:
            nn.init.normal_(place.weight, std=_PLACED / _PLACE**0.5)
    for side, way in zip(sides, ways, strict=True):
        side.enter = Enter(way, project, place)


def places(boxes: Tensor) -> Tensor:
    """Boxes (..., 4) -> (..., 48): sines and cosines of their middles and sides.

    The longest wave is four times the picture's side, each further one half as long.
    """
    low, high = boxes[..., :2], boxes[..., 2:]
    numbers = torch.cat([(low + high) / 2, high - low], dim=-1)[..., None] * _WAVES.to(boxes)
    return torch.cat([numbers.sin(), numbers.cos()], dim=-1).flatten(-2)


@torch.inference_mode()
def pooled(side: Side, seen: Seen) -> Seen:
    """The items with the pooled features of their regions (V, N, R, width) in place of trunk outputs."""
    side.eval()
    views, count, most, _ = seen.boxes.shape
    found = np.zeros((views, count, most, sum(side.widths)), np.float16)
    for view in range(views):
        for start in range(0, count, _CHUNK):
            rows = np.arange(start, min(start + _CHUNK, count))
            taken = seen.take(np.full(len(rows), view), rows)
            found[view, rows] = side.pooled(taken.values, taken.boxes).clamp(-65504, 65504).half().numpy()
    return replace(seen, values=found)


class RegionTower(nn.Module):
    """One domain whole: uint8 pictures and boxes -> regions (N, R, d)."""

    def __init__(self, trunk: Trunk, side: Side) -> None:
        super().__init__()
        self.trunk = trunk
        self.side = side
        self.input = Tower(nn.Identity(), nn.Identity(), mean=_three(trunk.mean), std=_three(trunk.std))

    def forward(self, pixels: Tensor, boxes: Tensor) -> Tensor:
        """Photos (N, S, S, 3) or sketches (N, S, S) uint8, boxes (N, R, 4) float32."""
        found: Tensor = self.side(self.trunk(self.input.prepare(pixels)), boxes)
        return found


class WholeTower(nn.Module):
    """One domain's encoder: uint8 pictures -> unit embeddings (N, d) of the whole, by a layer of its own."""

    def __init__(self, regions: RegionTower, head: nn.Module) -> None:
        super().__init__()
        self.regions = regions
        self.head = head

    def forward(self, pixels: Tensor) -> Tensor:
        """Photos (N, S, S, 3) or sketches (N, S, S) uint8."""
        place = torch.tensor([[0.0, 0.0, 1.0, 1.0]], device=pixels.device)
        whole = self.regions(pixels, place[None].repeat(pixels.shape[0], 1, 1))[:, 0]
        return normalize(self.head(whole) + _LEAST, dim=1)


def _three(values: tuple[float, ...]) -> tuple[float, ...]:
    return values if len(values) == 3 else values[:1] * 3
