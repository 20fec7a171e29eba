"""Contact sheets: one file, nothing fetched, every name escaped."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from pages import read_page
from PIL import Image

from sketchseek.evaluation.contact_sheet import Match, Row, write

HOSTILE = "\"><script>alert('1')</script> & {brace}"


def encoded(kind: str = "PNG", colour: str = "red") -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, kind)
    return file.getvalue()


def test_a_sheet_holds_its_pictures_and_names_them(tmp_path: Path) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    matches = [
        Match(encoded("JPEG"), "cat", 0.91234, hit=True),
        Match(encoded("WEBP"), "dog", 0.5, hit=False, link="file:///photos/dog.jpg"),
        Match(encoded("GIF"), "cow"),
    ]
    path = write(tmp_path / "sheet.html", [Row(svg, "a cat", matches, "AP 0.5")], title="T", subtitle="S")
    page = read_page(path)
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert [image["alt"] for image in images] == ["query: a cat", "1: cat, right", "2: dog, wrong", "3: cow"]
    kinds = [re.match(r"data:image/([a-z+]+);base64,[\w/]", image["src"] or "")[1] for image in images]  # type: ignore[index]
    assert kinds == ["svg+xml", "jpeg", "webp", "gif"]
    assert [attributes["href"] for tag, attributes in page.tags if tag == "a"] == ["file:///photos/dog.jpg"]
    text = path.read_text(encoding="utf-8")
    assert "0.912" in text
    assert "AP 0.5" in text


def test_nothing_is_fetched_and_no_script_runs(tmp_path: Path) -> None:
    row = Row(encoded(), HOSTILE, [Match(encoded(), HOSTILE, hit=True)], HOSTILE)
    page = read_page(write(tmp_path / "sheet.html", [row], title=HOSTILE, subtitle=HOSTILE))
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert (attributes.get("src") or "data:").startswith("data:")
        assert not [name for name in attributes if name.startswith("on")]


def test_a_row_without_matches_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "sheet.html", [Row(encoded(), "q", [])], title="T")
    assert "Nothing found" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("match", "message"),
    [
        (Match(b"%PDF-1.7", "x"), "no PNG, JPEG, WebP, GIF or SVG"),
        (Match(encoded(), "x", link="javascript:alert(1)"), "must begin with"),
    ],
)
def test_what_cannot_be_shown_leaves_no_file(tmp_path: Path, match: Match, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        write(tmp_path / "sheet.html", [Row(encoded(), "q", [match])], title="T")
    assert list(tmp_path.iterdir()) == []
