"""The model folder: graphs equal torch, weights stand in it once, a bad export is refused."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import tiny
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from sketchseek import model as folders
from sketchseek.encoders.huggingface import load_backbone
from sketchseek.errors import BadModel
from sketchseek.images import PhotoInput
from sketchseek.model import Card
from sketchseek.sketch import SketchInput
from sketchseek.training.export import export_model, load_weights, round_to_half
from sketchseek.training.towers import Standardise, Tower, mlp

CARD = Card("tiny", "test", 5, PhotoInput(size=tiny.SIDE), SketchInput(size=tiny.SIDE))


@pytest.fixture(scope="module")
def towers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tower, Tower]:
    backbone = load_backbone(tiny.backbone(tmp_path_factory.mktemp("backbone")))
    with torch.inference_mode():
        features = backbone(torch.randn(16, 3, tiny.SIDE, tiny.SIDE))
    torch.manual_seed(0)
    heads = [
        nn.Sequential(Standardise.fitted(features.clone(), 0.05), mlp([backbone.dim, 40, 5], 0.5))
        for _ in "ps"
    ]
    photo, sketch = (Tower(backbone, head, mean=backbone.mean, std=backbone.std) for head in heads)
    return photo, sketch


@pytest.fixture(scope="module")
def folder(towers: tuple[Tower, Tower], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_model(*towers, CARD, tmp_path_factory.mktemp("models") / "tiny")


def pictures(domain: str, count: int = 5) -> np.ndarray:
    shape = (count, tiny.SIDE, tiny.SIDE) + ((3,) if domain == "photo" else ())
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("domain", ["photo", "sketch"])
def test_graphs_equal_torch_at_any_batch_size(folder: Path, towers: tuple[Tower, Tower], domain: str) -> None:
    session = onnxruntime.InferenceSession(str(folder / f"{domain}.onnx"), providers=["CPUExecutionProvider"])
    tower = towers[domain == "sketch"].eval()
    for count in (1, 2, 5):
        given = pictures(domain, count)
        (got,) = session.run(["embedding"], {"pixels": given})
        with torch.inference_mode():
            wanted = tower(torch.from_numpy(given)).numpy()
        assert got.dtype == np.float32
        assert np.abs(got - wanted).max() < 1e-2  # weights are rounded to float16 here
        assert np.allclose(np.linalg.norm(got, axis=1), 1, atol=1e-5)


def test_the_folder_is_a_model(folder: Path) -> None:
    model = folders.load(folder)
    assert model.card.dim == 5
    assert model.card.versions["torch"] == torch.__version__.partition("+")[0] or model.card.versions["torch"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "card.json",
        "photo.onnx",
        "sketch.onnx",
        "weights.safetensors",
    ]
    assert not list(folder.parent.glob(".*"))


def test_weights_read_back_are_those_that_were_written(folder: Path, towers: tuple[Tower, Tower]) -> None:
    found = load_weights(folder)
    for domain, tower in zip(("photo", "sketch"), towers, strict=True):
        mine = {k.removeprefix(f"{domain}."): v for k, v in found.items() if k.startswith(f"{domain}.")}
        wanted = {k: v for k, v in tower.state_dict().items() if not k.endswith("num_batches_tracked")}
        assert mine.keys() == wanted.keys()
        for name, tensor in wanted.items():
            assert torch.allclose(mine[name], tensor, rtol=1e-3, atol=1e-6), name
    assert all(tensor.dtype == torch.float32 for tensor in found.values())


def test_training_can_go_on_from_a_folder(folder: Path, towers: tuple[Tower, Tower]) -> None:
    fresh = copy.deepcopy(towers[0])
    with torch.no_grad():
        for parameter in fresh.parameters():
            parameter.zero_()
    state = {k.removeprefix("photo."): v for k, v in load_weights(folder).items() if k.startswith("photo.")}
    missing, unexpected = fresh.load_state_dict(state, strict=False)
    assert not unexpected
    assert all(name.endswith("num_batches_tracked") for name in missing)
    given = torch.from_numpy(pictures("photo"))
    with torch.inference_mode():
        assert torch.allclose(fresh.eval()(given), towers[0].eval()(given), atol=1e-2)


def test_shared_weights_stand_in_the_file_once(folder: Path) -> None:
    stored = load_file(folder / "weights.safetensors")
    convolutions = [name for name in stored if "convolution.weight" in name]
    assert convolutions
    assert all(name.startswith("photo.") for name in convolutions)
    assert any(name.startswith("sketch.head") for name in stored)


def test_graphs_hold_no_weights_and_no_paths_of_ours(folder: Path) -> None:
    for domain in ("photo", "sketch"):
        raw = (folder / f"{domain}.onnx").read_bytes()
        assert len(raw) < 150_000
        assert b"/encoders/" not in raw
        assert b"site-packages" not in raw
        graph = onnx.load(folder / f"{domain}.onnx", load_external_data=False)
        large = [i.name for i in graph.graph.initializer if len(i.raw_data) > 1024]
        assert not large
        onnx.checker.check_model(str(folder / f"{domain}.onnx"))


def test_full_precision_equals_torch_to_rounding(towers: tuple[Tower, Tower], tmp_path: Path) -> None:
    made = export_model(*towers, CARD, tmp_path / "full", half=False)
    assert {t.dtype for t in load_file(made / "weights.safetensors").values()} == {torch.float32}
    session = onnxruntime.InferenceSession(str(made / "sketch.onnx"), providers=["CPUExecutionProvider"])
    given = pictures("sketch")
    with torch.inference_mode():
        wanted = towers[1](torch.from_numpy(given)).numpy()
    assert np.abs(session.run(None, {"pixels": given})[0] - wanted).max() < 1e-5


def test_an_export_leaves_the_towers_as_they_were(towers: tuple[Tower, Tower], folder: Path) -> None:
    weight = towers[0].head[1][1].weight
    assert not torch.equal(weight, weight.half().float())


def test_rounding_keeps_vectors_and_what_float16_cannot_hold() -> None:
    module = nn.Module()
    module.matrix = nn.Parameter(torch.tensor([[1.0001, 2.0], [3.0, 4.0]]))
    module.huge = nn.Parameter(torch.full((2, 2), 1e6))
    module.vector = nn.Parameter(torch.tensor([1.0001]))
    round_to_half(module)
    assert module.matrix[0, 0].item() == 1.0
    assert module.huge[0, 0].item() == 1e6
    assert module.vector[0].item() == pytest.approx(1.0001, abs=1e-6)


class Broken(nn.Module):
    """A tower with one of the faults an export must not let through."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault = fault
        self.layer = nn.Linear(tiny.SIDE * tiny.SIDE, 5)

    def forward(self, pixels: Tensor) -> Tensor:
        values = pixels.float().flatten(2).mean(2) if pixels.dim() == 4 else pixels.float().flatten(1)
        if pixels.dim() == 4:
            values = values.repeat(1, tiny.SIDE)
        out: Tensor = self.layer(values / 255)
        if self.fault == "constant":
            out = out * 0 + 1
        if self.fault == "nan":
            out = out / (out - out)
        return out if self.fault == "long" else out / out.norm(dim=1, keepdim=True)


@pytest.mark.parametrize(
    ("fault", "said"),
    [("constant", "same embedding"), ("nan", "differ"), ("long", "unit length"), ("dim", "promises")],
)
def test_a_bad_export_is_refused_and_leaves_nothing(tmp_path: Path, fault: str, said: str) -> None:
    card = CARD if fault != "dim" else Card("x", "test", 7, CARD.photo, CARD.sketch)
    with pytest.raises(BadModel, match=said):
        export_model(Broken(fault), Broken(fault), card, tmp_path / "bad")
    assert not list(tmp_path.iterdir())


def test_an_older_folder_is_replaced(towers: tuple[Tower, Tower], tmp_path: Path) -> None:
    old = tmp_path / "model"
    old.mkdir()
    (old / "stale.txt").touch()
    export_model(*towers, CARD, old)
    assert not (old / "stale.txt").exists()
    assert (old / "card.json").is_file()
