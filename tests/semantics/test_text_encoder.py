"""Text models with random weights: pooling, templates, two towers, and what is no text model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tiny
import torch

from sketchseek.errors import BadConfig, BadSemantics
from sketchseek.semantics import Concept, load_semantics

WORDS = ["[PAD]", "[UNK]", "cat", "dog", "hot", "air", "balloon", "a", "photo", "of"]


def tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token=WORDS[1]))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=made, pad_token=WORDS[0], unk_token=WORDS[1]).save_pretrained(
        folder
    )


def bert(folder: Path) -> Path:
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=len(WORDS), **sizes)).save_pretrained(folder)
    tokenizer(folder)
    return folder


def clip(folder: Path) -> Path:
    from transformers import CLIPConfig, CLIPModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    text = {**sizes, "vocab_size": len(WORDS), "eos_token_id": 9, "bos_token_id": 7, "pad_token_id": 0}
    vision = {**sizes, "image_size": 32, "patch_size": 16}
    CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=12)).save_pretrained(folder)
    tokenizer(folder)
    return folder


def test_the_mean_over_tokens_without_padding(tmp_path: Path) -> None:
    from transformers import AutoModel

    space = load_semantics("text", bert(tmp_path / "bert"))
    found = space.vectors(["cat", "hot_air balloon"])
    assert found.values.shape == (2, 16)
    assert found.coverage.whole == ("cat", "hot_air balloon")
    model = AutoModel.from_pretrained(tmp_path / "bert").eval()
    for row, ids in zip(found.values, ([2], [4, 5, 6]), strict=True):
        with torch.inference_mode():
            states = model(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0)
        wanted = (states / states.norm()).numpy()
        np.testing.assert_allclose(row, wanted, atol=1e-5)  # alone or beside a longer one


def test_of_two_towers_the_text_with_its_projection(tmp_path: Path) -> None:
    from transformers import CLIPModel

    found = load_semantics("text", clip(tmp_path / "clip"), template="a photo of {}").vectors(["cat", "dog"])
    assert found.values.shape == (2, 12)
    model = CLIPModel.from_pretrained(tmp_path / "clip").eval()
    with torch.inference_mode():
        tower = model.text_model(input_ids=torch.tensor([[7, 8, 9, 2], [7, 8, 9, 3]])).pooler_output
        wanted = model.text_projection(tower)
    np.testing.assert_allclose(found.values, (wanted / wanted.norm(dim=1, keepdim=True)).numpy(), atol=1e-5)


def test_a_sense_is_no_text_and_words_are_not_taken_apart(tmp_path: Path) -> None:
    space = load_semantics("text", bert(tmp_path / "bert"))
    plain, sensed = space.vectors(["hot dog", Concept("hot dog", (), ("hotdog.n.02",))]).values
    np.testing.assert_array_equal(plain, sensed)
    cat, dog, both = space.vectors(["cat", "dog", Concept("cat", ("dog",))]).values
    np.testing.assert_allclose(both, (cat + dog) / np.linalg.norm(cat + dog), atol=1e-6)


def test_similarity_with_many_others(tmp_path: Path) -> None:
    space = load_semantics("text", bert(tmp_path / "bert"))
    found = space.similarity(["cat"], [f"dog {number}" for number in range(70)])  # more than one batch
    assert found.values.shape == (1, 70)
    assert np.isfinite(found.values).all()


def test_what_is_no_text_model(tmp_path: Path) -> None:
    with pytest.raises(BadSemantics, match="cannot load the text model"):
        load_semantics("text", tmp_path)
    with pytest.raises(BadSemantics, match="cannot load the text model"):
        load_semantics("text", tiny.backbone(tmp_path / "picture"))
    with pytest.raises(BadConfig, match=r"must hold \{\} once"):
        load_semantics("text", tmp_path, template="a photo")
