from __future__ import annotations

import io
import struct
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hostile.make_pictures import QUARTERS, encoded, exif_block, marker, png
from PIL import Image, ImageDraw

from sketchseek.errors import BadImage, ImageTooLarge, UnsupportedFormat
from sketchseek.images import (
    SUFFIXES,
    Limits,
    PhotoInput,
    fit,
    frame,
    load_pixels,
    open_picture,
    printable,
    thumbnail,
)


def photo_like(width: int, height: int) -> Image.Image:
    """Smooth colours, so that any honest way to shrink them gives nearly the same picture."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [np.sin(x / width * a + y / height * b) for a, b in ((6, 2), (3, 5), (9, 1))]
    return Image.fromarray(((np.dstack(waves) + 1) * 127).astype(np.uint8))


def test_a_path_and_its_bytes_read_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    marker().save(path)
    assert open_picture(path).tobytes() == open_picture(path.read_bytes()).tobytes() == marker().tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"])
def test_every_format_is_read(kind: str) -> None:
    image = open_picture(encoded(marker(), kind))
    assert image.size == (48, 32)
    assert np.abs(np.array(image.getpixel((8, 8)), int) - QUARTERS[0]).max() < 40


def test_a_scan_looks_at_the_endings_of_every_format() -> None:
    assert {".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".heic"} <= SUFFIXES
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES)


class TestReducedReading:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
    @pytest.mark.parametrize(("width", "height"), [(1600, 1200), (500, 2000), (300, 225), (100, 90)])
    def test_the_shorter_side_never_falls_below_what_is_needed(
        self, kind: str, width: int, height: int
    ) -> None:
        image = open_picture(encoded(photo_like(width, height), kind), at_least=224)
        assert min(image.size) >= min(224, width, height)
        assert min(image.size) < 3 * 224
        assert image.width / image.height == pytest.approx(width / height, rel=0.02)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    def test_it_gives_the_same_pixels_as_the_whole_picture(self, kind: str) -> None:
        data = encoded(photo_like(1600, 1200), kind, quality=95)
        whole = fit(open_picture(data), PhotoInput()).astype(int)
        reduced = load_pixels(data, PhotoInput()).astype(int)
        assert np.abs(whole - reduced).mean() < 1.0

    def test_a_turned_picture_is_reduced_and_turned(self) -> None:
        stored = photo_like(1200, 1600).transpose(Image.Transpose.ROTATE_90)
        image = open_picture(encoded(stored, "JPEG", exif=exif_block(6)), at_least=100)
        assert image.width < image.height
        assert min(image.size) >= 100

    def test_a_reduced_jpeg_is_decoded_much_faster(self) -> None:
        data = encoded(photo_like(2000, 1500), "JPEG", quality=95)

        def least(at_least: int | None) -> float:
            times = []
            for _ in range(5):
                started = time.thread_time()
                open_picture(data, at_least=at_least)
                times.append(time.thread_time() - started)
            return min(times)

        assert least(224) < 0.7 * least(None)


class TestLimits:
    def test_a_picture_just_at_the_limit_is_read(self) -> None:
        data = encoded(marker(), "PNG")
        assert open_picture(data, limits=Limits(max_pixels=48 * 32, max_bytes=len(data))).size == (48, 32)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"])
    def test_too_many_pixels_name_the_option(self, kind: str) -> None:
        with pytest.raises(ImageTooLarge, match="raise the limit with --max-pixels 1536"):
            open_picture(encoded(marker(), kind), limits=Limits(max_pixels=48 * 32 - 1))

    def test_too_many_bytes_name_the_option_before_anything_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "vast.jpg"
        with path.open("wb") as file:
            file.truncate(10**9)  # sparse
        with pytest.raises(ImageTooLarge, match=r"1,000,000,000 bytes.*--max-bytes 1000000000") as caught:
            open_picture(path)
        assert str(path) in str(caught.value)
        with pytest.raises(ImageTooLarge, match="--max-bytes 100"):
            open_picture(bytes(100), limits=Limits(max_bytes=99))

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "BMP"])
    def test_the_limit_is_ours_and_not_the_one_of_the_process(
        self, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
        assert open_picture(encoded(marker(), kind)).size == (48, 32)

    def test_what_pillow_itself_refuses_is_too_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
        with pytest.raises(ImageTooLarge, match="what Pillow reads of WebP"):
            open_picture(encoded(marker(), "WEBP"))


class TestColour:
    @pytest.mark.parametrize("top", [1, 255, 4095, 65535])
    def test_sixteen_bits_are_scaled_from_their_own_white(self, top: int) -> None:
        ramp = np.linspace(0, top, 256).round().astype(np.uint16)
        data = encoded(Image.fromarray(np.tile(ramp, (4, 1))), "TIFF")
        grey = np.asarray(open_picture(data))[0, :, 0].astype(int)
        assert np.abs(grey - (ramp * (255 / top))).max() <= 0.5

    def test_sixteen_bit_png_of_grey_and_of_colours(self) -> None:
        ramp = np.linspace(0, 65535, 256).round().astype(">u2")
        grey = np.asarray(open_picture(png(256, 1, 16, 0, b"\0" + ramp.tobytes())))
        assert np.abs(grey[0, :, 1].astype(int) - np.arange(256)).max() <= 1
        rows = np.dstack([ramp, ramp[::-1], np.full(256, 32768, ">u2")])[0]
        colours = np.asarray(open_picture(png(256, 1, 16, 2, b"\0" + rows.astype(">u2").tobytes())))[
            0
        ].astype(int)
        expected = np.dstack([np.arange(256), 255 - np.arange(256), np.full(256, 128)])[0]
        assert np.abs(colours - expected).max() <= 1

    def test_floats_and_long_integers_fill_the_range(self) -> None:
        unit = np.linspace(0, 1, 256, dtype=np.float32)[None]
        odd = np.array([[np.nan, np.inf, -np.inf, 3e38, -3e38, 0]], np.float32)
        signed = np.linspace(-1000, 70000, 256).astype(np.int32)[None]
        flat = np.zeros((3, 3), np.float32)
        for values, expected in [
            (unit, np.arange(256)),
            (signed, np.arange(256)),
            (odd, [128, 128, 128, 255, 0, 128]),
        ]:
            grey = np.asarray(open_picture(encoded(Image.fromarray(values), "TIFF")))[0, :, 0].astype(int)
            assert np.abs(grey - expected).max() <= 1
        assert not np.asarray(open_picture(encoded(Image.fromarray(flat), "TIFF"))).any()

    def test_white_is_zero_where_a_tiff_says_so(self) -> None:
        dark = Image.fromarray(np.full((2, 2), 60000, np.uint16))
        data = encoded(dark, "TIFF", tiffinfo={262: 0})
        assert np.asarray(open_picture(data)).max() < 40

    @pytest.mark.parametrize("mode", ["RGBA", "LA"])
    def test_transparency_is_laid_on_white_or_kept(self, mode: str) -> None:
        image = Image.new(mode, (8, 4), 0)
        data = encoded(image, "PNG")
        assert open_picture(data).getpixel((0, 0)) == (255, 255, 255)
        kept = open_picture(data, keep_alpha=True)
        assert (kept.mode, kept.getpixel((0, 0))[-1]) == (mode, 0)
        assert fit(kept, PhotoInput(size=4)).min() == 255
        with Image.open(io.BytesIO(thumbnail(kept))) as small:
            assert small.convert("L").getextrema()[0] > 250

    @pytest.mark.parametrize("kind", ["PNG", "GIF"])
    def test_a_transparent_palette_entry_is_laid_on_white_or_kept(self, kind: str) -> None:
        palette = marker().quantize(4)
        entry = palette.getpixel((0, 0))
        data = encoded(palette, kind, transparency=entry)
        laid, kept = open_picture(data), open_picture(data, keep_alpha=True)
        assert laid.getpixel((8, 8)) == (255, 255, 255)
        assert laid.getpixel((40, 8)) == QUARTERS[1]
        assert kept.mode == "RGBA"
        assert (kept.getpixel((8, 8))[3], kept.getpixel((40, 8))) == (0, (*QUARTERS[1], 255))

    def test_an_opaque_picture_has_no_alpha_to_keep(self) -> None:
        assert open_picture(encoded(marker(), "PNG"), keep_alpha=True).mode == "RGB"
        assert open_picture(encoded(marker().convert("L"), "JPEG")).mode == "RGB"


class TestFit:
    def test_crop_keeps_the_centre_square(self) -> None:
        image = Image.new("RGB", (300, 100), (255, 0, 0))
        image.paste((0, 0, 255), (100, 0, 200, 100))
        pixels = fit(image, PhotoInput(size=50))
        assert pixels.shape == (50, 50, 3)
        assert (pixels[:, 2:-2] == (0, 0, 255)).all()

    def test_crop_is_the_resized_shorter_side_cut_at_the_centre(self) -> None:
        image = photo_like(640, 480)
        resized = image.resize((299, 224), Image.Resampling.BICUBIC)
        expected = np.asarray(resized)[:, 37:261].astype(int)
        assert np.abs(fit(image, PhotoInput()).astype(int) - expected).mean() < 1

    def test_pad_keeps_the_whole_picture_on_grey(self) -> None:
        pixels = fit(Image.new("RGB", (200, 100), (255, 0, 0)), PhotoInput(size=100, fit="pad"))
        assert (pixels[25:75] == (255, 0, 0)).all()
        assert (pixels[:25] == 128).all()
        assert (pixels[75:] == 128).all()

    @pytest.mark.parametrize("ground", [(255, 255, 255), (10, 90, 40)])
    @pytest.mark.parametrize("box", [(20, 60, 60, 80), (150, 10, 170, 90), (0, 40, 40, 60)])
    def test_trim_brings_what_stands_on_a_plain_ground_to_the_frame(
        self, ground: tuple[int, int, int], box: tuple[int, int, int, int]
    ) -> None:
        image = Image.new("RGB", (200, 100), ground)
        ImageDraw.Draw(image).rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=(200, 30, 60))
        pixels = fit(image, PhotoInput(size=100, fit="trim"))
        rows, columns = np.nonzero(np.abs(pixels.astype(int) - (200, 30, 60)).max(2) < 40)
        wide, high = box[2] - box[0], box[3] - box[1]
        long = 90 / max(wide, high)  # a twentieth of the side is left on each side, as around a drawing
        seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        wanted = [50 - wide * long / 2, 50 - high * long / 2, 50 + wide * long / 2, 50 + high * long / 2]
        assert np.abs(np.array(seen) - wanted).max() <= 5  # a glance is 128 pixels wide
        assert (pixels[[0, 0, -1, -1], [0, -1, 0, -1]] == ground).all()

    def test_dust_and_noise_are_no_part_of_a_plain_ground_and_what_stands_on_it(self) -> None:
        noise = np.random.default_rng(0).integers(245, 256, (100, 100, 3)).astype(np.uint8)
        image = Image.fromarray(noise)
        ImageDraw.Draw(image).ellipse((40, 30, 60, 70), fill=(0, 0, 0))
        pixels = fit(image, PhotoInput(size=100, fit="trim"))
        rows = np.flatnonzero((pixels < 100).any(axis=(1, 2)))
        assert abs(rows[0] - 5) <= 2
        assert abs(rows[-1] - 94) <= 2

    @pytest.mark.parametrize("size", [(1, 1), (3, 2), (300, 2), (200, 100)])
    def test_a_picture_without_a_ground_or_with_nothing_on_it_is_padded(self, size: tuple[int, int]) -> None:
        for image in (photo_like(*size), Image.new("RGB", size, (90, 90, 90))):
            padded, trimmed = (fit(image, PhotoInput(size=64, fit=how)) for how in ("pad", "trim"))
            assert (padded == trimmed).all()

    def test_where_a_trimmed_picture_lies_is_not_known_by_its_size(self) -> None:
        with pytest.raises(ValueError, match="what it shows"):
            frame((20, 30), PhotoInput(fit="trim"))

    def test_stretch_fills_the_square(self) -> None:
        pixels = fit(marker(48, 32), PhotoInput(size=40, fit="stretch"))
        corners = pixels[[5, 5, 35, 35], [5, 35, 5, 35]]
        assert (corners == QUARTERS).all()

    def test_small_pictures_grow_and_the_array_can_be_written(self) -> None:
        pixels = fit(Image.new("RGB", (3, 2), (9, 9, 9)), PhotoInput(size=32))
        assert pixels.dtype == np.uint8
        pixels[0, 0] = 1
        assert (pixels[1:] == 9).all()


class TestThumbnail:
    def test_it_is_small_and_keeps_the_shape(self) -> None:
        with Image.open(io.BytesIO(thumbnail(photo_like(1200, 800), 256))) as image:
            assert (image.format, image.size) == ("JPEG", (256, 171))

    def test_a_small_picture_is_not_blown_up(self) -> None:
        with Image.open(io.BytesIO(thumbnail(marker(), 256))) as image:
            assert image.size == (48, 32)
            assert np.abs(np.array(image.getpixel((8, 8)), int) - QUARTERS[0]).max() < 40

    def test_metadata_on_the_image_given_is_not_written(self) -> None:
        image = marker(300, 200)
        image.info = {
            "comment": b"hello there",
            "xmp": b"<x>hello there</x>",
            "exif": exif_block(3).tobytes(),
        }
        small = thumbnail(image)
        assert b"hello there" not in small
        assert b"Exif" not in small
        assert image.info["comment"] == b"hello there"


class TestHeic:
    def test_it_is_read_where_the_extra_is_installed(self) -> None:
        heif = pytest.importorskip("pillow_heif")
        out = io.BytesIO()
        heif.from_pillow(marker(128, 96)).save(out, quality=95)
        image = open_picture(out.getvalue())
        assert image.size == (128, 96)
        assert np.abs(np.array(image.getpixel((20, 20)), int) - QUARTERS[0]).max() < 40
        assert "HEIF" not in Image.OPEN  # the extra is not hooked into Pillow for the whole process
        with pytest.raises(ImageTooLarge, match="--max-pixels 12288"):
            open_picture(out.getvalue(), limits=Limits(max_pixels=100))
        with pytest.raises(BadImage, match="truncated or damaged"):
            open_picture(out.getvalue()[:300])

    def test_without_the_extra_the_error_names_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pillow_heif", None)
        data = struct.pack(">I", 24) + b"ftypheic" + bytes(60)
        with pytest.raises(UnsupportedFormat, match=r"pip install 'sketchseek\[heic\]'"):
            open_picture(data)


def test_threads_read_the_same_as_one_after_another() -> None:
    files = [
        encoded(photo_like(400 + 10 * i, 300), kind) for i in range(8) for kind in ("JPEG", "PNG", "WEBP")
    ]
    spec = PhotoInput(size=64)
    one_by_one = [load_pixels(data, spec) for data in files]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda data: load_pixels(data, spec), files))
    assert all((a == b).all() for a, b in zip(one_by_one, together, strict=True))


def test_names_are_made_printable() -> None:
    assert printable(Path("photos/café ü.jpg")) == "photos/café ü.jpg"
    assert printable("a\nb\x1b[2J\udce9") == r"a\nb\x1b[2J\udce9"
    assert printable("\u202egnp.exe") == r"\u202egnp.exe"  # a name that would be shown backwards


def test_real_photos_are_read(data_root: Path) -> None:
    photos = sorted((data_root / "caltech101").rglob("*.jpg"))[::400]
    assert photos
    for path in photos:
        pixels = load_pixels(path, PhotoInput())
        assert pixels.shape == (224, 224, 3)
        assert pixels.std() > 1
