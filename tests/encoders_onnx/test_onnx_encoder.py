from __future__ import annotations

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from make_model import make_model
from PIL import Image, ImageDraw

from sketchseek.encoders import OnnxEncoder, encode_photos, encode_sketches, load_encoder
from sketchseek.encoders.onnx import CHUNK, usable_cores
from sketchseek.errors import BadModel, EmptySketch
from sketchseek.sketch import Sketch


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def encoder(folder: Path) -> OnnxEncoder:
    return load_encoder(folder)


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def photos(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 64, 64, 3), dtype=np.uint8)


def reference(folder: Path, domain: str, pixels: np.ndarray) -> np.ndarray:
    session = ort.InferenceSession(folder / f"{domain}.onnx", providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"pixels": one[None]})[0] for one in pixels])


@pytest.mark.parametrize("count", [1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 3])
@pytest.mark.parametrize("threads", [1, 3])
def test_batches_of_any_size_give_what_the_graph_gives_one_by_one(
    folder: Path, count: int, threads: int
) -> None:
    encoder, pixels = load_encoder(folder, threads=threads), photos(count)
    found = encoder.embed_photos(pixels)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, reference(folder, "photo", pixels), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    rasters = pixels[..., 0]
    np.testing.assert_allclose(
        encoder.embed_sketches(rasters), reference(folder, "sketch", rasters), atol=1e-5
    )


def test_nothing_gives_nothing_of_the_right_shape(encoder: OnnxEncoder) -> None:
    assert encoder.embed_photos(photos(0)).shape == (0, 32)
    assert encode_sketches(encoder, []).shape == (0, 32)
    assert encode_photos(encoder, []).shape == (0, 32)


def test_the_card_is_the_encoders_own(encoder: OnnxEncoder, folder: Path) -> None:
    assert (encoder.dim, encoder.photo.size, encoder.sketch.size) == (32, 64, 64)
    assert encoder.model_id.startswith("tiny@")
    assert load_encoder(encoder.source).model_id == encoder.model_id
    assert encoder.threads == usable_cores() >= 1


@pytest.mark.parametrize(
    "pixels", [photos(1)[..., 0], photos(1)[:, :32], photos(1).astype(np.float32), photos(1)[0]]
)
def test_pixels_of_another_kind_are_refused(encoder: OnnxEncoder, pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="photo pixels must be uint8"):
        encoder.embed_photos(pixels)


def test_each_graph_is_loaded_once_and_only_when_it_is_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    real = ort.InferenceSession

    def session(path: Path, *args: object, **options: object) -> object:
        loaded.append(path.stem)
        return real(path, *args, **options)

    monkeypatch.setattr(ort, "InferenceSession", session)
    encoder = load_encoder(folder)
    assert loaded == []
    wait = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: (wait.wait(), encoder.embed_photos(photos(2)))[1], range(4)))
    assert loaded == ["photo"]
    assert all(np.array_equal(results[0], other) for other in results)
    encoder.embed_sketches(photos(1)[..., 0])
    assert loaded == ["photo", "sketch"]


def test_a_drawing_lies_nearest_to_the_photo_with_its_lines(encoder: OnnxEncoder) -> None:
    boxes = [(4, 4, 24, 24), (38, 6, 58, 50), (8, 40, 56, 58)]
    pictures, sketches = [], []
    for x0, y0, x1, y1 in boxes:
        picture = Image.new("RGB", (64, 64), (200, 220, 240))
        ImageDraw.Draw(picture).rectangle((x0, y0, x1, y1), fill=(120, 60, 30))
        drawing = Image.new("L", (64, 64), 255)
        ImageDraw.Draw(drawing).rectangle((x0, y0, x1, y1), outline=0, width=2)
        pictures.append(picture)
        sketches.append(np.asarray(drawing))
    scores = encoder.embed_sketches(np.stack(sketches)) @ encode_photos(encoder, pictures, batch=2).T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def test_drawings_are_rendered_as_the_card_says(encoder: OnnxEncoder) -> None:
    strokes = [np.array([[0, 0], [50, 80], [90, 10]], np.float32) + i for i in range(5)]
    sketches = [Sketch((stroke,)) for stroke in strokes]
    found = encode_sketches(encoder, iter(sketches), batch=2)
    wanted = encoder.embed_sketches(np.stack([sketch.render(encoder.sketch) for sketch in sketches]))
    np.testing.assert_array_equal(found, wanted)
    with pytest.raises(EmptySketch):
        encode_sketches(encoder, [Sketch(())])


def test_a_model_that_is_not_there_or_incomplete_is_told(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="no model"):
        load_encoder(tmp_path / "nowhere")
    (copy / "sketch.onnx").unlink()
    with pytest.raises(BadModel, match=r"sketch\.onnx is missing"):
        load_encoder(copy)


def test_cut_weights_and_a_damaged_graph_are_told(copy: Path) -> None:
    weights = (copy / "weights.safetensors").read_bytes()
    (copy / "weights.safetensors").write_bytes(weights[: len(weights) // 2])
    with pytest.raises(
        BadModel, match=r"photo\.onnx cannot be loaded with weights\.safetensors .*Copy the whole"
    ):
        load_encoder(copy).embed_photos(photos(1))
    (copy / "weights.safetensors").write_bytes(weights)
    (copy / "photo.onnx").write_bytes(b"not a graph")
    with pytest.raises(BadModel, match=r"photo\.onnx cannot be loaded"):
        load_encoder(copy).embed_photos(photos(1))


def test_weights_that_are_no_numbers_are_told(copy: Path) -> None:
    raw = bytearray((copy / "weights.safetensors").read_bytes())
    length = int.from_bytes(raw[:8], "little")
    start, end = json.loads(raw[8 : 8 + length])["projection"]["data_offsets"]
    raw[8 + length + start : 8 + length + end] = b"\x00\x7e" * ((end - start) // 2)  # float16 NaN
    (copy / "weights.safetensors").write_bytes(raw)
    with pytest.raises(BadModel, match="length nan, not 1"):
        load_encoder(copy).embed_photos(photos(3))


def test_a_graph_whose_embeddings_are_not_of_unit_length_is_told(copy: Path) -> None:
    graph = onnx.load(copy / "photo.onnx", load_external_data=False)
    graph.graph.node.pop()
    graph.graph.node[-1].output[0] = "embedding"
    onnx.save(graph, copy / "photo.onnx")
    with pytest.raises(BadModel, match=r"not 1\. Copy the whole folder again"):
        load_encoder(copy).embed_photos(photos(3))


@pytest.mark.parametrize("change", ["name", "size", "dim", "fixed"])
def test_a_graph_that_breaks_its_cards_promises_is_told(copy: Path, change: str) -> None:
    graph = onnx.load(copy / "photo.onnx", load_external_data=False)
    pixels = graph.graph.input[0]
    if change == "name":
        pixels.name = "x"
        next(node for node in graph.graph.node if node.input[0] == "pixels").input[0] = "x"
    elif change == "fixed":
        pixels.type.tensor_type.shape.dim[0].dim_value = 4
    else:
        card = json.loads((copy / "card.json").read_text())
        if change == "dim":
            card["dim"] = 33
        else:
            card["photo"]["size"] = 65
        (copy / "card.json").write_text(json.dumps(card))
    onnx.save(graph, copy / "photo.onnx")
    size = 65 if change == "size" else 64
    with pytest.raises(BadModel, match="its card promises"):
        load_encoder(copy).embed_photos(np.zeros((1, size, size, 3), np.uint8))


def test_threads_must_be_one_or_more(folder: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        load_encoder(folder, threads=0)
