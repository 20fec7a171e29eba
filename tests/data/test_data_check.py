from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sketchseek.data import DATASETS, CheckRow, check, load_dataset, reader
from sketchseek.data.check import compare
from sketchseek.data.items import DatasetCard
from sketchseek.errors import BadConfig, BadDataset, UnknownName

Plant = Callable[[Mapping[str, bytes | str]], Path]
FILED = sorted(set(DATASETS) - {"screens", "synthetic"})


def card(**fields: object) -> DatasetCard:
    return DatasetCard("toy", "Toy", "none", "here", "", "anything", **fields)  # type: ignore[arg-type]


def test_found_stands_beside_published() -> None:
    toy = card(
        expected={"classes": 2, "photos": 200, "sketches": 50, "lost": 9}, remarks={"sketches": "or 51"}
    )
    report = compare(toy, None, {"photos": 50, "classes": 2, "sketches": 60, "extra": 1})
    assert report.rows == (
        CheckRow("classes", 2, 2),
        CheckRow("photos", 50, 200, "25 % of what is published"),
        CheckRow("sketches", 60, 50, "more than published; or 51"),
        CheckRow("lost", 0, 9, "missing"),
        CheckRow("extra", 1),
    )
    assert not report.complete
    assert compare(card(expected={"classes": 2}), None, {"classes": 2, "photos": 7}).complete


def test_a_check_counts_what_hangs_loose(plant: Plant) -> None:
    base = "256x256/{}/tx_000000000000/cat/{}"
    names = [("photo", "a.jpg"), ("photo", "b.jpg"), ("sketch", "a-1.png"), ("sketch", "gone-1.png")]
    root = plant(
        {base.format(*name): b"" for name in names}
        | {"info/testset.txt": "cat/a.jpg", "info/invalid-error.txt": "cat/a-1"}
    )
    found = {row.part: row.found for row in check("sketchy", root).rows}
    assert found == {
        "classes": 1,
        "photos": 2,
        "sketches": 2,
        "photos test": 1,
        "photos train": 1,
        "sketches test": 1,
        "sketches train": 1,
        "photos with sketches": 1,
        "sketches without photo": 1,
        "sketches marked error": 1,
    }


@pytest.mark.parametrize("name", FILED)
def test_cards_say_what_a_user_must_know(name: str) -> None:
    found = reader(name).card
    assert found.name == name
    assert found.title
    assert found.licence
    assert found.source
    assert found.layout
    assert found.markers
    assert found.citation or name == "folder"


@pytest.mark.parametrize("name", FILED)
def test_a_missing_folder_says_what_was_expected(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match=r"no folder .*nowhere.*Expected there: "):
        check(name, tmp_path / "nowhere")


@pytest.mark.parametrize("name", FILED)
def test_a_folder_of_another_kind_says_what_was_found(name: str, plant: Plant) -> None:
    with pytest.raises(BadDataset, match=r"Expected: .*Found: holiday\.txt, notes"):
        load_dataset(name, plant({"holiday.txt": "", "notes/a.txt": ""}))


def test_another_data_set_in_the_folder_is_recognised(plant: Plant) -> None:
    with pytest.raises(BadDataset, match="The folder looks like tiny-imagenet"):
        check("sketchy", plant({"wnids.txt": "", "words.txt": ""}))


def test_the_right_folder_further_in_is_pointed_at(plant: Plant) -> None:
    with pytest.raises(BadDataset, match=r"It is in .*caltech101"):
        load_dataset("caltech101", plant({"caltech101/101_ObjectCategories/ant/a.jpg": b""}))


def test_the_default_folder_comes_from_the_environment(
    plant: Plant, picture: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant({"caltech101/101_ObjectCategories/ant/a.jpg": picture()})
    monkeypatch.setenv("SKETCHSEEK_DATA", str(root))
    assert load_dataset("caltech101").root == root / "caltech101"
    assert check("caltech101").path == root / "caltech101"
    with pytest.raises(BadDataset, match=r"give its folder\. Expected there"):
        load_dataset("folder")
    monkeypatch.delenv("SKETCHSEEK_DATA")
    with pytest.raises(BadDataset, match="give its folder, or set SKETCHSEEK_DATA"):
        load_dataset("caltech101")


def test_a_list_that_is_no_text_is_named(plant: Plant) -> None:
    with pytest.raises(BadDataset, match=r"Tiny ImageNet: .* cannot be read \(.*utf-8"):
        load_dataset("tiny-imagenet", plant({"wnids.txt": b"\xff\xfe", "words.txt": ""}))


def test_the_synthetic_data_set_needs_no_folder() -> None:
    report = check("synthetic")
    assert report.path is None
    assert report.complete
    label = load_dataset("synthetic", instances=1).classes[0]
    data = load_dataset("synthetic", classes=[label], instances=2, sketches_per_photo=1)
    assert (len(data.photos), len(data.sketches)) == (2, 2)


def test_unknown_names_and_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'sketchy'"):
        load_dataset("sketchi")
    with pytest.raises(BadConfig, match=r"'sketchy' has no option 'clean'\. Known: rendering, "):
        load_dataset("sketchy", tmp_path, clean=True)
    with pytest.raises(BadConfig, match=r"has no option 'card'\. Known: none"):
        load_dataset("qmul-chairv2", tmp_path, card=None)
