from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sketchseek.data.tiny_imagenet import load
from sketchseek.errors import BadConfig, BadDataset

Plant = Callable[[Mapping[str, bytes | str]], Path]


@pytest.fixture
def files(picture: Callable[..., bytes]) -> dict[str, bytes | str]:
    photo = picture("JPEG", (64, 64))
    return {
        "wnids.txt": "n02\nn01\nn03\n",
        "words.txt": "n00\tentity\nn01\tgoldfish, Carassius auratus\nn02\tcrane\nn03\tcrane, derrick\n",
        "train/n01/images/n01_0.JPEG": photo,
        "train/n01/images/n01_9.JPEG": photo,
        "train/n01/n01_boxes.txt": "n01_0.JPEG\t0\t0\t9\t9\n",
        "train/n02/images/n02_1.JPEG": photo,
        "train/n03/images/n03_1.JPEG": photo,
        "val/images/val_0.JPEG": photo,
        "val/val_annotations.txt": "val_0.JPEG\tn01\t0\t32\t44\t62\nval_1.JPEG\tn02\t5\t5\t9\t9\n",
    }


def test_labels_are_first_lemmas_and_the_wordnet_id_is_kept(
    plant: Plant, files: dict[str, bytes | str]
) -> None:
    data = load(plant(files))
    assert data.classes == ("crane (n02)", "crane (n03)", "goldfish")
    assert {(i.id, i.variant, i.split) for i in data.where(labels=["goldfish"])} == {
        ("photo/goldfish/n01_0", "n01", "train"),
        ("photo/goldfish/n01_9", "n01", "train"),
        ("photo/goldfish/val_0", "n01", "val"),
    }
    assert data.photo(data.photos[0]).size == (64, 64)


def test_the_splits_can_be_read_alone(plant: Plant, files: dict[str, bytes | str]) -> None:
    root = plant(files)
    assert len(load(root, splits=["train"])) == 4
    assert len(load(root, splits=["val"])) == 1
    with pytest.raises(BadConfig, match=r"unknown splits \['test'\]; known: train, val"):
        load(root, splits=["test"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"words.txt": "n01\tgoldfish\n"}, r"words\.txt has no words for n02, n03"),
        ({"wnids.txt": "n02\nn01\n"}, "names 'n03', which wnids.txt does not list"),
        ({"train/n01": None}, r"no folder .*n01.images"),
        ({"words.txt": None}, r"no file .*words\.txt"),
        ({"train": None, "val": None}, "no photos in"),
        ({"val/val_annotations.txt": None}, r"no file .*val_annotations\.txt"),
    ],
)
def test_what_is_missing_is_named(
    plant: Plant, files: dict[str, bytes | str], change: dict[str, str | None], message: str
) -> None:
    gone = [name for name, content in change.items() if content is None]
    left = {name: c for name, c in files.items() if not any(name.startswith(prefix) for prefix in gone)}
    if gone == ["train/n01"]:
        left["train/n01/readme"] = ""
    root = plant(left | {name: content for name, content in change.items() if content is not None})
    with pytest.raises(BadDataset, match=message):
        load(root)
