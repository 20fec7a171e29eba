"""What compares drawings and photos spot by spot, as the graphs of a model folder."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sketchseek.images import PhotoInput
from sketchseek.methods.finish import Pairs, sampled
from sketchseek.methods.instance.matching import Matching, Spots, View
from sketchseek.methods.instance.network import Half, Network
from sketchseek.model import RegionInput
from sketchseek.sketch import SketchInput
from sketchseek.training.export import Graph
from sketchseek.training.material import Material
from sketchseek.training.pictures import Contract, Pictures
from sketchseek.training.towers import Tower

Inputs = tuple[PhotoInput, SketchInput]


class SpotTower(nn.Module):
    """One domain's uint8 pictures -> (N, M, d + 1): the values of spots and, last, what each counts for."""

    def __init__(self, half: Half, after: int, view: View, contract: Contract) -> None:
        super().__init__()
        self.trunk, self.top, self.after, self.view = half.trunk, half.top, after, view
        self.input = Tower(nn.Identity(), nn.Identity(), mean=contract.mean, std=contract.std)

    def forward(self, pixels: Tensor) -> Tensor:
        """Photos (N, S, S, 3) or sketches (N, S, S)."""
        early, _ = self.top.after(self.after, self.trunk(self.input.prepare(pixels)))
        values, weights = self.view(early)
        return torch.cat([values, weights[..., None]], dim=2)


class Matched(nn.Module):
    """The graph of pairs: what two `SpotTower`s give -> scores (B,), and what each place adds (B, M, M)."""

    def __init__(self, matching: Matching) -> None:
        super().__init__()
        self.matching = matching

    def forward(self, sketches: Tensor, photos: Tensor) -> tuple[Tensor, Tensor]:
        """(B, M, d + 1) of sketches and of photos."""
        drawn, shown = (Spots(some[..., :-1], some[..., -1]) for some in (sketches, photos))
        return self.matching.pairs(drawn, shown)


def pairs(network: Network, halves: tuple[Half, Half], inputs: Inputs, material: Material) -> Pairs | None:
    """What compares spots, as graphs, with examples to prove them on; photos come first in each pair."""
    if network.matching is None:
        return None
    photos, sketches = sampled(material)
    towers = {
        "photo_regions": (SpotTower(halves[0], network.after, network.view("photo"), inputs[0]), photos),
        "sketch_regions": (SpotTower(halves[1], network.after, network.view("sketch"), inputs[1]), sketches),
    }
    graphs, found = dict[str, Graph](), []
    each: tuple[Contract, Contract] = inputs
    for (name, (tower, some)), contract in zip(towers.items(), each, strict=True):
        pixels = torch.from_numpy(next(Pictures(material.train, contract).batches(some, len(some))))
        graphs[name] = Graph(tower, ("pixels",), ("regions",), (pixels,))
        with torch.inference_mode():
            found.append(tower.eval()(pixels).clone())
    count = min(len(found[0]), len(found[1]))
    examples = found[1][:count], found[0][:count]
    pair = Matched(network.matching)
    graphs["pair"] = Graph(pair, ("sketches", "photos"), ("score", "to_photos"), examples)
    return Pairs(RegionInput(network.matching.side**2, "cells"), graphs)
