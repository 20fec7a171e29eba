"""A run's folder: one configuration, what its stages cost, in as many sittings as it takes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sketchseek.errors import BadConfig
from sketchseek.training.run import Run, cost, peak_memory


@dataclass(frozen=True)
class Config:
    rate: float = 0.1


def run(folder: Path, rate: float = 0.1, method: str = "m") -> Run:
    return Run(folder, method, Config(rate), cache_dir=None)


def test_the_settings_are_written_down(tmp_path: Path) -> None:
    run(tmp_path / "r")
    written = (tmp_path / "r" / "config.toml").read_text(encoding="utf-8")
    assert written == 'method = "m"\n\n[settings]\nrate = 0.1\n'


def test_a_run_of_the_first_layout_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# sketchseek train m\nrate = 0.1\n", encoding="utf-8")
    run(tmp_path)
    assert path.read_text(encoding="utf-8").startswith("# sketchseek train m\n")
    for other in ({"rate": 0.2}, {"method": "n"}):
        with pytest.raises(BadConfig, match="other settings"):
            run(tmp_path, **other)  # type: ignore[arg-type]


def test_a_run_goes_on_though_settings_were_added_since(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('method = "m"\n\n[settings]\n', encoding="utf-8")
    run(tmp_path)
    with pytest.raises(BadConfig, match="other settings"):
        run(tmp_path, rate=0.2)
    path.write_text('method = "m"\n\n[settings]\nrate = 0.1\ngone = 1\n', encoding="utf-8")
    with pytest.raises(BadConfig, match="other settings"):
        run(tmp_path)


def test_a_file_of_settings_that_is_broken_belongs_to_another_run(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("rate =", encoding="utf-8")
    with pytest.raises(BadConfig, match="other settings"):
        run(tmp_path)


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


def test_what_a_run_took_leaves_its_export_out(tmp_path: Path) -> None:
    assert cost(tmp_path) is None
    for name in ("one", "export", "two"):
        with run(tmp_path).stage(name):
            time.sleep(0.02)
    found, stages = cost(tmp_path), run(tmp_path).summary()
    assert found is not None
    assert found.seconds == round(stages["one"]["seconds"] + stages["two"]["seconds"], 1)
    assert found.peak_mib == max(stages["one"]["peak_mib"], stages["two"]["peak_mib"])


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
