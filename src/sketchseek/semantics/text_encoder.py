"""Text models of Hugging Face as semantics: sentence encoders and the text towers of CLIP and its kin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sketchseek._quiet import quiet
from sketchseek.errors import BadConfig, BadSemantics
from sketchseek.semantics.space import Floats, VectorSpace

_BATCH = 64


def text_encoder(path: str | Path, *, template: str = "{}") -> VectorSpace:
    """A text model from a local folder, or from the hub when the name is none; on the CPU, in float32.

    Of two-tower models (CLIP, SigLIP) the text tower with its projection, whose vectors compare with those of
    pictures; of others the mean of the last layer over a text's tokens. Every name has a vector: nothing is
    ever missing.

    Args:
        path: a folder with config, weights in safetensors and tokenizer, or a hub name.
        template: the text in which a name is set, such as ``"a photo of a {}"``, usual for CLIP.

    Raises:
        BadConfig: the template has no ``{}``.
        BadSemantics: neither a readable folder nor a hub name, or not a text model.
    """
    if template.count("{}") != 1:
        raise BadConfig(f"the template must hold {{}} once, where the name goes: {template!r}")
    from transformers.utils import logging

    name = str(path)
    try:
        with quiet(logging):
            tokenizer, model = _load(name)
            _encode(tokenizer, model, ["words"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else repr(error)
        raise BadSemantics(
            f"cannot load the text model {name!r}: {reason}. Name a folder with config.json, a tokenizer and "
            "weights in safetensors, or a text model of the hub."
        ) from error

    def read(wanted: set[str]) -> dict[str, Floats]:
        texts = sorted(wanted)
        rows = _encode(tokenizer, model, [template.format(text) for text in texts])
        return dict(zip(texts, rows, strict=True))

    return VectorSpace(Path(name).name, read, lambda text: (text.replace("_", " "),), parts=False)


def _load(name: str) -> tuple[Any, Any]:
    from transformers import AutoModel, AutoTokenizer

    # Neither code of the model's own nor a pickle is opened: a folder may come from anywhere.
    safe: dict[str, Any] = {"trust_remote_code": False}
    model = AutoModel.from_pretrained(name, dtype=torch.float32, use_safetensors=True, **safe)
    return AutoTokenizer.from_pretrained(name, **safe), model.eval()


@torch.inference_mode()
def _encode(tokenizer: Any, model: Any, texts: list[str]) -> Floats:
    rows = []
    for at in range(0, len(texts), _BATCH):
        tokens = tokenizer(texts[at : at + _BATCH], padding=True, truncation=True, return_tensors="pt")
        rows.append(_pool(model, tokens).numpy())
    return np.concatenate(rows).astype(np.float32)


def _pool(model: Any, tokens: Any) -> Tensor:
    if hasattr(model, "get_text_features"):
        names = ("input_ids", "attention_mask")
        features = model.get_text_features(**{name: tokens[name] for name in names if name in tokens})
        pooled: Tensor = getattr(features, "pooler_output", features)
        return pooled
    states: Tensor = model(**tokens).last_hidden_state
    mask: Tensor = tokens["attention_mask"][..., None].to(states.dtype)
    return (states * mask).sum(1) / mask.sum(1)
