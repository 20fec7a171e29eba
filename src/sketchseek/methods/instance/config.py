"""What instance training can be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sketchseek.errors import BadConfig
from sketchseek.images import Fit
from sketchseek.training.material import Data
from sketchseek.training.pictures import Augment

_SKETCHES = Augment(flip=False, rotate=8.0, scale=0.1, shift=0.04, line_width=1.0, drop=0.1)
_PHOTOS = Augment(flip=False, rotate=0.0, scale=0.1, shift=0.04, grey=0.2)


@dataclass(frozen=True)
class Before:
    """What is learnt from first: photos of anything, their line drawings, and sketches of them.

    Attributes:
        datasets: names in the registry; none: training begins where the backbone is.
        photos: published lists of the photos that alone are taken, with their sketches, of the data sets
            that have them.
        epochs: how often the drawings are gone through.
        views: cached views of each picture besides the plain one.
        alike: drawings of one class that stand together in a batch, so that photos of a kind are told apart.
    """

    datasets: tuple[str, ...] = ("sketchy", "caltech101")
    photos: tuple[str, ...] = ("sketchy-subset.train", "sketchy-subset.val")
    epochs: int = 3
    views: int = 0
    alike: int = 8


@dataclass(frozen=True)
class Config:
    """What ``instance`` can be told.

    Attributes:
        data: what is trained on; its sketches tell the photo that they were drawn from.
        before: what is trained on first.
        backbone: folder or hub name; empty: the MobileNetV2 beside the data sets.
        cut: blocks of it that stay frozen, the stem not counted.
        fit: how photos are brought to a square.
        line_width: of drawings, pixels.
        adapt: give the sketch side the batch-norm statistics of drawings.
        views: cached views of each sketch and photo besides the plain one; each is there in the mirror, too.
        augment: how sketches' views differ; ``drop`` leaves strokes out, as one who has not finished does.
        augment_photo: how photos' do.
        spots: blocks of the backbone after which a map is read, whose places are matched; 0: none are.
        spot_dim: length of a place's vector.
        spot_temperature: that scores of places are divided by.
        reach: how far from a place of the drawing its like in a photo may lie, in places of the map.
        dim: length of an embedding.
        norm: what an embedding is brought to while it is learnt: unit "length", or a deviation of 1 in each
            number over a "batch". It is searched at unit length either way.
        dropout: on the features that are projected.
        temperature: that cosines are divided by.
        smoothing: share of the target that all photos of a batch have in common.
        within: weight of the same loss inside each domain, where a drawing is to find itself in another view
            and what else was drawn of its photo, and a photo itself; 0: only one view is seen at a time.
        mirror: a query's embedding is the mean of the drawing's and of its mirror image's.
        batch: sketches a step, each beside the photos of all of them.
        epochs: how often the sketches are gone through.
        rate: highest learning rate of the projection.
        rate_top: that of the backbone's blocks above the cut; 0: they are frozen.
        decay: weight decay.
        seed: of everything drawn, but the views.

    Raises:
        BadConfig: a number is out of range.
    """

    data: Data = field(
        default_factory=lambda: Data(dataset="qmul-chairv2", train="qmul-chairv2.train", val="", lines=True)
    )
    before: Before = field(default_factory=Before)
    backbone: str = ""
    cut: int = 7
    fit: Fit = "trim"
    line_width: float = 3.0
    adapt: bool = True
    views: int = 3
    augment: Augment = _SKETCHES
    augment_photo: Augment = _PHOTOS
    spots: int = 12
    spot_dim: int = 64
    spot_temperature: float = 0.02
    reach: int = 2
    dim: int = 256
    norm: Literal["length", "batch"] = "length"
    dropout: float = 0.2
    temperature: float = 0.07
    smoothing: float = 0.0
    within: float = 0.0
    mirror: bool = False
    batch: int = 64
    epochs: int = 8
    rate: float = 1e-3
    rate_top: float = 3e-4
    decay: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        if self.batch < 2 or self.views < 0 or self.before.alike < 1:
            raise BadConfig(
                f"batch = {self.batch}, views = {self.views}, before.alike = {self.before.alike}: "
                f"at least 2, 0 and 1 are wanted"
            )
        if not (self.temperature > 0 and self.spot_temperature > 0):
            raise BadConfig(
                f"temperature = {self.temperature}, spot_temperature = {self.spot_temperature}: "
                f"above 0 is wanted"
            )
        if not (0 <= self.smoothing < 1 and self.within >= 0):
            raise BadConfig(
                f"smoothing = {self.smoothing}, within = {self.within}: 0 to below 1, and not less than 0 "
                f"are wanted"
            )
        if self.spots and self.spots <= self.cut:
            raise BadConfig(f"spots = {self.spots}: more than cut = {self.cut}, or 0, is wanted")
