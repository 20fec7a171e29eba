"""The training loop: Lightning behind one function, resumable to the same result.

Batches are drawn anew each epoch from (seed, epoch) alone, and so is everything random inside a step; a
checkpoint is written after each epoch. A run that was stopped, by Ctrl-C or a kill, goes on after its last
whole epoch and ends where it would have ended, but for the rounding of sums that threads share.
"""

from __future__ import annotations

import logging
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import lightning.pytorch as pl
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import TensorBoardLogger
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, IterableDataset

from sketchseek.training.progress import OnProgress, Progress, silent

Batches = Callable[[int], Iterable[Any]]  # epoch -> its batches
Validate = Callable[[], Mapping[str, float]]
_MONITOR = "validation"


@dataclass(frozen=True)
class Fitted:
    """How a loop ended; the module holds the weights of ``epoch``.

    Attributes:
        epoch: the epoch whose weights were kept, counted from 0.
        score: that epoch's validation score, if there is one.
        history: per epoch, what was logged.
    """

    epoch: int
    score: float | None
    history: tuple[Mapping[str, float], ...] = field(repr=False)


def fit(
    module: pl.LightningModule,
    batches: Batches,
    *,
    run_dir: Path,
    epochs: int,
    seed: int,
    validate: Validate | None = None,
    keep: Literal["best", "last"] = "best",
    stage: str = "training",
    on_progress: OnProgress = silent,
    accelerator: str = "cpu",
) -> Fitted:
    """Train ``module`` and leave it with its best weights.

    Args:
        module: its ``training_step`` returns a loss; what it logs goes to TensorBoard.
        batches: called with the epoch's number; must depend on nothing else that changes.
        run_dir: checkpoints and logs; where it holds a started run of the same epochs, that run goes on.
        epochs: how many in all.
        seed: of what is random inside a step (dropout).
        validate: called after each epoch, the module in evaluation mode; its ``"score"`` tells how good.
        keep: the epoch with the highest score, the first of equals; or the last, as without ``validate``.
        stage: what progress events call it.
        on_progress: told after every epoch.
        accelerator: as Lightning names it: "cpu", "gpu", "auto".

    Raises:
        KeyboardInterrupt: Ctrl-C; the last whole epoch's checkpoint is kept.
    """
    run_dir = Path(run_dir)
    recorder = _Recorder(stage, epochs, validate, on_progress)
    chosen = keep == "best" and validate is not None
    last, kept = run_dir / "last.ckpt", run_dir / f"{'best' if chosen else 'last'}.ckpt"
    # One of its own: Lightning's save_last leaves out the epochs that are not the best so far.
    savers = [_saver(run_dir, "last")]
    if chosen:
        savers.insert(0, _saver(run_dir, "best", monitor=_MONITOR, mode="max"))
    with _quiet():
        trainer = pl.Trainer(
            max_epochs=epochs,
            accelerator=accelerator,
            devices=1,
            callbacks=[recorder, *savers],
            logger=TensorBoardLogger(save_dir=run_dir, name="", version="logs"),
            default_root_dir=run_dir,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
            log_every_n_steps=10,
        )
        loader = DataLoader(_Stream(batches, recorder, seed), batch_size=None)
        _run(trainer, module, loader, last if last.is_file() else None)
    _restore(module, kept)
    epoch = len(recorder.history) - 1
    if chosen:
        epoch = max(range(epoch + 1), key=lambda n: recorder.history[n][_MONITOR])
    score = recorder.history[epoch][_MONITOR] if validate else None
    return Fitted(epoch, score, tuple(recorder.history))


def one_cycle(groups: list[dict[str, Any]], decay: float, steps: int) -> Any:
    """AdamW under one cosine cycle, as a module's ``configure_optimizers`` returns it.

    Args:
        groups: parameters, each group with the highest learning rate, ``lr``, that it reaches.
        decay: weight decay of the groups that name none.
        steps: of the whole training; the first tenth warms up.
    """
    optimizer = torch.optim.AdamW(groups, weight_decay=decay)
    rates = [group["lr"] for group in groups]
    steps = max(steps, 2)
    warm = max(0.1, 1.5 / steps)  # the scheduler divides by the length of each part, counted from step 0
    cycle = OneCycleLR(optimizer, rates, total_steps=steps, pct_start=warm)
    return [optimizer], [{"scheduler": cycle, "interval": "step"}]


def _saver(folder: Path, name: str, **chosen: Any) -> ModelCheckpoint:
    return ModelCheckpoint(
        dirpath=folder, filename=name, enable_version_counter=False, save_on_train_epoch_end=True, **chosen
    )


def _run(trainer: pl.Trainer, module: pl.LightningModule, loader: DataLoader[Any], last: Path | None) -> None:
    """Train; Ctrl-C stays a KeyboardInterrupt, where Lightning would end the process."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        # weights_only: a checkpoint is read as tensors and plain values, never as a pickle that runs code.
        trainer.fit(module, loader, ckpt_path=last, weights_only=True)
    except SystemExit as stop:
        raise KeyboardInterrupt from stop
    finally:
        if signal.getsignal(signal.SIGINT) is not handler:
            signal.signal(signal.SIGINT, handler)


def _restore(module: pl.LightningModule, path: Path) -> None:
    module.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["state_dict"])
    module.eval()


class _Stream(IterableDataset[Any]):
    """Asks, each time it is walked through, for the batches of the epoch that has come."""

    def __init__(self, batches: Batches, recorder: _Recorder, seed: int) -> None:
        self._batches = batches
        self._recorder = recorder
        self._seed = seed

    def __iter__(self) -> Iterator[Any]:
        torch.manual_seed(hash((self._seed, self._recorder.epoch)))
        return iter(self._batches(self._recorder.epoch))


class _Recorder(pl.Callback):
    """Validates and reports each epoch; its history is part of the checkpoint."""

    def __init__(self, stage: str, epochs: int, validate: Validate | None, on_progress: OnProgress) -> None:
        self._stage = stage
        self._epochs = epochs
        self._validate = validate
        self._on_progress = on_progress
        self.history: list[dict[str, float]] = []

    @property
    def epoch(self) -> int:
        """Epochs that are over. The trainer's own count is one behind while a stopped run is taken up."""
        return len(self.history)

    def state_dict(self) -> dict[str, Any]:
        return {"history": self.history}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.history = list(state_dict["history"])

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        trainer.callback_metrics.clear()  # a loss that is not computed any more is not told any more

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        epoch = self.epoch
        figures = {name: float(value) for name, value in trainer.callback_metrics.items() if name != _MONITOR}
        if self._validate is not None:
            pl_module.eval()
            with torch.inference_mode():
                figures |= {name: float(value) for name, value in self._validate().items()}
            pl_module.train()
        score = figures.pop("score") if self._validate is not None else float(epoch)
        pl_module.log_dict({_MONITOR: score, **figures}, on_step=False, on_epoch=True)
        self.history.append({**figures, _MONITOR: score})
        shown = figures | ({"score": score} if self._validate is not None else {})
        self._on_progress(Progress(self._stage, epoch + 1, self._epochs, shown))


@contextmanager
def _quiet() -> Iterator[None]:
    """Library code does not print: Lightning's banners and hints are left out, its errors are not."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric", "lightning")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="lightning")
            warnings.filterwarnings("ignore", module="torch")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
