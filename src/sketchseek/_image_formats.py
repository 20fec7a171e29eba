"""Picture formats for `images.py`: told from content, opened by one reader each, their damage put into words.

Pillow's readers are called directly. `Image.open` would hold a picture against a limit that belongs to the
whole process, and offer it to the readers of dozens of formats that nobody keeps photos in.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
from collections.abc import Callable

from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from sketchseek.errors import UnsupportedFormat

# Pillow's TIFF reader warns of each odd tag: metadata that nobody asked for, for each photo of a folder.
# `warnings.catch_warnings` is not thread-safe, so the filter is set once, and for that reader alone.
warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")

_MAGIC = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (8, b"WEBP", "WebP"),
    *((0, magic, "GIF") for magic in (b"GIF87a", b"GIF89a")),
    *((0, magic, "TIFF") for magic in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    (0, b"BM", "BMP"),
    *((4, b"ftyp" + brand, "HEIC") for brand in (b"hei", b"hev", b"mif1", b"msf1")),
    # known, and refused by name
    (4, b"ftypavif", "AVIF"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL ", "JPEG XL"),
    (4, b"jP  ", "JPEG 2000"),
    (0, b"8BPS", "Photoshop"),
    (0, b"%PDF", "PDF"),
    *((0, magic, "PostScript") for magic in (b"%!PS", b"\xc5\xd0\xd3\xc6")),
    *((0, magic, "SVG or other XML") for magic in (b"<svg", b"<?xml")),
)


def kind_of(data: bytes) -> str:
    """Tell a format from the first bytes of a file."""
    return next(
        (kind for at, magic, kind in _MAGIC if data.startswith(magic, at)), "of no known picture format"
    )


def read_header(kind: str, data: bytes, name: str) -> ImageFile:
    """Open a picture without decoding it.

    Args:
        kind: what `kind_of` said.
        data: the whole file.
        name: how to call it in an error.

    Raises:
        UnsupportedFormat: not one of the formats read here, or HEIC without its extra.
        Exception: nearly anything, from a damaged file.
    """
    if kind not in _READERS:
        known = ", ".join(_READERS)
        raise UnsupportedFormat(f"{name}: its content is {kind}; convert it to one of {known}")
    try:
        return _READERS[kind](data)
    except ImportError as error:
        raise UnsupportedFormat(
            f"{name}: reading HEIC needs an extra; pip install 'sketchseek[heic]'"
        ) from error


class _Jpeg(JpegImageFile):
    def _read_dpi_from_exif(self) -> None:
        """Leave EXIF alone: Pillow would look for a resolution, and warn the process of a damaged block."""


def _jpeg(data: bytes) -> ImageFile:
    image = _Jpeg(io.BytesIO(data))
    image.decodermaxblock = len(data)  # all in one call into C, where other threads can run
    return image


def _png(data: bytes) -> ImageFile:
    """Open a PNG by the chunks that make its picture; text, profiles, animation and unknown ones stay unread.

    Those can be huge, compressed bombs or damaged, and would take the picture down with them.
    """
    head, body, at = [data[:8]], [], 8
    while (start := at) + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        at += 12 + length
        if kind == b"IDAT":
            body.append(data[start:at])
        elif kind in {b"IHDR", b"PLTE", b"tRNS", b"eXIf"}:
            head.append(data[start:at])
        elif kind == b"IEND":
            return PngImageFile(io.BytesIO(b"".join([*head, *body, data[start:at]])))
    raise ValueError("truncated")


def _heic(data: bytes) -> ImageFile:
    from pillow_heif import HeifImageFile

    image: ImageFile = HeifImageFile(io.BytesIO(data))  # type: ignore[no-untyped-call]  # it has no types
    return image


_READERS: dict[str, Callable[[bytes], ImageFile]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "WebP": lambda data: WebPImageFile(io.BytesIO(data)),
    "GIF": lambda data: GifImageFile(io.BytesIO(data)),
    "TIFF": lambda data: TiffImageFile(io.BytesIO(data)),
    "BMP": lambda data: BmpImageFile(io.BytesIO(data)),
    "HEIC": _heic,
}


_MARKER = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")  # neither a stuffed byte nor a restart


def scans_of(data: bytes) -> int:
    """Count the passes over its pixels that a JPEG asks for (ITU-T T.81, annex B.1)."""
    scans, at = 0, 2
    while (found := _MARKER.search(data, at)) and data[found.end() - 1] != 0xD9:  # end of the picture
        scans += data[found.end() - 1] == 0xDA  # start of a scan
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
    return scans


def orientation_of(image: ImageFile) -> int:
    """EXIF's orientation, 1 to 8 (tag 274 of IFD 0); 1 where it is absent, broken, or already applied.

    Read here in a few lines, because Pillow's EXIF reader warns the whole process of a damaged block.
    """
    exif = image.info.get("exif")
    if not isinstance(exif, bytes) or image.format in {"TIFF", "HEIF"}:  # these readers turn the picture
        return 1
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(exif[:2], "<")
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", exif, entry)
            if tag == 274 and kind == 3:
                return int(value)
    except struct.error:
        return 1
    return 1


def damage(kind: str, data: bytes, error: Exception) -> str:
    """Put into words why a picture could not be decoded: truncated, or damaged in some other way."""
    text = str(error) or type(error).__name__
    if "truncated" in text.lower() or _ends_early(kind, data):
        return f"is truncated: the {kind} file ends too early"
    return f"is truncated or damaged: {text}"


def _ends_early(kind: str, data: bytes) -> bool:
    match kind:
        case "WebP":
            return len(data) < 8 + int.from_bytes(data[4:8], "little")
        case "BMP":
            return len(data) < int.from_bytes(data[2:6], "little")
        case "GIF":
            return not data.rstrip(b"\0").endswith(b";")
        case "TIFF":
            return len(data) <= int.from_bytes(data[4:8], "little" if data[:1] == b"I" else "big")
        case "JPEG":
            return b"\xff\xd9" not in data
    return False
