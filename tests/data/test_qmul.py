from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sketchseek.data import load_dataset
from sketchseek.data.qmul import parse_key, read_drawings
from sketchseek.errors import BadDataset

Plant = Callable[[Mapping[str, bytes | str]], Path]
DRAWING = np.array([[1.5, 2, 0], [30, 40, 1], [5, 6, 0], [7, 8, 1]])
KEYS = ("/train/chair-a_1", "/train/chair-a_12", "test/b_2_1")


def chairs(picture: Callable[..., bytes], drawings: bytes) -> dict[str, bytes | str]:
    png = picture("PNG")
    return {
        "ChairV2_Coordinate": drawings,
        "photo/chair-a.png": png,
        "photo/b_2.png": png,
        "photo/lone.png": png,
    }


def pickled(value: Any, protocol: int = 3) -> bytes:
    return pickle.dumps(value, protocol=protocol)


@pytest.mark.parametrize("protocol", range(6))
def test_drawings_photos_and_splits(plant: Plant, picture: Callable[..., bytes], protocol: int) -> None:
    root = plant(chairs(picture, pickled(dict.fromkeys(KEYS, DRAWING), protocol)))
    data = load_dataset("qmul-chairv2", root)
    assert data.classes == ("chair",)
    assert {item.id: item.split for item in data.photos} == {
        "photo/chair/b_2": "test",
        "photo/chair/chair-a": "train",
        "photo/chair/lone": None,
    }
    assert [(i.id, i.instance, i.split) for i in data.sketches] == [
        ("sketch/chair/chair-a_1", "chair/chair-a", "train"),
        ("sketch/chair/chair-a_12", "chair/chair-a", "train"),
        ("sketch/chair/b_2_1", "chair/b_2", "test"),
    ]
    strokes = data.sketch(data.sketches[2]).strokes
    assert [stroke.tolist() for stroke in strokes] == [[[1.5, 2], [30, 40]], [[5, 6], [7, 8]]]


def test_shoes_have_the_same_layout(plant: Plant, picture: Callable[..., bytes]) -> None:
    root = plant({"ShoeV2_Coordinate": pickled({"train/9_1": DRAWING}), "photo/9.png": picture("PNG")})
    data = load_dataset("qmul-shoev2", root)
    assert [item.id for item in data] == ["photo/shoe/9", "sketch/shoe/9_1"]


@pytest.mark.parametrize(
    ("array", "same"),
    [
        (DRAWING.astype(">f4"), True),
        (np.asfortranarray(DRAWING), True),
        (DRAWING.astype("u1"), False),
    ],
)
def test_arrays_of_every_number_type_and_order(
    tmp_path: Path, array: np.ndarray[Any, Any], same: bool
) -> None:
    (tmp_path / "f").write_bytes(pickled({"train/a_1": array}))
    found = read_drawings(tmp_path / "f")["train/a_1"]
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, DRAWING if same else np.floor(DRAWING))


class Evil:
    """Runs a command when unpickled by pickle itself."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.system, (f"touch {self.mark}",)


@pytest.mark.parametrize("protocol", range(6))
def test_code_in_a_pickle_is_refused_and_does_not_run(tmp_path: Path, protocol: int) -> None:
    mark, file = tmp_path / "it ran", tmp_path / "ShoeV2_Coordinate"
    file.write_bytes(pickled({"train/a_1": DRAWING, "train/b_1": Evil(mark)}, protocol))
    with pytest.raises(BadDataset, match=r"ShoeV2_Coordinate: refused to unpickle .*system: only arrays"):
        read_drawings(file)
    assert not mark.exists()


@pytest.mark.parametrize(
    "name", ["builtins\neval", "builtins\ngetattr", "numpy\nload", "numpy.testing\nrun_string"]
)
def test_any_other_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "f").write_bytes(f"c{name}\n(S'1'\ntR.".encode())
    with pytest.raises(BadDataset, match=f"refused to unpickle {name.replace(chr(10), '.')}"):
        read_drawings(tmp_path / "f")


def test_arrays_of_objects_are_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(pickled({"train/a_1": np.array([["x", "y", "z"]], dtype=object)}))
    with pytest.raises(BadDataset, match="refused to unpickle an array of 'O8': only numbers"):
        read_drawings(tmp_path / "f")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a readable pickle"),
        (pickled({"train/a_1": DRAWING})[:-40], "not a readable pickle"),
        (pickled([DRAWING]), "expected a dict of path -> array, found list"),
        (pickled({1: DRAWING}), "expected a dict of path -> array"),
        (pickled({"train/a_1": DRAWING[:, :2]}), r"train/a_1: expected an array \(N, 3\), found \(4, 2\)"),
        (pickled({"train/a_1": DRAWING[:0]}), r"expected an array \(N, 3\), found \(0, 3\)"),
        (pickled({"train/a_1": "drawing"}), r"expected an array \(N, 3\), found str"),
    ],
)
def test_other_contents_are_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(BadDataset, match=message):
        read_drawings(tmp_path / "f")


def test_keys() -> None:
    assert parse_key("/train/finbo_10") == ("train", "finbo_10", "finbo")
    assert parse_key("test/a_b_1") == ("test", "a_b_1", "a_b")
    for bad in ("finbo_1", "/valid/finbo_1", "train/finbo", "train/_1"):
        with pytest.raises(BadDataset, match=r"expected a key like train/<photo>_<number>"):
            parse_key(bad)


def test_pairs_that_do_not_fit_are_refused(plant: Plant, picture: Callable[..., bytes]) -> None:
    files = chairs(picture, pickled({"train/gone_1": DRAWING}))
    with pytest.raises(BadDataset, match="sketch 'train/gone_1' was drawn from 'gone', not found in"):
        load_dataset("qmul-chairv2", plant(files))
    leak = pickled({"train/b_2_1": DRAWING, "test/b_2_2": DRAWING})
    read_drawings.cache_clear()
    with pytest.raises(BadDataset, match="photo 'b_2' is in both train and test"):
        load_dataset("qmul-chairv2", plant({"ChairV2_Coordinate": leak}))


def test_photos_must_be_there(plant: Plant) -> None:
    with pytest.raises(BadDataset, match=r"no photos in .*photo\. Expected: ChairV2_Coordinate and photo/"):
        load_dataset("qmul-chairv2", plant({"ChairV2_Coordinate": pickled({})}))
