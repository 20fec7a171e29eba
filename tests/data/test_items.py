from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from PIL import Image

from sketchseek._names import class_key
from sketchseek.data.items import Dataset, DatasetCard, Item
from sketchseek.errors import BadDataset

CARD = DatasetCard("toy", "Toy", "none", "here", "", "anything")


def toy() -> Dataset:
    photos = [
        Item(f"photo/{label}/{n}", "photo", label, f"{label}/{n}", split="test" if n == 1 else "train")
        for label in ("zebra", "alarm_clock")
        for n in (0, 1)
    ]
    sketches = [
        Item(f"sketch/{p.instance}-{k}", "sketch", p.label, p.instance, "error" if k == 2 else None, p.split)
        for p in photos
        for k in (1, 2)
    ]
    return Dataset("toy", None, (*photos, *sketches), CARD)


def test_a_data_set_knows_its_sketches_photos_and_classes() -> None:
    data = toy()
    assert (len(data), len(data.photos), len(data.sketches)) == (12, 4, 8)
    assert data.classes == ("alarm_clock", "zebra")
    assert list(data) == list(data.items)


def test_where_keeps_what_meets_every_condition_in_order() -> None:
    data = toy()
    found = data.where(domain="sketch", split="test", labels=["zebra"], variants=[None])
    assert [item.id for item in found] == ["sketch/zebra/1-1"]
    assert data.where(instances={"zebra/0"}).items == tuple(i for i in data if i.instance == "zebra/0")
    assert [item.id for item in data.where(ids=["sketch/zebra/0-1", "photo/zebra/0"])] == [
        "photo/zebra/0",
        "sketch/zebra/0-1",
    ]
    assert data.where(labels=[]).items == ()
    assert data.where() == data


def test_where_finds_labels_in_other_spellings_and_takes_one_name_alone() -> None:
    assert toy().where(labels=["Alarm Clock"]).classes == ("alarm_clock",)
    assert toy().where(labels="zebra").classes == ("zebra",)


@pytest.mark.parametrize(
    ("spellings", "key"),
    [
        (("alarm_clock", "alarm clock", "Alarm-Clock", " alarm  clock "), "alarm clock"),
        (("hot-air_balloon", "hot air balloon", "hot_air_balloon"), "hot air balloon"),
        (("car_(sedan)", "car sedan"), "car sedan"),
        (("jack-o-lantern", "jack_o_lantern"), "jack o lantern"),
        (("Café", "CAFÉ"), "café"),
        (("yin_yang",), "yin yang"),
        (("cello's",), "cellos"),
    ],
)
def test_class_key_joins_spellings(spellings: tuple[str, ...], key: str) -> None:
    assert {class_key(name) for name in spellings} == {key}


def test_class_key_keeps_different_classes_apart() -> None:
    assert len({class_key(name) for name in ("bat", "bats", "baseball bat", "turtle", "sea_turtle")}) == 5


def test_two_items_of_one_id_are_refused() -> None:
    item = Item("photo/a/1", "photo", "a")
    with pytest.raises(BadDataset, match="toy: two items are called 'photo/a/1'"):
        Dataset("toy", None, (item, Item("photo/a/2", "photo", "a"), item), CARD)


def test_a_photo_is_no_sketch_and_an_item_without_file_cannot_be_read() -> None:
    data = toy()
    with pytest.raises(BadDataset, match="photo/zebra/0 is a photo, not a sketch"):
        data.sketch(data.photos[0])
    with pytest.raises(BadDataset, match="sketch/zebra/0-1 is a sketch, not a photo"):
        data.photo(data.sketches[0])
    with pytest.raises(BadDataset, match="photo/zebra/0 has no file"):
        data.photo(data.photos[0])


def test_the_readers_given_are_used_also_after_where() -> None:
    seen = []

    def read(item: Item, at_least: int | None) -> Image.Image:
        seen.append((item.id, at_least))
        return Image.new("RGB", (2, 2))

    base = toy()
    data = Dataset("toy", None, base.items, CARD, photo_reader=read).where(labels=["zebra"])
    data.photo(data.photos[1], at_least=64)
    assert seen == [("photo/zebra/1", 64)]


def test_a_data_set_travels_to_worker_processes() -> None:
    data = Dataset("toy", Path("/x"), toy().items, CARD)
    assert pickle.loads(pickle.dumps(data)) == data  # noqa: S301 - our own bytes
