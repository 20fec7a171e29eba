from __future__ import annotations

import io
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from hostile.make_pictures import (
    PRIVATE,
    QUARTERS,
    Bad,
    Odd,
    encoded,
    marker,
    tagged,
    write_bad_pictures,
    write_odd_pictures,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from sketchseek.errors import BadImage, ImageTooLarge
from sketchseek.images import Limits, PhotoInput, fit, load_pixels, open_picture, thumbnail


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bad]:
    return {bad.path.name: bad for bad in write_bad_pictures(tmp_path_factory.mktemp("bad"))}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Odd]:
    return {odd.path.name: odd for odd in write_odd_pictures(tmp_path_factory.mktemp("odd"))}


def quarters_of(image: Image.Image) -> list[tuple[int, ...]]:
    width, height = image.size
    return [image.getpixel((int(width * x), int(height * y))) for y in (0.25, 0.75) for x in (0.25, 0.75)]


def test_each_bad_picture_is_refused_with_its_path_the_reason_and_the_way_out(bad: dict[str, Bad]) -> None:
    assert len(bad) >= 27
    for name, case in bad.items():
        started = time.perf_counter()
        with pytest.raises(BadImage) as caught:
            open_picture(case.path)
        message = str(caught.value)
        assert type(caught.value) is case.error, f"{name!r}: {message}"
        assert time.perf_counter() - started < 5, name
        for words in case.says:
            assert words in message, f"{name!r}: {words!r} is not in {message!r}"
        assert str(case.path.parent) in message
        assert message.isprintable(), name
        message.encode("utf-8")  # an odd name must not break a log


def test_each_odd_picture_is_read_upright_in_its_own_colours(odd: dict[str, Odd]) -> None:
    assert len(odd) >= 60
    for name, case in odd.items():
        image = open_picture(case.path)
        assert (image.mode, image.size, image.info) == ("RGB", case.size, {}), name
        if case.quarters is not None:
            found = np.array(quarters_of(image), dtype=int)
            assert np.abs(found - np.array(case.quarters)).max() < 40, f"{name}: {found.tolist()}"
        assert load_pixels(case.path, PhotoInput(size=32)).shape == (32, 32, 3), name
        for how in ("pad", "stretch", "trim"):
            assert fit(image, PhotoInput(size=32, fit=how)).shape == (32, 32, 3), name


def test_reading_odd_pictures_changes_nothing_in_the_process_and_warns_of_nothing(
    odd: dict[str, Odd],
) -> None:
    before = (Image.MAX_IMAGE_PIXELS, list(warnings.filters), dict(Image.OPEN))
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        inside = list(warnings.filters)
        for case in odd.values():
            open_picture(case.path, at_least=32)
        assert list(warnings.filters) == inside
    assert [str(warning.message) for warning in heard] == []
    assert (Image.MAX_IMAGE_PIXELS, list(warnings.filters), dict(Image.OPEN)) == before


def test_an_unreadable_file_is_refused_and_keeps_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(marker(), "JPEG"))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(
        BadImage, match=r"a\.jpg: may not be read by you; give yourself read permission"
    ) as caught:
        open_picture(path)
    assert isinstance(caught.value.__cause__, PermissionError)


def test_an_error_of_the_disk_and_a_name_that_is_none_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadImage, match="is no name of a file"):
        open_picture(Path("a\0b.jpg"))

    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "stat", fail)
    with pytest.raises(BadImage, match=r"cannot be read \(Input/output error\); check the disk"):
        open_picture(tmp_path / "a.jpg")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_thumbnail_says_nothing_of_where_or_by_whom(kind: str) -> None:
    data = tagged(kind)
    assert PRIVATE.encode() in data
    small = thumbnail(open_picture(data))
    assert PRIVATE.encode() not in small
    for marker_of in (b"Exif", b"ICC_PROFILE", b"http://ns.adobe.com", b"GPS"):
        assert marker_of not in small
    with Image.open(io.BytesIO(small)) as image:
        assert dict(image.getexif()) == {}
        assert not {"icc_profile", "exif", "xmp", "comment"} & set(image.info)


def test_too_little_memory_is_an_error_of_that_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def starve(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("PIL.JpegImagePlugin.JpegImageFile.load", starve)
    with pytest.raises(ImageTooLarge, match="does not fit into memory"):
        open_picture(encoded(marker(), "JPEG"))


def test_a_film_behind_a_photo_does_not_count_as_passes(odd: dict[str, Odd]) -> None:
    tight = Limits(max_pixels=48 * 32)
    assert open_picture(odd["more-behind.jpg"].path, limits=tight).size == (48, 32)
    assert open_picture(odd["progressive.jpg"].path, limits=tight).size == (48, 32)


SEEDS = {
    "jpg": encoded(marker(), "JPEG"),
    "progressive": encoded(marker(), "JPEG", progressive=True),
    "inks": encoded(marker().convert("CMYK"), "JPEG"),
    "exif": tagged("JPEG")[:9000],
    "png": encoded(marker(), "PNG"),
    "palette": encoded(marker().quantize(4), "PNG", transparency=1),
    "webp": encoded(marker(), "WEBP"),
    "film": encoded(marker(), "WEBP", save_all=True, append_images=[Image.new("RGB", (48, 32))]),
    "gif": encoded(marker(), "GIF", save_all=True, append_images=[Image.new("RGB", (48, 32))], disposal=2),
    "bmp": encoded(marker(), "BMP"),
    "tif": encoded(marker(), "TIFF"),
    "lzw": encoded(marker(), "TIFF", compression="tiff_lzw"),
    "float": encoded(marker().convert("F"), "TIFF"),
}


@settings(max_examples=300, deadline=5000, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(sorted(SEEDS)),
    flips=st.lists(st.tuples(st.integers(0, 399), st.integers(0, 255)), max_size=8),
    far=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=8),
    kept=st.one_of(st.just(1.0), st.floats(0.1, 1.0)),
    at_least=st.sampled_from([None, 8, 224]),
)
def test_flipped_bytes_end_in_a_picture_or_a_bad_image(
    kind: str, flips: list[tuple[int, int]], far: list[tuple[float, int]], kept: float, at_least: int | None
) -> None:
    data = bytearray(SEEDS[kind])
    for place, value in flips:
        data[place % len(data)] = value
    for share, value in far:
        data[int(share * len(data))] = value
    damaged = bytes(data[: int(len(data) * kept)])
    try:
        image = open_picture(damaged, at_least=at_least, limits=Limits(max_pixels=10_000_000))
    except BadImage as error:
        assert str(error).startswith("the picture given as bytes: ")
    else:
        assert image.mode == "RGB"
        assert fit(image, PhotoInput(size=16)).shape == (16, 16, 3)


def test_the_seeds_are_whole() -> None:
    for kind, data in SEEDS.items():
        if kind != "exif":
            assert np.abs(np.array(quarters_of(open_picture(data)))[0] - QUARTERS[0]).max() < 255, kind
