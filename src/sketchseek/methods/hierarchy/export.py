"""What compares pairs, as graphs: one of either side, and one that scores what they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sketchseek.images import PhotoInput
from sketchseek.losses.paired_triplet import squared
from sketchseek.methods.finish import Pairs, sampled
from sketchseek.methods.hierarchy.network import Compared
from sketchseek.methods.hierarchy.pairs import Pair
from sketchseek.methods.hierarchy.towers import RegionTower
from sketchseek.model import RegionInput
from sketchseek.rerankers.regions import filled, of_photo, of_sketch, ordered
from sketchseek.sketch import SketchInput
from sketchseek.training.export import Graph
from sketchseek.training.material import Material
from sketchseek.training.pictures import Pictures

SIDE = (("pixels", "boxes"), ("regions",))
PAIR = (
    ("sketches", "sketch_sizes", "photos", "photo_sizes"),
    ("score", "sketch_merges", "photo_merges", "to_photos", "to_sketches"),
)
ORDER = ("sketch_order", "photo_order")
"""Further inputs of the graph of pairs, where what is merged is given."""
_PORTS = {"photo_regions": SIDE, "sketch_regions": SIDE, "pair": ((*PAIR[0], *ORDER), PAIR[1])}


@dataclass(frozen=True)
class Whole:
    """All that compares pairs."""

    photo: RegionTower
    sketch: RegionTower
    pair: Pair
    contracts: tuple[PhotoInput, SketchInput]
    regions: RegionInput


class Scored(nn.Module):
    """The graph of pairs: scores, what was merged, and where the regions first looked."""

    def __init__(self, pair: Pair) -> None:
        super().__init__()
        self.pair = pair

    def forward(  # noqa: PLR0917 - as many as the graph has inputs
        self,
        sketches: Tensor,
        sketch_sizes: Tensor,
        photos: Tensor,
        photo_sizes: Tensor,
        sketch_order: Tensor | None = None,
        photo_order: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        """(B, R, d) regions and (B,) int64 sizes of either side -> as `PAIR` names them.

        With (B, R - 1, 2) int64 what is merged, where that is given.
        """
        order = None if sketch_order is None or photo_order is None else (sketch_order, photo_order)
        sides = (sketches, sketch_sizes), (photos, photo_sizes)
        found: Compared = self.pair.compare(*sides, order=order, trace=True)
        score = -squared(*self.pair.unit(found))
        if found.levels:
            looked = found.levels[0].to_photos, found.levels[0].to_sketches
        else:
            none = (sketches[:, :, None, 0] * photos[:, None, :, 0]) * 0  # of the shape that attention has
            looked = none, none.transpose(1, 2)
        return score, found.sketch_merges, found.photo_merges, *looked


def pairs(whole: Whole, material: Material) -> Pairs:
    """The graphs of regions and of pairs, with examples to prove them on."""
    examples = _examples(whole, material)
    modules = {
        "photo_regions": whole.photo,
        "sketch_regions": whole.sketch,
        "pair": Scored(whole.pair),
    }
    graphs = {
        name: Graph(module, _PORTS[name][0][: len(examples[name])], _PORTS[name][1], examples[name])
        for name, module in modules.items()
    }
    return Pairs(whole.regions, graphs)


def _examples(whole: Whole, material: Material) -> dict[str, tuple[Tensor, ...]]:
    """A few pictures with their boxes, and the regions that torch makes of them."""
    photo, sketch = whole.contracts
    most, train = whole.regions.most, material.train
    given, asked = sampled(material)
    drawings = [of_sketch(train.sketch(item), sketch, most).boxes for item in asked]
    pixels = [Pictures(train, photo).plain(item) for item in given]
    things = [of_photo(picture, most, whole.regions.finder) for picture in pixels]
    drawn = np.stack([Pictures(train, sketch).plain(item) for item in asked])
    found: dict[str, tuple[Tensor, ...]] = {
        "sketch_regions": _tensors(drawn, drawings, most),
        "photo_regions": _tensors(np.stack(pixels), things, most),
    }
    count = min(len(drawings), len(things))
    with torch.inference_mode():
        sides = [
            module.eval()(*found[name])[:count].clone()
            for name, module in (("sketch_regions", whole.sketch), ("photo_regions", whole.photo))
        ]
    sizes = [torch.tensor([len(box) for box in boxes[:count]]) for boxes in (drawings, things)]
    merges = [torch.from_numpy(ordered(boxes[:count], most)) for boxes in (drawings, things)]
    order = merges if whole.regions.merges == "contained" else []
    return {**found, "pair": (sides[0], sizes[0], sides[1], sizes[1], *order)}


def _tensors(pixels: NDArray[np.uint8], boxes: list[NDArray[np.float32]], most: int) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(pixels.copy()), torch.from_numpy(filled(boxes, most))
