from __future__ import annotations

import torch
from torch import nn

from sketchseek.training.towers import Tower


def test_a_code_of_zeros_has_a_direction_and_others_keep_theirs() -> None:
    """A ReLU at the end of a code can leave nothing of a picture; search must answer nevertheless."""
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 4), nn.ReLU())
    with torch.no_grad():
        head[2].weight.fill_(1.0)
        head[2].bias.copy_(torch.tensor([-2.0, -2.0, -1.0, -1.5]))
    tower = Tower(nn.Identity(), head, mean=(0.0,) * 3, std=(1.0,) * 3)
    dark, light = torch.zeros(1, 8, 8, dtype=torch.uint8), torch.full((1, 8, 8), 255, dtype=torch.uint8)
    assert not tower.features(dark).any()
    torch.testing.assert_close(tower(dark), torch.full((1, 4), 0.5))
    exact = nn.functional.normalize(tower.features(light), dim=1)
    torch.testing.assert_close(tower(light), exact, atol=1e-6, rtol=0)
