"""The packaged model of the very photo: a drawing of a thing scores higher beside it than beside others."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from sketchseek import model
from sketchseek.encoders import OnnxEncoder
from sketchseek.images import fit
from sketchseek.rerankers.pairs import scorer_of
from sketchseek.sketch import Sketch

LINES = {
    "house": [[(60, 120), (60, 220), (180, 220), (180, 120), (60, 120)], [(50, 122), (120, 50), (190, 122)]],
    "ladder": [[(90, 30), (90, 230)], [(150, 30), (150, 230)]]
    + [[(90, y), (150, y)] for y in range(50, 230, 30)],
    "table": [[(30, 100), (210, 100)], [(50, 100), (50, 210)], [(190, 100), (190, 210)]],
}


def painted(lines: list[list[tuple[int, int]]]) -> Image.Image:
    picture = Image.new("RGB", (240, 240), (226, 224, 218))
    for line in lines:
        ImageDraw.Draw(picture).line(line, fill=(96, 64, 40), width=9, joint="curve")
    return picture


def test_a_drawing_is_nearest_to_its_own_picture() -> None:
    found = scorer_of(OnnxEncoder(model.load("exact"), threads=1), threads=1)
    assert found is not None
    rng = np.random.default_rng(0)
    drawn = [
        Sketch(tuple(np.array(line, np.float32) + rng.normal(0, 2, (len(line), 2)) for line in lines))
        for lines in LINES.values()
    ]
    photos = found.photos(np.stack([fit(painted(lines), found.photo) for lines in LINES.values()]))
    scores = found.scores(found.sketches(drawn), photos)
    assert scores.argmax(1).tolist() == [0, 1, 2]
    assert found.model.grains == ("look", "exact")
