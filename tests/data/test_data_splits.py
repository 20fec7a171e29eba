from __future__ import annotations

import hashlib
from importlib.resources import files

import pytest

from sketchseek._names import class_key
from sketchseek.data import splits
from sketchseek.data.items import Dataset, DatasetCard, Item
from sketchseek.data.splits import SPLITS, Split, load_split
from sketchseek.errors import BadBenchmark, UnknownName

CARD = DatasetCard("toy", "Toy", "none", "here", "", "anything")
COUNTS = {
    "quickdraw-30": (80, 30),
    "sketchy-21": (104, 21),
    "sketchy-25": (100, 25),
    "sketchy-25-sempcyc": (100, 25),
    "tuberlin-30": (220, 30),
    "tuberlin-30-sempcyc": (220, 30),
}


@pytest.mark.parametrize("name", SPLITS)
def test_every_list_is_the_published_one(name: str) -> None:
    split = load_split(name)
    data = files("sketchseek.data").joinpath("splits", f"{name}.txt").read_bytes()
    assert split.sha256 == hashlib.sha256(data).hexdigest()
    assert split.source
    assert len(set(split.entries)) == len(split.entries)
    assert all(entry == entry.strip() != "" for entry in split.entries)


def test_every_file_is_listed_and_the_other_way_round() -> None:
    shipped = {
        file.name.removesuffix(".txt") for file in files("sketchseek.data").joinpath("splits").iterdir()
    }
    assert shipped == set(SPLITS)


@pytest.mark.parametrize("family", COUNTS)
def test_seen_and_unseen_share_no_class(family: str) -> None:
    seen, unseen = load_split(f"{family}.seen"), load_split(f"{family}.unseen")
    assert (len(seen.entries), len(unseen.entries)) == COUNTS[family]
    assert not {class_key(name) for name in seen.entries} & {class_key(name) for name in unseen.entries}


def test_lists_of_one_data_set_cover_the_same_classes() -> None:
    sketchy = [
        load_split(f"{f}.seen").entries + load_split(f"{f}.unseen").entries for f in COUNTS if "sketchy" in f
    ]
    assert {frozenset(names) for names in sketchy} == {frozenset(sketchy[0])}
    assert len(set(sketchy[0])) == 125


def test_the_two_lists_of_25_share_four_classes() -> None:
    sake, sempcyc = (
        set(load_split(f"{name}.unseen").entries) for name in ("sketchy-25", "sketchy-25-sempcyc")
    )
    assert sake & sempcyc == {"bell", "squirrel", "tank", "wheelchair"}


def test_the_subset_is_split_by_photo() -> None:
    parts = {part: load_split(f"sketchy-subset.{part}") for part in ("train", "val", "test")}
    assert {part: len(split.entries) for part, split in parts.items()} == {
        "train": 1541,
        "val": 125,
        "test": 1459,
    }
    assert {split.kind for split in parts.values()} == {"photos"}
    assert len({entry for split in parts.values() for entry in split.entries}) == 3125


def test_the_chairs_are_split_by_photo_as_published() -> None:
    train, test = (load_split(f"qmul-chairv2.{part}") for part in ("train", "test"))
    assert (len(train.entries), len(test.entries)) == (300, 100)
    assert {train.kind, test.kind} == {"photos"}
    assert not set(train.entries) & set(test.entries)
    assert {entry.partition("/")[0] for entry in train.entries + test.entries} == {"chair"}


def toy() -> Dataset:
    photos = [Item(f"photo/hot-air_balloon/{n}", "photo", "hot-air_balloon", f"b/{n}") for n in (1, 2)]
    sketches = [Item(f"sketch/hot-air_balloon/{n}", "sketch", "hot-air_balloon", f"b/{n}") for n in (1, 2)]
    return Dataset("toy", None, (*photos, *sketches), CARD)


def test_sketches_follow_their_class_or_photo() -> None:
    assert len(Split("s", "classes", ("hot air balloon",), "", "").of(toy())) == 4
    assert [item.domain for item in Split("s", "photos", ("b/2",), "", "").of(toy())] == ["photo", "sketch"]


@pytest.mark.parametrize(
    ("kind", "entries"), [("classes", ("hot-air_balloon", "cat")), ("photos", ("b/1", "b/3"))]
)
def test_a_data_set_that_lacks_entries_cannot_be_split(kind: splits.Kind, entries: tuple[str, ...]) -> None:
    with pytest.raises(BadBenchmark, match=rf"split s: 1 of its 2 {kind} are not in toy: {entries[1]}"):
        Split("s", kind, entries, "", "").of(toy())


def test_an_unknown_list_names_the_near_ones() -> None:
    with pytest.raises(UnknownName, match=r"Did you mean 'sketchy-21\.unseen'"):
        load_split("sketchy-21.unsen")


def test_a_changed_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(splits._SHA256, "sketchy-21.seen", "0" * 64)
    with pytest.raises(BadBenchmark, match=r"split sketchy-21\.seen: the file was changed"):
        load_split("sketchy-21.seen")
