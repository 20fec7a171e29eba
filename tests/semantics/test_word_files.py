"""Files of word vectors: every layout gives the same numbers; damage and cuts are told."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from semantic_files import some_vectors, write_binary, write_text

from sketchseek.errors import BadSemantics
from sketchseek.semantics.word_files import read_word_vectors

ROWS = some_vectors(["the", "hot_air_balloon", "cat", "dog", "café"])


def written(folder: Path) -> dict[str, Path]:
    return {
        "glove": write_text(folder / "glove.txt", ROWS),
        "fasttext": write_text(folder / "wiki.vec", ROWS, header=True),
        "packed": write_text(folder / "vectors.txt.gz", ROWS, header=True),
        "word2vec": write_binary(folder / "w2v.bin", ROWS),
        "unlined": write_binary(folder / "gensim.bin", ROWS, newline=b""),
    }


@pytest.mark.parametrize("kind", ["glove", "fasttext", "packed", "word2vec", "unlined"])
def test_every_layout_gives_the_wanted_words(tmp_path: Path, kind: str) -> None:
    found = read_word_vectors(written(tmp_path)[kind], {"hot_air_balloon", "café", "unicorn"})
    assert found.keys() == {"hot_air_balloon", "café"}
    for word, vector in found.items():
        assert vector.dtype == np.float32
        np.testing.assert_allclose(vector, ROWS[word], atol=1e-6)


def test_of_a_word_that_occurs_twice_the_first_counts(tmp_path: Path) -> None:
    path = tmp_path / "twice.txt"
    path.write_text("cat 1 2\ndog 3 4\ncat 5 6\n")
    assert read_word_vectors(path, {"cat"})["cat"].tolist() == [1, 2]


def test_a_word_larger_than_a_block_of_reading(tmp_path: Path) -> None:
    rows = some_vectors([f"w{i}" for i in range(3000)], dim=400)  # 4.8 MB: several blocks
    found = read_word_vectors(write_binary(tmp_path / "large.bin", rows), {"w0", "w1500", "w2999"})
    for word in ("w0", "w1500", "w2999"):
        np.testing.assert_array_equal(found[word], rows[word])


@pytest.mark.parametrize("binary", [True, False])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, binary: bool) -> None:
    rows = some_vectors([f"w{i}" for i in range(900)], dim=1700 if binary else 700)
    path = write_binary(tmp_path / "a", rows) if binary else write_text(tmp_path / "a", rows, header=True)
    assert path.stat().st_size > 5_500_000
    tracemalloc.start()
    read_word_vectors(path, {"w899"})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000


def test_cut_short_is_told(tmp_path: Path) -> None:
    for path in (written(tmp_path)[kind] for kind in ("fasttext", "word2vec")):
        path.write_bytes(path.read_bytes()[:-45])
        with pytest.raises(BadSemantics, match="cut short"):
            read_word_vectors(path, {"cat"})
    packed = written(tmp_path)["packed"]
    packed.write_bytes(packed.read_bytes()[:-20])
    with pytest.raises(BadSemantics, match="cannot be read"):
        read_word_vectors(packed, {"cat"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("cat 1 2\ndog 3 x\n", "'dog' is damaged"),
        ("cat 1 2\ndog 3\n", "'dog' is damaged"),
        ("cat 1 2\ndog nan 1\n", "'dog' is damaged"),
        ("dog\n", "'dog' is damaged"),
        ("cat " + "1 " * 600_000, "longer than any word vector"),
        ("2 3\n\x00\x01\x02", "cut short or damaged"),
    ],
)
def test_damage_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text)
    with pytest.raises(BadSemantics, match=said):
        read_word_vectors(path, {"dog"})


def test_a_missing_file_and_a_false_gz(tmp_path: Path) -> None:
    with pytest.raises(BadSemantics, match="cannot be read"):
        read_word_vectors(tmp_path / "none.txt", {"dog"})
    (tmp_path / "false.gz").write_text("dog 1 2\n")
    with pytest.raises(BadSemantics, match="cannot be read"):
        read_word_vectors(tmp_path / "false.gz", {"dog"})


def fasttext_model(
    path: Path, words: list[str], *, parts: tuple[int, int, int] = (2, 3, 7), quantised: bool = False
) -> np.ndarray:
    """Write a model as fastText 0.9 does; its matrix (words and buckets, 4) is returned."""
    shortest, longest, buckets = parts
    matrix = np.random.default_rng(0).normal(size=(len(words) + buckets, 4)).astype("<f4")
    with path.open("wb") as file:
        file.write(struct.pack("<2i", 793712314, 12))
        file.write(struct.pack("<12id", 4, 5, 5, 1, 5, 1, 2, 2, buckets, shortest, longest, 100, 1e-4))
        file.write(struct.pack("<3i2q", len(words), len(words), 0, 99, -1))
        for word in words:
            file.write(word.encode() + b"\0" + struct.pack("<qb", 3, 0))
        file.write(struct.pack("<?", quantised))
        file.write(struct.pack("<2q", *matrix.shape) + matrix.tobytes())
    return matrix


def bucket(text: str, buckets: int) -> int:
    """FNV-1a with C's signed chars, as fastText hashes."""
    value = np.uint32(2166136261)
    with np.errstate(over="ignore"):
        for byte in np.frombuffer(text.encode(), np.int8):
            value = np.uint32(value ^ byte.astype(np.int32).astype(np.uint32)) * np.uint32(16777619)
    return int(value % np.uint32(buckets))


def test_a_model_of_fasttext_gives_the_mean_of_a_word_and_its_parts(tmp_path: Path) -> None:
    matrix = fasttext_model(tmp_path / "model.bin", ["</s>", "cat", "é"])
    found = read_word_vectors(tmp_path / "model.bin", {"</s>", "cat", "é", "dog"})
    assert found.keys() == {"</s>", "cat", "é"}
    np.testing.assert_array_equal(found["</s>"], matrix[0])
    parts = {"cat": ["<c", "<ca", "ca", "cat", "at", "at>", "t>"], "é": ["<é", "<é>", "é>"]}
    for row, word in ((1, "cat"), (2, "é")):
        rows = [row, *(3 + bucket(part, 7) for part in parts[word])]
        np.testing.assert_allclose(found[word], matrix[rows].mean(0), rtol=1e-5)
    whole = fasttext_model(tmp_path / "whole.bin", ["cat"], parts=(0, 0, 0))
    np.testing.assert_array_equal(read_word_vectors(tmp_path / "whole.bin", {"cat"})["cat"], whole[0])
    with gzip.open(tmp_path / "model.bin.gz", "wb") as packed:
        packed.write((tmp_path / "model.bin").read_bytes())
    again = read_word_vectors(tmp_path / "model.bin.gz", {"cat"})
    np.testing.assert_array_equal(again["cat"], found["cat"])


def test_broken_models_of_fasttext_are_told(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    fasttext_model(path, ["cat"])
    for cut in (6, 40, 90, 150):
        (tmp_path / "cut.bin").write_bytes(path.read_bytes()[:cut])
        with pytest.raises(BadSemantics, match="cut short"):
            read_word_vectors(tmp_path / "cut.bin", {"cat"})
    fasttext_model(path, ["cat"], quantised=True)
    with pytest.raises(BadSemantics, match=r"quantised model of fastText: take .* its text table \(\.vec\)"):
        read_word_vectors(path, {"cat"})
