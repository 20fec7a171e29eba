"""Regions of feature maps: the mean over a box, read between the map's places."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from sketchseek.methods.hierarchy.roi import roi_pool  # noqa: E402


def typed_again(table: torch.Tensor, box: list[float], points: int) -> torch.Tensor:
    """Bilinear interpolation at the middles of equal bins, one spot after the other: (C,)."""
    _, height, width = table.shape
    total = torch.zeros(len(table), dtype=table.dtype)
    for row in range(points):
        for column in range(points):
            x = (box[0] + (box[2] - box[0]) * (column + 0.5) / points) * width - 0.5
            y = (box[1] + (box[3] - box[1]) * (row + 0.5) / points) * height - 0.5
            x, y = min(max(x, 0.0), width - 1.0), min(max(y, 0.0), height - 1.0)
            left, top = min(int(x), width - 2), min(int(y), height - 2)
            dx, dy = x - left, y - top
            corner = table[:, top : top + 2, left : left + 2]
            total = total + (
                (corner[:, 0, 0] * (1 - dx) + corner[:, 0, 1] * dx) * (1 - dy)
                + (corner[:, 1, 0] * (1 - dx) + corner[:, 1, 1] * dx) * dy
            )
    return total / points**2


def test_pooling_is_its_formula_and_so_are_its_gradients() -> None:
    generator = torch.Generator().manual_seed(0)
    maps = torch.randn(2, 3, 5, 7, dtype=torch.float64, generator=generator, requires_grad=True)
    boxes = torch.tensor(
        [
            [[0.0, 0.0, 1.0, 1.0], [0.1, 0.2, 0.35, 0.9]],
            [[0.55, 0.0, 0.6, 0.05], [0.98, 0.9, 1.0, 1.0]],
        ],
        dtype=torch.float64,
    )
    ours = roi_pool(maps, boxes, points=3)
    theirs = torch.stack(
        [
            torch.stack([typed_again(table, box, 3) for box in some])
            for table, some in zip(maps, boxes.tolist(), strict=True)
        ]
    )
    torch.testing.assert_close(ours, theirs)
    weights = torch.randn(ours.shape, dtype=torch.float64, generator=generator)
    one, two = (torch.autograd.grad((value * weights).sum(), maps)[0] for value in (ours, theirs))
    torch.testing.assert_close(one, two)


def test_a_box_sees_its_own_part_and_a_mirrored_one_the_mirrored() -> None:
    maps = torch.arange(8.0).reshape(1, 1, 1, 8).expand(1, 1, 8, 8)
    boxes = torch.tensor([[[0.0, 0.0, 0.5, 1.0], [0.5, 0.0, 1.0, 1.0], [0.25, 0.4, 0.5, 0.6]]])
    found = roi_pool(maps, boxes, points=4)[0, :, 0]
    torch.testing.assert_close(found, torch.tensor([1.5, 5.5, 2.5]))
    turned = boxes[..., [2, 1, 0, 3]]
    turned[..., [0, 2]] = 1 - turned[..., [0, 2]]
    torch.testing.assert_close(roi_pool(maps.flip(3), turned, points=4)[0, :, 0], found)
