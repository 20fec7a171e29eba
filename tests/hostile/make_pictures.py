"""Pictures that are bad, or odd but good, written to a folder for any test that reads photos.

    from hostile.make_pictures import write_bad_pictures, write_odd_pictures

Each bad one knows the error it deserves and the words that its message must hold; each odd one is a `marker`
(red, green, blue and yellow quarters) in a form that a careless reader would refuse, turn or recolour.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from sketchseek.errors import BadImage, ImageTooLarge, UnsupportedFormat

QUARTERS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))  # row by row
COPY, CONVERT = "copy it again", "convert it to one of JPEG, PNG, WebP, GIF, TIFF, BMP, HEIC"
PRIVATE = "where-I-live"


@dataclass(frozen=True)
class Bad:
    """A path that `open_picture` must refuse."""

    path: Path
    error: type[BadImage]
    says: tuple[str, ...]  # the reason and the way out


@dataclass(frozen=True)
class Odd:
    """A file that `open_picture` must read."""

    path: Path
    size: tuple[int, int]
    quarters: tuple[tuple[int, int, int], ...] | None = QUARTERS  # None: only the size is known


def marker(width: int = 48, height: int = 32) -> Image.Image:
    pixels = np.empty((height, width, 3), np.uint8)
    for index, colour in enumerate(QUARTERS):
        rows = slice(0, height // 2) if index < 2 else slice(height // 2, None)
        columns = slice(0, width // 2) if index % 2 == 0 else slice(width // 2, None)
        pixels[rows, columns] = colour
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int, colour: int, pixels: bytes, *before: bytes) -> bytes:
    """A PNG put together by hand; `before`: chunks between the header and the pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = (
        png_chunk(b"IHDR", header),
        *before,
        png_chunk(b"IDAT", zlib.compress(pixels, 9)),
        png_chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def exif_block(orientation: int, *, place: bool = False) -> Image.Exif:
    exif = Image.Exif()
    exif[274] = orientation
    if place:
        exif[270] = PRIVATE  # description
        exif.get_ifd(0x8825).update(
            {1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2), 29: PRIVATE}
        )
    return exif


def scan_bomb(passes: int = 1000) -> bytes:
    """A progressive JPEG of 4 million pixels and a few hundred bytes per pass: minutes of work."""
    plain = encoded(Image.new("RGB", (2000, 2000), (120, 130, 140)), "JPEG", progressive=True)
    last = plain[plain.rfind(b"\xff\xc4", 0, plain.rfind(b"\xff\xda")) : -2]
    return plain[:-2] + last * passes + b"\xff\xd9"


