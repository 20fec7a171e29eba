from __future__ import annotations

import json
import sys

import pytest

from sketchseek.cli import console


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (125, "2 min 5 s"), (12_000, "3 h 20 min")],
)
def test_duration(seconds: float, words: str) -> None:
    assert console.duration(seconds) == words


def test_plural() -> None:
    assert [console.plural(count, "photo") for count in (0, 1, 2000)] == [
        "0 photos",
        "1 photo",
        "2,000 photos",
    ]


def test_tables_align(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_table([("a", "9", "x"), ("bcd", "10", "")], right=(1,))
    assert capsys.readouterr().out == "a     9  x\nbcd  10\n"


def test_json_takes_every_name(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("Zoë.jpg", "odd\udcff.jpg"):
        console.print_json({"path": name})
        out = capsys.readouterr().out
        assert json.loads(out) == {"path": name}
        assert ("Zoë" in out) == (name == "Zoë.jpg")


def test_progress_without_a_terminal_is_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with console.progress("Photos") as step:
        step(1, None, "5 found")
        monkeypatch.setattr(console, "_EVERY", 0.0)
        step(1000, 2000, "9/s")
        step(1200, None, "")
    assert capsys.readouterr().err == "Photos: 1,000 of 2,000, 9/s\nPhotos: 1,200\n"


def test_progress_on_a_terminal_is_a_bar_that_lets_lines_pass(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with console.progress("Photos") as step:
        step(3, 4, "9/s, 1 s left")
        console.say("skipped a.jpg: broken")
    out, err = capsys.readouterr()
    assert out == ""
    assert "skipped a.jpg: broken\n" in err
    assert "3 of 4, 9/s, 1 s left" in err
