"""The settings that all zero-shot methods share."""

from __future__ import annotations

from dataclasses import dataclass, field

from sketchseek.images import Fit
from sketchseek.methods.zero_shot.seen import Seen
from sketchseek.training.pictures import Augment


@dataclass(frozen=True)
class ZeroShot:
    """What every zero-shot method can be told.

    Attributes:
        data: what is trained on.
        backbone: folder or hub name; empty: MobileNetV2.
        cut: blocks of it that stay frozen, the stem not counted; 0: none does.
        sketch_size: side of a drawing, pixels; 0: what the backbone was made for, as photos are.
        line_width: of a drawing at that size, pixels.
        fit: how photos are brought to a square.
        adapt: give the sketch side the batch-norm statistics of drawings.
        views: cached views of each sketch.
        photo_views: cached views of each photo, besides the plain one.
        augment: how sketches' views differ.
        augment_photo: how photos' do.
        dim: length of an embedding.
        mirror: a query's embedding is the mean of the drawing's and of its mirror image's.
        batch: sketches a step.
        steps: of an epoch; after each the model is judged.
        epochs: how many.
        rate: highest learning rate of what is new.
        rate_top: highest learning rate of the backbone's upper blocks.
        decay: weight decay.
        seed: of everything drawn, but the views.
    """

    data: Seen = field(default_factory=Seen)
    backbone: str = ""
    cut: int = 13
    sketch_size: int = 160
    line_width: float = 2.5
    fit: Fit = "crop"
    adapt: bool = True
    views: int = 4
    photo_views: int = 2
    augment: Augment = field(
        default_factory=lambda: Augment(rotate=15.0, scale=0.15, shift=0.05, line_width=1.2, drop=0.1)
    )
    augment_photo: Augment = field(
        default_factory=lambda: Augment(rotate=0.0, scale=0.25, shift=0.08, grey=0.1)
    )
    dim: int = 256
    mirror: bool = False
    batch: int = 32
    steps: int = 20
    epochs: int = 8
    rate: float = 3e-4
    rate_top: float = 1e-4
    decay: float = 0.02
    seed: int = 0
