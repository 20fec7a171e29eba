"""Baselines: found by name, of unit length, right where the answer is plain to see."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import tiny
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sketchseek.encoders import BASELINES, Encoder, Fittable, baselines, find_encoder
from sketchseek.encoders.baselines import identity
from sketchseek.encoders.baselines.centred import Centring
from sketchseek.errors import BadConfig, BadModel, MissingExtra, UnknownName
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput

SHAPES = ("lying", "standing", "disc", "cross")


def figure(shape: str, size: int, shift: int = 0) -> Image.Image:
    """Lines of a figure, black on white, moved to the right."""
    picture = Image.new("L", (size, size), 255)
    draw, (a, b, m) = ImageDraw.Draw(picture), (size // 5 + shift, 4 * size // 5 + shift, size // 2 + shift)
    middle = size // 2
    if shape == "lying":
        draw.rectangle((a, middle - 8, b, middle + 8), outline=0, width=2)
    elif shape == "standing":
        draw.rectangle((m - 8, size // 5, m + 8, 4 * size // 5), outline=0, width=2)
    elif shape == "disc":
        draw.ellipse((a, size // 5, b, 4 * size // 5), outline=0, width=2)
    else:
        draw.line((a, size // 5, b, 4 * size // 5), fill=0, width=2)
        draw.line((a, 4 * size // 5, b, size // 5), fill=0, width=2)
    return picture


def sketches(size: int, shift: int = 0) -> NDArray[np.uint8]:
    return np.stack([np.array(figure(shape, size, shift)) for shape in SHAPES])


def photos(size: int, shift: int = 0) -> NDArray[np.uint8]:
    """The same figures painted in flat colours, with a little noise."""
    noise = np.random.default_rng(1).normal(0, 4, (len(SHAPES), size, size, 3))
    grounds = []
    for shape in SHAPES:
        ink = figure(shape, size, shift)
        if shape != "cross":
            ImageDraw.floodfill(ink, (size // 2 + shift, size // 2), 0)
        filled = np.array(ink, np.float64)[..., None]
        grounds.append(np.where(filled < 128, (160, 60, 40), (190, 210, 230)))
    return np.clip(np.stack(grounds) + noise, 0, 255).astype(np.uint8)


def ready(name: str) -> Encoder:
    found = find_encoder(name)
    if isinstance(found, Fittable):
        shifts = (-9, -3, 3, 9)
        size = (found.photo.size, found.sketch.size)
        found = found.fitted(
            np.concatenate([photos(size[0], shift) for shift in shifts]),
            np.concatenate([sketches(size[1], shift) for shift in shifts]),
        )
    return found


@pytest.mark.parametrize("name", ["edges", "gf-hog:words=40", "centred:edges"])
def test_a_drawing_finds_what_it_shows(name: str) -> None:
    encoder = ready(name)
    drawn = encoder.embed_sketches(sketches(encoder.sketch.size))
    painted = encoder.embed_photos(photos(encoder.photo.size, shift=2))
    for rows in (drawn, painted):
        assert (rows.shape, rows.dtype) == ((len(SHAPES), encoder.dim), np.float32)
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert (drawn @ painted.T).argmax(axis=1).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["edges", "gf-hog:words=40"])
def test_pictures_without_lines_are_embedded_too(name: str) -> None:
    encoder = ready(name)
    size = encoder.photo.size
    blank = encoder.embed_photos(np.full((1, size, size, 3), 77, np.uint8))
    dot = np.full((1, size, size), 255, np.uint8)
    dot[0, 50, 50] = 0
    for rows in (blank, encoder.embed_sketches(dot)):
        assert np.linalg.norm(rows) == pytest.approx(1, abs=1e-5)


def test_an_embedding_does_not_depend_on_its_batch() -> None:
    for name in ("edges", "gf-hog:words=40"):
        encoder = ready(name)
        pixels = photos(encoder.photo.size)
        alone = np.concatenate([encoder.embed_photos(one[None]) for one in pixels])
        np.testing.assert_allclose(encoder.embed_photos(pixels), alone, atol=1e-5)


def test_identities_cover_settings_and_what_was_seen() -> None:
    again = [ready("gf-hog:words=40").model_id for _ in range(2)]
    assert again[0] == again[1]
    assert again[0].startswith("gf-hog@")
    others = [ready(name).model_id for name in ("gf-hog:words=41", "gf-hog:words=40,seed=1")]
    less = find_encoder("gf-hog:words=40").fitted(photos(160), sketches(160)).model_id  # type: ignore[union-attr]
    assert len({again[0], less, *others}) == 4
    assert len({ready(name).model_id for name in ("edges", "edges:tau=3", "centred:edges")}) == 3
    assert ready("edges:tau=9").model_id == ready("edges").model_id
    assert identity("x", "ab", "c") != identity("x", "a", "bc")
    for name in ("gf-hog:words=40,seed=3", "edges:tau=3.0", "centred:edges:tau=9.0"):
        assert ready(name).source == name


@dataclass
class Fixed:
    """Ten ahead in one direction, and photos further than drawings."""

    model_id: str = "fixed@1"
    source: str = "fixed"
    dim: int = 3
    photo: PhotoInput = PhotoInput(size=4)  # noqa: RUF009 - frozen
    sketch: SketchInput = SketchInput(size=8)  # noqa: RUF009 - frozen

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.stack([(1, value, -value) for value in pixels[:, 0, 0, 0] / 100]).astype(np.float32)

    def embed_sketches(self, rasters: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.stack([(value, 1, 0) for value in rasters[:, 0, 0] / 100]).astype(np.float32)


def test_each_domain_is_centred_on_its_own_mean() -> None:
    seen = np.arange(0, 100, 10, dtype=np.uint8)  # mean 0.45
    pictures = np.broadcast_to(seen[:, None, None, None], (10, 4, 4, 3))
    encoder = Centring(Fixed()).fitted(pictures, np.broadcast_to(seen[:, None, None] * 2, (10, 8, 8)))
    found = encoder.embed_photos(
        np.array([85, 5], np.uint8)[:, None, None, None] + np.zeros((2, 4, 4, 3), np.uint8)
    )
    np.testing.assert_allclose(found, np.array([[0, 1, -1], [0, -1, 1]]) / np.sqrt(2), atol=1e-5)
    drawn = encoder.embed_sketches(np.full((1, 8, 8), 100, np.uint8))
    np.testing.assert_allclose(drawn, [[1, 0, 0]], atol=1e-5)
    assert encoder.model_id.startswith("fixed+centred@")
    with pytest.raises(BadConfig, match="needs both photos and drawings"):
        Centring(Fixed()).fitted(pictures, [])


@pytest.mark.parametrize("family", ["clip", "siglip", "dinov2", "resnet"])
def test_backbones_of_every_family(tmp_path: Path, family: str) -> None:
    folder = tiny.backbone(tmp_path / family, family)
    encoder = find_encoder(f"backbone:{folder}")
    assert not isinstance(encoder, Fittable)
    assert (encoder.photo.size, encoder.sketch.size) == (tiny.SIDE, tiny.SIDE)
    rows = encoder.embed_photos(photos(tiny.SIDE))
    assert rows.shape == (4, encoder.dim)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert len(encoder.embed_sketches(sketches(tiny.SIDE))) == 4
    assert encoder.model_id.startswith(f"backbone:{family}@")
    assert ready(f"centred:backbone:{folder}").model_id.startswith(f"backbone:{family}+centred@")


def test_a_backbone_sees_normalised_pixels(tmp_path: Path) -> None:
    import torch

    from sketchseek.encoders.huggingface import load_backbone

    folder = tiny.backbone(tmp_path / "net")
    backbone, encoder = load_backbone(folder), find_encoder(f"backbone:{folder}")
    assert not isinstance(encoder, Fittable)
    drawn = sketches(tiny.SIDE)
    with torch.inference_mode():  # mean and deviation are 0.5 in the test's folders
        wanted = backbone(torch.from_numpy(drawn[:, None].repeat(3, axis=1)) / 127.5 - 1).numpy()
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    np.testing.assert_allclose(encoder.embed_sketches(drawn), wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("gf-hogg", UnknownName, "unknown model or baseline 'gf-hogg'. Did you mean 'gf-hog'"),
        ("gf-hog:sed=1", UnknownName, "unknown setting 'sed'. Did you mean 'seed'"),
        ("gf-hog:seed", BadConfig, "setting 'seed': write seed=NUMBER"),
        ("gf-hog:words=many", BadConfig, "setting 'words=many': write words=NUMBER"),
        ("gf-hog:words=1", BadConfig, "at least 2 words"),
        ("edges:tau=0", BadConfig, "tau above 0"),
        ("centred:nothing", UnknownName, "unknown model or baseline 'nothing'"),
        ("backbone:no/such/folder/at/all", BadModel, "cannot load the backbone"),
        ("runs/none/model", BadModel, "no model 'runs/none/model'"),
    ],
)
def test_what_is_wrong_with_a_name_is_said(name: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        find_encoder(name)


def test_more_words_than_descriptors_are_refused() -> None:
    with pytest.raises(BadConfig, match="ask for fewer: gf-hog:words="):
        ready("gf-hog:words=500000")


def test_a_missing_package_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("sketchseek.encoders.baselines.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delattr(baselines, "lines", raising=False)
    monkeypatch.setitem(sys.modules, "skimage", None)
    monkeypatch.setitem(sys.modules, "skimage.feature", None)
    for name in ("edges", "gf-hog"):
        with pytest.raises(MissingExtra, match=r"needs skimage.*sketchseek\[baselines\]"):
            find_encoder(name)


def test_models_are_found_as_before() -> None:
    found = find_encoder("default")
    assert not isinstance(found, Fittable)
    assert found.source == "default"
    assert "default" not in BASELINES
