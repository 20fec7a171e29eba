"""Vision backbones from Hugging Face folders, for training: pictures -> pooled features, in torch."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from sketchseek._quiet import quiet
from sketchseek.errors import BadModel

DEFAULT = "google/mobilenet_v2_1.0_224"
_CONFIG = "config.json"
_PREPROCESSOR = "preprocessor_config.json"
_IMAGENET = 1000


class Backbone(nn.Module):
    """Any Hugging Face vision model as one function: normalised pixels -> one feature vector a picture.

    Batch norm stays in evaluation mode whatever the training mode: fine-tuning sees small batches, and
    some weights ship with their batch norm folded into the convolutions (statistics 0 and 1), which
    batch statistics would undo.
    """

    def __init__(
        self, body: nn.Module, *, name: str, size: int, mean: tuple[float, ...], std: tuple[float, ...]
    ) -> None:
        super().__init__()
        self.body = body
        self.name = name
        self.size = size
        self.mean = mean
        self.std = std
        self.eval()
        with torch.inference_mode():
            self.dim = int(self(torch.zeros(1, 3, size, size)).shape[1])

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised float pixels (N, 3, S, S) -> features (N, dim), not of unit length."""
        return pool(self.body(pixel_values=pixels))

    def train(self, mode: bool = True) -> Self:
        """Switch the training mode, batch norm excepted."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self

    def digest(self) -> str:
        """Twelve hexadecimal digits: equal for equal weights and input size."""
        digest = hashlib.sha256(f"{type(self.body).__name__} {self.size} {self.mean} {self.std}".encode())
        for name, tensor in self.state_dict().items():
            digest.update(name.encode())
            digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:12]


def pool(output: Any) -> Tensor:
    """The one vector a picture (N, D) of a Hugging Face vision model's output.

    A pooled output is taken as it is (a 1 x 1 map is flattened); else the mean over tokens or places.
    """
    pooled = getattr(output, "pooler_output", None)
    if pooled is None:
        states: Tensor = output.last_hidden_state
        pooled = states.mean(dim=1) if states.dim() == 3 else states.mean(dim=(2, 3))
    return torch.flatten(pooled, 1)


def default_backbone() -> str:
    """MobileNetV2: the folder beside the data sets where there is one, else the hub's name."""
    data = os.environ.get("SKETCHSEEK_DATA")
    if data:
        folder = Path(data).parent / "models" / DEFAULT.rpartition("/")[2]
        if folder.is_dir():
            return str(folder)
    return DEFAULT


def load_backbone(name: str | Path = "", size: int = 0) -> Backbone:
    """Load a vision backbone from a local folder, or from the hub when the name is none.

    Any class that ``AutoModel`` knows: MobileNetV2, ViT, DINOv2, ResNet and others; of two-tower models
    (CLIP, SigLIP) the vision tower. Weights are used in float32. Empty name: ``default_backbone()``.
    ``size`` is the input side in pixels; 0: the one it was made for, the only one that some models take.

    Raises:
        BadModel: neither a readable folder nor a hub name, or not a vision model.
    """
    from transformers.utils import logging

    name = str(name) or default_backbone()
    try:
        with quiet(logging):
            body, config = _load_body(name)
        own, mean, std = _input(name, config)
        label = Path(name).name if Path(name).is_dir() else name
        return Backbone(body, name=label, size=size or own, mean=mean, std=std)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadModel(
            f"cannot load the backbone {name!r}: {str(error).splitlines()[0] if str(error) else error!r}. "
            f"Name a folder with {_CONFIG} and weights in safetensors, or a vision model of the hub."
        ) from error


def load_classifier(name: str | Path = "") -> tuple[Tensor, Tensor]:
    """The last layer of a backbone's classifier of ImageNet-1k: weight (1000, dim) and bias (1000,), float32.

    A first output for the background, which MobileNetV2 has, is left out.

    Raises:
        BadModel: neither a readable folder nor a hub name, or a model without such a classifier.
    """
    from transformers import AutoModelForImageClassification
    from transformers.utils import logging

    name = str(name) or default_backbone()
    try:
        with quiet(logging):
            model = AutoModelForImageClassification.from_pretrained(
                name, dtype=torch.float32, use_safetensors=True, trust_remote_code=False
            )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadModel(f"cannot load the classifier of {name!r}: {str(error).splitlines()[0]}") from error
    layers = [module for module in model.modules() if isinstance(module, nn.Linear)]
    extra = layers[-1].out_features - _IMAGENET if layers else 0
    if not layers or extra not in {0, 1}:
        raise BadModel(
            f"{name!r} has no classifier of ImageNet's {_IMAGENET:,} classes: name a backbone that was "
            f"trained to tell them apart"
        )
    return layers[-1].weight.detach()[extra:], layers[-1].bias.detach()[extra:]


def _load_body(name: str) -> tuple[nn.Module, Any]:
    from transformers import AutoConfig, AutoModel

    # Neither code of the model's own nor a pickle is opened: a folder may come from anywhere.
    config = AutoConfig.from_pretrained(name, trust_remote_code=False)
    config = getattr(config, "vision_config", config)
    body, found = AutoModel.from_pretrained(
        name,
        config=config,
        dtype=torch.float32,
        use_safetensors=True,
        trust_remote_code=False,
        output_loading_info=True,
    )
    if any(key.startswith("pooler.") for key in found["missing_keys"]):
        # The classifiers among ViTs have none, and one drawn by chance says nothing.
        body.pooler = FirstToken()
    return body, config


class FirstToken(nn.Module):
    """The first token, which stands for the whole picture."""

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (N, T, C) -> (N, C)."""
        return tokens[:, 0]


def _input(name: str, config: Any) -> tuple[int, tuple[float, ...], tuple[float, ...]]:
    """Input side and normalisation, from the preprocessor's file; without one, from the config."""
    from transformers.utils.hub import cached_file

    path = cached_file(name, _PREPROCESSOR, _raise_exceptions_for_missing_entries=False)
    raw: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    size: Any = raw.get("crop_size") or raw.get("size") or getattr(config, "image_size", None) or 224
    if isinstance(size, dict):
        size = size.get("height") or size.get("shortest_edge")
    if isinstance(size, (list, tuple)):
        size = size[0]
    half = (0.5, 0.5, 0.5)
    return int(size), tuple(raw.get("image_mean", half)), tuple(raw.get("image_std", half))
