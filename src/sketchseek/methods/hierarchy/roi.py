"""Regions of a feature map: one vector a box."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import grid_sample


def roi_pool(maps: Tensor, boxes: Tensor, points: int = 4) -> Tensor:
    """The mean of a feature map over each box: RoIAlign, then pooled over its bins.

    A map is read between its places by bilinear interpolation at ``points`` x ``points`` spots, the middles
    of as many equal bins of a box, so that no box is moved to whole places (He et al., "Mask R-CNN", ICCV
    2017). A place stands for the middle of its share of the picture; beyond the outermost middles the map
    stays as it is there.

    Args:
        maps: (B, C, H, W).
        boxes: (B, R, 4) x0, y0, x1, y1 in shares of the picture's sides, 0 to 1.
        points: a side.

    Returns:
        (B, R, C).
    """
    steps = (torch.arange(points, dtype=maps.dtype, device=maps.device) + 0.5) / points
    low, high = boxes[..., None, :2], boxes[..., None, 2:]
    spots = (low + (high - low) * steps[:, None]) * 2 - 1  # (B, R, points, 2), -1 to 1 over the picture
    x, y = spots[..., 0], spots[..., 1]
    grid = torch.stack(
        [
            x[:, :, None].expand(-1, -1, points, -1),
            y[..., None].expand(-1, -1, -1, points),
        ],
        dim=-1,
    ).flatten(2, 3)
    found = grid_sample(maps, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return found.mean(dim=3).transpose(1, 2)
