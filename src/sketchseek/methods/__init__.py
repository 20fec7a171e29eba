"""Published systems, one a file: what makes each different, on the parts that all share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sketchseek.registry import check_name, resolve
from sketchseek.training.config import override, read_config

METHODS: dict[str, str] = {
    "anchored": "sketchseek.methods.anchored:ANCHORED",
    "dual_stage.autoencoder": "sketchseek.methods.dual_stage:AUTOENCODER",
    "dual_stage.siamese": "sketchseek.methods.dual_stage:SIAMESE",
    "midgrain": "sketchseek.methods.midgrain:MIDGRAIN",
    "siamese.end_to_end": "sketchseek.methods.siamese:END_TO_END",
}


@dataclass(frozen=True)
class Method:
    """A recipe that trains a model.

    Attributes:
        name: as in ``METHODS``.
        summary: one sentence, with its source.
        config: a frozen dataclass; its defaults are what was measured best.
        train: ``train(config, run_dir, *, cache_dir=None, on_progress=silent)`` -> the model folder.
        presets: other configurations worth a name, such as the paper's.
    """

    name: str
    summary: str
    config: type[Any]
    train: Callable[..., Path]
    presets: Mapping[str, Any] = field(default_factory=dict)

    def configure(self, path: Path | None = None, settings: tuple[str, ...] = (), preset: str = "") -> Any:
        """The configuration of a preset or a TOML file, changed by ``"key=value"`` settings.

        Raises:
            UnknownName: no such preset.
            BadConfig: an unknown key or a value of another type.
        """
        if preset:
            base = self.presets[check_name(preset, self.presets, f"preset of {self.name}")]
        else:
            base = read_config(self.config, path) if path else self.config()
        return override(base, settings)


def method(name: str) -> Method:
    """The method of a name.

    Raises:
        UnknownName: no such method.
        MissingExtra: training needs packages that are not installed.
    """
    found: Method = resolve(name, METHODS, "method")
    return found
