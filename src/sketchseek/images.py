"""The only door for photo pixels: formats, limits, orientation, resizing, thumbnails.

    path or bytes --open_picture--> upright RGB picture --fit--> (size, size, 3) uint8
                                                        --thumbnail--> JPEG bytes without metadata

A file's content decides its format, never its name. What a picture claims to be is checked in its header,
before any pixel is decoded, and against limits of our own, because Pillow's belong to the whole process.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from sketchseek._framing import Fit, PhotoInput, fit, flatten, frame, scaled
from sketchseek._image_formats import damage, kind_of, orientation_of, read_header, scans_of
from sketchseek.errors import BadImage, ImageTooLarge

__all__ = [
    "SUFFIXES",
    "THUMBNAIL_TYPE",
    "Fit",
    "Limits",
    "PhotoInput",
    "fit",
    "flatten",
    "frame",
    "load_pixels",
    "open_picture",
    "printable",
    "thumbnail",
]

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".gif"}
    | {".tif", ".tiff", ".bmp", ".dib", ".heic", ".heif", ".hif"}
)
"""Lower-case name endings that a scan of a folder looks at; the content still decides."""

THUMBNAIL_TYPE = "image/jpeg"
"""Media type of what `thumbnail` makes: as JPEG it costs a seventh of the time that WebP takes."""

TIFF_WIDTH, TIFF_HEIGHT, TIFF_PHOTOMETRIC = 256, 257, 262
SCANS = 16  # passes that a JPEG of `max_pixels` may make over them; a progressive one makes about 10


@dataclass(frozen=True)
class Limits:
    """What a single picture may cost.

    Attributes:
        max_pixels: width times height, as the header claims. The default, about 179 million, is what fits
            into 512 MiB as RGB: more than nearly any camera makes, far less than a crafted file can claim.
        max_bytes: size of the file. The default is the same 512 MiB: `max_pixels` without any compression.
    """

    max_pixels: int = 178_956_970
    max_bytes: int = 512 * 2**20


def open_picture(
    source: Path | bytes,
    *,
    at_least: int | None = None,
    limits: Limits = Limits(),
    keep_alpha: bool = False,
) -> Image.Image:
    """Read a picture, upright and in RGB.

    Args:
        source: a regular file, or the bytes of one.
        at_least: the shorter side that is needed, in pixels. A larger picture comes back reduced, never below
            it; a JPEG is then also decoded at 1/2, 1/4 or 1/8 of its size, which is several times faster.
        limits: what a single picture may cost.
        keep_alpha: give RGBA (or LA) where the picture has transparency, which is else laid on white.

    Returns:
        The first frame, without metadata. CMYK becomes RGB; 16-bit, 32-bit and float grey become 8 bits (see
        `_eight_bits`).

    Raises:
        UnsupportedFormat: not one of the formats read here, or HEIC without its extra.
        ImageTooLarge: more pixels or bytes than `limits` allow.
        BadImage: the file cannot be read, or is truncated or damaged.
    """
    name = "the picture given as bytes" if isinstance(source, bytes) else printable(source)
    data = source if isinstance(source, bytes) else _read(source, name, limits)
    _check_bytes(len(data), name, limits)
    kind = kind_of(data)
    try:
        image = read_header(kind, data, name)
        _check_work(image, data, name, limits)
        return _decode(image, at_least, keep_alpha)
    except BadImage:
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        reason = f"does not fit into memory, or into what Pillow reads of {kind} ({error})"
        raise ImageTooLarge(f"{name}: {reason}; save a smaller copy") from error
    except Exception as error:  # a damaged file can raise nearly anything in a decoder
        reason = damage(kind, data, error)
        raise BadImage(f"{name}: {reason}; copy it again from its source, or remove it") from error


def load_pixels(
    source: Path | bytes, spec: PhotoInput, *, limits: Limits = Limits()
) -> NDArray[np.uint8]:  # fmt: skip
    """Read a picture straight into a model's input, (size, size, 3): `open_picture`, then `fit`."""
    return fit(open_picture(source, at_least=spec.size, limits=limits), spec)


def thumbnail(image: Image.Image, side: int = 256) -> bytes:
    """Make a small JPEG: longer side at most `side` pixels, transparency on white, no metadata."""
    image = flatten(image)
    # Whole steps by averaging, then a short filter: as good to look at, and three times faster than bicubic.
    size = scaled(image.size, min(1.0, side / max(image.size)))
    small = image.resize(size, Image.Resampling.HAMMING, reducing_gap=1.0)
    small.info = {}  # Pillow would write a comment or XMP found here
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()


