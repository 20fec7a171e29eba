"""Drawings and photos from elsewhere, decoded in a process of their own: bounded in memory and time.

A decoder is the one place where a stranger's bytes meet much old C code. Here it may run out of memory,
loop or crash: the process that asked goes on and says what happened.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sketchseek import errors
from sketchseek.errors import BadImage, BadSketch, ImageTooLarge, SketchseekError
from sketchseek.images import Limits, PhotoInput, load_pixels, open_picture
from sketchseek.sketch import Sketch, from_quickdraw, from_svg, to_quickdraw

LIMITS = Limits(max_pixels=60_000_000, max_bytes=40 * 2**20)
"""What a picture may be: as large as cameras in telephones make them."""

SECONDS = 30.0  # for a picture: one of the most pixels takes a few
DRAWN_SECONDS = 4.0  # for lines as text
MEMORY = 2 * 2**30  # address space of the process, bytes; where the system can hold it to that

_RUN = "from sketchseek._decoder import work; work()"


def read_drawing(data: bytes, *, seconds: float | None = None, memory: int = MEMORY) -> Sketch:
    """A drawing from the bytes of a file: SVG, JSON of strokes (the first line of ndjson), or a picture.

    Args:
        data: the bytes.
        seconds: after which it is given up; where not given, as many as suit its kind.
        memory: address space of the process that reads it, bytes.

    Raises:
        BadSketch, EmptySketch: no drawing, nothing is drawn, or its lines take too long to read.
        BadImage: a picture that cannot be read within the limits.
    """
    written = _kind(data) != "picture"
    if seconds is None:
        seconds = DRAWN_SECONDS if written else SECONDS
    try:
        header, body = _run({"task": "drawing"}, data, seconds, memory)
    except _TooSlow as error:
        if written:
            raise BadSketch(
                f"the drawing takes more than {seconds:g} seconds to read: simplify it"
            ) from error
        raise
    if "strokes" in header:
        return from_quickdraw({"drawing": header["strokes"]})
    return Sketch((), np.frombuffer(body, np.uint8).reshape(header["shape"]))


def read_photo(
    data: bytes, spec: PhotoInput, *, seconds: float = SECONDS, memory: int = MEMORY
) -> NDArray[np.uint8]:
    """A photo from the bytes of a file as a model's input, (size, size, 3).

    Raises:
        BadImage: it cannot be read within the limits.
    """
    header, body = _run({"task": "photo", "spec": asdict(spec)}, data, seconds, memory)
    return np.frombuffer(body, np.uint8).reshape(header["shape"])


class _TooSlow(BadImage):
    pass


def _run(task: dict[str, Any], data: bytes, seconds: float, memory: int) -> tuple[dict[str, Any], bytes]:
    # -P: a folder that the server happens to be started in lends no modules
    command = [sys.executable, "-P", "-c", _RUN, json.dumps(task | {"seconds": seconds, "memory": memory})]
    alone = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own words
            command, input=data, capture_output=True, timeout=seconds, env=alone, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _TooSlow(
            f"the picture takes more than {seconds:g} seconds to read; save it as a plain JPEG or PNG"
        ) from error
    head, _, body = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise BadImage(
            "the picture broke its decoder or needs too much memory; save it as a plain JPEG or PNG"
        )
    header: dict[str, Any] = json.loads(head)
    if "error" in header:
        kind: type[SketchseekError] = getattr(errors, header["error"])
        raise kind(header["detail"])
    return header, body


def work() -> None:
    """What the process does: read the bytes from stdin, write a line of JSON and the pixels to stdout."""
    task = json.loads(sys.argv[1])
    _confine(task["memory"], task["seconds"])
    data = sys.stdin.buffer.read()
    try:
        header, body = _drawing(data) if task["task"] == "drawing" else _photo(data, task["spec"])
    except ImageTooLarge:
        header = {"error": "ImageTooLarge", "detail": f"the picture has more than {LIMITS.max_pixels:,} "}
        header["detail"] += "pixels, or does not fit into memory; save a smaller copy"
        body = b""
    except SketchseekError as error:
        header, body = {"error": type(error).__name__, "detail": str(error)}, b""
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n" + body)


def _confine(memory: int, seconds: float) -> None:
    try:
        import resource
    except ImportError:  # not POSIX: the time limit and the limits of `images` remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _kind(data: bytes) -> str:
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
        return "svg"
    return "json" if head.startswith((b"{", b"[")) else "picture"


def _drawing(data: bytes) -> tuple[dict[str, Any], bytes]:
    kind = _kind(data)
    if kind == "svg":
        # Curves come as many short lines; fewer are as true to a thousandth of the drawing's side.
        return {"strokes": to_quickdraw(from_svg(data).simplify(0.25))["drawing"]}, b""
    if kind == "json":
        return {"strokes": to_quickdraw(from_quickdraw(_record(data)))["drawing"]}, b""
    raster = Sketch.from_raster(open_picture(data, at_least=1024, limits=LIMITS, keep_alpha=True)).raster
    if raster is None:
        raise BadSketch("the picture shows no drawing")
    return {"shape": raster.shape}, raster.tobytes()


def _record(data: bytes) -> Any:
    try:
        try:
            return json.loads(data)
        except ValueError:
            return json.loads(data.partition(b"\n")[0])  # of ndjson, the first
    except (ValueError, RecursionError) as error:
        raise BadSketch(f"not a drawing in JSON: {error}") from error


def _photo(data: bytes, spec: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    pixels = load_pixels(data, PhotoInput(**spec), limits=LIMITS)
    return {"shape": pixels.shape}, pixels.tobytes()
