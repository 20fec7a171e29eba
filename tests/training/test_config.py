"""Configurations: TOML and back, overrides, errors that name the setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sketchseek.errors import BadConfig
from sketchseek.training.config import from_dict, override, read_config, to_dict, to_toml


@dataclass(frozen=True)
class Inner:
    depth: int = 2
    sizes: tuple[int, ...] = (3, 4)


@dataclass(frozen=True)
class Outer:
    name: str = "x"
    rate: float = 0.1
    steps: int = 5
    flip: bool = True
    width: int | None = None
    height: int | None = 7
    loss: Literal["a", "b"] = "a"
    mean: tuple[float, float] = (0.5, 0.5)
    path: Path = Path("data")
    inner: Inner = field(default_factory=Inner)


@dataclass(frozen=True)
class Loose:
    anything: Mapping[str, Any] = field(default_factory=dict)


@given(
    st.builds(
        Outer,
        name=st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=8),
        rate=st.floats(allow_nan=False, allow_infinity=False),
        width=st.none() | st.integers(-(2**60), 2**60),
        height=st.none() | st.integers(0, 9),
        loss=st.sampled_from(["a", "b"]),
        inner=st.builds(Inner, sizes=st.lists(st.integers(0, 9), max_size=3).map(tuple)),
    )
)
def test_toml_and_back_is_the_same(config: Outer) -> None:
    import tomllib

    assert from_dict(Outer, tomllib.loads(to_toml("m", config))["settings"]) == config


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('rate = 1\nheight = "none"\n[inner]\ndepth = 9\n', encoding="utf-8")
    assert read_config(Outer, path) == Outer(rate=1.0, height=None, inner=Inner(depth=9))


@pytest.mark.parametrize("content", ["rate = ", "rate", b"\xff\xfe"])
def test_what_is_not_toml_is_named(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadConfig, match=r"c\.toml"):
        read_config(Outer, path)
    with pytest.raises(BadConfig, match="cannot read"):
        read_config(Outer, tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"rat": 1}, r"unknown setting 'rat'. Did you mean 'rate'\?"),
        ({"inner": {"dept": 1}}, r"inner: unknown setting 'dept'. Did you mean 'depth'\?"),
        ({"steps": 1.5}, "steps = 1.5: int is wanted"),
        ({"steps": True}, "steps = True: int is wanted"),
        ({"flip": 1}, "flip = 1: bool is wanted"),
        ({"rate": "fast"}, "rate = 'fast': float is wanted"),
        ({"name": None}, "name = None: str is wanted"),
        ({"loss": "c"}, "loss = 'c': one of 'a', 'b' is wanted"),
        ({"mean": [1.0]}, "2 values are wanted"),
        ({"inner": 3}, "inner = 3: a table is wanted"),
        ({"inner": {"sizes": ["a"]}}, "sizes = 'a': int is wanted"),
        ({"width": "wide"}, "width = 'wide': int is wanted"),
    ],
)
def test_what_is_wrong_is_named(raw: dict[str, Any], said: str) -> None:
    with pytest.raises(BadConfig, match=said):
        from_dict(Outer, raw)


def test_a_table_of_anything_is_taken_as_it_is() -> None:
    assert from_dict(Loose, {"anything": {"a": {"b": [1]}}}) == Loose({"a": {"b": [1]}})
    with pytest.raises(BadConfig, match="anything = 3: a table is wanted"):
        from_dict(Loose, {"anything": 3})
    before = Loose({"a": 1})
    assert override(before, ["anything.b=[2]"]) == Loose({"a": 1, "b": [2]})
    assert before == Loose({"a": 1})


def test_overrides() -> None:
    changed = override(
        Outer(),
        ["rate=1", "name=some text", "flip=false", "width=3", "height=none", "inner.sizes=[1]", "loss=b"],
    )
    assert changed == Outer(
        rate=1.0, name="some text", flip=False, width=3, height=None, inner=Inner(sizes=(1,)), loss="b"
    )
    assert override(Outer(), []) == Outer()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("rate", "key=value"),
        ("rats=1", "Did you mean 'rate'"),
        ("inner.dep=1", "Did you mean 'depth'"),
        ("outer.x=1", "unknown setting 'outer'"),
        ("rate.x=1", "unknown setting 'rate'"),
        ("steps=many", "int is wanted"),
    ],
)
def test_bad_overrides_are_named(setting: str, said: str) -> None:
    with pytest.raises(BadConfig, match=said):
        override(Outer(), [setting])


def test_plain_values() -> None:
    assert to_dict(Outer())["inner"] == {"depth": 2, "sizes": [3, 4]}
    assert to_dict(Outer())["width"] == "none"
