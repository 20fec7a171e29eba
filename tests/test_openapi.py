"""The committed OpenAPI document is what the server says of itself; run this file to write it anew."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from serving import make_library

from sketchseek.server import create_app

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"


def told(folder: Path) -> str:
    library, _, model = make_library(folder)
    return json.dumps(create_app(library, model).openapi(), indent=2, ensure_ascii=False) + "\n"


def test_the_committed_document_is_up_to_date(tmp_path: Path) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == told(tmp_path), "run: python tests/test_openapi.py"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        DOCUMENT.write_text(told(Path(folder)), encoding="utf-8")
