"""A folder of bad, odd and good pictures, odd names and loops: each is taken or told, none is lost."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hostile.make_pictures import write_bad_pictures, write_odd_pictures

from sketchseek.images import SUFFIXES, printable


def test_a_hostile_folder(library, encoder, photos: Path, run, draw) -> None:
    for name in ("bad", "odd"):
        (photos / name).mkdir()
    bad = [case.path for case in write_bad_pictures(photos / "bad")]
    odd = [case.path for case in write_odd_pictures(photos / "odd")]
    good = [draw(photos / "good" / f"{i}.jpg", seed=i) for i in range(5)]
    if sys.platform == "linux":
        for i, raw in enumerate((b"caf\xe9.jpg", b"new\nline.jpg", b"\x1b[31mred.jpg", b"'quote\";--.jpg")):
            path = Path(os.fsdecode(os.fsencode(photos / "good") + b"/" + raw))
            good.append(draw(path, seed=100 + i, format="JPEG"))
    (photos / "good" / "loop").symlink_to(photos)
    (photos / "loop.jpg").symlink_to(photos / "loop.jpg")
    end, told = run(library.index([photos], encoder=encoder))

    looked_at = [
        path
        for path in (*bad, *odd)
        if path.suffix.lower() in SUFFIXES and not path.is_dir() and os.path.lexists(path)
    ]
    held = {os.fsdecode(row[0]) for row in library._store.rows("SELECT path FROM photos")}
    reasons = {event.path: event.reason for event in told}
    assert {str(path) for path in good} <= held
    assert {str(path) for path in odd if path.suffix.lower() in SUFFIXES} <= held
    for path in looked_at:
        assert (str(path) in held) != (str(path) in reasons), path  # one or the other, never neither
    for path in bad:
        assert str(path) not in held
    assert end.done == end.found == len(held) + len(reasons)
    for path, reason in reasons.items():
        line = f"{printable(path)}: {reason}"
        assert line.isprintable(), line
        line.encode("utf-8")
    assert library.problems() == []
    assert library.status().photos == len(held)
    for hit in library.search(library.matrix().vectors[0], 1000, model=encoder.model_id):
        assert hit.path.is_file()
    count = encoder.count
    end, told = run(library.index(encoder=encoder))
    assert end.embedded == 0
    assert encoder.count == count
