"""Tiny ImageNet: 64-pixel photos of 200 ImageNet classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, files, find_root, folders
from sketchseek.errors import BadConfig, BadDataset

CARD = DatasetCard(
    name="tiny-imagenet",
    title="Tiny ImageNet",
    licence="Research use; the photos are from ImageNet and keep its terms",
    source="http://cs231n.stanford.edu/tiny-imagenet-200.zip",
    citation="Stanford CS231n: Tiny ImageNet Visual Recognition Challenge, 2015",
    layout="wnids.txt, words.txt, train/<wnid>/images/*.JPEG, optionally val/{images,val_annotations.txt}",
    folder="tiny-imagenet-200",
    markers=("wnids.txt",),
    expected={"classes": 200, "photos": 110_000, "photos train": 100_000, "photos val": 10_000},
    remarks={"photos": "the 10,000 test photos have no published labels and are not read"},
    notes=("ImageNet-1k weights have seen these classes.",),
)

_SUFFIXES = frozenset({".jpeg", ".jpg", ".png"})
SPLITS = ("train", "val")


def load(root: Path, *, splits: Collection[str] = SPLITS) -> Dataset:
    """Read Tiny ImageNet or a part of it. Only photos; ``variant`` is the WordNet id, such as "n02124075".

    A label is the first lemma of its synset ("Egyptian cat"); should two synsets share it, the WordNet id is
    added in brackets.

    Args:
        root: the folder that holds ``wnids.txt``.
        splits: which of "train" and "val" to read; one that is not there is left out.

    Raises:
        BadDataset: a file is missing or names an unknown synset.
        BadConfig: an unknown split.
    """
    if unknown := set(splits) - set(SPLITS):
        raise BadConfig(f"unknown splits {sorted(unknown)}; known: {', '.join(SPLITS)}")
    labels = read_labels(find_root(root, CARD))
    items: list[Item] = []
    if "train" in splits and (root / "train").is_dir():
        items += _train(root / "train", labels)
    if "val" in splits and (root / "val").is_dir():
        items += _val(root / "val", labels)
    if not items:
        raise BadDataset(f"{CARD.title}: no photos in {root}. Expected: {CARD.layout}")
    return Dataset("tiny-imagenet", root, tuple(items), CARD)


def read_labels(root: Path) -> dict[str, str]:
    """WordNet id -> label for the ids of ``wnids.txt``, by ``words.txt``."""
    wnids = _text(root / "wnids.txt").split()
    words = dict(line.split("\t", 1) for line in _text(root / "words.txt").splitlines() if "\t" in line)
    if missing := [wnid for wnid in wnids if wnid not in words]:
        raise BadDataset(f"{CARD.title}: {root / 'words.txt'} has no words for {', '.join(missing[:5])}")
    lemmas = {wnid: words[wnid].split(",")[0].strip() for wnid in wnids}
    shared = {lemma for lemma, count in Counter(lemmas.values()).items() if count > 1}
    return {wnid: f"{lemma} ({wnid})" if lemma in shared else lemma for wnid, lemma in lemmas.items()}


def _train(folder: Path, labels: dict[str, str]) -> Iterator[Item]:
    for wnid in folders(folder):
        label, images = _label(wnid, labels, folder), folder / wnid / "images"
        if not images.is_dir():
            raise BadDataset(f"{CARD.title}: no folder {images}. Expected: {CARD.layout}")
        for name in files(images, _SUFFIXES):
            yield _photo(label, wnid, "train", images / name)


def _val(folder: Path, labels: dict[str, str]) -> Iterator[Item]:
    notes = folder / "val_annotations.txt"
    for line in _text(notes).splitlines():
        name, wnid, *_ = *line.split("\t"), ""
        path = folder / "images" / name
        if wnid and path.is_file():  # a part of the data set keeps the whole list
            yield _photo(_label(wnid, labels, notes), wnid, "val", path)


def _photo(label: str, wnid: str, split: str, path: Path) -> Item:
    instance = f"{label}/{path.stem}"
    return Item(f"photo/{instance}", "photo", label, instance, wnid, split, path)


def _label(wnid: str, labels: dict[str, str], where: Path) -> str:
    if wnid not in labels:
        raise BadDataset(f"{CARD.title}: {where} names {wnid!r}, which wnids.txt does not list")
    return labels[wnid]


def _text(path: Path) -> str:
    if not path.is_file():
        raise BadDataset(f"{CARD.title}: no file {path}. Expected: {CARD.layout}")
    return path.read_text(encoding="utf-8")


READER = Reader(CARD, load)
