"""The settings of the anchored method."""

from __future__ import annotations

from dataclasses import dataclass, field

from sketchseek.training.pictures import Augment


@dataclass(frozen=True)
class Config:
    """All that the anchored method can be told; the defaults are those of the packaged model.

    Attributes:
        backbone: folder or hub name of a MobileNetV2; empty: the one beside the data sets.
        held_out: class lists ("sketchy-21.unseen") whose classes are not trained on, in any data set.
        dim: length of an embedding.
        cut: blocks of the backbone that stay frozen in the sketch tower, the stem not counted.
        sketch_size: side of a drawing, pixels.
        line_width: of a drawing at that size, pixels.
        views: cached views of each Sketchy sketch.
        quickdraw_views: of each Quick, Draw! sketch.
        line_views: of each line drawing.
        photo_views: of each photo, besides the plain one.
        include_val: learn from the list that chooses the epoch, too; then the last epoch is kept.
        epochs: how often the model is validated, of ``steps`` steps each.
        steps: training steps an epoch.
        batch: sketches a step; twice as many photos.
        rate: highest learning rate of the heads; the top learns at half of it, the anchors at double.
        decay: weight decay.
        pair_weight: of the loss that ties a sketch to the very photo it was drawn from.
        smooth: share of a class's probability that is spread over all classes.
        erase: share of the drawings of a batch that lose a rectangle.
        dropout_sketch: on what the sketch head sees.
        dropout_photo: on what the photo head sees.
        average: decay a step of the running average of all weights, which is what is kept.
        pull: how far an embedding is drawn to the anchors it lies near; 0: not at all.
        mirror: a query's features are the mean of the drawing's and of its mirror image's.
        seed: of everything drawn.
        augment: of drawings.
        augment_photo: of photos.
    """

    backbone: str = ""
    held_out: tuple[str, ...] = ()
    dim: int = 256
    cut: int = 5
    sketch_size: int = 160
    line_width: float = 2.5
    views: int = 8
    quickdraw_views: int = 4
    line_views: int = 4
    photo_views: int = 3
    include_val: bool = False
    epochs: int = 12
    steps: int = 90
    batch: int = 96
    rate: float = 1e-3
    decay: float = 0.02
    pair_weight: float = 0.3
    smooth: float = 0.1
    erase: float = 0.4
    dropout_sketch: float = 0.4
    dropout_photo: float = 0.5
    average: float = 0.99
    pull: float = 1.0
    mirror: bool = True
    seed: int = 0
    augment: Augment = field(
        default_factory=lambda: Augment(rotate=15.0, scale=0.15, shift=0.05, line_width=1.2, drop=0.1)
    )
    augment_photo: Augment = field(
        default_factory=lambda: Augment(rotate=0.0, scale=0.25, shift=0.08, grey=0.1)
    )
