"""Hard mining beside its definition."""

from __future__ import annotations

import pytest
import torch
from references import midgrain_losses as reference

from sketchseek.losses.hardest import hardest


def test_the_nearest_photo_that_is_not_the_same_is_found() -> None:
    generator = torch.Generator().manual_seed(0)
    sketches, photos = (torch.randn(9, 4, generator=generator, dtype=torch.float64) for _ in range(2))
    keys = torch.arange(9) // 3
    same = keys[:, None] == keys[None]
    found = hardest(sketches.requires_grad_(), photos, same)
    assert found.tolist() == reference.hardest(sketches.tolist(), photos.tolist(), same.tolist())
    assert not found.requires_grad
    assert not same[torch.arange(9), found].any()
    nearest = torch.cdist(sketches, photos).argmin(1)
    assert (found != nearest).any()  # or what is the same had never been left out


def test_a_batch_without_negatives_is_an_error() -> None:
    with pytest.raises(ValueError, match="but those that are the same"):
        hardest(torch.zeros(2, 3), torch.zeros(2, 3), torch.ones(2, 2, dtype=torch.bool))