def write_bad_pictures(folder: Path) -> list[Bad]:
    """Everything that a folder of photos should not hold but may; what the system cannot make is left out."""
    picture = marker()
    whole = {
        "jpg": encoded(picture, "JPEG"),
        "progressive.jpg": encoded(picture, "JPEG", progressive=True),
        "png": encoded(picture, "PNG"),
        "gif": encoded(picture, "GIF"),
        "webp": encoded(picture, "WEBP"),
        "bmp": encoded(picture, "BMP"),
        "tif": encoded(picture, "TIFF", compression="tiff_lzw"),
    }
    files: dict[str, tuple[bytes, type[BadImage], tuple[str, ...]]] = {
        f"truncated.{kind}": (data[: len(data) * 2 // 3], BadImage, ("truncated", COPY))
        for kind, data in whole.items()
    }
    files |= {
        f"beginning.{kind}": (data[:20], BadImage, ("truncated", COPY))
        for kind, data in whole.items()
        if kind != "webp"
    }
    damaged = bytearray(whole["png"])
    damaged[damaged.index(b"IDAT") + 8 : -16] = b"\xff" * (len(damaged) - 24 - damaged.index(b"IDAT"))
    one_bit = png(14_000, 14_000, 1, 0, bytes(14_000 * 1_751))
    files |= {
        "empty.jpg": (b"", BadImage, ("is empty (0 bytes)", COPY)),
        "damaged.png": (bytes(damaged), BadImage, ("damaged", COPY)),
        "no-width.png": (png(0, 10, 8, 2, b""), BadImage, ("damaged", COPY)),
        "claimed.png": (
            png(60_000, 60_000, 8, 2, b""),
            ImageTooLarge,
            ("60000 x 60000", "3,600,000,000 pixels", "--max-pixels 3600000000"),
        ),
        "claimed.gif": (
            b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0) + whole["gif"][13:],
            ImageTooLarge,
            ("pixels", "--max-pixels"),
        ),
        "true.png": (one_bit, ImageTooLarge, ("196,000,000 pixels", "--max-pixels 196000000")),
        "passes.jpg": (scan_bomb(), ImageTooLarge, ("passes", "--max-pixels")),
        "postscript.png": (b"%!PS-Adobe-3.0 EPSF-3.0\n", UnsupportedFormat, ("PostScript", CONVERT)),
        "text.png": (b"no picture at all\n", UnsupportedFormat, ("no known picture format", CONVERT)),
        "drawing.jpg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UnsupportedFormat, ("SVG", CONVERT)),
        "new.jpg": (b"\0\0\0\x1cftypavif" + bytes(40), UnsupportedFormat, ("AVIF", CONVERT)),
        "icon.png": (b"\0\0\1\0\1\0" + bytes(30), UnsupportedFormat, ("no known picture format", CONVERT)),
        "cut\nname\x1b[31m.jpg": (
            whole["jpg"][:200],
            BadImage,
            (r"cut\nname\x1b[31m.jpg", "truncated", COPY),
        ),
    }
    bad = []
    for name, (data, error, says) in files.items():
        (folder / name).write_bytes(data)
        bad.append(Bad(folder / name, error, says))
    return bad + _bad_places(folder, whole["jpg"])


def _bad_places(folder: Path, good: bytes) -> list[Bad]:
    """Paths that lead to no file, or to none that can be read; none of them may make a reader wait."""

    def unreadable(path: Path) -> None:
        path.write_bytes(good)
        path.chmod(0)
        if os.access(path, os.R_OK):  # root reads everything
            path.unlink()
            raise PermissionError

    def odd_bytes(path: Path) -> None:
        with open(os.fsencode(path), "wb") as file:  # noqa: PTH123  a name that is no text
            file.write(good[:200])

    makers: list[tuple[str, Callable[[Path], object], tuple[str, ...]]] = [
        ("folder.jpg", Path.mkdir, ("is a folder", "name a file in it")),
        ("itself.jpg", lambda path: path.symlink_to(path), ("leads back to itself", "remove it")),
        ("nowhere.jpg", lambda path: path.symlink_to(folder / "never"), ("is not there", "check the path")),
        ("vanished.jpg", lambda path: None, ("is not there", "check the path")),
        ("pipe.jpg", os.mkfifo, ("pipe, socket or device", "save the picture to a file")),
        ("endless.jpg", lambda path: path.symlink_to("/dev/zero"), ("device", "save the picture to a file")),
        ("secret.jpg", unreadable, ("may not be read by you", "read permission")),
        (os.fsdecode(b"caf\xe9.jpg"), odd_bytes, (r"caf\udce9.jpg", "truncated", COPY)),
    ]
    bad = []
    for name, make, says in makers:
        try:
            make(folder / name)
        except (OSError, AttributeError, UnicodeError):  # no such thing on this system, or for this user
            continue
        bad.append(Bad(folder / name, BadImage, says))
    return bad


def write_odd_pictures(folder: Path) -> list[Odd]:
    """Good pictures in forms that a careless reader would refuse, turn or recolour."""
    picture = marker()
    options: dict[str, tuple[Image.Image, str, dict[str, object]]] = {
        "a-png.jpg": (picture, "PNG", {}),
        "a-jpeg": (picture, "JPEG", {}),
        "four-inks.jpg": (picture.convert("CMYK"), "JPEG", {"quality": 95}),
        "four-inks.tif": (picture.convert("CMYK"), "TIFF", {}),
        "two.mpo": (picture, "MPO", {"save_all": True, "append_images": [Image.new("RGB", (9, 9))]}),
        "several.gif": (
            picture,
            "GIF",
            {"save_all": True, "append_images": [Image.new("RGB", (48, 32))] * 3},
        ),
        "several.webp": (
            picture,
            "WEBP",
            {"save_all": True, "append_images": [Image.new("RGB", (48, 32))] * 3},
        ),
        "several.png": (
            picture,
            "PNG",
            {"save_all": True, "append_images": [Image.new("RGB", (48, 32))] * 3},
        ),
        "pages.tif": (picture, "TIFF", {"save_all": True, "append_images": [Image.new("RGB", (9, 9))] * 3}),
        "jpeg-inside.tif": (picture, "TIFF", {"compression": "jpeg", "quality": 95}),
        "palette.png": (picture.quantize(4), "PNG", {}),
        "palette.bmp": (picture.quantize(4), "BMP", {}),
        "luminance.tif": (picture.convert("YCbCr"), "TIFF", {"compression": "tiff_deflate"}),
        "lossless.webp": (picture, "WEBP", {"lossless": True}),
        "progressive.jpg": (picture, "JPEG", {"progressive": True, "quality": 95}),
    }
    odd = []
    for name, (image, kind, how) in options.items():
        image.save(folder / name, kind, **how)
        odd.append(Odd(folder / name, (48, 32)))
    for name, data in _odd_bytes(picture).items():
        (folder / name).write_bytes(data)
        odd.append(Odd(folder / name, (48, 32)))
    return odd + _odd_shapes(folder) + _turned(folder)


def _odd_bytes(picture: Image.Image) -> dict[str, bytes]:
    plain, photo = encoded(picture, "PNG"), encoded(picture, "JPEG", quality=95)
    body = plain.index(b"IDAT") - 4
    deep = np.asarray(picture).astype(">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in deep)
    note = PngInfo()
    note.add_text("note", "x" * 3_000_000)
    app1 = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + bytes(range(200))
    return {
        "sixteen-bits.png": png(48, 32, 16, 2, rows),
        "long-note.png": encoded(picture, "PNG", pnginfo=note),
        "packed-note.png": plain[:body]
        + png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(9_000_000)))
        + plain[body:],
        "bad-profile.png": plain[:body] + png_chunk(b"iCCP", b"name\0\0junk") + plain[body:],
        "bad-check.png": plain[:body] + png_chunk(b"tEXt", b"a\0b")[:-1] + b"?" + plain[body:],
        "bad-frames.png": plain[:body] + png_chunk(b"acTL", bytes(8)) + plain[body:],
        "bad-exif.png": plain[:body] + png_chunk(b"eXIf", b"II*\0\xff\xff\xff\xff") + plain[body:],
        "bad-exif.jpg": photo[:2] + b"\xff\xe1" + struct.pack(">H", len(app1) + 2) + app1 + photo[2:],
        "more-behind.jpg": photo + b"\xff\xda" * 70_000,  # phones append a film
        "exif.webp": encoded(picture, "WEBP", exif=b"Exif\0\0II*\0\x08"),
    }


