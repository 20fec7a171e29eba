"""What a picture's header says without decoding it: its size as seen, and when it was taken."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import datetime

from sketchseek._image_formats import damage, kind_of, orientation_of, read_header
from sketchseek.errors import BadImage

_DATE_TAKEN = re.compile(rb"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_EXIF_POINTER, _DATE_TIME_ORIGINAL, _DATE_TIME = 0x8769, 0x9003, 0x0132  # Exif 2.3, tags


@dataclass(frozen=True, slots=True)
class Facts:
    """A picture's size in pixels, upright, and when it was taken by its camera's clock, if told.

    ``taken`` is ``YYYY-MM-DD HH:MM:SS``.
    """

    width: int
    height: int
    taken: str | None


def facts_of(data: bytes) -> Facts:
    """Read a picture's header.

    Raises:
        UnsupportedFormat: not one of the formats read here.
        BadImage: the header is damaged.
    """
    kind = kind_of(data)
    try:
        image = read_header(kind, data, "the picture given as bytes")
    except BadImage:
        raise
    except Exception as error:  # a damaged file can raise nearly anything in a reader
        raise BadImage(f"{damage(kind, data, error)}; copy it again from its source, or remove it") from error
    width, height = image.size
    if orientation_of(image) >= 5:  # the camera lay on its side
        width, height = height, width
    exif = image.info.get("exif")
    return Facts(width, height, taken_of(exif) if isinstance(exif, bytes) else None)


def taken_of(exif: bytes) -> str | None:
    """When an EXIF block says that the photo was taken; None where it does not, or not in a usable form."""
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(exif[:2], "<")
    try:
        first = _tags(exif, order, struct.unpack_from(order + "I", exif, 4)[0])
        inner = _tags(exif, order, first[_EXIF_POINTER][1]) if _EXIF_POINTER in first else {}
    except struct.error:
        return None
    count, at = inner.get(_DATE_TIME_ORIGINAL) or first.get(_DATE_TIME) or (0, 0)
    found = _DATE_TAKEN.match(exif[at : at + count])
    if found is None:
        return None
    moment = b"%s-%s-%s %s:%s:%s" % found.groups()
    try:
        datetime.fromisoformat(moment.decode())
    except ValueError:  # 0000:00:00, as cameras without a clock write
        return None
    return moment.decode()


def _tags(exif: bytes, order: str, start: int) -> dict[int, tuple[int, int]]:
    """Of one EXIF folder: tag -> (count, value or offset)."""
    (entries,) = struct.unpack_from(order + "H", exif, start)
    tags = {}
    for at in range(start + 2, start + 2 + 12 * entries, 12):
        tag, _, count, value = struct.unpack_from(order + "HHII", exif, at)
        tags[tag] = (count, value)
    return tags
