from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sketchseek._image_facts import Facts, facts_of, taken_of
from sketchseek.errors import BadImage


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **tags: object) -> bytes:
    exif = Image.Exif()
    if "orientation" in tags:
        exif[274] = tags["orientation"]
    if "changed" in tags:
        exif[306] = tags["changed"]
    if "taken" in tags:
        exif.get_ifd(0x8769)[0x9003] = tags["taken"]
    out = io.BytesIO()
    Image.new("RGB", size, (10, 20, 30)).save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_size_and_time_of_a_camera(kind: str) -> None:
    data = picture(kind, taken="2021:05:03 12:34:56", changed="2022:01:01 00:00:00")
    assert facts_of(data) == Facts(40, 30, "2021-05-03 12:34:56")


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_formats_tell_their_size(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, kind)
    assert facts_of(out.getvalue()) == Facts(40, 30, None)


def test_without_a_time_of_taking_the_time_of_change_counts() -> None:
    assert facts_of(picture(changed="2022:01:01 00:00:00")).taken == "2022-01-01 00:00:00"
    assert facts_of(picture()).taken is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_size_is_that_of_the_upright_picture(orientation: int) -> None:
    facts = facts_of(picture(orientation=orientation))
    assert (facts.width, facts.height) == ((40, 30) if orientation < 5 else (30, 40))


@pytest.mark.parametrize(
    "taken",
    [
        "0000:00:00 00:00:00",
        "2021:13:01 00:00:00",
        "2021:02:30 00:00:00",
        "2021:01:01 24:00:00",
        "yesterday",
        "",
    ],
)
def test_a_time_that_no_calendar_has_is_none(taken: str) -> None:
    assert facts_of(picture(taken=taken)).taken is None


def test_a_folder_inside_exif_that_points_nowhere_is_none() -> None:
    entry = struct.pack("<HHII", 0x8769, 4, 1, 0xFFFFFF00)
    assert taken_of(b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_a_time_or_none(exif: bytes) -> None:
    taken = taken_of(b"Exif\0\0II*\0" + exif)
    assert taken is None or len(taken) == 19


@given(st.binary(max_size=300), st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_a_damaged_header_is_a_bad_image_and_nothing_else(noise: bytes, kind: str) -> None:
    data = picture(kind)
    try:
        facts = facts_of(data[:20] + noise)
    except BadImage:
        return
    assert facts.width >= 0


def test_what_is_no_picture_is_told() -> None:
    with pytest.raises(BadImage, match="no known picture format"):
        facts_of(b"hello")
