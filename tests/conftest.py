"""What all tests share: where the real data is, and a small threading budget."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

# How long an example takes says nothing on a machine that others use too.
hypothesis.settings.register_profile("shared", deadline=None)
hypothesis.settings.load_profile("shared")

os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # sketchseek sets it, but some tests import the run time first
_NEAR = Path(__file__).parents[2] / "shared" / "data"
if "SKETCHSEEK_DATA" not in os.environ and _NEAR.is_dir():
    os.environ["SKETCHSEEK_DATA"] = str(_NEAR)


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of the real data sets, or a skip that says how to give one."""
    named = os.environ.get("SKETCHSEEK_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip("needs the real data sets: set SKETCHSEEK_DATA to their folder")
    return Path(named)
