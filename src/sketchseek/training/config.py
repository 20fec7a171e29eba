"""A method's settings: a frozen dataclass in code, on disk a table of a recipe, which is TOML."""

from __future__ import annotations

import difflib
import tomllib
import types
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from sketchseek.errors import BadConfig

C = TypeVar("C")
_NONE = "none"  # TOML has no null


def to_toml(method: str, config: Any) -> str:
    """A recipe: the method's name and all its settings as TOML; None is the word "none"."""
    import tomli_w

    return tomli_w.dumps({"method": method, "settings": to_dict(config)})


def to_dict(config: Any) -> dict[str, Any]:
    """A dataclass of plain values, tuples, None and its like as plain values alone.

    Tuples become lists, None the word "none".
    """
    return {field.name: _plain(getattr(config, field.name)) for field in fields(config)}


def read_config(kind: type[C], path: Path) -> C:
    """Read a TOML file as ``kind``.

    Raises:
        BadConfig: not TOML, an unknown key or a value of another type.
    """
    try:
        raw = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadConfig(f"cannot read the configuration {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path} is not TOML: {error}") from error
    return from_dict(kind, raw, where=str(path))


def from_dict(kind: type[C], raw: Mapping[str, Any], *, where: str = "configuration") -> C:
    """Build ``kind`` from plain values; what is not named keeps its default.

    Raises:
        BadConfig: an unknown key (the message lists the near ones) or a value of another type.
    """
    hints = get_type_hints(kind)
    for key in raw:
        if key not in hints:
            raise BadConfig(f"{where}: {unknown(key, hints)}")
    values = {key: _typed(value, hints[key], f"{where}: {key}") for key, value in raw.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise BadConfig(f"{where}: {error}") from error


def unknown(key: str, known: Iterable[str]) -> str:
    """What to say of a key that is not known."""
    known = sorted(known)
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"unknown setting {key!r}.{hint} Known: {', '.join(known)}."


def override(config: C, settings: Iterable[str]) -> C:
    """Change a configuration by ``"key=value"`` texts; ``a.b=1`` reaches into a nested one.

    In a table of whatever keys, such as the options of a data set's reader, a new key is no mistake.

    Raises:
        BadConfig: no ``=``, an unknown key or a value of another type.
    """
    raw = to_dict(config)
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals:
            raise BadConfig(f"setting {setting!r}: write it as key=value")
        *outer, key = path.strip().split(".")
        place, made = raw, cast(Any, config)
        for name in outer:
            if not isinstance(place.get(name), dict):
                raise BadConfig(unknown(name, place))
            place, made = place[name], getattr(made, name, None)
        if key not in place and not isinstance(made, Mapping):
            raise BadConfig(unknown(key, place))
        place[key] = _value(text.strip())
    return from_dict(type(config), raw)


def _value(text: str) -> Any:
    """The TOML value that a text writes, or else the text itself: ``name=photo`` needs no quotes."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _plain(value: Any) -> Any:
    if value is None:
        return _NONE
    if is_dataclass(value):
        return to_dict(value)
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, Path) else value


def _typed(value: Any, hint: Any, where: str) -> Any:
    """``value`` as the type that ``hint`` wants; nothing is guessed but int for float and text for a path."""
    origin, options = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if (value is None or value == _NONE) and type(None) in options:
            return None
        (hint,) = (option for option in options if option is not type(None))
        return _typed(value, hint, where)
    if origin is Literal:
        if value in options:
            return value
        raise BadConfig(f"{where} = {value!r}: one of {', '.join(map(repr, options))} is wanted")
    if origin is tuple and isinstance(value, (list, tuple)):
        return _typed_tuple(value, options, where)
    if isinstance(value, Mapping) and (origin is Mapping or is_dataclass(hint)):
        return dict(value) if origin is Mapping else from_dict(hint, value, where=where)
    if type(value) is hint or (hint, type(value)) in ((float, int), (Path, str)):
        return hint(value)
    wanted = "a table" if origin is Mapping or is_dataclass(hint) else getattr(hint, "__name__", hint)
    raise BadConfig(f"{where} = {value!r}: {wanted} is wanted")


def _typed_tuple(value: list[Any] | tuple[Any, ...], hints: tuple[Any, ...], where: str) -> tuple[Any, ...]:
    if len(hints) == 2 and hints[1] is Ellipsis:
        hints = (hints[0],) * len(value)
    if len(hints) != len(value):
        raise BadConfig(f"{where} = {list(value)!r}: {len(hints)} values are wanted")
    return tuple(_typed(part, hint, where) for part, hint in zip(value, hints, strict=True))
