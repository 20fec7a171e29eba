"""A run's folder: one configuration, what its stages cost, in as many sittings as it takes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sketchseek.errors import BadConfig
from sketchseek.training.run import Run, peak_memory


@dataclass(frozen=True)
class Config:
    rate: float = 0.1


def run(folder: Path, rate: float = 0.1, method: str = "m") -> Run:
    return Run(folder, method, Config(rate), cache_dir=None)


def test_the_settings_are_written_down(tmp_path: Path) -> None:
    run(tmp_path / "r")
    assert (tmp_path / "r" / "config.toml").read_text(
        encoding="utf-8"
    ) == "# sketchseek train m\nrate = 0.1\n"


def test_a_folder_holds_one_configuration(tmp_path: Path) -> None:
    run(tmp_path)
    run(tmp_path)
    for other in ({"rate": 0.2}, {"method": "n"}):
        with pytest.raises(BadConfig, match="other settings"):
            run(tmp_path, **other)  # type: ignore[arg-type]


def test_stages_are_measured_over_all_sittings(tmp_path: Path) -> None:
    for _ in range(2):
        with run(tmp_path).stage("stage 2") as folder:
            assert folder == tmp_path / "stage-2"
            time.sleep(0.05)
    found = run(tmp_path).summary()["stage 2"]
    assert 0.1 <= found["seconds"] < 2
    assert found["peak_mib"] > 10


def test_a_stage_that_is_broken_off_counts(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), run(tmp_path).stage("one"):
        raise KeyboardInterrupt
    assert "one" in run(tmp_path).summary()


def test_peak_memory_goes_up_with_what_is_held() -> None:
    before = peak_memory()
    held = np.ones(before // 8 + 2**23)  # more than ever before
    assert peak_memory() >= before + 2**23
    assert held[0] == 1


def test_where_features_go(tmp_path: Path) -> None:
    assert run(tmp_path).features == tmp_path / "features"
    assert Run(tmp_path, "m", Config(), cache_dir=tmp_path / "c").features == tmp_path / "c"
    assert not run(tmp_path).finished
