"""Recipes: the published ones hold together, and what a model's card says of the one it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from make_model import make_model

from sketchseek import methods
from sketchseek import model as folders
from sketchseek.errors import BadConfig, UnknownName
from sketchseek.evaluation.benchmarks import benchmark
from sketchseek.methods import Method, instance
from sketchseek.methods.recipe import Recipe, published, recipe
from sketchseek.training.config import from_dict, to_toml
from sketchseek.training.run import Run


@pytest.mark.parametrize("name", published())
def test_a_published_recipe_holds_together(name: str) -> None:
    found = recipe(name)
    assert found.name == name
    assert name.startswith(f"{found.method}.")
    assert found.configure() == found.configure(["seed=0"])
    assert found.configure() != methods.method(found.method).configure()
    assert [benchmark(each).name for each in found.benchmarks] == list(found.benchmarks) != []
    for words in (found.summary, found.source, found.differs):
        assert words == " ".join(words.split()) != ""


def test_the_packaged_models_are_what_their_settings_make() -> None:
    wanted = {"default": recipe("anchored.packaged").configure(), "exact": instance.Config()}
    assert tuple(wanted) == folders.PACKAGED
    for name, config in wanted.items():
        card = folders.load(name).card
        assert from_dict(methods.method(card.method).config, card.training) == config


def test_a_runs_file_is_a_recipe(tmp_path: Path) -> None:
    config = recipe("dual_stage.siamese.published").configure(["seed=4"])
    Run(tmp_path, "dual_stage.siamese", config, cache_dir=None)
    again = recipe(tmp_path / "config.toml")
    assert (again.method, again.name, again.configure()) == ("dual_stage.siamese", "", config)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"Did you mean 'anchored\.packaged'"):
        recipe("anchored.packged")
    with pytest.raises(BadConfig, match=r"own\.toml"):
        recipe(tmp_path / "own.toml")


@dataclass(frozen=True)
class Config:
    seed: int = 0
    rate: float = 0.1


@pytest.fixture
def train(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """Trains by a toy recipe, and gives what the model's card says of it."""

    def made(_: Any, run_dir: Path, **__: Any) -> Path:
        return run_dir / "model" if (run_dir / "model").exists() else make_model(run_dir / "model")

    monkeypatch.setattr(methods, "method", lambda _: Method("toy", "Toy.", Config, made))

    def card(name: str, *changes: str, run: str = "run") -> str:
        toy = Recipe("toy", {"rate": 0.5}, name)
        return folders.load(toy.train(toy.configure(changes), tmp_path / run)).card.recipe

    return card


def test_a_card_names_the_recipe_and_says_what_was_changed(train: Callable[..., str], tmp_path: Path) -> None:
    assert train("toy.paper") == "toy.paper"
    before = (tmp_path / "run" / "model" / "card.json").stat().st_mtime_ns
    assert train("toy.paper", "seed=3") == "toy.paper"
    assert (tmp_path / "run" / "model" / "card.json").stat().st_mtime_ns == before
    assert train("toy.paper", "rate=0.2", run="other") == "toy.paper, changed"
    assert train("", run="without") == ""


def test_the_name_does_not_make_it_another_model(train: Callable[..., str], tmp_path: Path) -> None:
    train("", run="without")
    train("toy.paper", run="with")
    assert len({folders.load(tmp_path / run / "model").identity for run in ("with", "without")}) == 1


def test_shown_settings_are_a_recipe_of_the_same_configuration(tmp_path: Path) -> None:
    config = recipe("anchored.held_out").configure()
    path = tmp_path / "shown.toml"
    path.write_text(to_toml("anchored", config), encoding="utf-8")
    assert recipe(path).configure() == config
