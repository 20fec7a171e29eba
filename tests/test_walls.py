"""The walls of the house: which room may import which, how large a room may grow, who may speak."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "sketchseek"
MODULES = sorted(SOURCE.rglob("*.py"))
CORE = {"errors", "registry", "images", "sketch", "ranking", "vocabulary", "model"}
LEVELS = [
    CORE,
    {"data", "encoders", "losses", "semantics", "client"},
    {"rerankers"},
    {"training", "evaluation", "explain", "library"},
    {"methods"},
    {"server"},
    {"cli"},
    {"__main__"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
TORCH_ROOMS = (
    "training/",
    "methods/",
    "losses/",
    "encoders/huggingface.py",
    "encoders/baselines/backbone.py",
    "semantics/text_encoder.py",
)
BASELINE_ROOMS = (*TORCH_ROOMS, "encoders/baselines/", "evaluation/codes.py")
BASELINES_ONLY = {"sklearn", "skimage", "scipy"}
TRAIN_ONLY = {
    "torch",
    "lightning",
    "transformers",
    "safetensors",
    "onnx",
    "onnxscript",
    "tensorboard",
}
IDS = [path.relative_to(SOURCE).as_posix() for path in MODULES]


def room_of(path: Path) -> str:
    first = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    return "errors" if first.startswith("_") and first != "__main__" else first  # private helpers are core


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= (
                {f"{node.module}.{alias.name}" for alias in node.names}
                if node.module == "sketchseek"
                else {node.module}
            )
    return names


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_imports_run_one_way(path: Path) -> None:
    if path.parent == SOURCE and path.name == "__init__.py":
        return
    room = room_of(path)
    for name in imported(path):
        if not name.startswith("sketchseek."):
            continue
        other = name.split(".")[1]
        if other in LEVEL and other != room and room not in CORE | {"errors"}:
            assert LEVEL[other] < LEVEL[room], f"{room} may not import {other}"
        elif other in LEVEL and room in CORE:
            assert other in CORE, f"core module {room} may not import {other}"


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_training_packages_stay_in_their_rooms(path: Path) -> None:
    relative = path.relative_to(SOURCE).as_posix()
    packages = {name.partition(".")[0] for name in imported(path)}
    assert relative.startswith(TORCH_ROOMS) or not packages & TRAIN_ONLY
    assert relative.startswith(BASELINE_ROOMS) or not packages & BASELINES_ONLY


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_files_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 330
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = ast.get_docstring(node) is not None
            first = node.body[1] if documented and len(node.body) > 1 else node.body[0]
            assert (node.end_lineno or 0) - first.lineno < 60, f"{node.name} is too long"


@pytest.mark.parametrize("path", MODULES, ids=IDS)
def test_no_pickle_and_no_output_outside_the_command_line(path: Path) -> None:
    relative = path.relative_to(SOURCE).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    calls = {ast.unparse(node.func) for node in nodes}
    assert not calls & {"pickle.load", "pickle.loads"}
    for node in nodes:  # a checkpoint is read as tensors and plain values only
        if ast.unparse(node.func) == "torch.load":
            assert any(
                word.arg == "weights_only" and ast.unparse(word.value) == "True" for word in node.keywords
            )
    if not relative.startswith(("cli/", "__main__")):
        assert not calls & {"print", "sys.exit", "exit"}


@pytest.mark.parametrize(
    "module",
    [
        "sketchseek",
        "sketchseek.library",
        "sketchseek.encoders",
        "sketchseek.semantics",
        "sketchseek.client",
        "sketchseek.server",
        "sketchseek.cli",
    ],
)
def test_the_search_path_imports_no_torch(module: str) -> None:
    heavy = {"torch", "lightning", "transformers"} | BASELINES_ONLY
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
