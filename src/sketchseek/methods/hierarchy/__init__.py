"""Cross-modal hierarchical modelling: sketch and photo as trees that are grown side by side.

From "Cross-Modal Hierarchical Modelling for Fine-Grained Sketch Based Image Retrieval" (BMVC 2020): strokes
of a sketch and things in a photo are regions; they look at each other across the domains (`coattention`), the
two that belong together most are merged (`tree`), and so on until one is left of each (`network`). A sketch
is something else beside every photo, so the result scores pairs and ranks a shortlist, not a gallery.
"""

from __future__ import annotations

from sketchseek.methods import Method
from sketchseek.methods.hierarchy.config import Config
from sketchseek.methods.hierarchy.train import train

__all__ = ["HIERARCHY", "Config", "train"]

HIERARCHY = Method(
    name="hierarchy",
    summary="Fine-grained pairs as trees that are merged side by side (BMVC 2020); makes a reranker.",
    config=Config,
    train=train,
)
