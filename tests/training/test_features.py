"""Cached features: equal to torch's, computed once, recomputed when anything they depend on changes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny
import torch

from sketchseek.data import load_dataset
from sketchseek.encoders.huggingface import Backbone, load_backbone
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput
from sketchseek.training.features import Features
from sketchseek.training.pictures import Augment, Pictures, normalised
from sketchseek.training.progress import Progress

SKETCH = SketchInput(size=tiny.SIDE, line_width=2)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    return load_backbone(tiny.backbone(tmp_path_factory.mktemp("backbone")))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tiny.pictures(tmp_path / "data")


def sketches(data: Path) -> Pictures:
    return Pictures(load_dataset("folder", data), SKETCH)


def test_features_are_torchs(backbone: Backbone, data: Path, tmp_path: Path) -> None:
    for pictures in (sketches(data), Pictures(load_dataset("folder", data), PhotoInput(size=tiny.SIDE))):
        sketch = isinstance(pictures.contract, SketchInput)
        items = pictures.dataset.sketches if sketch else pictures.dataset.photos
        events: list[Progress] = []
        found = Features(backbone, tmp_path / "cache").plain(pictures, items, on_progress=events.append)
        with torch.inference_mode():
            wanted = torch.cat([backbone(batch) for batch in normalised(pictures, items, len(items))]).numpy()
        order = np.random.default_rng(0).permutation(len(items))
        assert np.allclose(found[order], wanted, rtol=2e-3, atol=2e-3)
        assert (events[-1].done, events[-1].total) == (len(items), len(items))


def test_views_differ_from_each_other_and_follow_the_seed(
    backbone: Backbone, data: Path, tmp_path: Path
) -> None:
    pictures = sketches(data)
    items = pictures.dataset.sketches[:5]

    def views(seed: int, place: str) -> np.ndarray:
        return Features(backbone, tmp_path / place).varied(pictures, items, Augment(), views=3, seed=seed)

    one = views(0, "a")
    assert one.shape == (3, 5, backbone.dim)
    assert not np.array_equal(one[0], one[1])
    assert np.array_equal(one, views(0, "b"))
    assert not np.array_equal(one, views(1, "b"))


def test_what_is_cached_is_not_computed_again(
    backbone: Backbone, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = sketches(data).dataset.sketches
    first = Features(backbone, tmp_path / "cache").plain(sketches(data), items)
    monkeypatch.setattr(Pictures, "plain", lambda *_: pytest.fail("opened a picture"))
    assert np.array_equal(first, Features(backbone, tmp_path / "cache").plain(sketches(data), items))


def test_a_cut_file_is_computed_again(backbone: Backbone, data: Path, tmp_path: Path) -> None:
    pictures = sketches(data)
    items = pictures.dataset.sketches
    first = Features(backbone, tmp_path / "cache").plain(pictures, items)
    for path in (tmp_path / "cache").glob("*.npy"):
        path.write_bytes(path.read_bytes()[:200])
    assert np.array_equal(first, Features(backbone, tmp_path / "cache").plain(pictures, items))
    for path in (tmp_path / "cache").glob("*.npy"):
        path.write_bytes(b"")
    assert np.array_equal(first, Features(backbone, tmp_path / "cache").plain(pictures, items))


@pytest.mark.parametrize("change", ["picture", "contract", "weights"])
def test_a_change_of_anything_is_noticed(backbone: Backbone, data: Path, tmp_path: Path, change: str) -> None:
    pictures = sketches(data)
    items = pictures.dataset.sketches[:2]
    first = Features(backbone, tmp_path / "cache").plain(pictures, items)
    other = backbone
    if change == "picture":
        moved = tmp_path / "moved.png"
        shutil.copy(pictures.dataset.sketches[-1].path or "", moved)
        pictures, items = sketches(data), (replace(items[0], path=moved), items[1])
    elif change == "contract":
        pictures = Pictures(pictures.dataset, replace(SKETCH, line_width=4))
    else:
        other = load_backbone(tiny.backbone(tmp_path / "another", seed=5))
    second = Features(other, tmp_path / "cache").plain(pictures, items)
    assert not np.array_equal(first[0], second[0])


def test_a_cache_holds_no_pickle(backbone: Backbone, data: Path, tmp_path: Path) -> None:
    pictures = sketches(data)
    items = pictures.dataset.sketches[:2]
    Features(backbone, tmp_path / "cache").plain(pictures, items)
    (path,) = (tmp_path / "cache").glob("*.npy")
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    found = Features(backbone, tmp_path / "cache").plain(pictures, items)
    assert found.dtype == np.float16
