"""Drawn explanations: all is named, colours mean the same in all parts, every kind of pair can be drawn."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from explaining import BOXES, LOOK, NONE, cells, scene, strokes
from PIL import Image

from sketchseek.errors import BadConfig
from sketchseek.images import open_picture
from sketchseek.rerankers.explanation import Link, explain, name_of
from sketchseek.rerankers.pairs import PairScorer
from sketchseek.sketch import Sketch

pytest.importorskip("matplotlib")
from sketchseek.rerankers.figures import write
from sketchseek.rerankers.figures.cells import APART, LINKS, spread
from sketchseek.rerankers.figures.sheet import EDGE, PICTURE, TOP

_TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")


def texts(path: Path) -> list[str]:
    """What an SVG says, text by text."""
    return [unescape(said) for said in _TEXT.findall(path.read_text(encoding="utf-8"))]


def test_a_drawn_explanation_names_all(scorer: PairScorer, tmp_path: Path) -> None:
    found = explain(scorer, BOXES, scene())
    title = "a$1_2$ & <b>.svg and c.png"
    path = write(tmp_path / "why.svg", found, title=title, model="tiny@1")
    said = texts(path)
    assert f"{title}: score −{-found.reasons.score:.3f}" in said
    for number in range(3):
        assert said.count(name_of(number, "sketch")) >= 2  # beside its strokes, and in the tree
    for number in range(1, len(found.photo.boxes)):
        assert said.count(name_of(number, "photo")) == 2
    once = path.read_bytes()
    assert write(path, found, title=title, model="tiny@1").read_bytes() == once
    again = write(tmp_path / "why.png", found, title="a", model="tiny@1")
    assert open_picture(again).size[0] > 1000


def test_a_drawing_has_the_colours_of_its_strokes_in_the_tree(scorer: PairScorer, tmp_path: Path) -> None:
    path = write(tmp_path / "why.svg", explain(scorer, BOXES, scene()), title="a", model="m")
    drawn = path.read_text(encoding="utf-8")
    for colour in ("#0072b2", "#d55e00"):  # of the first two regions: line, two labels, link
        assert len(re.findall(colour, drawn)) >= 4


def test_models_without_looking_or_without_trees_are_drawn(scorer: PairScorer, tmp_path: Path) -> None:
    found = explain(scorer, BOXES, scene())
    zeros = np.zeros_like(found.reasons.to_photo)
    blind = replace(found, reasons=replace(found.reasons, to_photo=zeros, to_sketch=zeros.T))
    said = texts(write(tmp_path / "blind.svg", blind, title="a", model="m"))
    assert any("do not look at each other" in one for one in said)
    assert any("became one" in one for one in said)
    flat = replace(found, reasons=replace(found.reasons, sketch_merges=NONE, photo_merges=NONE))
    said = texts(write(tmp_path / "flat.svg", flat, title="a", model="m"))
    assert any("looks at most" in one for one in said)
    assert not any("became one" in one for one in said)


@pytest.mark.parametrize(
    "sketch",
    [strokes([(1, 2), (30, 9)]), strokes([(3, 3)]), strokes(*[[(n, n), (n + 3, n)] for n in range(40)])],
)
def test_few_and_many_strokes_and_an_even_photo_are_drawn(
    scorer: PairScorer, tmp_path: Path, sketch: Sketch
) -> None:
    found = explain(scorer, sketch, Image.new("RGB", (64, 64), (90, 120, 90)))
    assert len(found.photo.boxes) == 1
    said = texts(write(tmp_path / "why.svg", found, title="a", model="m"))
    assert "It is one region: nothing is merged." in said


def test_a_raster_is_drawn_with_boxes(scorer: PairScorer, tmp_path: Path) -> None:
    found = explain(scorer, Sketch((), BOXES.render(LOOK)), scene())
    assert found.sketch.lines == ()
    said = texts(write(tmp_path / "why.svg", found, title="a", model="m"))
    assert said.count("1") >= 1
    table = np.diag(np.linspace(0.1, 1, 196))
    write(tmp_path / "cells.svg", cells(table, Sketch((), BOXES.render(LOOK))), title="a", model="m")


def test_lines_of_cells_are_well_spread_and_add_most() -> None:
    rng = np.random.default_rng(0)
    links = [Link(cell, cell, float(weight)) for cell, weight in enumerate(rng.random(196))]
    found = spread(links, 196)
    assert 6 <= len(found) <= LINKS
    assert found[0].weight == max(link.weight for link in links)
    places = np.array([divmod(link.sketch, 14) for link in found])
    apart = np.abs(places[:, None] - places[None]).max(axis=2) + np.eye(len(found)) * 14
    assert apart.min() >= APART
    for link in links:  # what was left out is near one that adds more, or the lines were spent on such
        row, column = divmod(link.sketch, 14)
        near = [
            one
            for one, (down, across) in zip(found, places.tolist(), strict=True)
            if max(abs(row - down), abs(column - across)) < APART
        ]
        spent = len(found) == LINKS and link.weight < found[-1].weight
        assert link in found or spent or max(one.weight for one in near) > link.weight


def test_cells_are_coloured_by_what_they_add(tmp_path: Path) -> None:
    """The upper left box adds little, the lower right one much; what lies between has no match."""
    table = np.zeros((196, 196))
    grid = np.arange(196).reshape(14, 14)
    for quarter, adds in ((grid[:7, :7], 0.001), (grid[7:, 7:], 0.01)):
        table[quarter.ravel(), quarter.ravel()] = adds
    found = cells(table)
    pixels = np.asarray(open_picture(write(tmp_path / "why.png", found, title="a", model="m"))).astype(int)
    across, down, side = (round(150 * inches) for inches in (EDGE, TOP, PICTURE))
    ink = []
    for line in found.sketch.lines:
        x, y = (side * (line[:-1] + line[1:]) / 2).round().astype(int).T
        ink.append(pixels[down + y, across + x])
    assert (ink[0][:, 0] > 200).all()  # orange
    assert (ink[0][:, 2] < 100).all()
    assert np.median(ink[1].sum(axis=1)) < 150  # nearly black; arrows may begin there
    said = " ".join(texts(write(tmp_path / "why.svg", found, title="a", model="m")))
    bare = [cell for cell in np.flatnonzero(table.any(axis=1)) if not inked(cell)]
    paper = table[bare].sum()
    assert f"Cells with lines add {0.539 - paper:.3f}, bare paper {paper:.3f}." in said


def inked(cell: int) -> bool:
    drawn = BOXES.render(replace(LOOK, size=14 * 48, line_width=LOOK.line_width * 14 * 48 / LOOK.size))
    row, column = divmod(cell, 14)
    return bool((drawn[48 * row : 48 * row + 48, 48 * column : 48 * column + 48] < 128).any())


@pytest.mark.parametrize("only", [0, 1])
def test_cells_that_match_nothing_or_once_are_drawn(tmp_path: Path, only: int) -> None:
    table = np.zeros((196, 196))
    table[20, 21] = 0.3 * only
    write(tmp_path / "why.svg", cells(table), title="a", model="m")


def test_another_suffix_and_no_folder_are_told(scorer: PairScorer, tmp_path: Path) -> None:
    found = explain(scorer, BOXES, scene())
    with pytest.raises(BadConfig, match=r"drawn as \.svg or \.png"):
        write(tmp_path / "why.jpg", found, title="a", model="m")
    with pytest.raises(OSError, match=r"why\.svg"):
        write(tmp_path / "nowhere" / "why.svg", found, title="a", model="m")
