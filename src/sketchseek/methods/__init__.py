"""Published systems, one a file: what makes each different, on the parts that all share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sketchseek.registry import resolve
from sketchseek.training.config import override

METHODS: dict[str, str] = {
    "anchored": "sketchseek.methods.anchored:ANCHORED",
    "composed": "sketchseek.methods.zero_shot:COMPOSED",
    "contrastive": "sketchseek.methods.zero_shot:CONTRASTIVE",
    "doodle2search": "sketchseek.methods.zero_shot:DOODLE2SEARCH",
    "dual_stage.autoencoder": "sketchseek.methods.dual_stage:AUTOENCODER",
    "dual_stage.siamese": "sketchseek.methods.dual_stage:SIAMESE",
    "hierarchy": "sketchseek.methods.hierarchy:HIERARCHY",
    "instance": "sketchseek.methods.instance:INSTANCE",
    "midgrain": "sketchseek.methods.midgrain:MIDGRAIN",
    "regression": "sketchseek.methods.regression:REGRESSION",
    "sake": "sketchseek.methods.zero_shot:SAKE",
    "siamese.end_to_end": "sketchseek.methods.siamese:END_TO_END",
}


@dataclass(frozen=True)
class Method:
    """A way to train a model.

    Attributes:
        name: as in ``METHODS``.
        summary: one sentence, with its source.
        config: a frozen dataclass; its defaults are what was measured best.
        train: ``train(config, run_dir, *, cache_dir=None, on_progress=silent)`` -> the model folder.
    """

    name: str
    summary: str
    config: type[Any]
    train: Callable[..., Path]

    def configure(self, *changes: str) -> Any:
        """The default configuration, changed by ``"key=value"`` texts.

        Raises:
            BadConfig: an unknown key or a value of another type.
        """
        return override(self.config(), changes)


def method(name: str) -> Method:
    """The method of a name.

    Raises:
        UnknownName: no such method.
        MissingExtra: training needs packages that are not installed.
    """
    found: Method = resolve(name, METHODS, "method")
    return found
