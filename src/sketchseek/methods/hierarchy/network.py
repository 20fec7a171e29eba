"""The hierarchy: co-attention, then one merge in each picture, until a single region of each is left.

"Cross-Modal Hierarchical Modelling for Fine-Grained Sketch Based Image Retrieval" (BMVC 2020). What a sketch
is depends on the photo it is compared with, so pairs are what goes through the network.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from sketchseek.methods.hierarchy.coattention import CoAttention
from sketchseek.methods.hierarchy.tree import Choose, Forest, Merge, best

Regions = tuple[Tensor, Tensor]
"""(B, M, d) regions, and (B,) how many of each row are there, at least 1."""

Order = tuple[Tensor, Tensor]
"""The merges of the sketches, (B, M - 1, 2), and of the photos, (B, N - 1, 2), by name as in `Forest`."""


class Level(NamedTuple):
    """What the regions of B pairs were and where they looked before they were merged once more.

    Attributes:
        sketch_names: (B, M) int64, as in `Forest`; -1 where no region is.
        photo_names: (B, N), likewise.
        to_photos: (B, M, N) attention of the sketch's regions; rows and columns of no region are 0.
        to_sketches: (B, N, M) attention of the photo's regions.
    """

    sketch_names: Tensor
    photo_names: Tensor
    to_photos: Tensor
    to_sketches: Tensor


class Compared(NamedTuple):
    """B pairs once they are compared.

    Attributes:
        sketches: (B, d).
        photos: (B, d).
        sketch_merges: (B, M - 1, 2) int64, which regions were merged, in order, by name; -1 where none.
        photo_merges: (B, N - 1, 2).
        levels: from the first to the last, where asked for.
    """

    sketches: Tensor
    photos: Tensor
    sketch_merges: Tensor
    photo_merges: Tensor
    levels: tuple[Level, ...] = ()


class Hierarchy(nn.Module):
    """Pairs of region sets -> one vector of each picture, by co-attention and merging in turn.

    Each branch has weights of its own, the same at every level. A pair's result depends neither on the others
    of its batch nor on how far its rows are filled up: a pair of m and n regions takes max(m, n) - 1 steps.

    Args:
        dim: d, of a region.
        hidden: of the spaces that regions are compared in.
        attend: False leaves the co-attention out: "without localised co-attention" of the paper's ablation.
    """

    def __init__(self, dim: int, hidden: int, *, attend: bool = True) -> None:
        super().__init__()
        self.attend = CoAttention(dim, hidden) if attend else None
        self.sketch_merge = Merge(dim, hidden)
        self.photo_merge = Merge(dim, hidden)

    def forward(
        self,
        sketches: Regions,
        photos: Regions,
        *,
        choose: Choose = best,
        order: Order | None = None,
        trace: bool = False,
    ) -> Compared:
        """Compare the i-th sketch with the i-th photo.

        Args:
            sketches: (B, M, d) regions and (B,) their number.
            photos: (B, N, d) and (B,).
            choose: picks what is merged: `best`, or `Gumbel` in training.
            order: what is merged, where it is known: the explicit hierarchy of the paper's ablation.
            trace: keep the attention of each level.
        """
        left, right = Forest.planted(*sketches), Forest.planted(*photos)
        merges: tuple[list[Tensor], list[Tensor]] = ([], [])
        orders = order or (None, None)
        levels = []
        for step in range(max(left.nodes.shape[1], right.nodes.shape[1]) - 1):
            if self.attend is not None:
                seen = self.attend(left.nodes, right.nodes, (left.real, right.real))
                if trace:
                    levels.append(_level(left, right, seen.to_photos, seen.to_sketches))
                going = (torch.maximum(left.sizes, right.sizes) > 1)[:, None, None]
                left = left._replace(nodes=torch.where(going, seen.sketches, left.nodes))
                right = right._replace(nodes=torch.where(going, seen.photos, right.nodes))
            left = _step(self.sketch_merge, left, choose, _at(orders[0], step), merges[0])
            right = _step(self.photo_merge, right, choose, _at(orders[1], step), merges[1])
        return Compared(
            left.nodes[:, 0],
            right.nodes[:, 0],
            _stacked(merges[0], left),
            _stacked(merges[1], right),
            tuple(levels),
        )


def _step(merge: Merge, forest: Forest, choose: Choose, order: Tensor | None, merges: list[Tensor]) -> Forest:
    """One merge in each tree, noted down; none where all trees have come to a single region."""
    if forest.nodes.shape[1] < 2:
        return forest
    forest, merged = merge(forest, choose, order)
    merges.append(merged)
    return forest


def _at(order: Tensor | None, step: int) -> Tensor | None:
    return order[:, step] if order is not None and step < order.shape[1] else None


def _stacked(merges: list[Tensor], forest: Forest) -> Tensor:
    return torch.stack(merges, dim=1) if merges else forest.names.new_zeros(len(forest.names), 0, 2)


def _level(left: Forest, right: Forest, to_photos: Tensor, to_sketches: Tensor) -> Level:
    both = left.real[:, :, None] & right.real[:, None]
    return Level(
        torch.where(left.real, left.names, -1),
        torch.where(right.real, right.names, -1),
        torch.where(both, to_photos, 0.0),
        torch.where(both.transpose(1, 2), to_sketches, 0.0),
    )
