from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sketchseek.data.quickdraw import count, load
from sketchseek.errors import BadConfig, BadDataset, BadSketch, EmptySketch

Plant = Callable[[Mapping[str, bytes | str]], Path]


def line(word: str, key: int, recognized: bool = True, timed: bool = False) -> str:
    stroke = [[0, 128, 255], [10, 20, 30]] + ([[0, 40, 90]] if timed else [])
    fields = {
        "word": word,
        "countrycode": "NL",
        "recognized": recognized,
        "key_id": str(key),
        "drawing": [stroke],
    }
    return json.dumps(fields, separators=(",", ":")) + "\n"


@pytest.fixture
def root(plant: Plant) -> Path:
    return plant(
        {
            "simplified/alarm clock.ndjson": line("alarm clock", 1)
            + line("alarm clock", 2, recognized=False),
            "raw/alarm clock.ndjson": line("alarm clock", 2, False, True)
            + line("alarm clock", 3, timed=True),
            "raw/bee.ndjson": line("bee", 4, timed=True),
        }
    )


def test_a_drawing_in_both_forms_is_read_once(root: Path) -> None:
    data = load(root)
    assert data.photos == ()
    assert {item.id: item.variant for item in data} == {
        "sketch/alarm clock/1": "simplified",
        "sketch/alarm clock/2": "simplified",
        "sketch/alarm clock/3": "raw",
        "sketch/bee/4": "raw",
    }
    assert {item.variant for item in load(root, prefer="raw") if item.id.endswith("/2")} == {"raw"}


def test_drawings_are_parsed_where_their_byte_offset_says(root: Path) -> None:
    data = load(root)
    third = data.sketch(next(item for item in data if item.id.endswith("/3")))
    assert third.strokes[0].shape == (3, 3)  # the raw form has times
    first = data.sketch(data.items[0])
    assert first.strokes[0].tolist() == [[0, 10], [128, 20], [255, 30]]


def test_options_narrow_the_table(root: Path) -> None:
    assert [i.id for i in load(root, recognized=False)] == ["sketch/alarm clock/2"]
    assert [i.id for i in load(root, classes=["Bee"])] == ["sketch/bee/4"]
    assert [i.id for i in load(root, forms=["simplified"], per_class=1)] == ["sketch/alarm clock/1"]
    with pytest.raises(BadConfig, match=r"unknown forms \['binary'\]; known: simplified, raw"):
        load(root, forms=["binary"])  # type: ignore[list-item]
    with pytest.raises(BadDataset, match="no drawings of the kind asked for"):
        load(root, classes=["walrus"])


def test_counting_needs_no_table(root: Path) -> None:
    assert count(root) == {
        "classes": 2,
        "sketches": 4,
        "sketches simplified": 2,
        "sketches raw": 3,
        "sketches in both forms": 1,
    }


def test_the_bucket_s_own_folder_names_are_read(plant: Plant) -> None:
    root = plant({"full/raw/full_raw_bee.ndjson": '{"key_id":"7","drawing":[]}\n'})
    assert [item.id for item in load(root, classes=["bee"])] == ["sketch/bee/7"]


def test_fields_in_another_order_and_blank_lines(plant: Plant) -> None:
    odd = '{"drawing":[[[1,2],[3,4]]],"recognized":false,"key_id":"8","word":"bee"}\n\n' + line("bee", 9)
    data = load(plant({"simplified/bee.ndjson": odd}))
    assert [item.id for item in data] == ["sketch/bee/8", "sketch/bee/9"]
    assert [len(data.sketch(item).strokes[0]) for item in data] == [2, 3]
    assert [item.id for item in load(data.root or Path(), recognized=True)] == ["sketch/bee/9"]


@pytest.mark.parametrize(("bad", "message"), [("{nonsense\n", "not a line of JSON"), ("[1]\n", "found list")])
def test_a_broken_line_is_named(plant: Plant, bad: str, message: str) -> None:
    with pytest.raises(BadSketch, match=rf"bee\.ndjson, line 2: .*{message}"):
        load(plant({"raw/bee.ndjson": line("bee", 1) + bad}))


def test_an_empty_drawing_is_named_when_it_is_opened(plant: Plant) -> None:
    data = load(plant({"raw/bee.ndjson": '{"word":"bee","recognized":true,"key_id":"1","drawing":[]}\n'}))
    with pytest.raises(EmptySketch, match="sketch/bee/1: "):
        data.sketch(data.items[0])
