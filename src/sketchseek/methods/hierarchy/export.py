"""A model folder that compares pairs: a graph of either side, and one that scores what they give."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sketchseek import model as folders
from sketchseek._aside import aside
from sketchseek.images import PhotoInput
from sketchseek.losses.paired_triplet import squared
from sketchseek.methods.finish import card
from sketchseek.methods.hierarchy.network import Compared
from sketchseek.methods.hierarchy.pairs import Pair
from sketchseek.methods.hierarchy.towers import RegionTower
from sketchseek.model import RegionInput
from sketchseek.rerankers.regions import filled, of_photo, of_sketch, ordered
from sketchseek.sketch import SketchInput
from sketchseek.training.export import round_to_half, versions, write_graphs
from sketchseek.training.graphs import beside_torch, to_graph
from sketchseek.training.material import Material
from sketchseek.training.pictures import Pictures
from sketchseek.training.run import Run

_SAMPLES = 4  # pictures of each domain that torch and the exported graphs are compared on
SIDE = (("pixels", "boxes"), ("regions",))
PAIR = (
    ("sketches", "sketch_sizes", "photos", "photo_sizes"),
    ("score", "sketch_merges", "photo_merges", "to_photos", "to_sketches"),
)
ORDER = ("sketch_order", "photo_order")
"""Further inputs of the graph of pairs, where what is merged is given."""
_PORTS = {"photo": SIDE, "sketch": SIDE, "pair": ((*PAIR[0], *ORDER), PAIR[1])}


@dataclass(frozen=True)
class Whole:
    """All that a model of pairs is."""

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


def write(run: Run, whole: Whole, material: Material, figures: Mapping[str, float]) -> Path:
    """Write the run's model folder, and prove that its graphs compute what torch computes.

    Raises:
        BadModel: they do not.
    """
    described = card(
        run, whole.contracts, material.train, figures, run.config.dim, note="Compares pairs.", grain="exact"
    )
    modules = {
        name: copy.deepcopy(module).eval()
        for name, module in (
            ("photo", whole.photo),
            ("sketch", whole.sketch),
            ("pair", Scored(whole.pair)),
        )
    }
    for module in modules.values():
        round_to_half(module)
    examples = _examples(whole, material, modules)
    graphs = {
        name: to_graph(
            module,
            *(value[:2] for value in examples[name]),
            inputs=_PORTS[name][0][: len(examples[name])],
            outputs=_PORTS[name][1],
        )
        for name, module in modules.items()
    }
    with aside(run.model) as written:
        written.mkdir()
        own = {name: set(module.state_dict()) for name, module in modules.items()}
        write_graphs(graphs, own, written, half=True)
        for name, module in modules.items():
            beside_torch(module, written / f"{name}.onnx", examples[name])
        folders.write_card(replace(described, versions=versions(), regions=whole.regions), written)
    return run.model


def _examples(
    whole: Whole, material: Material, modules: Mapping[str, nn.Module]
) -> dict[str, tuple[Tensor, ...]]:
    """A few pictures with their boxes, held-out ones first, and the regions that torch makes of them."""
    photo, sketch = whole.contracts
    most, train, val = whole.regions.most, material.train, material.val
    asked, given = (
        (*held[:: max(1, len(held) // _SAMPLES)], *more)[:_SAMPLES]
        for held, more in ((val.sketches, train.sketches), (val.photos, train.photos))
    )
    drawings = [of_sketch(train.sketch(item), sketch, most).boxes for item in asked]
    pixels = [Pictures(train, photo).plain(item) for item in given]
    things = [of_photo(picture, most, whole.regions.finder) for picture in pixels]
    drawn = np.stack([Pictures(train, sketch).plain(item) for item in asked])
    found: dict[str, tuple[Tensor, ...]] = {
        "sketch": _tensors(drawn, drawings, most),
        "photo": _tensors(np.stack(pixels), things, most),
    }
    count = min(len(drawings), len(things))
    with torch.inference_mode():
        sides = [modules[name](*found[name])[:count].clone() for name in ("sketch", "photo")]
    sizes = [torch.tensor([len(box) for box in boxes[:count]]) for boxes in (drawings, things)]
    merges = [torch.from_numpy(ordered(boxes[:count], most)) for boxes in (drawings, things)]
    order = merges if whole.regions.merges == "contained" else []
    return {**found, "pair": (sides[0], sizes[0], sides[1], sizes[1], *order)}


def _tensors(pixels: NDArray[np.uint8], boxes: list[NDArray[np.float32]], most: int) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(pixels.copy()), torch.from_numpy(filled(boxes, most))
