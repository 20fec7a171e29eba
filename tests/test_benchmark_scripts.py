"""The scripts in benchmarks are run by hand; here each is started, so that none falls behind the code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

FOLDER = Path(__file__).parents[1] / "benchmarks"
SHARED = ("machine.py", "seeds.py")
SCRIPTS = sorted(path.name for path in FOLDER.glob("*.py") if path.name not in SHARED)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_tells_its_options(script: str) -> None:
    done = subprocess.run(
        [sys.executable, str(FOLDER / script), "--help"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "--out" in done.stdout
