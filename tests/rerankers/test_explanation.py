"""Explanations as data: who looks where, what was merged, in the square that the model saw."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from explaining import BOXES, LOOK, cells, scene

from sketchseek.errors import EmptySketch
from sketchseek.rerankers.explanation import SIDE, explain, growth, name_of, shown_sketch
from sketchseek.rerankers.pairs import PairScorer
from sketchseek.sketch import Sketch


def test_regions_of_both_pictures_and_where_they_look(scorer: PairScorer) -> None:
    found = explain(scorer, BOXES, scene())
    assert found.parts == "regions"
    assert found.sketch.strokes == ((0, 1), (0,), (1,))
    assert [link.sketch for link in found.links] == [0, 1, 2]
    for link in found.links:
        row = found.reasons.to_photo[link.sketch]
        assert (link.photo, link.weight) == (row.argmax(), pytest.approx(row.max()))
        apart = np.abs(found.photo.boxes - found.sketch.boxes[link.sketch]).sum(axis=1)
        assert link.photo == apart.argmin()
    assert len(found.reasons.sketch_merges) == 2
    assert len(found.reasons.photo_merges) == len(found.photo.boxes) - 1


def test_what_is_shown_is_what_the_model_sees(scorer: PairScorer) -> None:
    found = explain(scorer, BOXES, scene())
    for shown in (found.sketch, found.photo):
        assert (shown.pixels.shape, shown.pixels.dtype) == ((SIDE, SIDE, 3), np.uint8)
    for line, box in zip(found.sketch.lines, found.sketch.boxes[1:], strict=True):
        assert (line >= box[:2]).all()
        assert (line <= box[2:]).all()
        inside = np.floor(line * SIDE).astype(int)
        assert (found.sketch.pixels[inside[:, 1], inside[:, 0]] < 60).all()  # its points lie on the ink
    white = shown_sketch(BOXES, replace(LOOK, polarity="white-on-black"), found.sketch.boxes, ())
    assert (white.pixels == found.sketch.pixels).all()


def test_nothing_drawn_is_not_explained(scorer: PairScorer) -> None:
    with pytest.raises(EmptySketch):
        explain(scorer, Sketch(()), scene())


def test_a_link_leads_to_the_greatest_also_below_zero() -> None:
    table = np.zeros((196, 196))
    table[3, 5], table[9, 10] = 0.4, -0.1
    assert [(one.sketch, one.photo, round(one.weight, 3)) for one in cells(table).links] == [
        (3, 5, 0.4),
        (9, 10, -0.1),
    ]


def test_bare_paper_is_told_from_lines() -> None:
    found = cells(np.eye(196) / 196)
    drawn = {link.sketch for link in found.drawn}
    assert 10 < len(drawn) < 100
    assert set(found.drawn) < set(found.links)
    for cell in range(196):
        box, place = found.sketch.boxes[cell], found.sketch.ink(cell)
        assert (place is not None) == (cell in drawn)
        if place is not None:
            assert (box[:2] <= place).all()
            assert (place <= box[2:]).all()
            across, down = np.floor(place * SIDE).astype(int)
            assert found.sketch.pixels[down, across, 0] < 128


def test_branches_of_a_tree_do_not_cross() -> None:
    rng = np.random.default_rng(0)
    for count in range(1, 17):
        there, merges = list(range(count)), []
        while len(there) > 1:
            pair = sorted(rng.choice(there, 2, replace=False).tolist())
            merges.append(pair)
            there = [one for one in there if one not in pair] + [count + len(merges) - 1]
        order, places = growth(np.array(merges, np.int64).reshape(-1, 2), count)
        assert sorted(order) == list(range(count))
        below = [{leaf} for leaf in range(count)]
        for step, (one, other) in enumerate(merges, 1):
            below.append(below[one] | below[other])
            stand = sorted(order.index(leaf) for leaf in below[-1])
            assert all(b - a == 1 for a, b in pairwise(stand))
            x, y = places[count + step - 1]
            assert stand[0] <= x <= stand[-1]
            assert y == step > max(places[one][1], places[other][1])


def test_names_of_regions() -> None:
    assert [name_of(number, "sketch") for number in (0, 1, 15)] == ["all", "1", "15"]
    assert [name_of(number, "photo") for number in (0, 1, 26, 27, 53)] == ["all", "A", "Z", "A2", "A3"]
