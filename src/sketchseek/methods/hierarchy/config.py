"""What hierarchical training can be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sketchseek.errors import BadConfig
from sketchseek.methods.hierarchy.variants import VARIANTS
from sketchseek.model import Finder, Merges, RegionInput
from sketchseek.registry import check_name
from sketchseek.training.material import Data


@dataclass(frozen=True)
class Config:
    """What ``hierarchy`` can be told; docs/methods.md says which values are published and which are ours.

    Attributes:
        data: what is trained on; its drawings should have strokes.
        variant: how two sets of regions are compared: a name in `VARIANTS`.
        backbone: folder or hub name of a MobileNetV2; empty: the one beside the data sets.
        cut: blocks of it whose output is cached, the stem not counted; regions are read from there.
        size: side of all pictures, pixels.
        fit: how photos are brought to a square.
        line_width: of drawings, pixels.
        adapt: give the sketch side the batch-norm statistics of drawings.
        mirror: learn from mirror images, too; a sketch's beside its photo's.
        regions: of a picture, at most; the whole is one of them.
        finder: how regions of photos are found; "elements" where the data set tells what stands in a photo.
        merges: what is merged: what is chosen, or what lies in what (an explicit hierarchy).
        places: tell each region where it lies.
        points: a side of the grid of spots at which a region of a feature map is read.
        dim: of a region, and of what a picture comes to.
        hidden: of the spaces that regions are compared in.
        temperature: of the choice of what is merged, in the first epoch.
        coldest: the same in the last; between them it falls by the same factor from epoch to epoch.
        margin: of the triplet loss, in squared distances of vectors of unit length.
        batch: sketches a step, each beside its own photo and beside one other.
        epochs: how often the sketches are gone through.
        rate: highest learning rate.
        again: share of ``rate`` for what is taken again at every level of a tree.
        rate_top: that of the backbone's blocks above the cut; 0: they are frozen, and cached as well.
        decay: weight decay.
        seed: of everything drawn.

    Raises:
        UnknownName: no such variant.
        BadConfig: a number is out of range.
    """

    data: Data = field(
        default_factory=lambda: Data(dataset="qmul-chairv2", train="qmul-chairv2.train", val="")
    )
    variant: str = "hierarchy"
    backbone: str = ""
    cut: int = 12
    size: int = 224
    fit: Literal["crop", "pad", "stretch"] = "pad"
    line_width: float = 3.0
    adapt: bool = True
    mirror: bool = True
    regions: int = 16
    finder: Finder = "edges"
    merges: Merges = "chosen"
    places: bool = True
    points: int = 4
    dim: int = 128
    hidden: int = 64
    temperature: float = 1.0
    coldest: float = 0.5
    margin: float = 0.2
    batch: int = 16
    epochs: int = 6
    rate: float = 3e-4
    again: float = 0.1
    rate_top: float = 0.0
    decay: float = 0.01
    seed: int = 0

    def __post_init__(self) -> None:
        check_name(self.variant, VARIANTS, "variant")
        for name, least in (("regions", 2), ("points", 1), ("dim", 1), ("hidden", 1), ("batch", 1)):
            if getattr(self, name) < least:
                raise BadConfig(f"{name} = {getattr(self, name)}: at least {least} is wanted")
        for name in ("temperature", "coldest", "margin"):
            if not getattr(self, name) > 0:
                raise BadConfig(f"{name} = {getattr(self, name)}: above 0 is wanted")
        for name in ("again", "rate_top"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadConfig(f"{name} = {getattr(self, name)}: 0 to 1 is wanted")

    @property
    def region_input(self) -> RegionInput:
        """How pictures are parted, as a model's card tells it."""
        return RegionInput(self.regions, self.finder, self.merges)

    def warmth(self, epoch: int) -> float:
        """The temperature of an epoch, counted from 0."""
        share = epoch / max(1, self.epochs - 1)
        return float(self.temperature * (self.coldest / self.temperature) ** share)
