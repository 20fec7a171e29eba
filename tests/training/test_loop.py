"""The loop: learns, resumes to the same result, keeps the best epoch, never prints."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import lightning.pytorch as pl
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from sketchseek.training.loop import Fitted, fit, one_cycle
from sketchseek.training.progress import Progress


class Line(pl.LightningModule):
    """y = 3x by least squares, with dropout so that the step itself is random."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(4, 1)
        self.drop = nn.Dropout(0.05)

    def training_step(self, batch: Tensor, index: int) -> Tensor:
        loss = (self.layer(self.drop(batch)) - 3 * batch.sum(1, keepdim=True)).square().mean()
        self.log("loss", loss)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=0.2)


def batches(epoch: int) -> Iterator[Tensor]:
    rng = np.random.default_rng((7, epoch))
    for _ in range(5):
        yield torch.from_numpy(rng.normal(size=(8, 4)).astype(np.float32))


def run(module: Line, folder: Path, epochs: int = 6, **more: object) -> Fitted:
    return fit(module, batches, run_dir=folder, epochs=epochs, seed=3, **more)  # type: ignore[arg-type]


def weights(module: nn.Module) -> list[np.ndarray]:
    return [tensor.detach().numpy().copy() for tensor in module.state_dict().values()]


def same(a: nn.Module, b: nn.Module) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(weights(a), weights(b), strict=True))


def test_it_learns_and_logs(tmp_path: Path) -> None:
    module = Line()
    fitted = run(module, tmp_path)
    losses = [epoch["loss"] for epoch in fitted.history]
    assert losses[-1] < losses[0]
    assert fitted.epoch == 5
    assert fitted.score is None
    assert not module.training
    assert list((tmp_path / "logs").glob("events.*"))


def test_it_says_nothing_on_its_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    events: list[Progress] = []
    run(Line(), tmp_path, on_progress=events.append, stage="line")
    assert capfd.readouterr() == ("", "")
    assert [(event.stage, event.done, event.total) for event in events] == [
        ("line", n, 6) for n in range(1, 7)
    ]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_a_stopped_run_ends_where_it_would_have(tmp_path: Path, stop: type[BaseException]) -> None:
    whole = Line()
    fitted = run(whole, tmp_path / "whole")

    def breaking_batches(epoch: int) -> Iterator[Tensor]:
        for number, batch in enumerate(batches(epoch)):
            if (epoch, number) == (3, 2):
                raise stop
            yield batch

    with pytest.raises(stop):
        fit(Line(), breaking_batches, run_dir=tmp_path / "part", epochs=6, seed=3)
    resumed = Line()
    again = run(resumed, tmp_path / "part")
    assert same(whole, resumed)
    assert again == fitted


def test_ctrl_c_is_left_to_the_caller(tmp_path: Path) -> None:
    handler = signal.getsignal(signal.SIGINT)

    def interrupted(epoch: int) -> Iterator[Tensor]:
        for batch in batches(epoch):
            yield batch
            if epoch == 1:
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        fit(Line(), interrupted, run_dir=tmp_path, epochs=6, seed=3)
    assert signal.getsignal(signal.SIGINT) is handler
    assert (tmp_path / "last.ckpt").is_file()


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    first, second = Line(), Line()
    fitted = run(first, tmp_path)
    events: list[Progress] = []
    assert run(second, tmp_path, on_progress=events.append) == fitted
    assert events == []
    assert same(first, second)


def test_the_best_epoch_is_kept(tmp_path: Path) -> None:
    scores = iter([0.1, 0.5, 0.2, 0.5])
    seen: list[list[np.ndarray]] = []
    module = Line()

    def validate() -> dict[str, float]:
        assert not module.training
        seen.append(weights(module))
        return {"score": next(scores), "other": 1.0}

    fitted = run(module, tmp_path, epochs=4, validate=validate)
    assert (fitted.epoch, fitted.score) == (1, pytest.approx(0.5))
    assert all(np.array_equal(x, y) for x, y in zip(weights(module), seen[1], strict=True))
    assert fitted.history[2]["other"] == 1.0


def test_the_last_epoch_is_kept_where_that_is_asked(tmp_path: Path) -> None:
    scores = iter([0.1, 0.5, 0.2])
    seen: list[list[np.ndarray]] = []
    module = Line()

    def validate() -> dict[str, float]:
        seen.append(weights(module))
        return {"score": next(scores)}

    fitted = run(module, tmp_path, epochs=3, validate=validate, keep="last")
    assert (fitted.epoch, fitted.score) == (2, pytest.approx(0.2))
    assert all(np.array_equal(x, y) for x, y in zip(weights(module), seen[2], strict=True))
    assert not all(np.array_equal(x, y) for x, y in zip(weights(module), seen[1], strict=True))


def test_a_finished_run_is_not_run_again_where_its_last_epochs_were_worse(tmp_path: Path) -> None:
    def validation() -> Callable[[], dict[str, float]]:
        scores = iter([0.5, 0.4, 0.3])
        return lambda: {"score": next(scores)}

    fitted = run(Line(), tmp_path, epochs=3, validate=validation())
    events: list[Progress] = []
    again = run(Line(), tmp_path, epochs=3, validate=validation(), on_progress=events.append)
    assert events == []
    assert again == fitted


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "trapped"),)

    torch.save({"state_dict": Trap()}, tmp_path / "last.ckpt")
    with pytest.raises(Exception, match="Weights only"):
        run(Line(), tmp_path)
    assert not (tmp_path / "trapped").exists()


@pytest.mark.parametrize("steps", [1, 2, 5, 10, 15, 90])
def test_one_cycle_goes_up_and_down_in_any_number_of_steps(steps: int) -> None:
    layers = nn.Linear(2, 2), nn.Linear(2, 2)
    groups = [
        {"params": list(layer.parameters()), "lr": rate}
        for layer, rate in zip(layers, (0.1, 0.3), strict=True)
    ]
    (optimizer,), (cycle,) = one_cycle(groups, 0.01, steps)
    rates = []
    for _ in range(steps):
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        cycle["scheduler"].step()
    assert np.all(np.array(rates) <= np.array([0.1, 0.3]) + 1e-9)
    if steps == 90:
        assert int(np.argmax(rates, axis=0)[0]) == 8  # a tenth of them, counted from 0
        assert rates[8] == pytest.approx([0.1, 0.3])
