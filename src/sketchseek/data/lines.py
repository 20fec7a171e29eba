"""Line drawings made from photos, kept at the photos' own relative paths in a folder beside them."""

from __future__ import annotations

from pathlib import Path

from sketchseek.data.items import Item


def line_drawing(photo: Item, lines_root: Path) -> Path | None:
    """The line drawing of ``photo`` under ``lines_root``, or None.

    It is the PNG whose path below ``lines_root`` is the longest tail of the photo's path that exists there:
    of ``<data>/sketchy/256x256/photo/…/a.jpg`` both ``<lines>/sketchy/256x256/photo/…/a.png`` and, where the
    lines of one data set lie alone, ``<lines>/256x256/photo/…/a.png``. A file name alone is never enough.
    """
    if photo.path is None:
        return None
    parts = photo.path.with_suffix(".png").parts
    tails = (lines_root.joinpath(*parts[start:]) for start in range(1, len(parts) - 1))
    return next((path for path in tails if path.is_file()), None)
