"""Small trees on disk in the layouts of the data sets."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from PIL import Image

Plant = Callable[[Mapping[str, bytes | str]], Path]


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Write files (path -> content) below a fresh folder and return it."""

    def write(files: Mapping[str, bytes | str]) -> Path:
        for name, content in files.items():
            path = tmp_path / "root" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / "root"

    return write


@pytest.fixture(scope="session")
def picture() -> Callable[..., bytes]:
    """A picture's bytes: a grey ground, or a black line on white for a drawing."""

    def make(kind: str = "JPEG", size: tuple[int, int] = (40, 30), line: bool = False) -> bytes:
        image = Image.new("RGB", size, (255, 255, 255) if line else (90, 120, 200))
        if line:
            image.paste((0, 0, 0), (4, size[1] // 2, size[0] - 4, size[1] // 2 + 2))
        out = io.BytesIO()
        image.save(out, kind)
        return out.getvalue()

    return make