def printable(path: Path | str) -> str:
    """A path as text that any terminal and log can take: odd bytes and control characters are escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in os.fsdecode(path))


def _read(path: Path, name: str, limits: Limits) -> bytes:
    """Read a regular file whole: a decoder then never waits, and never sees a file change under it."""
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise BadImage(f"{name}: is a folder, not a picture; name a file in it")
        if not stat.S_ISREG(about.st_mode):
            raise BadImage(
                f"{name}: is a pipe, socket or device, not a file; save the picture to a file first"
            )
        _check_bytes(about.st_size, name, limits)
        with path.open("rb") as file:
            return file.read(about.st_size)
    except OSError as error:
        reason = _REFUSALS.get(
            error.errno or 0, f"cannot be read ({error.strerror}); check the disk or the share"
        )
        raise BadImage(f"{name}: {reason}") from error
    except ValueError as error:  # a null character in the name
        raise BadImage(f"{name}: is no name of a file ({error}); check its spelling") from error


_REFUSALS = {
    errno.ENOENT: "is not there, or not any more; check the path",
    errno.ENOTDIR: "is not there: a part of the path is a file; check the path",
    errno.EACCES: "may not be read by you; give yourself read permission for it",
    errno.EPERM: "may not be read by you; give yourself read permission for it",
    errno.ELOOP: "is a link that leads back to itself; remove it",
}


def _check_bytes(count: int, name: str, limits: Limits) -> None:
    if count == 0:
        raise BadImage(f"{name}: is empty (0 bytes); copy it again from its source, or remove it")
    if count > limits.max_bytes:
        raise ImageTooLarge(
            f"{name}: {count:,} bytes are more than {limits.max_bytes:,}; "
            f"raise the limit with --max-bytes {count}"
        )


def _check_work(image: ImageFile, data: bytes, name: str, limits: Limits) -> None:
    """Refuse by the header what would take too much memory or time to decode."""
    width, height = image.size
    count = width * height
    if count > limits.max_pixels:
        raise ImageTooLarge(
            f"{name}: {width} x {height} are {count:,} pixels, more than {limits.max_pixels:,}; "
            f"raise the limit with --max-pixels {count}, or save a smaller copy"
        )
    # A scan of a JPEG can be 100 bytes and yet cost a pass over all pixels. The quick count may be too high.
    most = SCANS * limits.max_pixels // count
    if image.format == "JPEG" and data.count(b"\xff\xda") > most and (scans := scans_of(data)) > most:
        raise ImageTooLarge(
            f"{name}: {scans:,} passes over {count:,} pixels are more than {most:,}; "
            f"raise the limit with --max-pixels {-(-scans * count // SCANS)}, or save it as a plain JPEG"
        )


def _decode(image: ImageFile, at_least: int | None, keep_alpha: bool) -> Image.Image:
    orientation = orientation_of(image)
    if at_least:
        image.draft("RGB", (at_least, at_least))
    if isinstance(image, TiffImageFile):  # given memory, it is not held against Pillow's global limit
        image.im = Image.new(image.mode, (image.tag_v2[TIFF_WIDTH], image.tag_v2[TIFF_HEIGHT])).im
    image.load()
    plain = _eight_bits(image)
    if not (keep_alpha and plain.has_transparency_data):
        plain = flatten(plain)
    elif plain.mode not in {"RGBA", "LA"}:
        plain = plain.convert("RGBA")
    # twice what is needed is left, so that the exact resize that follows still averages
    factor = min(plain.size) // (2 * at_least) if at_least else 1
    plain = plain.reduce(factor) if factor > 1 else plain
    plain = plain.transpose(_TURNS[orientation]) if orientation in _TURNS else plain
    plain.info = {}
    return plain


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _eight_bits(image: ImageFile) -> Image.Image:
    """Scale grey of 16 bits, 32 bits or floats to 8 bits.

    Files do not say what is white: 12-bit cameras store 0..4095 in 16 bits, floats run to 1 or to 255. White
    is taken as the least of 1, 255, 4095, 65535 that no value exceeds, else as the highest value; black as 0,
    or as the lowest value where that is negative.
    """
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.array(image, dtype=np.float32)
    if image.mode == "F":
        values[~np.isfinite(values)] = 0
        values.clip(-1e30, 1e30, out=values)  # so that the range is finite too
    high = float(values.max())
    low = min(0.0, float(values.min()))
    white = next((white for white in (1.0, 255.0, 4095.0, 65535.0) if high <= white), high)
    values -= low
    values *= 255.0 / (white - low)
    grey = values.round(out=values).astype(np.uint8)
    if isinstance(image, TiffImageFile) and image.tag_v2.get(TIFF_PHOTOMETRIC) == 0:  # white is zero
        grey = 255 - grey
    return Image.fromarray(grey)
