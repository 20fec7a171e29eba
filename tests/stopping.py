"""Runs that are stopped, and go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sketchseek import model as folders
from sketchseek.training.progress import Progress


def stopped(train: Callable[..., Path], stage: str, epoch: int = 2) -> Path:
    """Stop a training as Ctrl-C does once an epoch is over, train on, and return the model folder."""

    def stop(event: Progress) -> None:
        if event.stage == stage and event.done == epoch:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(on_progress=stop)
    return train()


def weights(folder: Path) -> str:
    """What a model's identity says of its weights: equal where they are."""
    return folders.load(folder).identity.split("@")[1]
