"""``sketchseek words``: near classes as text and JSON, and what it says of names it does not know."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from commands import Commands


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "words.npz"
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    np.savez(path, classes=["cat", "dog", "hot air balloon"], vectors=vectors)
    return path


def test_near_classes_are_shown(run: Commands, table: Path) -> None:
    done = run(
        "words", "cat", "dog", "hot-air_balloon", "--semantics", "table", "--path", table, "--top", "1"
    )
    assert (done.code, done.err) == (0, "")
    assert done.raw == "cat\n  0.800  dog\ndog\n  0.800  cat\nhot-air_balloon\n  0.600  dog\n"
    told = json.loads(run("words", "cat", "dog", "--semantics", "table", "--path", table, "--json").raw)
    assert told == {
        "semantics": "table",
        "near": {"cat": [["dog", 0.8]], "dog": [["cat", 0.8]]},
        "missing": [],
    }


def test_unknown_names_are_told_beside_the_result(run: Commands, table: Path) -> None:
    done = run("words", "cat", "griffin", "--semantics", "table", "--path", table)
    assert (done.code, done.raw) == (0, "cat\ngriffin\n")  # no likeness is no nearness
    assert done.err == "1 found; 1 missing: griffin\n"


def test_errors_are_one_line(run: Commands, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKETCHSEEK_DATA", raising=False)
    done = run("words", "cat", "--semantics", "tables")
    assert done.code == 1
    assert "Did you mean 'table'" in done.err
    done = run("words", "griffin", "--semantics", "table", "--path", table)
    assert done.code == 1
    assert done.err.startswith("sketchseek: words.npz knows nothing of 'griffin'")
    done = run("words", "cat", "--semantics", "none", "--imagenet")
    assert done.code == 1
    assert "set SKETCHSEEK_DATA" in done.err
