"""The frozen teacher: what a backbone's own classifier says of the photos before anything is learnt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sketchseek.encoders.huggingface import load_classifier
from sketchseek.errors import BadConfig
from sketchseek.methods.zero_shot.config import ZeroShot
from sketchseek.methods.zero_shot.sides import LEAST, Side, through
from sketchseek.training.towers import Standardise


@dataclass(frozen=True)
class Teacher:
    """A classifier of K classes, and what it says of the photos.

    Attributes:
        weight: (K, width) of its last layer.
        bias: (K,).
        logits: (V, N, K) float16, of each view of each training photo.
        standardise: brings its features of the photos as they are to mean 0 and deviation 1.
    """

    weight: Tensor
    bias: Tensor
    logits: Tensor
    standardise: Standardise

    def of(self, views: NDArray[np.int64], photos: NDArray[np.int64]) -> Tensor:
        """What it says of some photos in these views, (n, K) float32."""
        return self.logits[torch.from_numpy(views), torch.from_numpy(photos)].float()


def teach(config: ZeroShot, photos: Side) -> Teacher:
    """Ask the backbone as it came.

    Raises:
        BadModel: it has no classifier of ImageNet's classes.
    """
    weight, bias = load_classifier(config.backbone)
    top = photos.top(config.cut)
    features = [through(top, view) for view in photos.views]
    with torch.inference_mode():
        logits = torch.stack([(each @ weight.T + bias).half() for each in features])
    return Teacher(weight, bias, logits.clone(), Standardise.fitted(features[0], floor=LEAST))


def factors(weight: Tensor, bias: Tensor, standardise: Standardise, dim: int) -> tuple[nn.Linear, nn.Linear]:
    """A classifier as an embedding and a classifier of it: the truncated singular value decomposition.

    With ``W = U S V'`` of rank ``dim`` the embedding is ``S V'`` and the classifier U. W is first brought to
    the standardised features: ``W x + b = W (z / scale + mean) + b``.

    Raises:
        BadConfig: ``dim`` is more than the classifier's rank can be.
    """
    if dim > min(weight.shape):
        raise BadConfig(f"dim = {dim}: the teacher's classifier has {min(weight.shape)} directions at most")
    left, values, right = torch.linalg.svd(weight / standardise.scale, full_matrices=False)
    embedding, classes = nn.Linear(weight.shape[1], dim, bias=False), nn.Linear(dim, len(weight))
    with torch.no_grad():
        embedding.weight.copy_(values[:dim, None] * right[:dim])
        classes.weight.copy_(left[:, :dim])
        classes.bias.copy_(bias + weight @ standardise.centre)
    return embedding, classes
