"""The only door for photo pixels: formats, limits, orientation, resizing, thumbnails.

    path or bytes --open_picture--> upright RGB picture --fit--> (size, size, 3) uint8
                                                        --thumbnail--> WebP bytes without metadata

A file's content decides its format, never its name. Sizes are checked in the header, before any pixel is
decoded, and by rules of our own: Pillow's limit is a global of the process, and its readers are called here
one by one, so that neither its limit nor its list of formats needs to be changed.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from sketchseek.errors import BadImage, ImageTooLarge, UnsupportedFormat

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".gif"}
    | {".tif", ".tiff", ".bmp", ".dib", ".heic", ".heif"}
)
"""Lower-case name endings that a scan of a folder looks at; the content still decides."""

WHITE = (255, 255, 255)
GREY = (128, 128, 128)

# Pillow's TIFF reader warns of each odd tag: metadata that nobody asked for, for each photo of a large folder.
# `warnings.catch_warnings` is not thread-safe, so the filter is set once, for that reader alone.
warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")


@dataclass(frozen=True)
class PhotoInput:
    """A model's input contract for photos.

    Attributes:
        size: side of the square input, pixels.
        fit: "crop" keeps the centre square; "pad" the whole picture, on mid-grey; "stretch" ignores the aspect.
        mean: per channel (R, G, B), in 0..1; applied inside the model's graph.
        std: per channel (R, G, B), in 0..1; applied inside the model's graph.
    """

    size: int = 224
    fit: Literal["crop", "pad", "stretch"] = "crop"
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)


@dataclass(frozen=True)
class Limits:
    """What a single picture may cost.

    Attributes:
        max_pixels: width times height, as its header says. The default, about 178 million, is what fits into
            512 MiB as RGB; larger than any camera makes, smaller than what a crafted file can claim.
        max_bytes: size of the file. The default is the same 512 MiB: an uncompressed picture of `max_pixels`.
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
        at_least: the shorter side that is needed, in pixels. A JPEG is then decoded at 1/2, 1/4 or 1/8 of its
            size (never below `at_least`), which is several times faster; other formats come in full.
        limits: what a single picture may cost.
        keep_alpha: give RGBA (or LA) where the picture has transparency, which is else laid on white.

    Returns:
        The first frame, without metadata; 16-bit and CMYK pictures as 8-bit RGB.

    Raises:
        UnsupportedFormat: not one of the formats read here.
        ImageTooLarge: more pixels or bytes than `limits` allow.
        BadImage: the file cannot be read, or is truncated or damaged.
    """
    name = "the picture given as bytes" if isinstance(source, bytes) else shown(source)
    data = source if isinstance(source, bytes) else _read(source, name, limits)
    _check_bytes(len(data), name, limits)
    reader = _reader(data, name)
    try:
        image = reader(io.BytesIO(data))
        _check_pixels(image.size, name, limits)
        if at_least is not None:
            image.draft("RGB", (at_least, at_least))
        orientation = 1 if image.format in {"TIFF", "HEIF"} else _orientation(image.info.get("exif", b""))
        image.load()  # TIFF and HEIF turn the picture themselves
        turned = image.transpose(_TURNS[orientation]) if orientation in _TURNS else image
        plain = _eight_bits(turned)
        plain = _with_alpha(plain) if keep_alpha else flatten(plain)
    except BadImage:
        raise
    except Exception as error:  # a damaged file can raise nearly anything in a decoder
        raise BadImage(f"{name}: {_damage(error)}; copy it again from its source, or remove it") from error
    plain.info = {}
    return plain


def fit(image: Image.Image, spec: PhotoInput) -> NDArray[np.uint8]:
    """Bring a picture to a model's input: (size, size, 3), RGB, 0..255."""
    image = flatten(image)
    side, (width, height) = spec.size, image.size
    if spec.fit == "pad":
        scale = side / max(width, height)
        inner = (max(1, round(width * scale)), max(1, round(height * scale)))
        canvas = Image.new("RGB", (side, side), GREY)
        canvas.paste(_resized(image, inner), ((side - inner[0]) // 2, (side - inner[1]) // 2))
        return np.asarray(canvas)
    box = (0.0, 0.0, float(width), float(height))
    if spec.fit == "crop":
        short = min(width, height)
        left, top = (width - short) / 2, (height - short) / 2
        box = (left, top, left + short, top + short)
    return np.asarray(_resized(image, (side, side), box))


def load_pixels(
    source: Path | bytes,
    spec: PhotoInput,
    *,
    limits: Limits = Limits(),
) -> NDArray[np.uint8]:
    """Read a picture straight into a model's input: `open_picture`, then `fit`."""
    return fit(open_picture(source, at_least=spec.size, limits=limits), spec)


def thumbnail(image: Image.Image, side: int = 256) -> bytes:
    """Make a small copy as WebP: longer side at most `side` pixels, transparency on white, no metadata."""
    image = flatten(image)
    scale = min(1.0, side / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = _resized(image, size)
    small.info = {}
    out = io.BytesIO()
    small.save(out, "WEBP", quality=80, method=1)
    return out.getvalue()


def flatten(image: Image.Image) -> Image.Image:
    """Lay a picture on white where it is transparent: RGB."""
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    image = image.convert("RGBA")
    ground = Image.new("RGB", image.size, WHITE)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def shown(path: Path | str | bytes) -> str:
    """A path as text that any terminal and log can take: odd bytes and control characters are escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in os.fsdecode(path))


def _resized(
    image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float] | None = None
) -> Image.Image:
    return image.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)


def _with_alpha(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return flatten(image)
    return image if image.mode in {"RGBA", "LA"} else image.convert("RGBA")


def _read(path: Path, name: str, limits: Limits) -> bytes:
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise BadImage(f"{name}: is a folder, not a picture; name a file in it")
        if not stat.S_ISREG(about.st_mode):
            raise BadImage(f"{name}: is a pipe or a device, not a file; save the picture to a file first")
        _check_bytes(about.st_size, name, limits)
        with path.open("rb") as file:
            return file.read(about.st_size + 1)
    except OSError as error:
        raise BadImage(f"{name}: cannot be read ({error.strerror})") from error


def _check_bytes(count: int, name: str, limits: Limits) -> None:
    if count == 0:
        raise BadImage(f"{name}: is empty (0 bytes); copy it again from its source, or remove it")
    if count > limits.max_bytes:
        raise ImageTooLarge(
            f"{name}: more than {limits.max_bytes:,} bytes; raise the limit with --max-bytes {count}"
        )


def _check_pixels(size: tuple[int, int], name: str, limits: Limits) -> None:
    count = size[0] * size[1]
    if count > limits.max_pixels:
        raise ImageTooLarge(
            f"{name}: {size[0]} x {size[1]} is {count:,} pixels, more than {limits.max_pixels:,}; "
            f"raise the limit with --max-pixels {count}, or save a smaller copy"
        )


_Reader = Callable[[io.BytesIO], ImageFile.ImageFile]
_READERS: tuple[tuple[bytes, _Reader], ...] = (
    (b"\xff\xd8\xff", JpegImageFile),
    (b"\x89PNG\r\n\x1a\n", PngImageFile),
    (b"GIF87a", GifImageFile),
    (b"GIF89a", GifImageFile),
    (b"II*\0", TiffImageFile),
    (b"MM\0*", TiffImageFile),
    (b"BM", BmpImageFile),
)


def _reader(data: bytes, name: str) -> _Reader:
    for magic, reader in _READERS:
        if data.startswith(magic):
            return reader
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WebPImageFile
    raise UnsupportedFormat(
        f"{name}: not a JPEG, PNG, WebP, GIF, TIFF or BMP picture; convert it to one of these"
    )


def _damage(error: Exception) -> str:
    text = str(error)
    return "truncated" if "truncated" in text.lower() else f"truncated or damaged ({text})"


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _orientation(exif: bytes) -> int:
    """EXIF's orientation, 1..8 (Exif 2.3, tag 274 of IFD 0); 1 where the block is absent or broken."""
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", exif, entry)
            if tag == 274:
                return value if kind == 3 else 1
    except struct.error:
        pass
    return 1


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale pictures of 16-bit, 32-bit and float grey to 8 bits."""
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    top = 65535.0 if image.mode.startswith("I;16") else max(float(values.max()), 1.0)
    return Image.fromarray(np.clip(values * (255.0 / top), 0, 255).astype(np.uint8))
