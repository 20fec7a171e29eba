"""Spot by spot: what a drawing shows at a place is looked for in a photo near the same place.

Late interaction in the manner of ColBERT (Khattab and Zaharia, SIGIR 2020), between the places of two feature
maps in the stead of words, and held near one place: a leg is drawn about where it stands.
``s(S, P) = Σ_m w_m max_(n near m) cos(s_m, p_n)``, w learnt from the sketch's features and summing to 1.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize, pad

from sketchseek.training.towers import Standardise, principal

_FAR = -2.0  # below any cosine
_SOME = 4096  # places of each domain that the axes are found from


class Spots(NamedTuple):
    """N maps of M places.

    Attributes:
        values: (N, M, d) of unit length.
        weights: (N, M), rows sum to 1; those of photos are not asked for.
    """

    values: Tensor
    weights: Tensor


class View(nn.Module):
    """One domain's maps (N, C, S, S) as spots; the projection is both domains'."""

    def __init__(self, features: Tensor, project: nn.Linear) -> None:
        super().__init__()
        self.standardise = Standardise.fitted(features, floor=0.05)
        self.project = project
        self.weigh = nn.Linear(features.shape[1], 1, bias=False)
        nn.init.zeros_(self.weigh.weight)  # at first every place counts alike

    def forward(self, maps: Tensor) -> Spots:
        """Maps -> values of all places, row by row, and what each counts for."""
        seen = self.standardise(maps.flatten(2).transpose(1, 2))
        return Spots(normalize(self.project(seen), dim=2), self.weigh(seen)[..., 0].softmax(1))


class Matching(nn.Module):
    """Both domains' views, and the score of what they see.

    Args:
        maps: (N, C, S, S) of sketches and of photos, to begin with.
        dim: d, of a spot.
        reach: how far from a place its like may lie, in places, along either side.
    """

    near: Tensor
    inside: Tensor

    def __init__(self, maps: tuple[Tensor, Tensor], dim: int, reach: int) -> None:
        super().__init__()
        features = [some.permute(0, 2, 3, 1).flatten(0, 2) for some in maps]
        each = [Standardise.fitted(some, floor=0.05)(some) for some in features]
        axes = principal(torch.cat([some[:: max(1, len(some) // _SOME)] for some in each]), dim)
        self.sketch, self.photo = (View(some, axes) for some in features)
        self.side, self.reach = maps[0].shape[-1], reach
        rows, columns = torch.meshgrid(torch.arange(self.side), torch.arange(self.side), indexing="ij")
        places = torch.stack([rows.flatten(), columns.flatten()], dim=1)
        self.register_buffer("near", (places[:, None] - places[None]).abs().amax(2) <= reach)
        there = self._around(torch.ones(1, 1, self.side, self.side))
        self.register_buffer("inside", there.reshape(self.side**2, -1) > 0, persistent=False)

    def table(self, sketches: Spots, photos: Spots) -> Tensor:
        """The scores of all pairs of Q sketches and G photos, (Q, G), -1 to 1; far places are left out."""
        count, places, dim = photos.values.shape
        maps = photos.values.transpose(1, 2).reshape(count, dim, self.side, self.side)
        neighbours = self._around(maps).reshape(places, -1, dim)
        cosines = sketches.values.transpose(0, 1) @ neighbours.transpose(1, 2)
        each = cosines.reshape(places, -1, count, self.inside.shape[1])
        best = torch.where(self.inside[:, None, None], each, _FAR).amax(3)
        return torch.einsum("mqg,qm->qg", best, sketches.weights)

    def _around(self, maps: Tensor) -> Tensor:
        """(N, C, S, S) -> (S, S, N, K, C): what lies in reach of each place; zeros beyond the map."""
        filled = pad(maps, (self.reach,) * 4)
        shifts = range(2 * self.reach + 1)
        shifted = [filled[:, :, row:, column:] for row in shifts for column in shifts]
        here = [some[:, :, : self.side, : self.side] for some in shifted]
        return torch.stack(here, dim=2).permute(3, 4, 0, 2, 1)

    def pairs(self, sketches: Spots, photos: Spots) -> tuple[Tensor, Tensor]:
        """B pairs, each for itself: (B,) scores, and (B, M, M) what a place adds by its like in the photo."""
        cosines = sketches.values @ photos.values.transpose(1, 2)
        best, place = torch.where(self.near, cosines, _FAR).max(dim=2)
        adds = sketches.weights * best
        return adds.sum(1), adds[..., None] * (place[..., None] == torch.arange(self.side**2))
