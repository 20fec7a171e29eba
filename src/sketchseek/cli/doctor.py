"""``sketchseek doctor``: is everything here in order?"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

import typer

from sketchseek.cli.console import JsonOption, LibraryOption, plural, print_json, print_table
from sketchseek.errors import SketchseekError
from sketchseek.registry import EXTRAS

_PACKAGES = ("numpy", "pillow", "onnxruntime", "fastapi", "uvicorn", "typer", "rich")
_THINGS = ("sailboat", "guitar", "bicycle", "mushroom")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: Literal["ok", "note", "bad"]
    text: str


def doctor(
    library: LibraryOption = None,
    model: Annotated[
        str, typer.Option(metavar="NAME", help="Packaged model or model folder to try.")
    ] = "default",
    repair: Annotated[
        bool, typer.Option("--repair", help="Take out of the library what is broken in it; then index again.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the installation, the model and the library.

    Exit code 1 if something is bad.
    """
    looks: dict[str, Callable[[], Iterator[Finding]]] = {
        "versions": _versions,
        "run time": _run_time,
        "model": lambda: _model(model),
        "library": lambda: _library(library, repair=repair),
        "extras": _extras,
        "data": _data,
    }
    findings: list[Finding] = []
    for what, look in looks.items():
        try:
            findings += look()
        except SketchseekError as error:
            findings.append(Finding(what, "bad", str(error)))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_table([(finding.state, finding.what, finding.text) for finding in findings])
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)


def _versions() -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    for package in ("sketchseek", *_PACKAGES):
        try:
            yield Finding(package, "ok", metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Finding(package, "bad", "not installed; run: pip install --force-reinstall sketchseek")


def _run_time() -> Iterator[Finding]:
    import onnxruntime

    from sketchseek.encoders.onnx import usable_cores

    providers = ", ".join(onnxruntime.get_available_providers())
    yield Finding("run time", "ok", f"{providers}; {plural(usable_cores(), 'core')}")


def _model(name: str) -> Iterator[Finding]:
    """Ask a model with built-in drawings: does each find the picture that shows its very lines?"""
    from PIL import Image

    from sketchseek.data import load_dataset
    from sketchseek.encoders import encode_photos, encode_sketches, load_encoder

    encoder = load_encoder(name)
    known = load_dataset("synthetic", classes=_THINGS, instances=1, sketches_per_photo=1)
    drawings = [known.sketch(item) for item in known.sketches]
    pictures = [Image.fromarray(drawing.render(encoder.sketch)).convert("RGB") for drawing in drawings]
    scores = encode_sketches(encoder, drawings) @ encode_photos(encoder, pictures).T
    right = sum(best == place for place, best in enumerate(scores.argmax(axis=1)))
    state: Literal["ok", "bad"] = "ok" if right == len(drawings) else "bad"
    told = f"{encoder.model_id}; {right} of {len(drawings)} built-in drawings find what they show"
    yield Finding("model", state, told)


def _library(path: Path | None, *, repair: bool) -> Iterator[Finding]:
    from sketchseek.images import printable
    from sketchseek.library import Library, default_path

    place = (path or default_path()).expanduser()
    if not place.exists():
        yield Finding("library", "note", f"none at {printable(place)} yet; make one: sketchseek index DIR")
        return
    with Library.open(place) as opened:
        problems = opened.problems()
        if problems and repair:
            lost = plural(opened.mend(), "photo")
            told = f"repaired: {lost} taken out; `sketchseek index` reads them again"
            yield Finding("library", "note", told)
            problems = opened.problems()
        status = opened.status()
        told = f"{plural(status.photos, 'photo')}, {status.skipped} skipped, {status.size / 2**20:.1f} MiB"
        yield Finding("library", "ok", f"{printable(place)}: {told}; model {status.model}")
        for root, photos, there in status.roots:
            state: Literal["ok", "note"] = "ok" if there else "note"
            lost = "" if there else "; it is not there now"
            yield Finding("folder", state, f"{printable(root.path)}: {plural(photos, 'photo')}{lost}")
        for problem in problems:
            yield Finding("library", "bad", f"{problem}; --repair mends what can be mended")


def _extras() -> Iterator[Finding]:
    for extra, packages in EXTRAS.items():
        missing = [package for package in packages if find_spec(package) is None]
        if missing:
            told = f"not installed ({', '.join(missing)}); to get it: pip install 'sketchseek[{extra}]'"
            yield Finding(f"extra {extra}", "note", told)
        else:
            yield Finding(f"extra {extra}", "ok", "installed")


def _data() -> Iterator[Finding]:
    from sketchseek.data import DATASETS, data_root, reader

    root = data_root()
    if root is None:
        told = "not set; it names the folder of the data sets, for training and evaluation only"
        yield Finding("SKETCHSEEK_DATA", "note", told)
        return
    if not root.is_dir():
        yield Finding("SKETCHSEEK_DATA", "bad", f"{root} is no folder")
        return
    cards = [reader(name).card for name in sorted(DATASETS)]
    there = [card.name for card in cards if card.folder and card.found_in(root / card.folder)]
    yield Finding("SKETCHSEEK_DATA", "ok", f"{root}: {', '.join(there) or 'none of the data sets'}")
