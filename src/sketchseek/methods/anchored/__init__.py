"""Anchored sketches: photos stay where a frozen backbone puts them, and sketches learn to land there.

What it takes from where:
- classes as learnt anchors that both domains are drawn to: proxies (Movshovitz-Attias et al., "No Fuss
  Distance Metric Learning using Proxies", 2017) under a normalised softmax (Zhai and Wu, 2019);
- anchors that start at the text vectors of the class names, so that related classes lie together;
- statistics of batch norm carried from photos to drawings before anything is trained (Li et al., 2016);
- line drawings of photos as sketches of these very photos, which needs no labels and no hand.

The lower part of the sketch tower (the trunk) stays frozen, so its output for a few augmented views of each
drawing is computed once and cached; only the upper part (the top) is trained. That is what makes it
affordable on two cores.
"""

from __future__ import annotations

from sketchseek.methods import Method
from sketchseek.methods.anchored.config import Config
from sketchseek.methods.anchored.train import train

__all__ = ["ANCHORED", "Config", "train"]

ANCHORED = Method(
    name="anchored",
    summary="Sketches tuned to land among a frozen backbone's photos; trains the packaged model.",
    config=Config,
    train=train,
)
