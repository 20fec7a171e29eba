"""``sketchseek study``: starts what is left to do, tells what failed, and sets the rest side by side."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import Commands

FAKE = Path(__file__).with_name("fake_program.py")
FIRST = """
benchmarks = ["synthetic/category"]

[[entry]]
name = "one"
method = "anchored"
seeds = [0, 1]

[[entry]]
model = "default"
"""
BAD = '[[entry]]\nmethod = "anchored"\nname = "{}"\n'


@pytest.fixture
def study(run: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Runs studies of which only the beginning is real."""
    monkeypatch.setattr("sketchseek.cli.study._PROGRAM", (sys.executable, str(FAKE)))
    Path("study.toml").write_text(FIRST, encoding="utf-8")
    return run


def test_it_trains_measures_and_compares(study: Commands) -> None:
    done = study("study", "study.toml")
    assert done.code == 0, done.err
    assert done.err == "one-0 (1 of 3)\ndefault (2 of 3)\none-1 (3 of 3)\n"
    lines = done.raw.splitlines()
    assert lines[0] == "synthetic/category: 2 sketches, 2 photos"
    assert lines[2:5] == [
        "method   runs  map@all",
        "one         2  0.5500 ± 0.0707 *",
        "default     1  0.5000",
    ]
    assert lines[-2:] == [
        "training  runs  time        of all threads  memory",
        "one          2  1 min 30 s  30 s            100 MiB",
    ]
    assert Path("runs/study/one-1/synthetic.category.json").is_file()
    assert Path("runs/study/default/synthetic.category.json").is_file()


def test_what_is_left_to_do_is_shown(study: Commands) -> None:
    asked = ("study", "study.toml", "--out", "out", "--dry-run")
    assert study(*asked).out == (
        "one-0    to train  synthetic/category  to measure\n"
        "default  is there  synthetic/category  to measure\n"
        "one-1    to train  synthetic/category  to measure\n"
    )
    assert not Path("out").exists()
    assert study("study", "study.toml", "--out", "out", "--only", "one-0").code == 0
    assert study(*asked).out.splitlines()[0] == "one-0    trained   synthetic/category  measured"
    told = json.loads(study(*asked, "--json").raw)
    assert told[0] == {"name": "one-0", "trained": True, "measured": {"synthetic/category": True}}
    assert [job["trained"] for job in told] == [True, True, False]


def test_a_run_that_fails_is_told_and_the_rest_goes_on(study: Commands) -> None:
    Path("study.toml").write_text(FIRST + BAD.format("bad") + BAD.format("killed"), encoding="utf-8")
    done = study("study", "study.toml", "--json", "--out", "out")
    assert done.code == 1
    assert "  sketchseek: no such data set\nsketchseek: bad-0 failed: no such data set\n" in done.err
    assert "sketchseek: killed-0 failed: ended by signal 9\n" in done.err
    assert done.err.endswith("sketchseek: 2 runs of 5 failed: bad-0, killed-0\n")
    told = json.loads(done.raw)
    errors = {job["name"]: job["error"] for job in told["runs"]}
    assert errors == {
        "bad-0": "no such data set",
        "killed-0": "ended by signal 9",
        "one-0": "",
        "default": "",
        "one-1": "",
    }
    (found,) = told["benchmarks"]
    assert [(row["name"], row["seeds"]) for row in found["methods"]] == [("one", [0, 1]), ("default", [None])]
    costs = {job["name"]: job["cost"] for job in told["runs"]}
    assert costs["one-1"] == {"seconds": 90.0, "cpu_seconds": 30.0, "peak_mib": 100.0}
    assert costs["bad-0"] is None


def test_a_wrong_study_starts_nothing(study: Commands) -> None:
    Path("study.toml").write_text(FIRST + BAD.format("one"), encoding="utf-8")
    done = study("study", "study.toml")
    assert (done.code, done.out) == (1, "")
    assert done.err == "sketchseek: study.toml: two entries are called 'one'; give one of them another name\n"
    assert "cannot read" in study("study", "nowhere.toml").err
    assert not Path("runs").exists()


def test_each_benchmark_has_a_report_and_a_table(study: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[tuple[str, Path]] = []
    monkeypatch.setattr(
        "sketchseek.cli.study.write_report",
        lambda found, page, _: pages.append((found.benchmark["name"], page)),
    )
    assert study("study", "study.toml", "--html", "report.html").code == 0
    two = '["synthetic/category", "synthetic/instance"]'
    Path("study.toml").write_text(FIRST.replace('["synthetic/category"]', two), encoding="utf-8")
    done = study("study", "study.toml", "--html", "report.html")
    assert done.code == 0, done.err
    assert pages == [
        ("synthetic/category", Path("report.html")),
        ("synthetic/category", Path("report.synthetic.category.html")),
        ("synthetic/instance", Path("report.synthetic.instance.html")),
    ]
    assert done.out.count("2 sketches, 2 photos") == 2


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_ctrl_c_stops_the_run_that_is_under_way_and_keeps_the_rest(tmp_path: Path, name: str) -> None:
    text = FIRST.replace("[0, 1]", "[0]") + BAD.format("slow") + "seeds = [1]\n"
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    start = (
        "import signal, sys, sketchseek.cli.study as study; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "  # tests may be run in the background
        f"study._PROGRAM = (sys.executable, {str(FAKE)!r}); "
        "sys.argv = ['sketchseek', 'study', 'study.toml', '--out', 'out']; "
        "from sketchseek.cli import main; main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", start], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = ""
        while "waiting" not in said:
            said = process.stderr.readline()
            assert said, "it ended early"
        time.sleep(0.2)
        process.send_signal(getattr(signal, name))
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.endswith("stopped; what is done is kept. Run the same command again to continue.\n")
    assert (tmp_path / "out" / "slow-1" / "stopped").exists()
    assert (tmp_path / "out" / "one-0" / "synthetic.category.json").is_file()
