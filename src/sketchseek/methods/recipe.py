"""Recipes: a method with its settings and what is known of them, one TOML file each.

    method = "dual_stage.siamese"
    summary = "The Siamese second stage with the numbers of the paper and its released code"
    benchmarks = ["sketchy-subset/category"]
    source = "where the settings are printed"
    differs = "what differs from there"

    [settings]
    rate = 5e-4

The published configurations lie in the folder ``recipes``; anyone can write more. Only ``method`` is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from sketchseek import methods
from sketchseek.errors import BadConfig
from sketchseek.model import CARD, read_card, write_card
from sketchseek.registry import check_name
from sketchseek.training.config import from_dict, override, read_config, to_dict
from sketchseek.training.progress import OnProgress, silent

_ENDING = ".toml"
_FOLDER = files("sketchseek.methods") / "recipes"


@dataclass(frozen=True)
class Recipe:
    """One configuration of a method.

    Attributes:
        method: its name.
        settings: those that are not the method's defaults; nested as the method's configuration is.
        name: what results call it; of a published one that of its file.
        summary: one sentence.
        benchmarks: what it is measured on.
        source: who published it, and where the settings are printed.
        differs: what is not as it was published.
    """

    method: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    summary: str = ""
    benchmarks: tuple[str, ...] = ()
    source: str = ""
    differs: str = ""

    def configure(self, changes: Iterable[str] = ()) -> Any:
        """The method's configuration under these settings, changed by ``"key=value"`` texts.

        Raises:
            UnknownName: no such method.
            MissingExtra: training needs packages that are not installed.
            BadConfig: an unknown key or a value of another type.
        """
        where = f"settings of the recipe {self.name}" if self.name else "settings"
        return override(from_dict(methods.method(self.method).config, self.settings, where=where), changes)

    def train(
        self,
        config: Any,
        run_dir: Path,
        *,
        cache_dir: Path | None = None,
        on_progress: OnProgress = silent,
    ) -> Path:
        """Train in a run's folder and return the model's, whose card names the recipe.

        Args:
            config: as `configure` gives it. Where more than the seed was changed, the card says so.
            run_dir: as the method's own ``train`` takes it, and raises.
            cache_dir: likewise.
            on_progress: likewise.
        """
        made = methods.method(self.method).train(
            config, run_dir, cache_dir=cache_dir, on_progress=on_progress
        )
        own, given = (to_dict(each) | {"seed": 0} for each in (self.configure(), config))
        label = self.name and (self.name if own == given else f"{self.name}, changed")
        if label and (card := read_card(made / CARD)).recipe != label:
            write_card(replace(card, recipe=label), made)
        return made


def published() -> tuple[str, ...]:
    """The names of the recipes that come with sketchseek, sorted."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING)))


def recipe(name: str | Path) -> Recipe:
    """The published recipe of a name, or the one in a file, whose path ends with ``.toml``.

    Raises:
        UnknownName: no such recipe, or it names no known method.
        BadConfig: the file cannot be read, has an unknown key or names no method.
    """
    if str(name).endswith(_ENDING):
        return _read(Path(name))
    entry = _FOLDER / f"{check_name(str(name), dict.fromkeys(published()), 'recipe')}{_ENDING}"
    with as_file(entry) as path:
        return replace(_read(path), name=str(name))


def _read(path: Path) -> Recipe:
    found = read_config(Recipe, path)
    if not found.method:
        raise BadConfig(
            f'{path} names no method; the first line is method = "{min(methods.METHODS)}", for example'
        )
    check_name(found.method, methods.METHODS, f"method in {path}:")
    summary, source, differs = (
        " ".join(told.split()) for told in (found.summary, found.source, found.differs)
    )
    return replace(found, summary=summary, source=source, differs=differs)
