"""SVG as data: shapes, transforms and curves in, paths out, and nothing that a document may try."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sketchseek.errors import BadSketch, EmptySketch
from sketchseek.sketch import Sketch, from_svg, to_svg

coordinate = st.floats(-1e6, 1e6, width=32)
strokes = st.lists(
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=9), min_size=1, max_size=6
)


def svg(content: str, attributes: str = 'viewBox="0 0 100 100"') -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{content}</svg>'


def points_of(content: str) -> list[list[list[float]]]:
    return [stroke.tolist() for stroke in from_svg(svg(content)).strokes]


@given(strokes)
@settings(max_examples=60, deadline=None)
def test_strokes_come_back_exactly(drawing: list[list[tuple[float, float]]]) -> None:
    sketch = Sketch(tuple(np.array(stroke) for stroke in drawing))
    back = from_svg(to_svg(sketch))
    for before, after in zip(sketch.strokes, back.strokes, strict=True):
        dot = len(before) == 2 and (before[0] == before[1]).all()  # a line to its own start is a dot
        np.testing.assert_array_equal(before[:1] if dot else before, after)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('<path d="M10 10L20 20l5-5H3v4z"/>', [[10, 10], [20, 20], [25, 15], [3, 15], [3, 19], [10, 10]]),
        ('<line x1="1" y1="2" x2="3" y2="4" stroke="red"/>', [[1, 2], [3, 4]]),
        ('<polyline points="0,0 1,1 2,5" fill="none" stroke="#000"/>', [[0, 0], [1, 1], [2, 5]]),
        ('<rect x="1" y="2" width="5" height="3"/>', [[1, 2], [6, 2], [6, 5], [1, 5], [1, 2]]),
        ('<g transform="translate(10 0) scale(2)"><path d="M1 1L2 2"/></g>', [[12, 2], [14, 4]]),
        ('<path transform="rotate(90)" d="M1 0L2 0"/>', [[0, 1], [0, 2]]),
        ('<defs><path id="a" d="M0 0L1 2"/></defs><use href="#a" x="5"/>', [[5, 0], [6, 2]]),
        ('<symbol id="s"><path d="M0 0L3 3"/></symbol><use href="#s"/>', [[0, 0], [3, 3]]),
        ('<path d="M4 4L4 4"/>', [[4, 4]]),
        ('<a><switch><path d="M1 1L2 2" style="stroke: black; fill: none"/></switch></a>', [[1, 1], [2, 2]]),
    ],
)
def test_shapes_and_transforms_are_read(content: str, expected: list[list[float]]) -> None:
    (stroke,) = points_of(content)
    np.testing.assert_allclose(stroke, expected, atol=1e-5)


def test_prefixed_names_are_read() -> None:
    text = (
        '<s:svg xmlns:s="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink">'
        '<s:defs><s:path id="a" d="M0 0L1 2"/></s:defs><s:use x:href="#a"/></s:svg>'
    )
    assert from_svg(text).strokes[0].tolist() == [[0, 0], [1, 2]]


def test_a_path_with_several_parts_is_several_strokes() -> None:
    assert points_of('<path d="M0 0L1 1M5 5L6 6M9 9"/>') == [[[0, 0], [1, 1]], [[5, 5], [6, 6]]]


@pytest.mark.parametrize(
    ("content", "centre", "radius"),
    [
        ('<circle cx="50" cy="50" r="40"/>', 50, 40),
        ('<path d="M10 50A40 40 0 0 1 90 50A40 40 0 0 1 10 50"/>', 50, 40),
        ('<g transform="scale(.1)"><ellipse cx="500" cy="500" rx="400" ry="400"/></g>', 50, 40),
    ],
)
def test_curves_become_lines_that_stay_close(content: str, centre: float, radius: float) -> None:
    stroke = from_svg(svg(content)).strokes[0].astype(float)
    middles = (stroke[1:] + stroke[:-1]) / 2
    far = np.hypot(*(np.concatenate([stroke, middles]) - centre).T)
    assert np.abs(far - radius).max() < 0.1
    assert len(stroke) < 120


def test_a_bezier_curve_ends_where_it_should() -> None:
    (cubic, quadratic) = points_of('<path d="M0 0C0 40 60 40 60 0"/><path d="M0 0Q30 60 60 0"/>')
    for curve, top in ((cubic, 30), (quadratic, 30)):
        assert curve[0] == [0, 0] and curve[-1] == [60, 0]
        assert max(y for _, y in curve) == pytest.approx(top, abs=0.1)


@pytest.mark.parametrize(
    "hidden",
    [
        '<path d="M0 0L9 9" display="none"/>',
        '<g style="display:none"><path d="M0 0L9 9"/></g>',
        '<path d="M0 0L9 9" visibility="hidden"/>',
        '<path d="M0 0L9 9" fill="none"/>',
        '<g fill="none"><path d="M0 0L9 9" style="stroke:transparent"/></g>',
        '<clipPath id="c"><rect width="9" height="9"/></clipPath>',
        '<defs><path d="M0 0L9 9"/></defs>',
        '<symbol><path d="M0 0L9 9"/></symbol>',
        '<rect width="100" height="100" fill="white"/>',
        '<rect width="100%" height="100%" fill="#fafafa"/>',
        "<text>hello</text>",
        '<image href="file:///etc/passwd" width="9" height="9"/>',
        "<style>path{fill:url(http://example.org/x)}</style>",
        "<script>alert(1)</script>",
    ],
)
def test_what_is_not_seen_is_not_read(hidden: str) -> None:
    assert points_of(hidden + '<path d="M1 1L2 2"/>') == [[[1, 1], [2, 2]]]
    with pytest.raises(EmptySketch, match="shows no lines"):
        from_svg(svg(hidden))


def test_a_drawn_frame_is_kept() -> None:
    assert len(points_of('<rect width="100" height="100" fill="none" stroke="black"/>')) == 1


ENTITIES = "".join(
    f'<!ENTITY {letter} "' + f"&{before};" * 10 + '">' for before, letter in pairwise("abcdefghi")
)
LONG = ("h1v1" * 400_000, "h" + "1 " * 900_000, "L1 1" + "z" * 1_900_000, "a1 1 0 001 1" * 150_000)
BOMB = f'<!DOCTYPE svg [<!ENTITY a "aaaa">{ENTITIES}]>'
USES = "".join(f'<g id="a{i}">' + f'<use href="#a{i - 1}"/>' * 10 + "</g>" for i in range(1, 12))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB + svg('<path d="&i;"/>'), "entities"),
        ('<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + svg("<text>&x;</text>"), "entities"),
        (svg('<path d="M0 0L1 1"/>') + "x" * 2_000_000, "at most 2,000,000 are read"),
        (svg("<g>" * 200 + "</g>" * 200), "more than 100 deep"),
        (svg("<g>" * 10_000 + "</g>" * 10_000), "more than 100 deep"),
        (svg("<g>" * 100_000 + "</g>" * 100_000), "more than 50,000 lines, curves and elements"),
        *((svg(f'<path d="M0 0{path}"/>'), "more than 50,000 lines, curves and elements") for path in LONG),
        (svg('<circle r="9"/>' * 20_000), "more than 50,000 lines, curves and elements"),
        (svg(f'<polyline points="{"1 2 " * 60_000}"/>'), "more than 50,000 lines, curves and elements"),
        (svg('<g id="a"><use href="#a"/></g>'), "back to itself"),
        (svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'), "back to itself"),
        (svg('<path id="a0" d="M0 0L1 1"/>' + USES), "more than 50,000 lines, curves and elements"),
        ("<svg", "not well-formed"),
        ("", "not well-formed"),
        ("<html/>", "begins with <svg>"),
        (svg('<path d="M1e999 1L2 2"/>'), "not a finite number"),
    ],
)
def test_a_document_that_cannot_be_trusted_is_refused(text: str, said: str) -> None:
    start = process_time()
    with pytest.raises(BadSketch) as caught:
        from_svg(text)
    assert said in str(caught.value)
    assert process_time() - start < 5


@pytest.mark.parametrize(
    "content",
    [
        "<style>" + "a" * 200_000 + "</style>",
        f'<g transform="{"scale(" * 50_000}"/>',
        f'<path fill="rgb({"1" * 200_000}" d="M0 0L1 1"/>',
        f'<rect width="{"1" * 200_000}q" height="1"/>',
        f'<path style="{"a:" * 100_000}" d="M0 0L1 1"/>',
        f'<path d="{"M-" * 50_000}"/>',
        f'<polyline points="{"1" * 200_000}"/>',
        f'<svg viewBox="{"0 " * 100_000}"/>',
    ],
    ids=lambda content: content[:16],
)
def test_crafted_text_does_not_stall(content: str) -> None:
    start = process_time()
    with suppress(BadSketch):
        from_svg(svg(content + '<path d="M1 1L2 2"/>'))
    assert process_time() - start < 5


@given(st.text(alphabet="<>/\"'= svgpathduMLCAZ0123456789.-#&;", max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_path_is_drawn_or_refused(noise: str) -> None:
    for text in (noise, svg(noise), svg(f'<path d="{noise}"/>')):
        try:
            assert from_svg(text).strokes
        except BadSketch as error:
            assert str(error)


def test_many_arcs_and_closed_parts_are_read_soon() -> None:
    turns = "".join(f"M{x} 0a1 1 0 0 0 1 1z" for x in range(2_000))
    start = process_time()
    assert len(points_of(f'<path d="{turns}"/>')) == 2_000
    assert process_time() - start < 5
