"""A run's folder: its settings, what each stage cost, its model.

run/
    config.toml     the method and all its settings: a recipe that makes the run again
    summary.json    per stage: seconds, those of all threads, and the process's highest memory so far
    <stage>/        checkpoints and TensorBoard logs
    features/       cached features (unless kept elsewhere)
    model/          the result
"""

from __future__ import annotations

import json
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sketchseek._aside import aside
from sketchseek.errors import BadConfig
from sketchseek.training.config import from_dict, to_dict, to_toml
from sketchseek.training.progress import OnProgress, silent

_CONFIG = "config.toml"
_SUMMARY = "summary.json"


class Run:
    """A folder in which one configuration is trained once, in as many sittings as it takes.

    Raises:
        BadConfig: the folder belongs to a run with other settings.
    """

    def __init__(
        self,
        folder: Path,
        method: str,
        config: Any,
        *,
        cache_dir: Path | None,
        on_progress: OnProgress = silent,
    ) -> None:
        self.folder = Path(folder)
        self.method = method
        self.config = config
        self.features = Path(cache_dir) if cache_dir else self.folder / "features"
        self.on_progress = on_progress
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / _CONFIG
        if not path.is_file():
            with aside(path) as written:
                written.write_text(to_toml(method, config), encoding="utf-8")
        elif not _same(path, method, config):
            raise BadConfig(
                f"{self.folder} holds a run with other settings (see {path}): "
                f"name another folder, or delete it"
            )

    @property
    def model(self) -> Path:
        """Where the model folder is, or will be."""
        return self.folder / "model"

    @property
    def finished(self) -> bool:
        """Whether the model has been written: it is written whole or not at all."""
        return self.model.is_dir()

    def summary(self) -> dict[str, dict[str, float]]:
        """Per stage, in order, over all sittings.

        ``seconds`` by the clock; ``cpu_seconds`` of all threads together, which tell more where other
        programs use the machine too; ``peak_mib`` of the process up to the stage's end.
        """
        return _summary(self.folder)

    @contextmanager
    def stage(self, name: str) -> Iterator[Path]:
        """Measure a stage, also one that is broken off; gives the folder for its files."""
        start, cpu = time.perf_counter(), time.process_time()
        try:
            yield self.folder / name.replace(" ", "-")
        finally:
            stages = self.summary()
            before: Mapping[str, float] = stages.get(name, {})
            stages[name] = {
                "seconds": round(before.get("seconds", 0.0) + time.perf_counter() - start, 2),
                "cpu_seconds": round(before.get("cpu_seconds", 0.0) + time.process_time() - cpu, 2),
                "peak_mib": round(max(before.get("peak_mib", 0.0), peak_memory() / 2**20), 1),
            }
            with aside(self.folder / _SUMMARY) as written:
                written.write_text(json.dumps(stages, indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Cost:
    """What a training took, loading and export left out.

    Attributes:
        seconds: by the clock.
        cpu_seconds: of all threads together.
        peak_mib: the most memory its process held.
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float


def cost(folder: Path) -> Cost | None:
    """What the run in a folder has taken so far; None where no stage has begun."""
    stages = [stage for name, stage in _summary(folder).items() if name != "export"]
    if not stages:
        return None
    return Cost(
        seconds=round(sum(stage["seconds"] for stage in stages), 1),
        cpu_seconds=round(sum(stage["cpu_seconds"] for stage in stages), 1),
        peak_mib=max(stage["peak_mib"] for stage in stages),
    )


def _summary(folder: Path) -> dict[str, dict[str, float]]:
    try:
        stages: dict[str, dict[str, float]] = json.loads((folder / _SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stages


def _same(path: Path, method: str, config: Any) -> bool:
    """Whether a run's file names this method and these settings; what it does not name has its default.

    So a run goes on where settings have been added since: the default of a new one has to do what was done
    before there was it.
    """
    text = path.read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    if "settings" not in raw:  # the settings alone, below the method in a comment, as older runs have it
        raw = {"method": text.partition("\n")[0].removeprefix("# sketchseek train "), "settings": raw}
    try:
        given = to_dict(from_dict(type(config), raw["settings"]))
    except BadConfig:
        return False
    return raw.get("method") == method and given == to_dict(config)


def peak_memory() -> int:
    """The highest resident memory of this process so far, bytes."""
    try:
        # Linux's getrusage also counts what the process was before exec: the parent's memory.
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    import resource  # POSIX only

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
