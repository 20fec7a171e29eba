"""Mid-grain retrieval: the same class and the same look, by aligning the manifolds of sketches and photos.

Bui, Ribeiro, Ponti and Collomosse, "Deep Manifold Alignment for Mid-grain Sketch based Image Retrieval",
ACCV 2018. Each class's sketches and photos are aligned and clustered together into kinds, and training draws
both domains' items of a kind to its centre (magnet loss), nearer than the nearest kind of another class
(triplet loss). Alignment and kinds follow the embeddings as they change.

The towers stand on features of a frozen backbone, as the dual-stage methods have them: the publication's
warm-up, softmax training of each domain apart, is stage 1 there (``first.epochs_all`` trains all layers).
"""

from __future__ import annotations

from sketchseek.methods import Method
from sketchseek.methods.midgrain.config import MidGrain
from sketchseek.methods.midgrain.train import train

__all__ = ["MIDGRAIN"]

MIDGRAIN = Method(
    name="midgrain",
    summary="Same class and same look: manifold alignment, clusters and the magnet loss (ACCV, 2018).",
    config=MidGrain,
    train=train,
)
