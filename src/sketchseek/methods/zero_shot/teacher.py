"""The frozen teacher: what a backbone's own classifier says of the photos before anything is learnt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.encoders.huggingface import load_classifier
from sketchseek.errors import BadConfig, BadModel
from sketchseek.methods.zero_shot.config import ZeroShot
from sketchseek.methods.zero_shot.sides import LEAST, Side
from sketchseek.training.towers import Standardise, principal, through


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
        BadModel: it has no classifier of ImageNet's classes, or one of other features than its pooled ones.
    """
    weight, bias = load_classifier(config.backbone)
    if weight.shape[1] != photos.backbone.dim:
        raise BadModel(
            f"the classifier of {photos.backbone.name!r} reads {weight.shape[1]} numbers, and its pooled "
            f"features are {photos.backbone.dim}: name a backbone that classifies by what it pools"
        )
    features = _features(config, photos)
    return _asked(weight, bias, features, Standardise.fitted(features[0], floor=LEAST))


def teach_somehow(config: ZeroShot, photos: Side) -> tuple[Teacher, tuple[nn.Linear, nn.Linear]]:
    """A teacher of any backbone, with the embedding and the classifier of it that a network starts with.

    Where the backbone has no classifier of ImageNet's classes (CLIP, DINOv2), the mean directions of the seen
    classes' photos in its frozen, standardised features are the teacher's classes. It then still tells what a
    photo resembles, but of fewer classes. The embedding starts at the principal axes.

    Raises:
        BadConfig: ``config.dim`` is more than the features or the classifier have.
    """
    try:
        taught = teach(config, photos)
    except BadModel:
        return _means(config, photos)
    return taught, factors(taught.weight, taught.bias, taught.standardise, config.dim)


def _means(config: ZeroShot, photos: Side) -> tuple[Teacher, tuple[nn.Linear, nn.Linear]]:
    features = _features(config, photos)
    standardise = Standardise.fitted(features[0], floor=LEAST)
    plain = standardise(features[0])
    means = torch.stack([plain[torch.from_numpy(rows)].mean(0) for rows in photos.members])
    directions = normalize(means, dim=1)
    embedding = principal(plain, config.dim)
    classes = nn.Linear(config.dim, len(directions))
    with torch.no_grad():
        classes.weight.copy_(directions @ embedding.weight.T)
        nn.init.zeros_(classes.bias)
    weight = directions * standardise.scale
    return _asked(weight, -weight @ standardise.centre, features, standardise), (embedding, classes)


def _features(config: ZeroShot, photos: Side) -> list[Tensor]:
    """Of each view, the frozen backbone's (N, width)."""
    top = photos.top(config.cut)
    return [through(top, view) for view in photos.views]


def _asked(weight: Tensor, bias: Tensor, features: list[Tensor], standardise: Standardise) -> Teacher:
    with torch.inference_mode():
        logits = torch.stack([(each @ weight.T + bias).half() for each in features])
    return Teacher(weight, bias, logits.clone(), standardise)


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
