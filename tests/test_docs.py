"""What the pages say is so: blocks marked `<!-- run -->` are run, and commands, targets and files exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from commands import Commands
from serving import SHAPES, index, make_library, picture, teach

from sketchseek import model
from sketchseek.cli.app import app
from sketchseek.sketch import from_quickdraw, to_svg

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
IDS = [page.relative_to(ROOT).as_posix() for page in PAGES]
SHELL = re.compile(r"(<!-- run -->\n)?```sh\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"<!-- run -->\n```python\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def lines_of(page: Path, *, marked: bool) -> list[str]:
    """The command lines of a page's shell blocks, all or those to be run; comments cut off."""
    blocks = SHELL.findall(page.read_text(encoding="utf-8"))
    text = "".join(block for mark, block in blocks if mark or not marked).replace("\\\n", " ")
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    """A home with photos, a drawing and a library; the small test model stands for the packaged one."""
    _, photos, folder = make_library(tmp_path)
    photos.rename(tmp_path / "Pictures")
    (tmp_path / "home").mkdir()
    teach(folder, ("cat",))
    index(tmp_path / "home" / "library.sqlite", tmp_path / "Pictures", folder)
    picture("cross", colour="navy").save(tmp_path / "Pictures" / "new.png")
    strokes = [[[x for x, _ in stroke], [y for _, y in stroke]] for stroke in SHAPES["cross"]]
    (tmp_path / "drawing.svg").write_text(to_svg(from_quickdraw({"drawing": strokes})), encoding="utf-8")
    find = model.find
    monkeypatch.setattr(model, "find", lambda name: folder if str(name) == "default" else find(name))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SKETCHSEEK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SKETCHSEEK_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    return Commands(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_marked_commands_run(page: Path, own: Commands) -> None:
    for line in lines_of(page, marked=True):
        name, *arguments = (
            str(Path(word).expanduser()) if "~" in word else word for word in shlex.split(line)
        )
        assert name == "sketchseek", f"only sketchseek is run here: {line}"
        done = own(*arguments)
        assert done.code == 0, f"{line}: {done.err}"


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_marked_python_runs(page: Path, own: Commands) -> None:
    for block in PYTHON.findall(page.read_text(encoding="utf-8")):
        exec(compile(block, page.name, "exec"), {})  # noqa: S102


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_commands_options_and_targets_exist(page: Path) -> None:
    import typer

    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for line in lines_of(page, marked=False):
        name, *words = shlex.split(line)
        if name == "make":
            assert words[0] in targets, line
        if name == "sketchseek" and words and not words[0].startswith("-"):
            assert words[0] in known, line
            options = {option for p in known[words[0]].params for option in (*p.opts, *p.secondary_opts)}
            asked = {word.partition("=")[0] for word in words if word.startswith("-")}
            assert asked <= options | {"--help", "--debug"}, line


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_named_modules_exist(page: Path) -> None:
    for name in re.findall(r"`([\w/.]+\.(?:py|js))`", page.read_text(encoding="utf-8")):
        homes = (ROOT / "src" / "sketchseek", ROOT, page.parent)
        found = any((home / name).exists() for home in homes)
        assert found or any((ROOT / "src" / "sketchseek").rglob(name)), name
