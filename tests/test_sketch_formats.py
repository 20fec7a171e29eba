"""Reading and writing sketches as records, arrays and files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sketchseek.errors import BadSketch, EmptySketch, SketchseekError
from sketchseek.sketch import (
    Sketch,
    SketchInput,
    from_qmul,
    from_quickdraw,
    from_stroke3,
    from_stroke5,
    from_svg,
    read_sketch,
    to_qmul,
    to_quickdraw,
    to_stroke3,
    to_stroke5,
    to_svg,
)

coordinate = st.floats(-1000, 1000, width=32)
strokes = st.lists(
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=9), min_size=1, max_size=6
)
HOUSE = Sketch((np.array([[0, 50], [0, 100], [80, 100], [80, 50]]), np.array([[0, 50], [40, 10], [80, 50]])))


def through_quickdraw(sketch: Sketch) -> Sketch:
    return from_quickdraw(json.loads(json.dumps(to_quickdraw(sketch))))


TRIPS = {
    "quickdraw": through_quickdraw,
    "stroke-3": lambda sketch: from_stroke3(to_stroke3(sketch)),
    "stroke-5": lambda sketch: from_stroke5(to_stroke5(sketch)),
    "qmul": lambda sketch: from_qmul(to_qmul(sketch)),
}


@pytest.mark.parametrize("name", TRIPS)
@given(strokes)
@settings(max_examples=50, deadline=None)
def test_every_format_gives_the_strokes_back(name: str, drawing: list[list[tuple[float, float]]]) -> None:
    sketch = Sketch(tuple(np.array(stroke) for stroke in drawing))
    back = TRIPS[name](sketch)
    steps = name.startswith("stroke-")
    for before, after in zip(sketch.strokes, back.strokes, strict=True):
        np.testing.assert_allclose(
            after, before, atol=0.01 if steps else 0, rtol=0
        )  # steps add up their rounding


def test_quickdraw_keeps_times_and_reads_both_names() -> None:
    record = {"word": "cat", "recognized": True, "drawing": [[[1.5, 2], [3, 4], [0, 17]], [[5], [6], [40]]]}
    sketch = from_quickdraw(record)
    assert sketch.strokes[0].tolist() == [[1.5, 3, 0], [2, 4, 17]]
    assert to_quickdraw(sketch) == {"drawing": record["drawing"]}
    own = from_quickdraw({"strokes": [[[0, 1], [0, 1]]]})
    assert own.strokes[0].tolist() == [[0, 0], [1, 1]]


def test_simplified_is_moved_to_zero_scaled_to_255_and_whole() -> None:
    raw = Sketch((np.array([[10, 20, 0], [10, 60, 5], [110, 60, 9]]), np.array([[60.2, 30.2, 12]])))
    assert to_quickdraw(raw, simplified=True) == {"drawing": [[[0, 0, 255], [0, 102, 102]], [[128], [26]]]}
    dot = Sketch((np.array([[3.0, 4.0]]),))
    assert to_quickdraw(dot, simplified=True) == {"drawing": [[[0], [0]]]}


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({}, "a list of strokes under 'drawing'"),
        ([1, 2], "a list of strokes under 'drawing'"),
        ({"drawing": "no"}, "a list of strokes under 'drawing'"),
        ({"drawing": [[[1, 2], [3]]]}, "stroke 1 is not lists of numbers, all of one length"),
        ({"drawing": [[[1], [2]], [[1], ["a"]]]}, "stroke 2 is not lists of numbers"),
        ({"drawing": [[[1], [2], [3], [4]]]}, "stroke 1 has shape (1, 4)"),
        ({"drawing": [[[], []]]}, "stroke 1 has shape (0, 2)"),
        ({"drawing": [[[1], [None]]]}, "stroke 1"),
        ({"drawing": [{}]}, "stroke 1"),
        ({"drawing": [5]}, "stroke 1"),
    ],
)
def test_a_broken_record_is_refused_in_words(record: Any, said: str) -> None:
    with pytest.raises(BadSketch) as caught:
        from_quickdraw(record)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "empty", [lambda: from_quickdraw({"drawing": []}), lambda: from_qmul(np.zeros((0, 3)))]
)
def test_an_empty_drawing_says_so(empty: Callable[[], Sketch]) -> None:
    with pytest.raises(EmptySketch, match="empty"):
        empty()


def test_stroke_arrays_are_as_published() -> None:
    three = np.array([[5, 5, 0], [10, 0, 1], [-10, 10, 0], [0, 5, 1]])
    sketch = from_stroke3(three)
    assert [stroke.tolist() for stroke in sketch.strokes] == [[[5, 5], [15, 5]], [[5, 15], [5, 20]]]
    five = to_stroke5(sketch)
    assert five[:, 2:].tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    padded = np.concatenate([five, [[9, 9, 1, 0, 0], [0, 0, 0, 0, 1]]])
    assert to_stroke3(from_stroke5(padded)).tolist() == three.tolist()
    assert to_qmul(sketch)[:, 2].tolist() == [0, 1, 0, 1]


def test_a_last_stroke_without_a_lift_still_counts() -> None:
    assert len(from_stroke3(np.array([[0, 0, 1], [1, 1, 0]])).strokes) == 2
    assert len(from_qmul(np.array([[0, 0, 0], [1, 1, 0]])).strokes) == 1


@pytest.mark.parametrize("read", [from_stroke3, from_qmul, from_stroke5])
@pytest.mark.parametrize(
    "array",
    [
        np.zeros((3, 4)),
        np.zeros(3),
        np.zeros((2, 3, 3)),
        np.array([["a", "b", "c"]]),
        np.array([[1, 2, {}]], dtype=object),
        np.broadcast_to(np.float32(0), (1_000_000_000, 3)),
        np.broadcast_to(np.float32(0), (1_000_000_000, 5)),
        np.full((4, 3), np.nan),
        np.full((4, 5), np.inf),
        "text",
        None,
    ],
)
def test_arrays_that_are_no_drawing_are_refused(read: Callable[[Any], Sketch], array: Any) -> None:
    with pytest.raises(BadSketch):
        read(array)


# --- files ---


def write(path: Path, sketch: Sketch) -> Path:
    if path.suffix == ".npy":
        form = {"three": to_stroke3, "five": to_stroke5, "qmul": to_qmul}[path.stem]
        np.save(path, form(sketch))
    elif path.suffix == ".svg":
        path.write_text(to_svg(sketch), encoding="utf-8")
    elif path.suffix == ".png":
        from PIL import Image

        Image.fromarray(sketch.render(SketchInput(size=400, line_width=4))).save(path)
    else:
        record = to_quickdraw(sketch)
        text = json.dumps(record) + "\n" + json.dumps({"drawing": []}) if path.suffix == ".ndjson" else ""
        path.write_text(text or "\n" + json.dumps(record, indent=1), encoding="utf-8-sig")
    return path


@pytest.mark.parametrize(
    "name", ["a.svg", "a.ndjson", "a.json", "three.npy", "five.npy", "qmul.npy", "a.png"]
)
def test_a_file_is_read_by_what_it_holds(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, HOUSE)
    drawn = HOUSE.render(SketchInput()).astype(int)
    allowed = 0.006 if path.suffix == ".png" else 0
    assert (np.abs(read_sketch(path).render(SketchInput()) - drawn) > 128).mean() <= allowed
    renamed = path.rename(tmp_path / "drawing.dat")
    assert (np.abs(read_sketch(renamed).render(SketchInput()) - drawn) > 128).mean() <= allowed


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b"{", "not a drawing in JSON"),
        ("a.json", b"[" * 100_000, "not a drawing in JSON"),
        ("a.json", b'{"drawing": [[[NaN], [1]]]}', "not a finite number"),
        ("a.json", b'{"drawing": [[[1e999], [1]]]}', "not a finite number"),
        ("a.json", b'{"drawing": []}', "empty"),
        ("a.json", b"[1, 2]", "a list of strokes under 'drawing'"),
        ("a.json", b'{"drawing": [[[' + b"9" * 5000 + b"], [1]]]}", "a.json"),
        ("a.npy", b"\x93NUMPY\x01\x00", "not a NumPy array"),
        ("a.npy", b"\x93NUMPY\x01\x00\x03\x00{((", "not a NumPy array"),
        ("a.svg", b"<svg", "not well-formed XML"),
        ("a.svg", b"<html/>", "an SVG begins with <svg>"),
        ("a.txt", b"hello", "no drawing that can be read"),
        ("a.json", b"", "a.json"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SketchseekError) as caught:
        read_sketch(path)
    assert name in str(caught.value) and said in str(caught.value)


def test_an_array_that_claims_more_than_the_file_holds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.npy"
    with path.open("wb") as file:
        header = {"descr": "<f8", "fortran_order": False, "shape": (9_999_999_999, 3)}
        np.lib.format.write_array_header_1_0(file, header)
        file.write(bytes(48))
    with pytest.raises(BadSketch, match=r"huge\.npy"):
        read_sketch(path)


def test_a_pickled_array_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "object.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(BadSketch, match="not a NumPy array of numbers"):
        read_sketch(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    missing = {tmp_path / "nothing.svg": "there is no such file", tmp_path: "it is a folder; name the file"}
    for path, reason in missing.items():
        with pytest.raises(BadSketch, match=reason) as caught:
            read_sketch(path)
        assert str(path) in str(caught.value)


def test_a_raster_has_no_strokes_to_write() -> None:
    raster = Sketch((), np.zeros((9, 9), np.uint8))
    for action in (to_svg, to_stroke3, to_stroke5, to_qmul, to_quickdraw, Sketch.simplify):
        with pytest.raises(BadSketch, match="came from a picture"):
            action(raster)
    with pytest.raises(BadSketch, match="came from a picture"):
        raster.prefix(0.5)
    with pytest.raises(BadSketch, match="came from a picture"):
        raster.without([0])
    assert raster.boxes().shape == (0, 4)


# --- real records ---


def drawn_of(record: Any) -> Any:
    return from_quickdraw(record).render(SketchInput()).astype(int)


@pytest.mark.data
def test_simplifying_as_the_data_set_was_simplified(data_root: Path) -> None:
    """Of drawings that the data holds in both forms: ours of the raw one against the published one."""
    folder, compared, same = data_root / "quickdraw", 0, 0
    for raw in sorted((folder / "raw").glob("*.ndjson"))[::15]:
        published = folder / "simplified" / raw.name
        if not published.is_file():
            continue
        records = [json.loads(line) for line in published.read_text(encoding="utf-8").splitlines()]
        known = {record["key_id"]: record["drawing"] for record in records}
        for line in raw.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["key_id"] in known:
                theirs, ours = (
                    known[record["key_id"]],
                    to_quickdraw(from_quickdraw(record), simplified=True)["drawing"],
                )
                compared, same = compared + 1, same + (ours == theirs)
                assert len(ours) == len(theirs)
                drawn = [
                    from_quickdraw({"drawing": form}).render(SketchInput()).astype(int)
                    for form in (ours, theirs)
                ]
                assert (np.abs(drawn[0] - drawn[1]) > 128).mean() < 0.06
    assert compared > 50
    assert same > compared / 10  # many to the last number, the rest by a point here and there


@pytest.mark.data
def test_real_ndjson_files_are_read(data_root: Path) -> None:
    for form in ("raw", "simplified"):
        for path in sorted((data_root / "quickdraw" / form).glob("*.ndjson"))[::20]:
            sketch = read_sketch(path)
            assert sketch.strokes[0].shape[1] == (3 if form == "raw" else 2)
            np.testing.assert_allclose(from_svg(to_svg(sketch)).boxes(), sketch.boxes(), rtol=1e-6)
