"""Batch norm brought back to life, and carried from one domain to another.

A network whose batch norm was folded away trains badly, and one tuned on photos sees drawings through the
statistics of photos. ``restore`` measures the statistics on photos without changing the function; ``adapt``
then replaces them by those of drawings, so that each channel of a drawing is brought to the mean and spread
that the next layer knows from photos (adaptive batch normalisation: Li et al., "Revisiting Batch
Normalization for Practical Domain Adaptation", 2016).
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from sketchseek._aside import aside
from sketchseek.data import Dataset
from sketchseek.encoders.huggingface import Backbone
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput
from sketchseek.training.pictures import Pictures, normalised
from sketchseek.training.progress import OnProgress, Progress, silent

_SOME = 128  # pictures of each domain that a data set is measured on
_LEAST = 1e-6  # a channel that never changes keeps a variance one can divide by


def norms(module: nn.Module) -> list[nn.BatchNorm2d]:
    """The batch norm layers of a network, in order."""
    return [layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d)]


@torch.no_grad()
def restore(module: nn.Module, batches: Iterable[Tensor]) -> None:
    """Give each batch norm the statistics of ``batches``; what the network computes stays the same.

    Args:
        module: in evaluation mode; its batch norms may hold any statistics, folded ones too.
        batches: float32 (N, 3, S, S), normalised, of the domain it was trained on.
    """
    seen: dict[nn.BatchNorm2d, list[tuple[Tensor, Tensor]]] = {layer: [] for layer in norms(module)}

    def look(layer: nn.Module, _: object, output: Tensor) -> None:
        seen[layer].append((output.mean((0, 2, 3)), output.square().mean((0, 2, 3))))  # type: ignore[index]

    hooks = [layer.register_forward_hook(look) for layer in seen]
    for batch in batches:
        module(batch)
    for hook in hooks:
        hook.remove()
    for layer, moments in seen.items():
        mean = torch.stack([first for first, _ in moments]).mean(0)
        square = torch.stack([second for _, second in moments]).mean(0)
        _rewrite(layer, mean, (square - mean.square()).clamp_min(_LEAST))


def _rewrite(layer: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """Statistics that give the output ``mean`` and ``variance``, and the weights that keep the function."""
    assert layer.running_mean is not None  # noqa: S101 - they track statistics
    assert layer.running_var is not None  # noqa: S101
    gain = layer.weight / torch.sqrt(layer.running_var + layer.eps)
    gain = torch.where(gain.abs() < _LEAST, torch.full_like(gain, _LEAST), gain)
    input_mean = (mean - layer.bias) / gain + layer.running_mean
    input_variance = variance / gain.square()
    layer.weight.copy_(gain * torch.sqrt(input_variance + layer.eps))
    layer.bias.copy_(mean)
    layer.running_mean.copy_(input_mean)
    layer.running_var.copy_(input_variance)


@torch.no_grad()
def adapt(module: nn.Module, batches: Iterable[Tensor]) -> None:
    """Replace the statistics of each batch norm by those of ``batches``; the weights stay.

    Args:
        module: its batch norms hold real statistics (see ``restore``).
        batches: float32 (N, 3, S, S), normalised, of the domain it is to see.
    """
    momenta = {layer: layer.momentum for layer in norms(module)}
    for layer in momenta:
        layer.reset_running_stats()
        layer.momentum = None  # a plain average over all batches
        layer.train()
    for batch in batches:
        module(batch)
    for layer, momentum in momenta.items():
        layer.momentum = momentum
        layer.eval()


def adapted(
    backbone: Backbone,
    folder: Path,
    measured: str,
    *,
    photos: Callable[[], Iterable[Tensor]],
    drawings: Callable[[], Iterable[Tensor]],
    on_progress: OnProgress = silent,
) -> Backbone:
    """A copy of the backbone whose batch norm has the statistics of drawings.

    Kept in a file: sums over threads differ in the last digit from run to run, and what is cached of a trunk
    is named by its weights.

    Args:
        backbone: stays as it is.
        folder: of the file; where it is there, nothing is measured.
        measured: all that the statistics depend on; the file is named by it.
        photos: float32 (N, 3, S, S), normalised, to restore its own statistics on.
        drawings: the same, to adapt it to.
        on_progress: told when each is done.
    """
    path = folder / f"adapted-{hashlib.sha256(measured.encode()).hexdigest()[:12]}.safetensors"
    copied = copy.deepcopy(backbone)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        on_progress(Progress("statistics of batch norm", 0, 2))
        restore(copied.body, photos())
        on_progress(Progress("statistics of batch norm", 1, 2))
        adapt(copied.body, drawings())
        on_progress(Progress("statistics of batch norm", 2, 2))
        with aside(path) as written:
            save_file(copied.state_dict(), written)
    copied.load_state_dict(load_file(path))
    return copied


def adapted_to(
    backbone: Backbone,
    train: Dataset,
    inputs: tuple[PhotoInput, SketchInput],
    folder: Path,
    *,
    on_progress: OnProgress = silent,
) -> Backbone:
    """The same by the pictures of one data set; the backbone itself where it has no batch norm.

    Args:
        backbone: stays as it is.
        train: whose photos and sketches.
        inputs: how photos and sketches are shown to it.
        folder: of the kept file.
        on_progress: told when each is done.
    """
    if not norms(backbone):
        return backbone
    photos, sketches = (Pictures(train, contract) for contract in inputs)
    used = hashlib.sha256("".join(item.id for item in train).encode()).hexdigest()
    return adapted(
        backbone,
        folder,
        f"{backbone.digest()} {inputs} {_SOME} {train.name} {used}",
        photos=lambda: normalised(photos, train.photos, _SOME),
        drawings=lambda: normalised(sketches, train.sketches, _SOME),
        on_progress=on_progress,
    )
