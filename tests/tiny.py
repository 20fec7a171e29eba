"""Small things to train on: random backbones of several families, and a folder of drawn squares and discs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from PIL import Image, ImageDraw
from torch import nn
from transformers import logging as chatter

SIDE = 32
_VIT = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
_PATCH = {"image_size": SIDE, "patch_size": 16}
_STAGES = {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1]}
_REGNET = _STAGES | {"groups_width": 4, "layer_type": "y"}
_RESNET = _STAGES | {"layer_type": "basic"}
FAMILIES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "mobilenet_v2": (
        "MobileNetV2Config",
        "MobileNetV2Model",
        {"depth_multiplier": 0.25, "image_size": SIDE, "finegrained_output": False},
    ),
    "vit": ("ViTConfig", "ViTModel", _VIT | _PATCH),
    "vit_classifier": ("ViTConfig", "ViTForImageClassification", _VIT | _PATCH | {"num_labels": 1000}),
    "clip": ("CLIPVisionConfig", "CLIPVisionModel", _VIT | _PATCH),
    "siglip": ("SiglipVisionConfig", "SiglipVisionModel", _VIT | _PATCH),
    "mobilenet_v2_classifier": (
        "MobileNetV2Config",
        "MobileNetV2ForImageClassification",
        {"depth_multiplier": 0.25, "image_size": SIDE, "finegrained_output": False, "num_labels": 1001},
    ),
    "regnet": ("RegNetConfig", "RegNetModel", _REGNET),
    "regnet_classifier": ("RegNetConfig", "RegNetForImageClassification", _REGNET | {"num_labels": 1000}),
    "dinov2": ("Dinov2Config", "Dinov2Model", _VIT | _PATCH),
    "resnet": ("ResNetConfig", "ResNetModel", _RESNET),
    "resnet_classifier": ("ResNetConfig", "ResNetForImageClassification", _RESNET | {"num_labels": 1000}),
}


def backbone(folder: Path, family: str = "resnet", seed: int = 0) -> Path:
    """A random backbone of a family, as a Hugging Face folder."""
    config, model, settings = FAMILIES[family]
    torch.manual_seed(seed)
    made = getattr(transformers, model)(getattr(transformers, config)(**settings))
    for module in made.modules():
        # As they are made, networks give nearly the same output for every picture.
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    chatter.disable_progress_bar()
    made.save_pretrained(folder)
    half = [0.5, 0.5, 0.5]
    about = {"size": {"height": SIDE, "width": SIDE}, "image_mean": half, "image_std": half}
    (folder / "preprocessor_config.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


SHAPES = {"disc": "disc", "box": "box", "cross": "cross"}
_COLOURS = {"disc": "red", "box": "green", "cross": "blue"}


def pictures(folder: Path, photos: int = 6, sketches: int = 2, classes: Mapping[str, str] = SHAPES) -> Path:
    """A data set of classes, each a shape, in the layout of ``folder``: filled shapes and their outlines."""
    rng = np.random.default_rng(0)
    for label, shape in classes.items():
        for number in range(photos):
            corner = rng.integers(4, 12, 2)
            box = (*corner.tolist(), *(corner + rng.integers(24, 40, 2)).tolist())
            photo = Image.new("RGB", (56, 56), (200, 210, 220))
            _shape(ImageDraw.Draw(photo), shape, box, fill=_COLOURS[shape])
            _save(photo, folder / "photos" / label / f"{number}.png")
            for copy in range(sketches):
                drawing = Image.new("L", (56, 56), 255)
                shaken = tuple(value + int(rng.integers(-2, 3)) for value in box)
                _shape(ImageDraw.Draw(drawing), shape, shaken, outline=0)
                _save(drawing, folder / "sketches" / label / f"{number}-{copy}.png")
    return folder


def _shape(draw: ImageDraw.ImageDraw, shape: str, box: tuple[int, ...], **ink: Any) -> None:
    if shape == "cross":
        colour = ink.get("fill", ink.get("outline"))
        draw.line(box, fill=colour, width=3)
        draw.line((box[0], box[3], box[2], box[1]), fill=colour, width=3)
    elif shape == "disc":
        draw.ellipse(box, width=2, **ink)
    else:
        draw.rectangle(box, width=2, **ink)


def _save(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
