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
from sketchseek.training.towers import Standardise, Tower

_LEAST = 1e-6  # embeddings of zeros have a direction too
_CHUNK = 32  # pictures that go through a top at once where nothing is learnt


class Side(nn.Module):
    """One domain above the trunk: trunk output and boxes -> regions.

    Args:
        top: the backbone's upper half.
        points: as `roi_pool` takes.
    """

    def __init__(self, top: Top, points: int) -> None:
        super().__init__()
        with torch.inference_mode():
            map_ = top.eval().maps(torch.zeros(1, int(torch.Size(top.shape).numel())))
        if map_.dim() != 4:
            raise BadConfig("regions are read from feature maps: name a MobileNetV2 as the backbone")
        self.top = top
        self.points = points
        self.width = int(map_.shape[1])
        self.enter: nn.Module = nn.Identity()

    def forward(self, values: Tensor, boxes: Tensor) -> Tensor:
        """(B, D) trunk output and (B, R, 4) boxes -> (B, R, d)."""
        found: Tensor = self.enter(self.pooled(values, boxes))
        return found

    def pooled(self, values: Tensor, boxes: Tensor) -> Tensor:
        """The same before the way in: (B, R, width)."""
        return roi_pool(self.top.maps(values), boxes, self.points)

    def begin(self, pooled: Tensor, dim: int) -> None:
        """Make the way in: standardised by (N, width) regions, one linear layer, brought to one length."""
        self.enter = nn.Sequential(
            Standardise.fitted(pooled, floor=0.05), nn.Linear(self.width, dim), nn.LayerNorm(dim)
        )


@torch.inference_mode()
def pooled(side: Side, seen: Seen) -> Seen:
    """The items with the pooled features of their regions (V, N, R, width) in place of trunk outputs."""
    side.eval()
    views, count, most, _ = seen.boxes.shape
    found = np.zeros((views, count, most, side.width), np.float16)
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