def _odd_shapes(folder: Path) -> list[Odd]:
    shapes = [(1, 1), (1, 20_000), (20_000, 1)]
    odd = []
    for width, height in shapes:
        for kind in ("png", "jpg", "bmp", "tif"):
            path = folder / f"{width}x{height}.{kind}"
            Image.new("RGB", (width, height), (10, 20, 30)).save(path)
            odd.append(Odd(path, (width, height), ((10, 20, 30),) * 4 if kind != "jpg" else None))
    return odd


_UNTURNED = {  # how a camera held in each of the 8 ways would store an upright picture
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def _turned(folder: Path) -> list[Odd]:
    odd = []
    for orientation, turn in _UNTURNED.items():
        stored = marker() if turn is None else marker().transpose(turn)
        for kind in ("jpg", "png", "webp", "tif"):
            path = folder / f"turned-{orientation}.{kind}"
            stored.save(
                path, exif=exif_block(orientation), **({} if kind in {"png", "tif"} else {"quality": 95})
            )
            odd.append(Odd(path, (48, 32)))
    return odd


def tagged(kind: str) -> bytes:
    """A picture that says where and by whom it was taken, in every way its format has."""
    exif = exif_block(1, place=True)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, object] = {"exif": exif, "icc_profile": profile + PRIVATE.encode()}
    if kind in {"JPEG", "WEBP"}:
        options["xmp"] = f"<x>{PRIVATE}</x>".encode()
    if kind == "JPEG":
        options["comment"] = PRIVATE.encode()
    if kind == "PNG":
        note = PngInfo()
        note.add_text("Comment", PRIVATE)
        note.add_itxt("XML:com.adobe.xmp", PRIVATE)
        options["pnginfo"] = note
    return encoded(marker(300, 200), kind, **options)
