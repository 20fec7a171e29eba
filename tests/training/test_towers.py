from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import normalize

from sketchseek.training.towers import Mirrored, Settle, Tower


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


def test_settling_draws_to_the_nearest_anchor_and_keeps_what_is_undecided() -> None:
    anchors = torch.eye(4, 8)
    settle = Settle(anchors, pull=1.0)
    near = normalize(torch.tensor([[1.0, 0.2, 0, 0, 0.6, 0, 0, 0]]), dim=1)
    far = torch.tensor([[0.0, 0, 0, 0, 0, 1, 0, 0]])
    with torch.inference_mode():
        moved = normalize(settle(torch.cat([near, far]) * 3), dim=1)  # of any length
        assert moved[0] @ anchors[0] > near[0] @ anchors[0] + 0.05
        # As near to all anchors as to each: drawn to their mean, half a unit long.
        torch.testing.assert_close(moved[1, :4], torch.full((4,), 0.25 / 1.25**0.5))
        still = Settle(anchors, pull=0.0)
        torch.testing.assert_close(still(near), near)


def test_a_mirrored_backbone_cannot_tell_left_from_right() -> None:
    torch.manual_seed(0)
    backbone, shown = nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 4, 5)), torch.rand(2, 3, 4, 4)
    with torch.inference_mode():
        assert not torch.allclose(backbone(shown), backbone(shown.flip(3)), rtol=1e-3)
        both = Mirrored(backbone)
        torch.testing.assert_close(both(shown), both(shown.flip(3)))
